import ICAL from "ical.js"

/** A wall-clock start: with a time of day, or a date alone. */
export type WallStart = Temporal.PlainDateTime | Temporal.PlainDate

/** When a series happens, on the wall clock of its own zone. Identity of an occurrence: its original start. */
export type Recurrence = {
  readonly start: WallStart
  /** RRULE values (RFC 5545 3.3.10). An UNTIL in UTC is already turned to the wall clock by `untilOnWallClock`. */
  readonly rules: readonly string[]
  readonly extraStarts: readonly WallStart[]
  readonly excludedStarts: readonly WallStart[]
}

/** More occurrences of one series are not looked at: a rule may be endless, or meant to exhaust. */
export const occurrencesMost = 20_000

/**
 * The original starts of a series from `from` (inclusive) to `to` (exclusive), in order, without repeats. A rule that
 * cannot be read yields nothing and is counted by `badRules`: one bad rule never stops a calendar.
 */
export function originalStarts(
  recurrence: Recurrence,
  from: Temporal.PlainDateTime,
  to: Temporal.PlainDateTime,
): { readonly starts: readonly WallStart[]; readonly badRules: number } {
  const found = new Map<string, WallStart>()
  const excluded = new Set(recurrence.excludedStarts.map(String))
  // EXDATE may name a date where the series has times: it takes away that day's occurrence.
  const excludedDays = new Set(
    recurrence.excludedStarts.filter((start) => start instanceof Temporal.PlainDate).map(String),
  )
  const take = (start: WallStart) => {
    const wall = wallClock(start)
    const isInside = Temporal.PlainDateTime.compare(wall, from) >= 0 && Temporal.PlainDateTime.compare(wall, to) < 0
    if (isInside && !excluded.has(String(start)) && !excludedDays.has(String(wall.toPlainDate())))
      found.set(String(start), start)
  }
  take(recurrence.start)
  recurrence.extraStarts.forEach(take)
  let badRules = 0
  for (const rule of recurrence.rules) if (!expandRule(recurrence.start, rule, to, take)) badRules++
  return {
    starts: [...found.values()].sort((a, b) => Temporal.PlainDateTime.compare(wallClock(a), wallClock(b))),
    badRules,
  }
}

/** Walks a rule from its start to `to`. False when the rule cannot be read. */
function expandRule(
  start: WallStart,
  rule: string,
  to: Temporal.PlainDateTime,
  take: (start: WallStart) => void,
): boolean {
  const isDate = start instanceof Temporal.PlainDate
  try {
    const iterator = ICAL.Recur.fromString(rule).iterator(icalTime(start))
    for (let count = 0; count < occurrencesMost; count++) {
      const next = iterator.next()
      if (next === null || next === undefined) return true
      const wall = new Temporal.PlainDateTime(next.year, next.month, next.day, next.hour, next.minute, next.second)
      if (Temporal.PlainDateTime.compare(wall, to) >= 0) return true
      take(isDate ? wall.toPlainDate() : wall)
    }
    return true
  } catch {
    return false
  }
}

function icalTime(start: WallStart): ICAL.Time {
  const { year, month, day } = start
  if (start instanceof Temporal.PlainDate)
    return new ICAL.Time({ year, month, day, isDate: true }, ICAL.Timezone.localTimezone)
  return new ICAL.Time(
    { year, month, day, hour: start.hour, minute: start.minute, second: start.second, isDate: false },
    ICAL.Timezone.localTimezone,
  )
}

function wallClock(start: WallStart): Temporal.PlainDateTime {
  return start instanceof Temporal.PlainDate ? start.toPlainDateTime() : start
}

const until = /UNTIL=(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?/i

/**
 * UNTIL is written in UTC for series with a zone, while the rule is walked on the wall clock: it is turned to the wall
 * clock of `zone`. For all-day series only its date counts.
 */
export function untilOnWallClock(
  rule: string,
  isAllDay: boolean,
  toWall: (instant: Temporal.Instant) => Temporal.PlainDateTime,
): string {
  const match = until.exec(rule)
  if (match === null) return rule
  const [, year, month, day, hour, minute, second, zulu] = match
  if (isAllDay || hour === undefined)
    return rule.replace(until, isAllDay ? `UNTIL=${year}${month}${day}` : `UNTIL=${year}${month}${day}T235959`)
  if (zulu === "") return rule
  const wall = toWall(Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`))
  return rule.replace(until, `UNTIL=${wall.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")}`)
}
