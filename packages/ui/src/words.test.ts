import { expect, test } from "vitest"
import { chooseLanguage, chooseZone, clockTime, dayName, localeOf, momentWords, relativeTime, spanOf } from "./words.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")

test("the first language with a catalogue is taken, English otherwise", () => {
  expect([chooseLanguage(["fr", "ja-JP", "en"]), chooseLanguage(["de-CH"]), chooseLanguage([])]).toEqual([
    "ja",
    "en",
    "en",
  ])
})

test("the user's own region decides how dates are written", () => {
  expect([localeOf("en", ["fr", "en-GB", "en"]), localeOf("en", ["de-CH"])]).toEqual(["en-GB", "en"])
})

test("ages are told in the largest fitting unit", () => {
  expect(relativeTime(now.subtract({ seconds: 12 }), now, "en")).toBe("12 seconds ago")
  expect(relativeTime(now.subtract({ minutes: 61 }), now, "en")).toBe("1 hour ago")
  expect(relativeTime(now.add({ hours: 72 }), now, "en")).toBe("in 3 days")
  expect(relativeTime(now, now, "en")).toBe("1 second ago")
  expect(relativeTime(now.subtract({ minutes: 5 }), now, "ja")).toBe("5 分前")
})

test("spans and times are written as the language does", () => {
  expect(spanOf(40, "en")).toBe("40 seconds")
  expect(spanOf(935, "en")).toBe("16 minutes")
  expect(clockTime(now, "Asia/Tokyo", "ja")).toBe("18:00")
  expect(dayName(Temporal.PlainDate.from("2026-11-23"), "en")).toBe("Monday, November 23")
})

test("a browser that knows no zone is on UTC rather than blank", () => {
  expect([chooseZone("Etc/Unknown"), chooseZone("Asia/Tokyo")]).toEqual(["UTC", "Asia/Tokyo"])
})

test("a tag that is none is passed over rather than thrown at every date", () => {
  expect(localeOf("en", ["en-US@posix", "en-GB"])).toBe("en-GB")
  expect(localeOf("en", ["en-US@posix"])).toBe("en")
})

test("a moment is written to the second, with its zone", () => {
  expect(momentWords(now, "UTC", "en-GB")).toBe("23 Nov 2026, 09:00:00 UTC")
  expect(momentWords(now, "Asia/Tokyo", "ja")).toMatch(/18:00:00 JST$/)
})
