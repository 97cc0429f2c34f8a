import { civil } from "./day-number.ts"
import { parseRule } from "./recurrence-rule.ts"
import { type WallSeconds, walkRule, wallSeconds } from "./recurrence-walk.ts"

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

/** Steps of work for one rule, whatever it says: about a twentieth of a second. */
export const ruleStepsMost = 100_000
/** Occurrences of one rule in one window: two years of six a day. */
export const occurrencesMost = 5_000
/** A series with more rules than this is read by its first ones: RFC 5545 knows of one. */
const rulesMost = 8

/**
 * The original starts of a series from `from` (inclusive) to `to` (exclusive), in order, without repeats. A rule that
 * cannot be read yields nothing, one that exhausts its steps what was found until then; both are counted by `badRules`:
 * one bad rule never stops a calendar.
 */
export function originalStarts(
  recurrence: Recurrence,
  from: Temporal.PlainDateTime,
  to: Temporal.PlainDateTime,
): { readonly starts: readonly WallStart[]; readonly badRules: number } {
  const { start, rules, extraStarts, excludedStarts } = recurrence
  const limits = { from: wallSeconds(from), to: wallSeconds(to), stepsMost: ruleStepsMost, timesMost: occurrencesMost }
  const isExcluded = exclusion(excludedStarts)
  const found = new Map<WallSeconds, WallStart>()
  for (const single of [start, ...extraStarts]) {
    const time = secondsOf(single)
    if (time >= limits.from && time < limits.to && !isExcluded(time)) found.set(time, single)
  }
  const isDate = start instanceof Temporal.PlainDate
  let badRules = Math.max(0, rules.length - rulesMost)
  for (const text of rules.slice(0, rulesMost)) {
    const { times, isComplete } = walkText(text, start, limits)
    if (!isComplete) badRules++
    for (const time of times) if (!isExcluded(time) && !found.has(time)) found.set(time, wallStart(time, isDate))
  }
  return { starts: [...found].sort(([a], [b]) => a - b).map(([, single]) => single), badRules }
}

/** The original starts that a wall-clock time names: the one at that time, or all of that day where it is a date. */
export function startsNamed(recurrence: Recurrence, name: WallStart): readonly WallStart[] {
  const isDay = name instanceof Temporal.PlainDate
  const from = isDay ? name.toPlainDateTime() : name
  return originalStarts(recurrence, from, from.add(isDay ? { days: 1 } : { seconds: 1 })).starts
}

/** True where the series has an occurrence with exactly this original start. */
export function isOriginalStart(recurrence: Recurrence, start: WallStart): boolean {
  return startsNamed(recurrence, start).some((one) => one.toString() === start.toString())
}

function walkText(text: string, start: WallStart, limits: Parameters<typeof walkRule>[2]): ReturnType<typeof walkRule> {
  try {
    const rule = parseRule(text)
    if (!(start instanceof Temporal.PlainDate)) return walkRule(rule, secondsOf(start), limits)
    // Dates have no hours: parts that speak of them mean nothing (RFC 5545 3.3.10).
    if (["hourly", "minutely", "secondly"].includes(rule.frequency)) throw new RangeError("dates have no hours")
    return walkRule({ ...rule, hours: [], minutes: [], seconds: [] }, secondsOf(start), limits)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { times: [], isComplete: false }
  }
}

/** EXDATE may name a date where the series has times: it takes away that day's occurrences. */
function exclusion(excluded: readonly WallStart[]): (time: WallSeconds) => boolean {
  const isDate = (start: WallStart) => start instanceof Temporal.PlainDate
  const times = new Set(excluded.filter((start) => !isDate(start)).map(secondsOf))
  const days = new Set(excluded.filter(isDate).map((start) => Math.floor(secondsOf(start) / 86_400)))
  return (time) => times.has(time) || days.has(Math.floor(time / 86_400))
}

function secondsOf(start: WallStart): WallSeconds {
  return wallSeconds(start instanceof Temporal.PlainDate ? start.toPlainDateTime() : start)
}

function wallStart(time: WallSeconds, isDate: boolean): WallStart {
  const day = Math.floor(time / 86_400)
  const { year, month, day: dayOfMonth } = civil(day)
  const second = time - day * 86_400
  if (isDate) return new Temporal.PlainDate(year, month, dayOfMonth)
  const minute = Math.floor(second / 60)
  return new Temporal.PlainDateTime(year, month, dayOfMonth, Math.floor(minute / 60), minute % 60, second % 60)
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
