import { expect, test } from "vitest"
import { type Algorithm, algorithms, checksumOf, isRight, sortedQuery, withoutChecksum } from "./checksum.ts"

const query = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
const secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"

test("is the one of the example in BigBlueButton's documents", () => {
  expect(checksumOf("create", query, { secret, algorithm: "sha1" })).toBe("1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17")
})

test.each(algorithms)("is right with %s, and wrong for another call, secret or spelling", (algorithm) => {
  const given = checksumOf("create", query, { secret, algorithm })
  const check = (call: string, checked: string, known = secret) =>
    isRight(call, { given, queries: [checked] }, { secret: known, supported: algorithms })
  expect(check("create", query)).toBe(true)
  expect(check("join", query)).toBe(false)
  expect(check("create", query, "other")).toBe(false)
  expect(check("create", query.replace("Test+Meeting", "Test%20Meeting"))).toBe(false)
})

test("is wrong with an algorithm that the server does not support, or none", () => {
  const supported: readonly Algorithm[] = ["sha256"]
  const sha1 = checksumOf("create", query, { secret, algorithm: "sha1" })
  for (const given of [sha1, "", "nonsense"])
    expect(isRight("create", { given, queries: [query] }, { secret, supported })).toBe(false)
})

test("is taken out of a query wherever it stands", () => {
  expect(withoutChecksum("?checksum=1&a=b")).toBe("a=b")
  expect(withoutChecksum("?a=b&checksum=1&c=d+e")).toBe("a=b&c=d+e")
})

test("of a body is over its parameters by name", () => {
  expect(sortedQuery(new URLSearchParams("name=A+B&checksum=1&meetingID=m"))).toBe("meetingID=m&name=A+B")
})
