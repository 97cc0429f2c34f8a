import fc from "fast-check"
import { expect, test } from "vitest"
import { actsOf, displayKinds, pairingCodeLength, pairingSigns, parsePairingCode, roomsMostOf } from "./display.ts"
import { parseDisplayId } from "./ids.ts"

const codes = fc
  .array(fc.constantFrom(...pairingSigns), { minLength: pairingCodeLength, maxLength: pairingCodeLength })
  .map((signs) => signs.join(""))

test("a code is understood however it is typed", () => {
  fc.assert(
    fc.property(codes, (code) => {
      expect(parsePairingCode(code)).toBe(code)
      expect(parsePairingCode(` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `)).toBe(code)
      // As it is copied from the screen, with its long dash.
      expect(parsePairingCode(`${code.slice(0, 4)}–${code.slice(4)}`)).toBe(code)
    }),
  )
})

test.each(["", "ABCD-234", "ABCD-23456", "ABCD-123O", "ÄBCD-2345", "ABCD2345/"])("%j is no code", (typed) => {
  expect(parsePairingCode(typed)).toBeNull()
})

test("no sign is taken for another", () => {
  for (const sign of "01OIL") expect(pairingSigns).not.toContain(sign)
  expect(pairingSigns.length ** pairingCodeLength).toBeGreaterThan(5e11)
})

test("a screen that only shows cannot change anything", () => {
  expect(actsOf.tv).toEqual([])
  expect(actsOf.board).toEqual([])
})

test("only a board shows more than one room", () => {
  expect(displayKinds.filter((kind) => roomsMostOf[kind] > 1)).toEqual(["board"])
  expect(parseDisplayId("00000000-0000-4000-8000-0000000000d1")).toHaveLength(36)
  expect(() => parseDisplayId("board")).toThrow(TypeError)
})
