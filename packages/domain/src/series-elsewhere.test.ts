import fc from "fast-check"
import ICAL from "ical.js"
import { RRuleTemporal } from "rrule-temporal"
import { describe, expect, test } from "vitest"
import { eventSpan } from "./event.ts"
import { originalStarts, type WallStart } from "./recurrence.ts"
import { type Occurrence, occurrencesIn, type Series } from "./schedule.ts"
import { scheduleLines } from "./series-ical.ts"
import { splitSeries } from "./series-split.ts"
import { anyDayRule, zones } from "./testing/any-schedule.ts"
import { timeWindow } from "./window.ts"

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const years = timeWindow(Temporal.Instant.from("2024-01-01T00:00Z"), Temporal.Instant.from("2080-01-01T00:00Z"))

function series(start: WallStart, rule: string, zone: string | null): Series {
  const recurrence = { start, rules: [rule], extraStarts: [], excludedStarts: [] }
  return { kind: "series", recurrence, zone, length: 30, moved: [] }
}

function startOf({ time }: Occurrence): string {
  return eventSpan(time, "UTC").startsAt.toString().slice(0, 16)
}

const anyZonedSeries = fc
  .tuple(
    anyDayRule,
    fc.constantFrom(...zones),
    fc.integer({ min: 0, max: 700 }),
    fc.constantFrom(9 * 60, 150, 60, 1_400),
  )
  .map(([rule, zone, days, minutes]) => {
    const from = wall("2025-01-01T00:00").add({ days, minutes })
    // A start that its rule does not name is read differently by everybody.
    const start = originalStarts(series(from, rule, zone).recurrence, from.add({ seconds: 1 }), from.add({ years: 40 }))
      .starts[0]
    return series(start ?? from, `${rule};COUNT=12`, zone)
  })

function ours(whole: Series): readonly string[] {
  const all = occurrencesIn(whole, years, "UTC")
  return all.map((one) => `${startOf(one)}Z`)
}

function byRruleTemporal(whole: Series): readonly string[] {
  const lines = scheduleLines(whole).filter((line) => !line.startsWith("DURATION"))
  const found = new RRuleTemporal({ rruleString: lines.join("\n") }).all()
  return found.map((zoned) => `${zoned.toInstant().toString().slice(0, 16)}Z`)
}

describe("occurrences are the same as by another implementation", () => {
  test("rrule-temporal, in zones whose clocks change", () => {
    fc.assert(
      fc.property(anyZonedSeries, (whole) => {
        fc.pre(ours(whole).length === 12 && isComparable(whole))
        expect(ours(whole)).toEqual(byRruleTemporal(whole))
      }),
      { numRuns: 60 },
    )
  })

  test("rrule-temporal, of both parts of a divided series", () => {
    fc.assert(
      fc.property(anyZonedSeries, fc.integer({ min: 1, max: 11 }), (whole, index) => {
        const all = ours(whole)
        fc.pre(all.length === 12 && isComparable(whole))
        const cut = originalStarts(whole.recurrence, wall("2024-01-01T00:00"), wall("2080-01-01T00:00")).starts[index]
        const { head, tail } = splitSeries(whole, cut ?? whole.recurrence.start)
        expect([head, tail].flatMap((part) => (part === null ? [] : byRruleTemporal(part)))).toEqual(all)
      }),
      { numRuns: 60 },
    )
  })

  test("ical.js, with holes and dates beside the rule", () => {
    const rule = fc.constantFrom("FREQ=DAILY;COUNT=20", "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=20", "FREQ=MONTHLY;COUNT=20")
    const index = fc.uniqueArray(fc.integer({ min: 1, max: 19 }), { maxLength: 5 })
    fc.assert(
      fc.property(
        rule,
        index,
        fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
        (text, holes, days) => {
          const start = wall("2026-03-02T09:00")
          const whole = series(start, text, null)
          const { starts } = originalStarts(whole.recurrence, start, start.add({ years: 3 }))
          const excludedStarts = starts.filter((_, position) => holes.includes(position))
          const extraStarts = days.map((count) => start.add({ days: count, hours: 2 }))
          const recurrence = { ...whole.recurrence, excludedStarts, extraStarts }
          const found = originalStarts(recurrence, start, start.add({ years: 3 })).starts.map(String)
          expect(found).toEqual(byIcal({ ...whole, recurrence }))
        },
      ),
      { numRuns: 50 },
    )
  })
})

function byIcal(whole: Series): readonly string[] {
  const text = ["BEGIN:VEVENT", ...scheduleLines(whole), "END:VEVENT"].join("\r\n")
  const iterator = new ICAL.Event(new ICAL.Component(ICAL.parse(text))).iterator()
  const found: string[] = []
  for (let next = iterator.next(); next && found.length < 100; next = iterator.next()) found.push(next.toString())
  return found
}

/**
 * False when rrule-temporal does not look far enough, or passes over an occurrence in an hour that the clocks leave out. RFC
 * 5545 says both that such a one is left out (3.3.10) and that it takes place later (3.8.5.3 with 3.3.5); calendars show it.
 */
function isComparable(whole: Series): boolean {
  const all = occurrencesIn(whole, years, "UTC")
  return all.every(({ originalStart, time }) => {
    if (time.kind !== "timed" || originalStart === null) return false
    const shown = time.startsAt.toZonedDateTimeISO(time.zone ?? "UTC").toPlainDateTime()
    return shown.toString() === originalStart.toString() && shown.year < 2045
  })
}
