import { createHmac, timingSafeEqual } from "node:crypto"
import {
  type AccountId,
  type CalendarId,
  parseAccountId,
  parseCalendarId,
  parseSubscriptionId,
  type SubscriptionId,
} from "@kalends/domain/ids"

/** What a hook secret says about itself. */
export type HookSubject = {
  readonly accountId: AccountId
  readonly calendarId: CalendarId
  readonly subscriptionId: SubscriptionId
}

const idBytes = 16
const macBytes = 24
const separator = "."

/** Base64url of 48 and 24 bytes with a separator: 97 characters, under Graph's 128 for clientState. */
export const hookSecretChars = 64 + separator.length + 32

/**
 * Secrets given to providers, which echo them in each notice. A secret names its account, calendar and subscription and
 * proves itself by an HMAC-SHA-256 over the three (cut to 192 bits): it is checked without a look-up, so that a notice
 * costs the same however many connections there are, and an unknown one costs what a known one does.
 */
export function createHookSecrets(key: Uint8Array) {
  const mac = (ids: Uint8Array) => createHmac("sha256", key).update(ids).digest().subarray(0, macBytes)
  return {
    write({ accountId, calendarId, subscriptionId }: HookSubject): string {
      const ids = Buffer.concat(
        [accountId, calendarId, subscriptionId].map((id) => Buffer.from(id.replaceAll("-", ""), "hex")),
      )
      return `${ids.toString("base64url")}${separator}${mac(ids).toString("base64url")}`
    },
    /** Who a secret speaks for; null when it is not ours. Takes the same time for any text. */
    read(secret: string): HookSubject | null {
      const text = secret.length === hookSecretChars && secret[64] === separator ? secret : ""
      const ids = Buffer.alloc(3 * idBytes)
      ids.set(Buffer.from(text.slice(0, 64), "base64url").subarray(0, 3 * idBytes))
      const given = Buffer.alloc(macBytes)
      given.set(Buffer.from(text.slice(65), "base64url").subarray(0, macBytes))
      const isOurs = timingSafeEqual(given, mac(ids))
      if (!isOurs || text === "") return null
      const id = (index: number) => uuidText(ids.subarray(index * idBytes, (index + 1) * idBytes))
      return {
        accountId: parseAccountId(id(0)),
        calendarId: parseCalendarId(id(1)),
        subscriptionId: parseSubscriptionId(id(2)),
      }
    },
  }
}

export type HookSecrets = ReturnType<typeof createHookSecrets>

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
