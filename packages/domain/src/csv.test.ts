import fc from "fast-check"
import { expect, test } from "vitest"
import { csvLine } from "./csv.ts"

test("quotes, commas and breaks stay within their cell, and numbers are numbers", () => {
  expect(csvLine(['Ada "A", Countess', "two\r\nlines", "", 3, -1])).toBe(
    '"Ada ""A"", Countess","two\r\nlines","",3,-1\r\n',
  )
})

test.each(["=1+1", "+49 30", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)", " =1+1", "\t=1+1", "\r=1+1", "\n1"])(
  "what looks like a formula stays a text: %j",
  (text) => {
    expect(csvLine([text])).toBe(`"'${text}"\r\n`)
  },
)

const units = ["=", "+", "-", "@", "＝", "'", '"', " ", "\t", "\r\n", ",", "a", "山"]

test("no text begins a cell with a sign that spreadsheets reckon from, and none but those is changed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...units)).map((parts) => parts.join("")),
      (text) => {
        const inside = csvLine([text]).slice(1, -3).replaceAll('""', '"')
        expect(inside.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/)
        expect([text, `'${text}`]).toContain(inside)
      },
    ),
  )
})
