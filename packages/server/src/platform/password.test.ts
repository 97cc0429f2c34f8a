import { scryptSync } from "node:crypto"
import { expect, test } from "vitest"
import { passwords, passwordsOf } from "./password.ts"

const quick = passwordsOf(2)

test("a service hashes as OWASP advises: scrypt with N = 2^17, r = 8, p = 1, salted", async () => {
  const hash = await passwords.hash("correct horse")
  const [kind, salt = "", key] = hash.split("$")
  const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
  const expected = scryptSync("correct horse", Buffer.from(salt, "base64url"), 32, cost)
  expect([kind, key]).toEqual(["scrypt", expected.toString("base64url")])
  expect(Buffer.from(salt, "base64url").length).toBe(16)
})

test("the right password is right, in whatever form its signs were typed, and no other is", async () => {
  const hash = await quick.hash("caf\u00e9 au lait")
  expect(await quick.isRight("caf\u00e9 au lait", hash)).toBe(true)
  expect(await quick.isRight("cafe\u0301 au lait", hash)).toBe(true)
  expect(await quick.isRight("cafe au lait", hash)).toBe(false)
  expect(await quick.isRight("", hash)).toBe(false)
})

test("the same password has another hash each time", async () => {
  expect(await quick.hash("correct horse")).not.toBe(await quick.hash("correct horse"))
})

test("whoever has no password, or none that was hashed here, is let in with none", async () => {
  expect(await quick.isRight("correct horse", null)).toBe(false)
  expect(await quick.isRight("", null)).toBe(false)
  expect(await quick.isRight("correct horse", "none")).toBe(false)
  expect(await quick.isRight("", "scrypt$$")).toBe(false)
})
