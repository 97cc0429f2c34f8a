import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { EventTime } from "./event.ts"
import { nextOccurrence } from "./next-occurrence.ts"
import { originalStarts, type WallStart } from "./recurrence.ts"
import {
  isSameSchedule,
  lastEnd,
  type Occurrence,
  occurrencesIn,
  originalName,
  originalStartOf,
  type Schedule,
  type Series,
  timeOf,
  touches,
} from "./schedule.ts"
import { anySchedule, anySeries } from "./testing/any-schedule.ts"
import { timeWindow } from "./window.ts"

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const date = (text: string) => Temporal.PlainDate.from(text)
const at = (text: string) => Temporal.Instant.from(text)
const between = (from: string, to: string) => timeWindow(at(from), at(to))
const berlin = "Europe/Berlin"

function series(start: WallStart, rule: string, more: Partial<Series> = {}): Series {
  const recurrence = { start, rules: [rule], extraStarts: [], excludedStarts: [] }
  const isAllDay = start instanceof Temporal.PlainDate
  return { kind: "series", recurrence, zone: isAllDay ? null : berlin, length: isAllDay ? 1 : 30, moved: [], ...more }
}

function timed(startsAt: string, minutes = 30): EventTime {
  return { kind: "timed", startsAt: at(startsAt), endsAt: at(startsAt).add({ minutes }), zone: berlin }
}

function startOf({ time }: Occurrence): string {
  if (time.kind === "timed") return time.startsAt.toString().slice(0, 16)
  return time.kind === "all-day" ? time.startsOn.toString() : time.starts.toString().slice(0, 16)
}

describe("an occurrence", () => {
  const spring = between("2026-03-28T00:00Z", "2026-03-31T00:00Z")
  const autumn = between("2026-10-24T00:00Z", "2026-10-27T00:00Z")
  const shown = (schedule: Schedule, window = spring) => occurrencesIn(schedule, window, berlin).map(startOf)

  test("in the hour that the clocks leave out takes place an hour later", () => {
    expect(shown(series(wall("2026-03-28T02:30"), "FREQ=DAILY;COUNT=3"))).toEqual([
      "2026-03-28T01:30",
      "2026-03-29T01:30",
      "2026-03-30T00:30",
    ])
  })

  test("in the hour that comes twice takes place in the first", () => {
    expect(shown(series(wall("2026-10-24T02:30"), "FREQ=DAILY;COUNT=3"), autumn)).toEqual([
      "2026-10-24T00:30",
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ])
  })

  test("lasts as long as ever when the clocks change, unless its length is counted on the wall", () => {
    const overnight = series(wall("2026-03-28T09:00"), "FREQ=DAILY;COUNT=1", { length: 1_440 })
    const end = (given: Series) => JSON.stringify(timeOf(given, given.recurrence.start))
    expect(end(overnight)).toContain('"endsAt":"2026-03-29T08:00:00Z"')
    expect(end({ ...overnight, isLengthNominal: true })).toContain('"endsAt":"2026-03-29T07:00:00Z"')
  })

  test("of whole days is dates whatever the clocks do", () => {
    const allDay = series(date("2026-03-28"), "FREQ=DAILY;COUNT=3")
    expect(shown(allDay)).toEqual(["2026-03-28", "2026-03-29", "2026-03-30"])
    expect(timeOf(allDay, date("2026-03-29"))).toEqual({
      kind: "all-day",
      startsOn: date("2026-03-29"),
      endsBefore: date("2026-03-30"),
    })
  })

  test("without a zone is on the clock of whoever looks", () => {
    const floating = series(wall("2026-03-28T23:30"), "FREQ=DAILY;COUNT=1", { zone: null })
    const inTokyo = occurrencesIn(floating, between("2026-03-28T14:00Z", "2026-03-28T15:00Z"), "Asia/Tokyo")
    expect(inTokyo.map(startOf)).toEqual(["2026-03-28T23:30"])
    expect(occurrencesIn(floating, between("2026-03-28T14:00Z", "2026-03-28T15:00Z"), berlin)).toEqual([])
  })

  test("is found by the instant that a provider names it by, in the hour left out too", () => {
    const early = series(wall("2026-03-28T02:30"), "FREQ=DAILY")
    expect(originalStartOf(early, at("2026-03-29T01:30Z"))).toEqual(wall("2026-03-29T02:30"))
    expect(originalStartOf(early, at("2026-03-30T00:30Z"))).toEqual(wall("2026-03-30T02:30"))
    expect(originalStartOf(series(date("2026-03-28"), "FREQ=DAILY"), at("2026-03-29T00:00Z"))).toEqual(
      date("2026-03-29"),
    )
  })

  test("keeps its name whatever the series", () => {
    fc.assert(
      fc.property(anySeries, (whole) => {
        const { starts } = originalStarts(whole.recurrence, wall("2025-03-20T00:00"), wall("2025-04-20T00:00"))
        // Two occurrences of an hourly rule may take place at one instant, when the clocks leave out an hour.
        const names = new Map(starts.map((start) => [originalName(whole, start).toString(), start]))
        fc.pre(names.size === starts.length)
        const found = [...names.values()].map((start) => originalStartOf(whole, originalName(whole, start)))
        expect(found.map(String)).toEqual(starts.map(String))
      }),
      { numRuns: 60 },
    )
  })
})

