import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"

// OWASP Password Storage Cheat Sheet: scrypt with N = 2^17, r = 8, p = 1 (128 MiB for a moment).
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 }
const keyBytes = 32

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(password.normalize("NFKC"), salt, keyBytes, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  )
}

/** Salted scrypt hash, as `scrypt$<salt>$<key>` in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `scrypt$${salt.toString("base64url")}$${key.toString("base64url")}`
}

/** Constant time in the password. A null hash (no such user) costs the same and is never right. */
export async function isPasswordRight(password: string, hash: string | null): Promise<boolean> {
  const [, saltText = "", keyText = ""] = hash?.split("$") ?? []
  const salt = saltText === "" ? Buffer.alloc(16) : Buffer.from(saltText, "base64url")
  const expected = keyText === "" ? Buffer.alloc(keyBytes) : Buffer.from(keyText, "base64url")
  const actual = await derive(password, salt)
  return expected.length === actual.length && timingSafeEqual(expected, actual) && hash !== null
}
