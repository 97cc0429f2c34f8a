import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { EventTime } from "./event.ts"
import type { WallStart } from "./recurrence.ts"
import { isSameSchedule, type Schedule, type Series } from "./schedule.ts"
import { applyChanges, type ScheduleChange } from "./series-change.ts"
import { diffSchedule } from "./series-diff.ts"
import { cutSeries } from "./series-split.ts"
import { rezone, shiftSeries } from "./series-zone.ts"
import { anyCut, anySchedule, anySeries, withExceptions, zones } from "./testing/any-schedule.ts"
import { unlessRefused } from "./testing/unless-refused.ts"

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const berlin = "Europe/Berlin"

function timed(startsAt: string, minutes = 30, zone = berlin): EventTime {
  const from = Temporal.Instant.from(startsAt)
  return { kind: "timed", startsAt: from, endsAt: from.add({ minutes }), zone }
}

function series(start: string, rule: string, more: Partial<Series> = {}): Series {
  const recurrence = { start: wall(start), rules: [rule], extraStarts: [], excludedStarts: [] }
  return { kind: "series", recurrence, zone: berlin, length: 30, moved: [], ...more }
}

const weekly = series("2026-03-02T09:00", "FREQ=WEEKLY;BYDAY=MO")
const withHole = (whole: Series, ...starts: readonly string[]): Series => ({
  ...whole,
  recurrence: { ...whole.recurrence, excludedStarts: starts.map(wall) },
})
const moved = (originalStart: string, startsAt: string) => ({
  originalStart: wall(originalStart),
  time: timed(startsAt),
})

/** Changes without their values. */
function told(before: Schedule, after: Schedule): readonly string[] {
  return diffSchedule(before, after).map((change) => [change.kind, ...details(change)].join(" "))
}

function details(change: ScheduleChange): readonly string[] {
  if ("originalStart" in change) return [change.originalStart.toString()]
  if (change.kind === "cut") return [change.before.toString()]
  if (change.kind === "shifted") return [change.start.toString(), change.carries]
  return change.kind === "zone-changed" ? [String(change.zone), change.keeps] : []
}

