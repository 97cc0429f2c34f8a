import type { EventTime } from "./event.ts"
import { Problem } from "./problem.ts"
import type { WallStart } from "./recurrence.ts"
import type { Rule } from "./recurrence-rule.ts"
import type { Schedule, Series } from "./schedule.ts"
import { explicitRule, formatRule, isWithinDay, ruleOf, startAt, startSeconds, wallAt } from "./series-rule.ts"

const daySeconds = 86_400

/**
 * What stays when a schedule is given another zone: the time on the wall ("nine o'clock, now in Tokyo") or the moment
 * ("as before, seen from Tokyo"). Of a series the moment of the first occurrence stays; of later ones it does while the
 * clocks of both zones change alike.
 */
export type ZoneKeeps = "wall-clock" | "instant"

/**
 * The schedule in another zone; null is floating. Moved and cancelled occurrences stay those of the same occurrences.
 * All-day schedules have no zone and stay as they are. A time without a known zone has no wall clock: its instants stay.
 * Throws Problem "unsupported" when "instant" would move a series to another day that its rule cannot name.
 */
export function rezone(schedule: Schedule, zone: string | null, keeps: ZoneKeeps): Schedule {
  if (schedule.kind === "single") return { kind: "single", time: rezoneTime(schedule.time, zone, keeps) }
  const { start } = schedule.recurrence
  if (start instanceof Temporal.PlainDate) return schedule
  const moved = schedule.moved.map((one) => ({ ...one, time: rezoneTime(one.time, zone, keeps) }))
  if (keeps === "wall-clock" || schedule.zone === null || zone === null) return { ...schedule, zone, moved }
  const wall = start.toZonedDateTime(schedule.zone).withTimeZone(zone).toPlainDateTime()
  return shiftSeries({ ...schedule, zone, moved }, startSeconds(wall) - startSeconds(start))
}

function rezoneTime(time: EventTime, zone: string | null, keeps: ZoneKeeps): EventTime {
  if (time.kind === "all-day") return time
  const from = time.kind === "timed" ? time.zone : null
  if (time.kind === "timed" && zone !== null && (keeps === "instant" || from === null)) return { ...time, zone }
  const wall = (at: Temporal.Instant) => at.toZonedDateTimeISO(from ?? "UTC").toPlainDateTime()
  const [starts, ends] = time.kind === "floating" ? [time.starts, time.ends] : [wall(time.startsAt), wall(time.endsAt)]
  if (zone === null) return { kind: "floating", starts, ends }
  const at = (clock: Temporal.PlainDateTime) => clock.toZonedDateTime(zone).toInstant()
  return { kind: "timed", startsAt: at(starts), endsAt: at(ends), zone }
}

/**
 * The series with every original start later (or earlier) by so many seconds on its wall clock: whole days for an all-day
 * one. Moved and cancelled occurrences stay those of the same occurrences; a moved one stays where it was moved to.
 * Throws Problem "unsupported" when the rule cannot say it ("the first Monday, but a day later").
 */
export function shiftSeries(series: Series, bySeconds: number): Series {
  if (bySeconds === 0) return series
  const { start, rules, extraStarts, excludedStarts } = series.recurrence
  const later = (one: WallStart) => startAt(startSeconds(one) + bySeconds, one)
  const isOtherKind = (one: WallStart) => one instanceof Temporal.PlainDate !== start instanceof Temporal.PlainDate
  if (bySeconds % daySeconds !== 0 && [start, ...excludedStarts].some((one) => one instanceof Temporal.PlainDate))
    throw new Problem("unsupported", "whole days cannot be moved by hours")
  if (extraStarts.some(isOtherKind)) throw new Problem("unsupported", "the series has both dates and times")
  return {
    ...series,
    moved: series.moved.map((one) => ({ ...one, originalStart: later(one.originalStart) })),
    recurrence: {
      start: later(start),
      rules: rules.map((rule) => shiftedRule(rule, start, bySeconds)),
      extraStarts: extraStarts.map(later),
      excludedStarts: excludedStarts.map(later),
    },
  }
}

function shiftedRule(text: string, start: WallStart, bySeconds: number): string {
  const rule = ruleOf(text, start)
  if (rule === null) return text
  const timed = withoutTimes(rule, start, bySeconds)
  const secondOfDay = (((startSeconds(start) % daySeconds) + daySeconds) % daySeconds) + bySeconds
  const shifted = shiftedDays(timed, start, Math.floor(secondOfDay / daySeconds))
  const until = rule.until === null ? null : wallAt(startSeconds(rule.until) + bySeconds)
  return formatRule({ ...shifted, until }, start instanceof Temporal.PlainDate)
}

/** Times of day that only repeat what the start says can go; others can be moved by whole days alone. */
function withoutTimes(rule: Rule, start: WallStart, bySeconds: number): Rule {
  const { hours, minutes, seconds } = rule
  if (start instanceof Temporal.PlainDate || bySeconds % daySeconds === 0) return rule
  const repeats = (list: readonly number[], value: number) =>
    list.length === 0 || (list.length === 1 && list[0] === value)
  const isPlain = isWithinDay(rule.frequency)
    ? [hours, minutes, seconds].every((list) => list.length === 0)
    : repeats(hours, start.hour) && repeats(minutes, start.minute) && repeats(seconds, start.second)
  if (!isPlain) throw new Problem("unsupported", "the rule names several times of day")
  return { ...rule, hours: [], minutes: [], seconds: [] }
}

function shiftedDays(given: Rule, start: WallStart, days: number): Rule {
  if (days === 0) return given
  const isBare = [given.months, given.weekNumbers, given.yearDays, given.positions].every((list) => list.length === 0)
  if ((given.frequency === "daily" || isWithinDay(given.frequency)) && isBare) {
    if (given.monthDays.length === 0) return given.days.length === 0 ? given : shiftedWeekdays(given, days)
  } else if (given.frequency === "weekly" && isBare && given.monthDays.length === 0) {
    return shiftedWeekdays({ ...given, days: explicitRule(given, start).days }, days)
  } else if (given.frequency === "monthly" || given.frequency === "yearly") {
    const { months, monthDays } = explicitRule(given, start)
    const numbers = monthDays.map((day) => day + days)
    const isWithinMonth = [...monthDays, ...numbers].every((day) => day >= 1 && day <= 28)
    const picksOtherwise = [given.days, given.weekNumbers, given.yearDays, given.positions].some(
      (list) => list.length > 0,
    )
    if (isWithinMonth && !picksOtherwise && keepsPeriod(given, start, days))
      return { ...given, months, monthDays: numbers }
  }
  throw new Problem("unsupported", "the rule cannot be moved to another day")
}

/** Every second month is counted from that of the start: it has to stay in it. */
function keepsPeriod({ frequency, interval }: Rule, start: WallStart, days: number): boolean {
  const later = start.add({ days })
  return interval === 1 || (later.year === start.year && (frequency === "yearly" || later.month === start.month))
}

/** The weeks begin later too: a fortnightly Sunday and Monday stay in one week. */
function shiftedWeekdays(rule: Rule, by: number): Rule {
  const turned = (weekday: number) => (((weekday + by) % 7) + 7) % 7
  return {
    ...rule,
    weekStart: turned(rule.weekStart),
    days: rule.days.map((day) => ({ ...day, weekday: turned(day.weekday) })),
  }
}
