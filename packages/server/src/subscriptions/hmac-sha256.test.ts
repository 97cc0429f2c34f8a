import { createHmac } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { createHmacSha256 } from "./hmac-sha256.ts"

// RFC 4231, test cases 1 to 4: keys no longer than a block.
test.each([
  ["0b".repeat(20), Buffer.from("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [
    Buffer.from("Jefe").toString("hex"),
    Buffer.from("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["aa".repeat(20), Buffer.alloc(50, 0xdd), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
  [
    "0102030405060708090a0b0c0d0e0f10111213141516171819",
    Buffer.alloc(50, 0xcd),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
])("gives what RFC 4231 says", (key, message, expected) => {
  expect(createHmacSha256(Buffer.from(key, "hex"))(message).toString("hex")).toBe(expected)
})

test("is the same as Node's for any key and messages, one after another", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(fc.uint8Array({ maxLength: 200 })), (key, messages) => {
      const hmac = createHmacSha256(key)
      for (const message of messages)
        expect(hmac(message).toString("hex")).toBe(createHmac("sha256", key).update(message).digest("hex"))
    }),
  )
})

test("takes no key that would have to be shortened", () => {
  expect(() => createHmacSha256(new Uint8Array(65))).toThrow(RangeError)
})
