import fc from "fast-check"
import { expect, test } from "vitest"
import { columnsOf, fit, plainLine, spread, wrap } from "./cells.ts"

test("what a terminal would obey does not reach it", () => {
  expect(plainLine("Review\x1b[2J\x07\r\nnow\u202egnp.exe\u200b")).toBe("Review [2J   nowgnp.exe")
  fc.assert(
    fc.property(
      fc.array(fc.nat(0x2fff)),
      (codes) => !/[\p{Cc}\p{Cf}]/u.test(plainLine(String.fromCodePoint(...codes))),
    ),
  )
})

test("letters of East Asia and pictures take two columns", () => {
  expect([columnsOf("Comet"), columnsOf("彗星"), columnsOf("🔭"), columnsOf("ｶﾀｶﾅ")]).toEqual([5, 4, 2, 4])
})

test("no line is wider than the terminal, whatever stands in it", () => {
  expect([fit("彗星観測会議", 7), fit("Comet", 5), fit("Comet", 4), fit("Comet", 0)]).toEqual([
    "彗星観…",
    "Comet",
    "Com…",
    "",
  ])
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      fc.nat(60),
      (left, right, columns) => {
        expect(columnsOf(fit(left, columns))).toBeLessThanOrEqual(columns)
        if (columns > 20) expect(columnsOf(spread(left, right, columns))).toBe(columns)
      },
    ),
  )
})

test("a long text is broken at its blanks, or where it has none at the edge, and loses nothing but those blanks", () => {
  expect(wrap("You see it as it was", 8)).toEqual(["You see", "it as it", "was"])
  expect(wrap("彗星観測会議", 5)).toEqual(["彗星", "観測", "会議"])
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 9 })),
      fc.integer({ min: 2, max: 30 }),
      (words, columns) => {
        const lines = wrap(words.join(" "), columns)
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns)
        expect(lines.join("").replaceAll(" ", "")).toBe(words.join("").replaceAll(" ", ""))
      },
    ),
  )
})
