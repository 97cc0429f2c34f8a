import { expect, test } from "vitest"
import { seededRandom } from "../testing/seeded-random.ts"
import { newTotpSeed, totpStep, totpUri } from "./totp.ts"

// RFC 6238, appendix B, the SHA-1 rows: the seed is the ASCII text "12345678901234567890"; six digits are the last six.
const rfcSeed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
const vectors = [
  [59, "94287082"],
  [1111111109, "07081804"],
  [1111111111, "14050471"],
  [1234567890, "89005924"],
  [2000000000, "69279037"],
  [20000000000, "65353130"],
] as const
const at = (seconds: number) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000)

test("codes are those of RFC 6238", () => {
  expect(vectors.map(([seconds, code]) => totpStep(rfcSeed, code.slice(2), at(seconds)))).toEqual(
    vectors.map(([seconds]) => Math.floor(seconds / 30)),
  )
})

test("a code is right in its own 30 seconds, those before and those after, and no further", () => {
  const step = Math.floor(1111111111 / 30)
  const seen = [-61, -31, -1, 0, 29, 59, 60, 90].map((offset) => totpStep(rfcSeed, "050471", at(step * 30 + offset)))
  expect(seen).toEqual([null, null, step, step, step, step, null, null])
})

test("what is no six digits is no code", () => {
  expect(["", "05047", "0504711", "05047x", "abcdef"].map((code) => totpStep(rfcSeed, code, at(1111111111)))).toEqual(
    Array.from({ length: 5 }, () => null),
  )
})

test("a seed has 160 bits, and its address names the service and the person", () => {
  const seed = newTotpSeed(seededRandom(1))
  expect(seed).toMatch(/^[A-Z2-7]{32}$/)
  const uri = new URL(totpUri(seed, "ada@example.org"))
  expect([uri.protocol, decodeURIComponent(uri.pathname)]).toEqual(["otpauth:", "/Kalends:ada@example.org"])
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({ secret: seed, issuer: "Kalends", digits: "6" })
})
