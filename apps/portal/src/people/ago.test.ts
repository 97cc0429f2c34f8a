import { expect, test } from "vitest"
import { agoText } from "./ago.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")

test("what was done just now is never said to be still to come", () => {
  expect(agoText("2026-11-23T08:00:00Z", { now, locale: "en" })).toBe("1 hour ago")
  expect(agoText("2026-11-23T09:00:04Z", { now, locale: "en" })).toBe("1 second ago")
})
