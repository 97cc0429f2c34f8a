import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"
import type { Passwords } from "../ports/passwords.ts"
import { passwordWeakness } from "./password-weakness.ts"

// OWASP Password Storage Cheat Sheet: scrypt with N = 2^17, r = 8, p = 1 (128 MiB for a moment).
const usualRounds = 2 ** 17
const keyBytes = 32

/** Salted scrypt hashes, as `scrypt$<salt>$<key>` in base64url. */
export const passwords = passwordsOf(usualRounds)

/** The same at another cost, which a service never has: where a test is about something else than passwords. */
export function passwordsOf(rounds: number): Passwords {
  const cost = { N: rounds, r: 8, p: 1, maxmem: 256 * 2 ** 20 }
  const derive = (password: string, salt: Buffer) =>
    new Promise<Buffer>((resolve, reject) =>
      scrypt(password.normalize("NFKC"), salt, keyBytes, cost, (error, key) =>
        error === null ? resolve(key) : reject(error),
      ),
    )
  return {
    async hash(password) {
      const salt = randomBytes(16)
      const key = await derive(password, salt)
      return `scrypt$${salt.toString("base64url")}$${key.toString("base64url")}`
    },
    /** Constant time in the password. A null hash (no such user) costs the same and is never right. */
    async isRight(password, hash) {
      const [, saltText = "", keyText = ""] = hash?.split("$") ?? []
      const salt = saltText === "" ? Buffer.alloc(16) : Buffer.from(saltText, "base64url")
      const expected = keyText === "" ? Buffer.alloc(keyBytes) : Buffer.from(keyText, "base64url")
      const actual = await derive(password, salt)
      return expected.length === actual.length && timingSafeEqual(expected, actual) && hash !== null
    },
    weakness: passwordWeakness,
  }
}
