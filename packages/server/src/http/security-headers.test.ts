import { expect, test } from "vitest"
import { contentSecurityPolicy } from "./security-headers.ts"

const directives = new Map(
  contentSecurityPolicy("n".repeat(22), ["https://calendar.example"])
    .split("; ")
    .map((directive) => {
      const [name = "", ...values] = directive.split(" ")
      return [name, values.join(" ")] as const
    }),
)

test("pages run scripts of ours alone, load nothing that is not named, and are in nobody's frame", () => {
  expect(directives.get("default-src")).toBe("'none'")
  expect(directives.get("script-src")).toBe("'self'")
  expect(directives.get("frame-ancestors")).toBe("'none'")
  expect(directives.get("base-uri")).toBe("'none'")
  expect(directives.get("form-action")).toBe("'self'")
  expect(directives.get("connect-src")).toBe("'self' https://calendar.example")
})

test("what is inline is a style attribute, or a style with this answer's nonce", () => {
  const inline = [...directives].filter(([, values]) => /unsafe|nonce/.test(values))
  expect(inline).toEqual([
    ["style-src", `'self' 'nonce-${"n".repeat(22)}'`],
    ["style-src-attr", "'unsafe-inline'"],
  ])
})
