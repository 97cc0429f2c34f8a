import fc from "fast-check"
import type { EventTime } from "../event.ts"
import { originalStarts, type WallStart } from "../recurrence.ts"
import { type MovedOccurrence, type Schedule, type Series, timeOf } from "../schedule.ts"
import { startAt, startSeconds } from "../series-rule.ts"

/** Zones whose clocks never change, change by an hour, by half an hour, and by a whole day. */
export const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Tokyo",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Pacific/Auckland",
] as const
const anyZone = fc.constantFrom(...zones)

const day = fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU")
const every = fc.integer({ min: 1, max: 3 }).map((step) => `;INTERVAL=${step}`)
const some = <Item>(item: fc.Arbitrary<Item>, maxLength = 3) =>
  fc.uniqueArray(item, { minLength: 1, maxLength }).map((list) => list.join())
const maybe = (name: string, value: fc.Arbitrary<unknown>) =>
  fc.option(value, { nil: null }).map((found) => (found === null ? "" : `;${name}=${found}`))
const rule = (frequency: string, ...parts: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(every, ...parts).map((list) => `FREQ=${frequency}${list.join("")}`)
const monthDay = fc.constantFrom(1, 7, 15, 28, 30, 31, -1, -2)
const ordinalDay = fc.tuple(fc.constantFrom(1, 2, 4, -1), day).map((pair) => pair.join(""))

/** Rules that step through days, weeks, months and years, without an end. */
export const anyDayRule: fc.Arbitrary<string> = fc.oneof(
  rule("DAILY", maybe("BYDAY", some(day, 5))),
  rule("WEEKLY", maybe("BYDAY", some(day)), maybe("WKST", day)),
  rule("WEEKLY", fc.constant(";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1"), maybe("WKST", fc.constant("SU"))),
  rule("MONTHLY", maybe("BYMONTHDAY", some(monthDay))),
  rule("MONTHLY", maybe("BYDAY", some(ordinalDay))),
  rule("MONTHLY", fc.constant(";BYDAY=MO,TU,WE,TH,FR"), maybe("BYSETPOS", fc.constantFrom("-1", "1", "2,-2"))),
  rule("YEARLY", maybe("BYMONTH", some(fc.integer({ min: 1, max: 12 }))), maybe("BYMONTHDAY", some(monthDay))),
)

const anyTimedRule = fc.oneof(
  { weight: 6, arbitrary: anyDayRule },
  { weight: 1, arbitrary: rule("DAILY", fc.constantFrom(";BYHOUR=9,10", ";BYHOUR=2,14;BYMINUTE=0,30")) },
  { weight: 1, arbitrary: rule("HOURLY", maybe("BYHOUR", fc.constant("1,2,3,14"))) },
)

/** How a rule ends; days are counted from the start. */
const anyEnd = fc.oneof(
  fc.constant(null),
  fc.integer({ min: 1, max: 60 }).map((count) => ({ count })),
  fc.integer({ min: 0, max: 900 }).map((days) => ({ days })),
)

const anyDate = fc.integer({ min: 0, max: 900 }).map((days) => Temporal.PlainDate.from("2025-01-01").add({ days }))
// Hours at which clocks change are as frequent as all others together.
const anyMinute = fc.oneof(
  fc.constantFrom(60, 90, 120, 150, 170),
  fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15),
)
const anyWallTime = fc.tuple(anyDate, anyMinute).map(([date, minutes]) => date.toPlainDateTime().add({ minutes }))

function ended(text: string, end: { count: number } | { days: number } | null, start: WallStart): string {
  if (end === null) return text
  if ("count" in end) return `${text};COUNT=${end.count}`
  const until = startAt(startSeconds(start) + end.days * 86_400 + 7_200, start)
  return `${text};UNTIL=${until.toString().slice(0, 19).replace(/[-:]/g, "")}`
}

type Exception = {
  readonly index: number
  readonly how: "cancelled" | "moved" | "as-it-was"
  readonly byMinutes: number
}
const anyException: fc.Arbitrary<Exception> = fc.record({
  index: fc.nat(60),
  how: fc.constantFrom("cancelled", "moved", "moved", "as-it-was"),
  byMinutes: fc.constantFrom(-20_000, -1_440, -30, 45, 1_440, 100_000),
})

function laterBy(time: EventTime, minutes: number): EventTime {
  if (time.kind === "timed")
    return { ...time, startsAt: time.startsAt.add({ minutes }), endsAt: time.endsAt.add({ minutes: minutes + 15 }) }
  if (time.kind === "floating")
    return { ...time, starts: time.starts.add({ minutes }), ends: time.ends.add({ minutes }) }
  const days = Math.round(minutes / 1_440)
  return { ...time, startsOn: time.startsOn.add({ days }), endsBefore: time.endsBefore.add({ days }) }
}

