import fc from "fast-check"
import { expect, test } from "vitest"
import { seededRandom } from "../testing/seeded-random.ts"
import { createKeyFileCustody } from "./custodians/key-file/index.ts"
import { boxKey, boxKeyVersion, open, seal } from "./sealed-box.ts"

const random = seededRandom(3)
const key = boxKey(1, random.bytes(32))
const text = Buffer.from("a secret")
const damaged = expect.objectContaining({ kind: "malformed", code: "sealed-box-damaged" })

test("what was sealed is opened with the same key and context", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.string(), (bytes, context) => {
      expect(Buffer.from(open(key, context, seal(key, context, bytes, random))).equals(bytes)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test("a flipped bit in any byte is refused", () => {
  const box = seal(key, "here", text, random)
  for (let at = 0; at < box.length; at++)
    for (const mask of [0x01, 0x80]) {
      const flipped = Uint8Array.from(box)
      flipped[at] = (flipped[at] ?? 0) ^ mask
      expect(() => open(key, "here", flipped)).toThrow(damaged)
    }
  expect(open(key, "here", box).toString()).toBe("a secret")
})

test("a shortened, lengthened or empty box is refused", () => {
  const box = seal(key, "here", text, random)
  for (let length = 0; length < box.length; length++)
    expect(() => open(key, "here", box.subarray(0, length))).toThrow(damaged)
  expect(() => open(key, "here", Buffer.concat([box, Buffer.alloc(1)]))).toThrow(damaged)
})

test("a box moved to another context is refused", () => {
  const box = seal(key, "here", text, random)
  for (const context of ["there", "", "here\n", "her"]) expect(() => open(key, context, box)).toThrow(damaged)
})

test("another key is refused by its fingerprint, also when the box claims to be its own", () => {
  const other = boxKey(1, random.bytes(32))
  const box = seal(key, "here", text, random)
  expect(() => open(other, "here", box)).toThrow(damaged)
  // Its fingerprint alone does not help either: the text was encrypted with the first key.
  const claimed = Buffer.from(box)
  claimed.set(other.commitment, 5)
  expect(() => open(other, "here", claimed)).toThrow(damaged)
  // And a box of our own key that names another's fingerprint is not opened, though it would decrypt.
  expect(() => open(key, "here", claimed)).toThrow(damaged)
})

test("the same key of another version is refused", () => {
  const bytes = random.bytes(32)
  const box = seal(boxKey(1, bytes), "here", text, random)
  expect(boxKeyVersion(box)).toBe(1)
  expect(() => open(boxKey(2, bytes), "here", box)).toThrow(damaged)
})

test("the same text is never sealed the same twice", () => {
  expect(Buffer.from(seal(key, "here", text, random)).equals(seal(key, "here", text, random))).toBe(false)
})

test("another key file is named as the cause", async () => {
  const right = createKeyFileCustody(random.bytes(32), random)
  const wrong = createKeyFileCustody(random.bytes(32), random)
  const wrapped = await right.wrap(random.bytes(32), "account 1")
  await expect(wrong.unwrap(wrapped, "account 1")).rejects.toMatchObject({ code: "wrong-key-file" })
  // A row that lies about who wrapped it is refused too.
  await expect(wrong.unwrap({ ...wrapped, keyId: wrong.label }, "account 1")).rejects.toThrow(damaged)
})
