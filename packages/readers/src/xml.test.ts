import { isProblem } from "@kalends/domain/problem"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { attributeOf, child, escapeXml, find, findDeep, parseXml, textAt } from "./xml.ts"

describe("answers in XML", () => {
  test("elements are known by their local names, whatever the prefix", () => {
    const root = parseXml(
      `<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body><a:Item b="1"/><Item>2</Item></s:Body></s:Envelope>`,
    )
    expect(find(root, "Body")?.children.map(({ name }) => name)).toEqual(["Item", "Item"])
    expect(textAt(root, "Body")).toBeNull()
    expect(findDeep(root, "Item")?.attributes).toContain("b")
  })

  test("entities, references, CDATA and comments are read for what they are", () => {
    const root = parseXml(
      `<r><a>1 &lt; 2 &amp;&#32;&#x41;&unknown;&#x1F;</a><b><![CDATA[<raw> & ]]>more</b><!-- <c> --><d x='a > b' y="&quot;"/></r>`,
    )
    expect(textAt(root, "a")).toBe("1 < 2 & A&unknown;\u001f")
    expect(textAt(root, "b")).toBe("<raw> & more")
    expect([attributeOf(child(root, "d"), "x"), attributeOf(child(root, "d"), "y")]).toEqual(["a > b", '"'])
    expect(attributeOf(child(root, "d"), "z")).toBeNull()
  })

  test.each([
    "",
    "text",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><b/>",
    "<a",
    "<a b='",
    "<!DOCTYPE a><a/>",
    "<a><!ENTITY x 'y'></a>",
    "<a><![CDATA[</a>",
    "<>",
    "<a>".repeat(100),
  ])("%j is malformed", (text) => {
    const failure = (() => {
      try {
        return parseXml(text)
      } catch (error) {
        return error
      }
    })()
    expect(isProblem(failure, "malformed")).toBe(true)
  })

  test("any text that is written comes back, as content and as attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const root = parseXml(`<r a="${escapeXml(text)}">${escapeXml(text)}</r>`)
        expect(root.text).toBe(text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ""))
        expect(attributeOf(root, "a") ?? "").toBe(root.text)
      }),
    )
  })

  test("whatever comes is read or malformed", () => {
    const piece = fc.constantFrom(
      "<a>",
      "</a>",
      "<b x='1'>",
      "</b>",
      "<c/>",
      "<![CDATA[",
      "]]>",
      "<!--",
      "-->",
      "&lt;",
      "x",
      '"',
      "<",
      ">",
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          parseXml(pieces.join(""))
          return true
        } catch (error) {
          return isProblem(error, "malformed")
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
