import { createHmac, timingSafeEqual } from "node:crypto"
import type { AccountId } from "@kalends/domain/ids"
import type { ShownFace } from "../ports/meeting-backend.ts"

/** Keyed digests of a title and a schedule, as a meeting service shows them: equal when what they stand for is, and of no use to who lacks the key. */
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
    of: (accountId: AccountId, { topic, schedule }: ShownFace): FaceDigest => ({
      topic: digest(accountId, "topic", topic),
      schedule: digest(accountId, "schedule", schedule),
    }),
  }
}

export type Digests = ReturnType<typeof createDigests>

export function isSameDigest(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a !== null && b !== null && a.length === b.length && timingSafeEqual(a, b)
}
