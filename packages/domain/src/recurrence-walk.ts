import { type Civil, civil, dayNumber, daysInMonth, daysInYear, firstWeekStart, weekdayOf } from "./day-number.ts"
import type { Rule, RuleDay } from "./recurrence-rule.ts"

/** A wall-clock time as seconds since 1970-01-01T00:00 on that clock. */
export type WallSeconds = number
export type WalkLimits = {
  readonly from: WallSeconds
  readonly to: WallSeconds
  readonly stepsMost: number
  readonly timesMost: number
}

const daySeconds = 86_400
const unitSeconds = { hourly: 3_600, minutely: 60, secondly: 1 } as const

/** `isComplete` is false when the walk was given up: what was found until then stands. */
export type Walk = { readonly times: readonly WallSeconds[]; readonly isComplete: boolean }

/**
 * The occurrences of a rule in [from, to), in order. Periods (a year, month, week, day …) are walked in turn; of each,
 * all days and times are asked whether the rule's parts let them pass, which is what RFC 5545's table of expanding and
 * limiting parts comes to once missing parts are taken from the start. Without COUNT the walk begins just before
 * `from`, so that an old series costs what a new one does. It ends after `stepsMost` steps or `timesMost` occurrences
 * whatever the rule: one may be written to exhaust.
 */
export function walkRule(given: Rule, start: WallSeconds, { from, to, stepsMost, timesMost }: WalkLimits): Walk {
  const rule = completed(given, start)
  const last = rule.until === null ? Number.POSITIVE_INFINITY : wallSeconds(rule.until)
  const periods = periodsOf(rule, start)
  const timesOf = timesOfPeriods(rule)
  const times: WallSeconds[] = []
  let steps = 0
  let count = 0
  for (let index = rule.count === null ? periods.indexBefore(from) : 0; steps < stepsMost; index += rule.interval) {
    const period = periods.at(index)
    if (period.first * daySeconds + period.fromSecond >= to) return { times, isComplete: true }
    const found = timesOf(period)
    steps += 1 + period.end - period.first + found.length
    for (const time of found) {
      if (time < start) continue
      if (time > last || time >= to) return { times, isComplete: true }
      count++
      if (times.length >= timesMost) return { times, isComplete: false }
      if (time >= from) times.push(time)
      if (count === rule.count) return { times, isComplete: true }
    }
  }
  return { times, isComplete: false }
}

/** Wall-clock seconds of a date and time. */
export function wallSeconds(wall: Temporal.PlainDateTime): WallSeconds {
  return dayNumber(wall.year, wall.month, wall.day) * daySeconds + wall.hour * 3_600 + wall.minute * 60 + wall.second
}

/** The rule with what it leaves open taken from its start (RFC 5545 3.3.10, "information … from DTSTART"). */
export function completed(rule: Rule, start: WallSeconds): Rule {
  const { month, day } = civil(Math.floor(start / daySeconds))
  const second = ((start % daySeconds) + daySeconds) % daySeconds
  const { frequency } = rule
  const isSubDaily = frequency in unitSeconds
  const picksDays = [rule.weekNumbers, rule.yearDays, rule.monthDays, rule.days].some((part) => part.length > 0)
  const weekday = [{ weekday: weekdayOf(Math.floor(start / daySeconds)), ordinal: null }]
  const onlyWeeks = frequency === "yearly" && rule.weekNumbers.length > 0 && rule.days.length === 0
  return {
    ...rule,
    months: frequency === "yearly" && !picksDays && rule.months.length === 0 ? [month] : rule.months,
    monthDays: (frequency === "yearly" || frequency === "monthly") && !picksDays ? [day] : rule.monthDays,
    days:
      (frequency === "weekly" && rule.days.length === 0) ||
      (onlyWeeks && rule.monthDays.length === 0 && rule.yearDays.length === 0)
        ? weekday
        : rule.days,
    hours: rule.hours.length === 0 && !isSubDaily ? [Math.floor(second / 3_600)] : rule.hours,
    minutes:
      rule.minutes.length === 0 && (!isSubDaily || frequency === "hourly")
        ? [Math.floor((second % 3_600) / 60)]
        : rule.minutes,
    seconds: rule.seconds.length === 0 && frequency !== "secondly" ? [second % 60] : rule.seconds,
  }
}

/** Days from `first` to before `end`; of a single day, an hour or less from `fromSecond` on. */
type Period = { readonly first: number; readonly end: number; readonly fromSecond: number }
/** The periods of a rule, numbered from the one that holds its start. */
type Periods = { at(index: number): Period; indexBefore(wall: WallSeconds): number }