describe("what became of a schedule", () => {
  const single: Schedule = { kind: "single", time: timed("2026-03-02T08:00Z") }
  const both = { ...withHole(weekly, "2026-03-09T09:00"), moved: [moved("2026-03-16T09:00", "2026-03-17T08:00Z")] }
  const cases: Readonly<Record<string, readonly [Schedule, Schedule, readonly string[]]>> = {
    nothing: [weekly, { ...weekly }, []],
    "nothing, though the rule is written otherwise": [
      weekly,
      series("2026-03-02T09:00", "interval=1;freq=weekly;wkst=SU"),
      [],
    ],
    "nothing, when only the text of an occurrence changed": [
      weekly,
      { ...weekly, moved: [moved("2026-03-09T09:00", "2026-03-09T08:00Z")] },
      [],
    ],
    "a single event moves": [single, { kind: "single", time: timed("2026-03-03T08:00Z") }, ["moved"]],
    "a single event is seen from another zone": [
      single,
      { kind: "single", time: timed("2026-03-02T08:00Z", 30, "Asia/Tokyo") },
      ["zone-changed Asia/Tokyo instant"],
    ],
    "it becomes a series": [single, weekly, ["became-series"]],
    "it takes whole days from now on": [
      weekly,
      {
        ...weekly,
        zone: null,
        length: 1,
        recurrence: { ...weekly.recurrence, start: Temporal.PlainDate.from("2026-03-02") },
      },
      ["became-series"],
    ],
    "it becomes single": [weekly, single, ["became-single"]],
    "one occurrence moves": [
      weekly,
      { ...weekly, moved: [moved("2026-03-09T09:00", "2026-03-10T08:00Z")] },
      ["occurrence-moved 2026-03-09T09:00:00"],
    ],
    "one is cancelled": [weekly, withHole(weekly, "2026-03-09T09:00"), ["occurrence-cancelled 2026-03-09T09:00:00"]],
    "one comes back": [withHole(weekly, "2026-03-09T09:00"), weekly, ["occurrence-restored 2026-03-09T09:00:00"]],
    "a moved one is cancelled": [
      { ...weekly, moved: [moved("2026-03-09T09:00", "2026-03-10T08:00Z")] },
      withHole(weekly, "2026-03-09T09:00"),
      ["occurrence-cancelled 2026-03-09T09:00:00"],
    ],
    "all exceptions are gone": [both, weekly, ["exceptions-dropped"]],
    "it ends before an occurrence": [
      both,
      series("2026-03-02T09:00", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260308T225959"),
      ["cut 2026-03-09T09:00:00"],
    ],
    "it ends after fewer": [
      series("2026-03-02T09:00", "FREQ=WEEKLY;COUNT=9"),
      series("2026-03-02T09:00", "FREQ=WEEKLY;COUNT=3"),
      ["cut 2026-03-23T09:00:00"],
    ],
    "it goes on for longer": [
      series("2026-03-02T09:00", "FREQ=WEEKLY;COUNT=3"),
      series("2026-03-02T09:00", "FREQ=WEEKLY;COUNT=9"),
      ["rules-changed"],
    ],
    "its rule changes": [weekly, series("2026-03-02T09:00", "FREQ=WEEKLY;BYDAY=MO,TU"), ["rules-changed"]],
    "the whole series moves to another day, with its exceptions": [
      withHole(weekly, "2026-03-09T09:00"),
      withHole(series("2026-03-03T10:00", "FREQ=WEEKLY;BYDAY=TU"), "2026-03-10T10:00"),
      ["shifted 2026-03-03T10:00:00 everything"],
    ],
    "the whole series moves and its exceptions are dropped": [
      withHole(weekly, "2026-03-09T09:00"),
      series("2026-03-02T10:00", "FREQ=WEEKLY"),
      ["shifted 2026-03-02T10:00:00 everything", "exceptions-dropped"],
    ],
    "its zone changes, its clock does not": [
      withHole(weekly, "2026-03-09T09:00"),
      { ...withHole(weekly, "2026-03-09T09:00"), zone: "Asia/Tokyo" },
      ["zone-changed Asia/Tokyo wall-clock"],
    ],
    "its zone changes, its moment does not": [
      withHole(weekly, "2026-03-09T09:00"),
      { ...withHole(series("2026-03-02T17:00", "FREQ=WEEKLY;BYDAY=MO"), "2026-03-09T17:00"), zone: "Asia/Tokyo" },
      ["zone-changed Asia/Tokyo instant"],
    ],
    "it takes longer": [weekly, { ...weekly, length: 45 }, ["length-changed"]],
  }
  test.each(Object.keys(cases))("is told in as few words as it takes: %s", (name) => {
    const [before, after, expected] = cases[name] ?? [weekly, weekly, ["no such case"]]
    expect(told(before, after)).toEqual(expected)
  })
})

/** A schedule and what people do to one. */
const edited: fc.Arbitrary<readonly [Schedule, Schedule]> = anySeries.chain((whole) => {
  const safe = (edit: () => Series | null) => fc.constant(unlessRefused(edit) ?? whole)
  const edits = fc.oneof(
    anyCut(whole).chain((cut: WallStart) => safe(() => cutSeries(whole, cut))),
    fc.constantFrom(-86_400, 86_400, 3 * 86_400).chain((by) => safe(() => shiftSeries(whole, by))),
    fc.nat(60).map((index) => withExceptions(whole, [{ index, how: "cancelled", byMinutes: 0 }])),
    fc.constantFrom(...zones).map((zone) => rezone(whole, zone, "wall-clock")),
    fc
      .constantFrom(...zones)
      .chain((zone) => fc.constant(unlessRefused(() => rezone(whole, zone, "instant")) ?? whole)),
    fc.constant({ ...whole, length: 5, recurrence: { ...whole.recurrence, extraStarts: [] } }),
  )
  return edits.map((after) => [whole, after] as const)
})

type Diff = typeof diffSchedule

function diffLaw(diff: Diff) {
  return fc.property(fc.oneof(edited, fc.tuple(anySchedule, anySchedule)), ([before, after]) => {
    expect(isSameSchedule(applyChanges(before, diff(before, after)), after)).toBe(true)
  })
}

describe("the changes between two schedules", () => {
  test("make the second of the first", () => {
    fc.assert(diffLaw(diffSchedule), { numRuns: 150 })
  })

  test("are none exactly when nothing changed", () => {
    fc.assert(
      fc.property(edited, ([before, after]) => {
        expect(diffSchedule(before, before)).toEqual([])
        expect(diffSchedule(before, after).length === 0).toBe(isSameSchedule(before, after))
      }),
      { numRuns: 50 },
    )
  })

  const wrong: Readonly<Record<string, Diff>> = {
    "holes are forgotten": (before, after) =>
      diffSchedule(before, after).filter(({ kind }) => kind !== "occurrence-cancelled"),
    "the zone keeps the wrong thing": (before, after) =>
      diffSchedule(before, after).map((change) =>
        change.kind === "zone-changed"
          ? { ...change, keeps: change.keeps === "instant" ? "wall-clock" : "instant" }
          : change,
      ),
  }
  test.each(Object.keys(wrong))("or the test tells: %s", (mistake) => {
    expect(fc.check(diffLaw(wrong[mistake] ?? diffSchedule), { numRuns: 500, endOnFailure: true }).failed).toBe(true)
  })
})
