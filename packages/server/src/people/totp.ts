import { Secret, TOTP } from "otpauth"
import type { Random } from "../ports/random.ts"

// What every authenticator app does: RFC 6238 with SHA-1, six digits, 30 seconds. Others read the parameters and ignore them.
const shape = { algorithm: "SHA1", digits: 6, period: 30 } as const
const seedBytes = 20

/** A new seed, in base32. 160 bits, as RFC 4226 recommends. */
export function newTotpSeed(random: Random): string {
  return new Secret({ buffer: new Uint8Array(random.bytes(seedBytes)).buffer }).base32
}

/** What an authenticator app reads from the QR code. */
export function totpUri(seed: string, label: string): string {
  return new TOTP({ ...shape, issuer: "Kalends", label, secret: seed }).toString()
}

/**
 * The 30 s step whose code this is, the one before and the one after the present one included; null where it is none of
 * theirs. Constant time in the code.
 */
export function totpStep(seed: string, code: string, now: Temporal.Instant): number | null {
  const timestamp = now.epochMilliseconds
  const totp = new TOTP({ ...shape, secret: seed })
  const drift = totp.validate({ token: code, timestamp, window: 1 })
  return drift === null ? null : totp.counter({ timestamp }) + drift
}