function periodsOf({ frequency, interval, weekStart }: Rule, start: WallSeconds): Periods {
  const startDay = Math.floor(start / daySeconds)
  const { year, month } = civil(startDay)
  const whole = (first: number, end: number): Period => ({ first, end, fromSecond: 0 })
  // One step of the interval earlier than needed: a period may reach into the time asked for.
  const aligned = (index: number) => Math.max(0, Math.floor(index / interval) - 1) * interval
  const dayOf = (wall: WallSeconds) => Math.floor(wall / daySeconds)
  if (frequency === "yearly")
    return {
      at: (index) => whole(dayNumber(year + index, 1, 1), dayNumber(year + index + 1, 1, 1)),
      indexBefore: (wall) => aligned(civil(dayOf(wall)).year - year),
    }
  if (frequency === "monthly") {
    const firstOf = (index: number) =>
      dayNumber(year + Math.floor((month - 1 + index) / 12), ((((month - 1 + index) % 12) + 12) % 12) + 1, 1)
    return {
      at: (index) => whole(firstOf(index), firstOf(index + 1)),
      indexBefore(wall) {
        const then = civil(dayOf(wall))
        return aligned((then.year - year) * 12 + then.month - month)
      },
    }
  }
  if (frequency === "weekly") {
    const first = startDay - ((weekdayOf(startDay) - weekStart + 7) % 7)
    return {
      at: (index) => whole(first + index * 7, first + index * 7 + 7),
      indexBefore: (wall) => aligned(Math.floor((dayOf(wall) - first) / 7)),
    }
  }
  if (frequency === "daily")
    return {
      at: (index) => whole(startDay + index, startDay + index + 1),
      indexBefore: (wall) => aligned(dayOf(wall) - startDay),
    }
  const unit = unitSeconds[frequency]
  const first = Math.floor(start / unit)
  return {
    at(index) {
      const from = (first + index) * unit
      const day = dayOf(from)
      return { first: day, end: day + 1, fromSecond: from - day * daySeconds }
    },
    indexBefore: (wall) => aligned(Math.floor(wall / unit) - first),
  }
}

function timesOfPeriods(rule: Rule): (period: Period) => readonly WallSeconds[] {
  const isSubDaily = rule.frequency in unitSeconds
  const secondsOfDay = isSubDaily ? [] : combined(rule.hours, rule.minutes, rule.seconds)
  return (period) => {
    const times: WallSeconds[] = []
    for (let day = period.first; day < period.end; day++) {
      if (!isDayWanted(rule, day)) continue
      for (const second of isSubDaily ? secondsWithin(rule, period) : secondsOfDay)
        times.push(day * daySeconds + second)
    }
    return picked(times, rule.positions)
  }
}

function combined(hours: readonly number[], minutes: readonly number[], seconds: readonly number[]): readonly number[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => hour * 3_600 + minute * 60 + second)),
  )
}

/** The times of day within one hour, minute or second. */
function secondsWithin({ frequency, hours, minutes, seconds }: Rule, { fromSecond }: Period): readonly number[] {
  const hour = Math.floor(fromSecond / 3_600)
  const minute = Math.floor((fromSecond % 3_600) / 60)
  const passes = (list: readonly number[], value: number) => list.length === 0 || list.includes(value)
  if (!passes(hours, hour)) return []
  if (frequency === "hourly") return combined([hour], minutes, seconds)
  if (!passes(minutes, minute)) return []
  if (frequency === "minutely") return combined([hour], [minute], seconds)
  return passes(seconds, fromSecond % 60) ? [fromSecond] : []
}

function isDayWanted(rule: Rule, number: number): boolean {
  const { months, monthDays, yearDays, weekNumbers, days } = rule
  if (days.length > 0 && !days.some(({ weekday }) => weekday === weekdayOf(number))) return false
  const date = civil(number)
  if (months.length > 0 && !months.includes(date.month)) return false
  if (monthDays.length > 0 && !isCounted(monthDays, date.day, daysInMonth(date.year, date.month))) return false
  if (yearDays.length > 0 && !isCounted(yearDays, yearDayOf(number, date), daysInYear(date.year))) return false
  if (weekNumbers.length > 0 && rule.frequency === "yearly" && !isWeekWanted(rule, number, date.year)) return false
  return days.length === 0 || days.some((day) => isWeekdayWanted(rule, day, number, date))
}

/** True when the list names the position, from the front or (negative) from the end. */
function isCounted(list: readonly number[], position: number, length: number): boolean {
  return list.includes(position) || list.includes(position - length - 1)
}

function yearDayOf(number: number, { year }: Civil): number {
  return number - dayNumber(year, 1, 1) + 1
}

function isWeekWanted({ weekNumbers, weekStart }: Rule, number: number, year: number): boolean {
  // The days around New Year may belong to a week of the year before or after.
  const weekYear = [year + 1, year].find((candidate) => number >= firstWeekStart(candidate, weekStart)) ?? year - 1
  const first = firstWeekStart(weekYear, weekStart)
  const weeks = (firstWeekStart(weekYear + 1, weekStart) - first) / 7
  return isCounted(weekNumbers, Math.floor((number - first) / 7) + 1, weeks)
}

/** "The second Tuesday" is of the month, or of the year where no months are named; elsewhere an ordinal means nothing. */
function isWeekdayWanted(rule: Rule, { weekday, ordinal }: RuleDay, number: number, date: Civil): boolean {
  if (weekday !== weekdayOf(number)) return false
  const isOfYear = rule.frequency === "yearly" && rule.months.length === 0
  if (ordinal === null || (rule.frequency !== "monthly" && rule.frequency !== "yearly")) return true
  const position = isOfYear ? yearDayOf(number, date) : date.day
  const length = isOfYear ? daysInYear(date.year) : daysInMonth(date.year, date.month)
  return ordinal > 0
    ? Math.floor((position - 1) / 7) + 1 === ordinal
    : -Math.floor((length - position) / 7) - 1 === ordinal
}

/** BYSETPOS: of all times of the period, those at these positions. */
function picked(times: readonly WallSeconds[], positions: readonly number[]): readonly WallSeconds[] {
  return positions.length === 0 ? times : times.filter((_, index) => isCounted(positions, index + 1, times.length))
}
