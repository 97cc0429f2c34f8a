import { createHmac, timingSafeEqual } from "node:crypto"
import type { AccountId } from "@kalends/domain/ids"
import { scheduleText } from "@kalends/domain/schedule"
import type { MeetingFace } from "../ports/meeting-backend.ts"

/** Keyed digests of one title and one schedule: equal when what they stand for is, and of no use to who lacks the key. */
export type FaceDigest = { readonly topic: Uint8Array; readonly schedule: Uint8Array }

const digestBytes = 16

/**
 * What both sides last agreed on is remembered as digests (HMAC-SHA-256, cut to 128 bits, key and account bound), so that
 * it can be told later which side changed, and nothing of the content is kept.
 */
export function createDigests(key: Uint8Array) {
  const digest = (accountId: AccountId, field: string, text: string): Uint8Array =>
    new Uint8Array(
      createHmac("sha256", key)
        .update(JSON.stringify([accountId, field, text]))
        .digest()
        .subarray(0, digestBytes),
    )
  return {
    of: (accountId: AccountId, { topic, schedule }: MeetingFace): FaceDigest => ({
      topic: digest(accountId, "topic", topic.trim()),
      schedule: digest(accountId, "schedule", scheduleText(schedule)),
    }),
  }
}

export type Digests = ReturnType<typeof createDigests>

export function isSameDigest(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a !== null && b !== null && a.length === b.length && timingSafeEqual(a, b)
}
