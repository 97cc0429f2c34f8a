import { timingSafeEqual } from "node:crypto"
import {
  type AccountId,
  type CalendarId,
  parseAccountId,
  parseCalendarId,
  type SubscriptionId,
  uuidText,
} from "@kalends/domain/ids"
import { createHmacSha256 } from "./hmac-sha256.ts"

/** What a hook secret is written for. */
export type HookSubject = {
  readonly accountId: AccountId
  readonly calendarId: CalendarId
  readonly subscriptionId: SubscriptionId
}

/** What a notice with a genuine secret is about. */
export type NoticeSubject = Pick<HookSubject, "accountId" | "calendarId">

const idBytes = 16
const macBytes = 24
const separator = "."
const idChars = 64

/** Base64url of 48 and 24 bytes with a separator: 97 characters, under Graph's 128 for clientState. */
export const hookSecretChars = idChars + separator.length + 32

/**
 * Secrets given to providers, which echo them in each notice. A secret names its account, calendar and subscription and
 * proves itself by an HMAC-SHA-256 over the three (cut to 192 bits): it is checked without a look-up, so that a notice
 * costs the same however many connections there are, and an unknown one costs what a known one does.
 */
export function createHookSecrets(key: Uint8Array) {
  const hmac = createHmacSha256(key)
  const mac = (ids: Uint8Array) => hmac(ids).subarray(0, macBytes)
  return {
    write({ accountId, calendarId, subscriptionId }: HookSubject): string {
      const ids = Buffer.concat(
        [accountId, calendarId, subscriptionId].map((id) => Buffer.from(id.replaceAll("-", ""), "hex")),
      )
      return `${ids.toString("base64url")}${separator}${mac(ids).toString("base64url")}`
    },
    /** Who a secret speaks for; null when it is not ours. Takes the same time for any text. */
    read(secret: string): NoticeSubject | null {
      const isShaped = secret.length === hookSecretChars && secret[idChars] === separator
      const ids = decoded(isShaped ? secret.slice(0, idChars) : "", 3 * idBytes)
      const given = decoded(isShaped ? secret.slice(idChars + 1) : "", macBytes)
      const isOurs = timingSafeEqual(given, mac(ids))
      if (!isOurs || !isShaped) return null
      return {
        accountId: parseAccountId(idAt(ids, 0)),
        calendarId: parseCalendarId(idAt(ids, idBytes)),
      }
    },
  }
}

export type HookSecrets = ReturnType<typeof createHookSecrets>

/** Exactly `length` bytes: zeros where the text is not that many. */
function decoded(text: string, length: number): Buffer {
  const bytes = Buffer.from(text, "base64url")
  return bytes.length === length ? bytes : Buffer.alloc(length)
}

const idAt = (bytes: Buffer, at: number): string => uuidText(bytes.toString("hex", at, at + idBytes))
