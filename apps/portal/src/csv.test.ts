import { csvTable } from "@kalends/domain/csv"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { csvCharactersMost, readCsv, textOfFile } from "./csv.ts"

const texts = (text: string) => readCsv(text).rows.map((row) => row.map((cell) => cell.text))

describe("a table", () => {
  test.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a;b\r\n1;2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a\tb\r1\t2, 3\r",
      [
        ["a", "b"],
        ["1", "2, 3"],
      ],
    ],
    [
      '"a, ""b""",c\n"two\nlines" ,d',
      [
        ['a, "b"', "c"],
        ["two\nlines", "d"],
      ],
    ],
    [
      "\uFEFF\n\na,b\n,\n \n1,",
      [
        ["a", "b"],
        ["1", ""],
      ],
    ],
    ["", []],
  ])("%j is read", (text, rows) => {
    expect(readCsv(text).problem).toBeNull()
    expect(texts(text)).toEqual(rows)
  })

  test("each cell knows its line and column, behind cells of several lines, too", () => {
    const { rows } = readCsv('a,"b\r\nc",d\r\n\r\n  e, f')
    expect(rows.flat().map(({ line, column, text }) => `${text.trim()} ${line}:${column}`)).toEqual([
      ...["a 1:1", "b\r\nc 1:3", "d 2:4", "e 4:1", "f 4:5"],
    ])
  })

  test("says where it cannot be read on, and what it read before", () => {
    expect(readCsv('a,b\n1,"2\n3')).toMatchObject({ problem: { kind: "quote-open", line: 2, column: 3 } })
    expect(readCsv('a,b\n"1"x,2')).toMatchObject({ problem: { kind: "quote-after", line: 2, column: 4 } })
    expect(readCsv("a".repeat(csvCharactersMost + 1))).toMatchObject({ rows: [], problem: { kind: "too-large" } })
  })

  test("is read as it was written, whatever is in it", () => {
    const cell = fc.string().map((text) => `x${text.trim()}`)
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        expect(texts(csvTable([["first", "second"], ...rows]))).toEqual([["first", "second"], ...rows])
      }),
    )
  })
})

test("files are read in the letters that spreadsheets write", () => {
  expect(textOfFile(new TextEncoder().encode("会議室"))).toBe("会議室")
  expect(textOfFile(new Uint8Array([0xff, 0xfe, 0x41, 0, 0x42, 0]))).toBe("AB")
  expect(textOfFile(new Uint8Array([0x89, 0xef, 0x8b, 0x63, 0x8e, 0xba]))).toBe("会議室")
  expect(textOfFile(new Uint8Array([0x52, 0xe9, 0x20]))).toBe("Ré ")
})
