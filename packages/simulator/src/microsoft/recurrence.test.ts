import { expect, test } from "vitest"
import { fromRecurrence, toRecurrence } from "./recurrence.ts"

const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" } as const

test.each([
  "FREQ=DAILY;INTERVAL=2;COUNT=5",
  "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,WE;UNTIL=20270101T235959Z",
  "FREQ=MONTHLY;INTERVAL=1;BYDAY=-1FR",
  "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=24",
  "FREQ=YEARLY;INTERVAL=1;BYDAY=2TU;BYMONTH=5",
])("%s comes back from Graph's model as it went in", (rule) => {
  const { pattern, range } = toRecurrence(rule, time) as {
    pattern: Record<string, unknown>
    range: Record<string, unknown>
  }
  expect(fromRecurrence(pattern, range)).toBe(rule)
})

test("names the first day and an unlimited range in Graph's words", () => {
  expect(toRecurrence("FREQ=WEEKLY", time)).toEqual({
    pattern: { type: "weekly", interval: 1, daysOfWeek: ["tuesday"], firstDayOfWeek: "monday" },
    range: {
      type: "noEnd",
      startDate: "2026-11-24",
      recurrenceTimeZone: "UTC",
      numberOfOccurrences: 0,
      endDate: "0001-01-01",
    },
  })
})
