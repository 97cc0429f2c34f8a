import { createSecretKey } from "node:crypto"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { z } from "zod"
import { decrypt, encrypt } from "./aes-gcm.ts"

const hex = z.string().transform((text) => Buffer.from(text, "hex"))
const vectors = z
  .array(
    z.object({
      number: z.number(),
      isValid: z.boolean(),
      key: hex,
      nonce: hex,
      associated: hex,
      text: hex,
      encrypted: hex,
      tag: hex,
    }),
  )
  .parse(JSON.parse(readFileSync(new URL("./fixtures/aes-gcm-vectors.json", import.meta.url), "utf8")))

test("there are valid and invalid vectors", () => {
  expect(vectors.filter(({ isValid }) => isValid)).toHaveLength(39)
  expect(vectors.filter(({ isValid }) => !isValid)).toHaveLength(27)
})

test.each(vectors)("agrees with Wycheproof's case $number", ({ isValid, encrypted, tag, text, ...given }) => {
  const place = { key: createSecretKey(given.key), nonce: given.nonce, associated: given.associated }
  expect(decrypt(place, encrypted, tag)?.toString("hex") ?? null).toBe(isValid ? text.toString("hex") : null)
  if (isValid)
    expect(encrypt(place, text).map((part) => part.toString("hex"))).toEqual([
      encrypted.toString("hex"),
      tag.toString("hex"),
    ])
})

test("refuses a shortened tag, which would be easier to guess", () => {
  const place = { key: createSecretKey(Buffer.alloc(32, 1)), nonce: Buffer.alloc(12), associated: Buffer.alloc(0) }
  const [encrypted, tag] = encrypt(place, Buffer.from("text"))
  expect(() => decrypt(place, encrypted, tag.subarray(0, 12))).toThrow()
})
