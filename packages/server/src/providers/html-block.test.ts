import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { htmlWithBlock } from "./html-block.ts"

const page = `<html><head></head><body><div class="x">Bring &amp; share</div></body></html>`
const block = "Join: https://meet.example/room?a=1&b=2"

describe("our block in an HTML body", () => {
  test("is put before the end of the body, once, with its link to click", () => {
    const once = htmlWithBlock(page, block)
    expect(once).toContain(`<a href="https://meet.example/room?a=1&amp;b=2">`)
    expect(once.endsWith("</body></html>")).toBe(true)
    expect(htmlWithBlock(once, block)).toBe(once)
  })

  test("is taken away without a trace", () => {
    expect(htmlWithBlock(htmlWithBlock(page, block), null)).toBe(page)
  })

  test("leaves everything else as it was, whatever the HTML", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const html = `${before}<body>${after}</body>`
        expect(htmlWithBlock(htmlWithBlock(html, block), null)).toBe(htmlWithBlock(html, null))
      }),
    )
  })

  test("cannot bring markup of its own", () => {
    expect(htmlWithBlock("", "<img src=x onerror=alert(1)>")).not.toContain("<img")
  })

  test("is still found where another program wrapped and broke its lines anew", () => {
    const rewritten = htmlWithBlock(page, block).replaceAll("<br>\n", "</span></p>\r\n<p><span>")
    const again = htmlWithBlock(rewritten, block)
    expect(again.split("Join:").length).toBe(2)
  })
})
