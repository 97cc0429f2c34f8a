import { describe, expect, test } from "vitest"
import { child, escaped, parseXml } from "./xml.ts"

describe("reading XML", () => {
  test("gives names by their namespace, whatever the prefix, with attributes and text", () => {
    const root = parseXml(
      `<?xml version="1.0"?><!-- a --><r xmlns="urn:a" xmlns:D="DAV:"><D:href k='1'>a &lt;b&gt; &#99;</D:href><x:y xmlns:x="urn:x"/></r>\n`,
    )
    const href = child(root, "{DAV:}href")
    expect([root.name, href?.text, href?.attributes.k]).toEqual(["{urn:a}r", "a <b> c", "1"])
    expect(child(root, "{urn:x}y")?.children).toEqual([])
  })

  test("refuses what is not whole, has no namespace, or declares a document type", () => {
    const bad = [
      "",
      "text",
      "<a>",
      '<a xmlns="u"><b></a></b>',
      '<a xmlns="u"/><b xmlns="u"/>',
      "<a/>",
      '<a xmlns="u"><p:b/></a>',
      '<!DOCTYPE a><a xmlns="u"/>',
      '<a xmlns="u"',
    ]
    for (const text of bad) expect(() => parseXml(text), text).toThrow(SyntaxError)
  })

  test("gives back any text that was written escaped", () => {
    const text = `a<b>&"c'&amp;`
    expect(parseXml(`<a xmlns="u">${escaped(text)}</a>`).text).toBe(text)
  })
})