/** The series with exceptions of occurrences that it has. */
export function withExceptions(series: Series, exceptions: readonly Exception[]): Series {
  const from = Temporal.PlainDateTime.from("2025-01-01T00:00")
  const { starts } = originalStarts(series.recurrence, from, from.add({ years: 4 }))
  const chosen = new Map(exceptions.map((one) => [one.index % Math.max(1, starts.length), one]))
  const pairs = [...chosen].flatMap(([index, one]) => {
    const start = starts[index]
    return start === undefined ? [] : [{ start, ...one }]
  })
  const moved = pairs
    .filter(({ how }) => how !== "cancelled")
    .map(({ start, how, byMinutes }): MovedOccurrence => {
      const time = timeOf(series, start)
      return { originalStart: start, time: how === "moved" ? laterBy(time, byMinutes) : time }
    })
  const excludedStarts = pairs.filter(({ how }) => how === "cancelled").map(({ start }) => start)
  return { ...series, moved, recurrence: { ...series.recurrence, excludedStarts } }
}

const extras = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 2 })
const exceptions = fc.array(anyException, { maxLength: 5 })

const anyTimedSeries: fc.Arbitrary<Series> = fc
  .record({
    start: anyWallTime,
    rules: fc.array(fc.tuple(anyTimedRule, anyEnd), { minLength: 1, maxLength: 2 }),
    zone: fc.option(anyZone, { nil: null, freq: 6 }),
    length: fc.constantFrom(0, 15, 60, 600, 1_440),
    isNominal: fc.boolean(),
    extraDays: extras,
    exceptions,
  })
  .map(({ start, rules, zone, length, isNominal, extraDays, exceptions: list }) => {
    const recurrence = {
      start,
      rules: rules.map(([text, end]) => ended(text, end, start)),
      extraStarts: extraDays.map((days) => start.add({ days, minutes: 5 })),
      excludedStarts: [],
    }
    const series: Series = { kind: "series", recurrence, zone, length, moved: [] }
    return withExceptions(isNominal ? { ...series, isLengthNominal: true } : series, list)
  })

const anyAllDaySeries: fc.Arbitrary<Series> = fc
  .record({
    start: anyDate,
    rule: fc.tuple(anyDayRule, anyEnd),
    length: fc.integer({ min: 1, max: 3 }),
    extraDays: extras,
    exceptions,
  })
  .map(({ start, rule: [text, end], length, extraDays, exceptions: list }) => {
    const extraStarts = extraDays.map((days) => start.add({ days }))
    const recurrence = { start, rules: [ended(text, end, start)], extraStarts, excludedStarts: [] }
    return withExceptions({ kind: "series", recurrence, zone: null, length, moved: [] }, list)
  })

export const anySeries: fc.Arbitrary<Series> = fc.oneof(
  { weight: 3, arbitrary: anyTimedSeries },
  { weight: 1, arbitrary: anyAllDaySeries },
)

/** One of the series' own occurrences, or a moment between. */
export function anyCut(series: Series): fc.Arbitrary<WallStart> {
  const { start } = series.recurrence
  return fc.tuple(fc.integer({ min: -2, max: 500 }), fc.constantFrom(0, 0, 7_200)).map(([days, seconds]) => {
    const at = startSeconds(start) + days * 86_400 + seconds
    const { starts } = originalStarts(series.recurrence, wall(at), wall(at + 40 * 86_400))
    return (seconds === 0 ? starts[0] : undefined) ?? startAt(at, start)
  })
}

function wall(seconds: number): Temporal.PlainDateTime {
  return Temporal.PlainDateTime.from("1970-01-01T00:00").add({ seconds })
}

const anySingle: fc.Arbitrary<Schedule> = fc
  .tuple(anyWallTime, fc.option(anyZone, { nil: null }), fc.boolean())
  .map(([start, zone, isAllDay]) => {
    const time: EventTime = isAllDay
      ? { kind: "all-day", startsOn: start.toPlainDate(), endsBefore: start.toPlainDate().add({ days: 1 }) }
      : timeOf(
          {
            kind: "series",
            recurrence: { start, rules: [], extraStarts: [], excludedStarts: [] },
            zone,
            length: 30,
            moved: [],
          },
          start,
        )
    return { kind: "single", time }
  })

export const anySchedule: fc.Arbitrary<Schedule> = fc.oneof({ weight: 4, arbitrary: anySeries }, anySingle)
