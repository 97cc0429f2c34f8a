import fc from "fast-check"
import { expect, test } from "vitest"
import { isDeep } from "./plain-json.ts"

const depthOf = (value: unknown): number =>
  typeof value !== "object" || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf))

test("what is nested deeper than any schema asks for is found, whatever is in its texts", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat({ max: 40 }), (value, around) => {
      const text = `${"[".repeat(around)}${JSON.stringify(value)}${"]".repeat(around)}`
      expect(isDeep(text)).toBe(around + depthOf(value) > 32)
    }),
  )
})

test.each(['"[[[[["', '{"a\\\\":"[{"}', '"\\"[[["'])("brackets in a text do not count: %s", (text) => {
  expect(isDeep(text.replaceAll("[", "[".repeat(50)))).toBe(false)
})
