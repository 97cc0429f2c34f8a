import { expect, test } from "vitest"
import { preferencesOf } from "./preferences.ts"

test("a chosen language wins over the browser's, and dates follow it", () => {
  expect(preferencesOf("ja", ["en-GB"])).toEqual({ language: "ja", locale: "ja" })
  expect(preferencesOf("en", ["ja-JP", "en-AU"])).toEqual({ language: "en", locale: "en-AU" })
})

test("without a choice, or with one there is no catalogue for, the browser decides", () => {
  expect([preferencesOf(null, ["ja-JP"]).language, preferencesOf("xx", ["de"]).language]).toEqual(["ja", "en"])
})
