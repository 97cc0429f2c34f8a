import fc from "fast-check"
import { expect, test } from "vitest"
import { plainText } from "./plain-text.ts"

test.each([
  ["Bring a scarf", "Bring a scarf"],
  ["<p>One</p><p>Two &amp; <b>three</b></p>", "One\nTwo & three"],
  ["a<br>b<BR/>c", "a\nb\nc"],
  ['Join <a href="https://meet.example/x?a=1&amp;b=2">here</a> now', "Join here <https://meet.example/x?a=1&b=2> now"],
  ["<a href='https://meet.example/x'>meet.example/x</a>", "https://meet.example/x"],
  ['<a href="javascript:alert(1)">click</a>', "click"],
  ["Join: <https://meet.example/x> or call", "Join: <https://meet.example/x> or call"],
  ["if 1 < 2 & 3 > 2", "if 1 < 2 & 3 > 2"],
  ["<STYLE>p{}</STYLE><script>steal()</script>Text", "Text"],
  ["<script>never closed", ""],
  ["&#x1F52D; &#65;&#0;&unknown;", "🔭 A&#0;&unknown;"],
])("%j reads as %j", (html, expected) => {
  expect(plainText(html)).toBe(expected)
})

test("no text is no text", () => expect(plainText(null)).toBeNull())

test("any text is read without failing, and never grows without bound", () => {
  const pieces = fc.constantFrom(
    "<",
    ">",
    "<a ",
    'href="https://x"',
    "</a>",
    "<script>",
    "</script>",
    "<br",
    "&lt;",
    "&#",
    "İ",
    "text",
    "\n",
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 200 }), (parts) => (plainText(parts.join("")) ?? "").length <= 4_000),
  )
})

test.each(["<script>", "<style ", "<a ", "<", "<a href='https://x'>", "&#x", "<br "])(
  "a description of nothing but %j ends, cut to its bound",
  (piece) => {
    expect((plainText(piece.repeat(100_000)) ?? "").length).toBeLessThanOrEqual(50_000)
  },
)