describe("a window", () => {
  const moved = [
    { originalStart: wall("2026-03-03T09:00"), time: timed("2026-06-01T08:00Z") },
    { originalStart: wall("2026-06-02T09:00"), time: timed("2026-03-04T13:00Z") },
  ]
  const daily = series(wall("2026-01-01T09:00"), "FREQ=DAILY", { moved })

  test("in the middle of a series shows what takes place in it, wherever it was at first", () => {
    const found = occurrencesIn(daily, between("2026-03-02T00:00Z", "2026-03-05T00:00Z"), berlin)
    expect(found.map((one) => `${startOf(one)} ${one.isMoved} ${one.originalStart}`)).toEqual([
      "2026-03-02T08:00 false 2026-03-02T09:00:00",
      "2026-03-04T08:00 false 2026-03-04T09:00:00",
      "2026-03-04T13:00 true 2026-06-02T09:00:00",
    ])
  })

  test("shows what has begun before it and not yet ended, and not what only touches it", () => {
    const shown = (from: string, to: string) =>
      occurrencesIn(series(wall("2026-03-02T09:00"), "FREQ=DAILY;COUNT=1"), between(from, to), berlin).length
    expect(shown("2026-03-02T08:29Z", "2026-03-02T09:00Z")).toBe(1)
    expect(shown("2026-03-02T08:30Z", "2026-03-02T09:00Z")).toBe(0)
    expect(shown("2026-03-02T07:30Z", "2026-03-02T08:00Z")).toBe(0)
  })

  test("shows an event without length where it begins", () => {
    const instant = series(wall("2026-03-02T09:00"), "FREQ=DAILY;COUNT=1", { length: 0 })
    expect(occurrencesIn(instant, between("2026-03-02T08:00Z", "2026-03-02T08:01Z"), berlin).length).toBe(1)
    expect(occurrencesIn(instant, between("2026-03-02T07:59Z", "2026-03-02T08:00Z"), berlin).length).toBe(0)
  })

  test("is touched in whatever zone it is looked at", () => {
    const allDay = series(date("2026-03-02"), "FREQ=DAILY;COUNT=1")
    expect(touches(allDay, between("2026-03-01T11:00Z", "2026-03-01T12:00Z"))).toBe(true)
    expect(touches(allDay, between("2026-02-01T11:00Z", "2026-02-01T12:00Z"))).toBe(false)
  })

  test("cut in two shows in its halves what it shows whole", () => {
    const days = fc.integer({ min: 0, max: 700 })
    fc.assert(
      fc.property(anySchedule, days, fc.integer({ min: 1, max: 30 }), (schedule, from, length) => {
        const start = at("2025-01-01T05:00Z").add({ hours: from * 24 })
        const middle = start.add({ hours: length * 11 })
        const end = middle.add({ hours: length * 13 })
        const names = (first: Temporal.Instant, last: Temporal.Instant) =>
          occurrencesIn(schedule, timeWindow(first, last), berlin).map((one) => `${one.originalStart} ${startOf(one)}`)
        const halves = new Set([...names(start, middle), ...names(middle, end)])
        expect([...halves].toSorted()).toEqual([...new Set(names(start, end))].toSorted())
      }),
      { numRuns: 60 },
    )
  })
})

