import { isProblem } from "@kalends/domain/problem"
import { originalStarts } from "@kalends/domain/recurrence"
import type { Series } from "@kalends/domain/schedule"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ruleFromPatterned, toPatterned } from "./patterned-recurrence.ts"

const dayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const

function seriesOf(start: string, rule: string): Series {
  return {
    kind: "series",
    zone: "Europe/Berlin",
    length: 30,
    moved: [],
    recurrence: { start: Temporal.PlainDateTime.from(start), rules: [rule], extraStarts: [], excludedStarts: [] },
  }
}

const startsOf = (series: Series, rules = series.recurrence.rules) => {
  const from = Temporal.PlainDateTime.from("2026-01-01T00:00")
  return originalStarts({ ...series.recurrence, rules }, from, from.add({ years: 3 })).starts.map(String)
}

/** A start and a rule that falls on it, of one of the six patterns. */
const writable = fc
  .record({
    day: fc.integer({ min: 0, max: 500 }),
    interval: fc.integer({ min: 1, max: 4 }),
    pattern: fc.constantFrom("daily", "weekly", "monthDay", "monthEnd", "monthWeekday", "yearDay", "yearWeekday"),
    others: fc.subarray([...dayNames]),
    end: fc.constantFrom("", ";COUNT=9", ";UNTIL=20280301T235959"),
  })
  .map(({ day, interval, pattern, others, end }) => {
    const date = Temporal.PlainDate.from("2026-01-01").add({ days: day })
    const own = dayNames[date.dayOfWeek - 1] ?? "MO"
    const ordinal = `${Math.min(4, Math.ceil(date.day / 7))}${own}`
    // A fifth weekday of a month is its last: the rule says so.
    const weekday = date.day > 28 ? `-1${own}` : ordinal
    const monthDay = Math.min(date.day, 28)
    const fitting = pattern === "monthDay" || pattern === "yearDay" ? date.with({ day: monthDay }) : date
    const start = pattern === "monthEnd" ? date.with({ day: date.daysInMonth }) : fitting
    const rule = {
      daily: "FREQ=DAILY",
      weekly: `FREQ=WEEKLY;BYDAY=${[...new Set([own, ...others])].join()}`,
      monthDay: `FREQ=MONTHLY;BYMONTHDAY=${monthDay}`,
      monthEnd: "FREQ=MONTHLY;BYMONTHDAY=-1",
      monthWeekday: `FREQ=MONTHLY;BYDAY=${weekday}`,
      yearDay: `FREQ=YEARLY;BYMONTH=${date.month};BYMONTHDAY=${monthDay}`,
      yearWeekday: `FREQ=YEARLY;BYMONTH=${date.month};BYDAY=${weekday}`,
    }[pattern]
    return { start: `${start}T09:00`, rule: `${rule};INTERVAL=${interval}${end}` }
  })

describe("a recurrence in Outlook's patterns", () => {
  test("means the same occurrences when it is read back", () => {
    fc.assert(
      fc.property(writable, ({ start, rule }) => {
        const series = seriesOf(start, rule)
        const read = ruleFromPatterned(toPatterned(series))
        expect({ rule, starts: startsOf(series, [read]) }).toEqual({ rule, starts: startsOf(series) })
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ["positions", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2"],
    ["several times a day", "FREQ=DAILY;BYHOUR=9,15"],
    ["a fifth weekday", "FREQ=MONTHLY;BYDAY=5TH"],
    ["days that some months lack", "FREQ=MONTHLY;BYMONTHDAY=29"],
    ["weeks of the year", "FREQ=YEARLY;BYWEEKNO=5"],
    ["days of the year", "FREQ=YEARLY;BYYEARDAY=29"],
    ["a start that the rule does not name", "FREQ=WEEKLY;BYDAY=FR"],
  ])("%s have no pattern, which is said before anything is written", (_, rule) => {
    try {
      toPatterned(seriesOf("2026-01-29T09:00", rule))
      expect.unreachable()
    } catch (error) {
      expect(isProblem(error, "unsupported") && error.code).toBe("schedule")
    }
  })

  test("a series begins on its first day, on the clock of the series", () => {
    expect(toPatterned(seriesOf("2026-01-29T09:00", "FREQ=WEEKLY"))).toEqual({
      pattern: { type: "weekly", interval: 1, daysOfWeek: ["thursday"], firstDayOfWeek: "monday" },
      range: { type: "noEnd", startDate: "2026-01-29" },
    })
  })

  test.each([
    [{ type: "absoluteMonthly", interval: 1, dayOfMonth: 31 }, "BYMONTHDAY=-1"],
    [{ type: "absoluteMonthly", interval: 1, dayOfMonth: 30 }, "BYMONTHDAY=28,29,30;BYSETPOS=-1"],
    [{ type: "absoluteYearly", interval: 1, dayOfMonth: 29, month: 2 }, "BYMONTHDAY=-1"],
  ])("a day that a month lacks is its last one", (pattern, part) => {
    expect(ruleFromPatterned({ pattern, range: { type: "noEnd" } })).toContain(part)
  })

  test("what is no pattern is not guessed at", () => {
    for (const pattern of [
      {},
      { type: "hourly", interval: 1 },
      { type: "daily", interval: 0 },
      { type: "relativeMonthly" },
    ])
      expect(() => ruleFromPatterned({ pattern, range: { type: "noEnd" } })).toThrow(TypeError)
  })
})
