import { expect, test } from "vitest"
import { inOneLanguage } from "./one-language.ts"

test("leaves tables of both languages with one, and everything else as it is", () => {
  const before = [
    'const en = { title: "Rooms", languages: { en: "English", ja: "日本語" } }',
    "export const words = { en, ja: { ...en, ...japanese } }",
    "export const others = { en: 1, ja: 2, de: 3 }",
    "const last = { ja, en: make(1) }",
  ]
  expect(inOneLanguage(before.join("\n"), "en").split("\n")).toEqual([
    before[0],
    "export const words = { en }",
    before[2],
    "const last = { en: make(1) }",
  ])
  expect(inOneLanguage(before.join("\n"), "ja").split("\n")).toEqual([
    before[0],
    "export const words = { ja: { ...en, ...japanese } }",
    before[2],
    "const last = { ja }",
  ])
})