describe("the end of a schedule", () => {
  const cancelled = (whole: Series, ...starts: readonly string[]): Series => ({
    ...whole,
    recurrence: { ...whole.recurrence, excludedStarts: starts.map(wall) },
  })
  const three = series(wall("2026-03-02T09:00"), "FREQ=DAILY;COUNT=3")
  const later = { ...three, moved: [{ originalStart: wall("2026-03-02T09:00"), time: timed("2026-05-01T08:00Z") }] }
  const extra = { ...three, recurrence: { ...three.recurrence, extraStarts: [wall("2026-04-01T09:00")] } }
  const ends: Readonly<Record<string, readonly [Schedule, string | null]>> = {
    "when its last occurrence does": [three, "2026-03-04T08:30:00Z"],
    "without the cancelled ones": [cancelled(three, "2026-03-04T09:00"), "2026-03-03T08:30:00Z"],
    "when one that was moved does": [later, "2026-05-01T08:30:00Z"],
    "with a date beside its rule": [extra, "2026-04-01T07:30:00Z"],
    "of a single event": [{ kind: "single", time: timed("2026-03-02T08:00Z") }, "2026-03-02T08:30:00Z"],
    "of one that lost everything": [
      cancelled(three, "2026-03-02T09:00", "2026-03-03T09:00", "2026-03-04T09:00"),
      "2026-03-02T08:30:00Z",
    ],
    "after thousands": [series(wall("2026-03-02T09:00"), "FREQ=DAILY;UNTIL=20560101T090000"), "2056-01-01T08:30:00Z"],
    "never, without an end": [series(wall("2026-03-02T09:00"), "FREQ=DAILY"), null],
    "never, when nobody can read its rule": [series(wall("2026-03-02T09:00"), "FREQ=SOMETIMES;COUNT=2"), null],
  }
  test.each(Object.keys(ends))("is %s", (name) => {
    const [schedule, expected] = ends[name] ?? [three, ""]
    expect(lastEnd(schedule)?.toString() ?? null).toBe(expected)
  })
})

describe("the next occurrence", () => {
  test("is the first that begins later, however far", () => {
    const yearly = series(date("2024-02-29"), "FREQ=YEARLY")
    const next = (after: string) => nextOccurrence(yearly, at(after), "UTC")?.originalStart?.toString()
    expect([next("2024-02-28T23:59:59Z"), next("2024-02-29T00:00Z"), next("2026-01-01T00:00Z")]).toEqual([
      "2024-02-29",
      "2028-02-29",
      "2028-02-29",
    ])
  })

  test("is none after the last", () => {
    const three = series(wall("2026-03-02T09:00"), "FREQ=DAILY;COUNT=3")
    expect(nextOccurrence(three, at("2026-03-04T08:00Z"), berlin)).toBeNull()
  })
})

test("two schedules are the same when they say the same in other words", () => {
  const one = series(wall("2026-03-02T09:00"), "FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU")
  const same = ["FREQ=WEEKLY;BYDAY=WE,MO", "byday=MO,WE;freq=WEEKLY;INTERVAL=1", "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9"]
  const other = ["FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3"]
  const isSame = (rule: string) => isSameSchedule(one, { ...one, recurrence: { ...one.recurrence, rules: [rule] } })
  expect([same.map(isSame), other.map(isSame)]).toEqual([
    [true, true, true],
    [false, false, false],
  ])
})
