import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { messages } from "./messages.ts"

// What the service refuses about people and signing in has words in both languages.

const server = join(import.meta.dirname, "../../../packages/server/src")
const files = [
  ...readdirSync(join(server, "people"))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join("people", name)),
  ...["ports/person-tables.ts", "ports/sign-in-tables.ts", "postgres/person-tables.ts", "postgres/sign-in-tables.ts"],
  ...["http/needs.ts", "http/session-guard.ts", "http/rate-limit.ts", "http/fresh-guard.ts", "http/person-routes.ts"],
]
const codes = [
  ...new Set(files.flatMap((file) => [...codesIn(readFileSync(join(server, file), "utf8"))])),
  // Said by what is handed to `unique` and to `new Problem` by another name.
  ...["email-taken", "passkey-known", "identity-known"],
]

function* codesIn(source: string): Iterable<string> {
  for (const [, code = ""] of source.matchAll(/\bcode: "([a-z-]+)"/g)) yield code
}

test("every code that is found has words, English and Japanese", () => {
  expect(codes).toContain("last-owner")
  expect(codes.length).toBeGreaterThan(30)
  const without = (["en", "ja"] as const).flatMap((language) => {
    const words = { ...messages[language].problems, ...messages[language].signInPage.problems }
    return codes.filter((code) => !(code in words)).map((code) => `${language} ${code}`)
  })
  expect(without).toEqual([])
})
