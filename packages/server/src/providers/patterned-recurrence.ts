import { Problem } from "@kalends/domain/problem"
import { type Rule, weekdays } from "@kalends/domain/recurrence-rule"
import type { Series } from "@kalends/domain/schedule"
import { explicitRule, ruleOf } from "@kalends/domain/series-rule"
import { list, oneOf, text, type Wire, wire } from "@kalends/readers/parse"

const dayNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
const indexes: ReadonlyMap<string, number> = new Map([
  ["first", 1],
  ["second", 2],
  ["third", 3],
  ["fourth", 4],
  ["last", -1],
])
const types: ReadonlyMap<string, "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY"> = new Map([
  ["daily", "DAILY"],
  ["weekly", "WEEKLY"],
  ["absoluteMonthly", "MONTHLY"],
  ["relativeMonthly", "MONTHLY"],
  ["absoluteYearly", "YEARLY"],
  ["relativeYearly", "YEARLY"],
] as const)
const february = 2

/**
 * Outlook's recurrence patterns, in the form that Microsoft Graph gives them (patternedRecurrence: recurrencepattern.md,
 * recurrencerange.md); Exchange's own protocols have the same ones. The rule (RRULE value) of one. Throws TypeError for one
 * that is none of the six patterns.
 */
export function ruleFromPatterned(recurrence: Wire): string {
  const pattern = wire(recurrence.pattern) ?? {}
  const type = text(pattern.type) ?? ""
  const frequency = oneOf(types, type, null)
  if (frequency === null) throw new TypeError("no known pattern")
  const days = list(pattern.daysOfWeek).map(dayFrom)
  const month = type.endsWith("Yearly") ? [`BYMONTH=${whole(pattern.month, 1, 12)}`] : []
  return [
    `FREQ=${frequency}`,
    `INTERVAL=${whole(pattern.interval ?? 1, 1, 9_999)}`,
    ...endOf(wire(recurrence.range) ?? {}),
    ...(type === "weekly" ? [`WKST=${dayFrom(pattern.firstDayOfWeek ?? "sunday")}`, `BYDAY=${days.join()}`] : []),
    ...month,
    ...(type.startsWith("absolute") ? monthDay(whole(pattern.dayOfMonth, 1, 31), pattern) : []),
    ...(type.startsWith("relative") ? relativeDay(days, oneOf(indexes, pattern.index ?? "first", null)) : []),
  ].join(";")
}

function whole(value: unknown, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw new TypeError("no number that a pattern can have")
  return value
}

function dayFrom(name: unknown): string {
  const day = weekdays[dayNames.indexOf(String(name).toLowerCase())]
  if (day === undefined) throw new TypeError("no weekday")
  return day
}

/**
 * A day that a month does not have is its last one: "31" means the end of every month, "29" in February the 28th where the
 * year has no 29th (CDO's "DayOfMonth Property", msdn ms528295). An RRULE would leave such months out.
 */
function monthDay(day: number, { type, month }: Wire): readonly string[] {
  if (type === "absoluteYearly") {
    const least =
      month === february ? 28 : Temporal.PlainYearMonth.from({ year: 2025, month: Number(month) }).daysInMonth
    return [`BYMONTHDAY=${day > least ? -1 : day}`]
  }
  if (day === 31) return ["BYMONTHDAY=-1"]
  if (day > 28) return [`BYMONTHDAY=${[28, 29, 30].filter((one) => one <= day).join()}`, "BYSETPOS=-1"]
  return [`BYMONTHDAY=${day}`]
}

function relativeDay(days: readonly string[], index: number | null): readonly string[] {
  if (index === null || days.length === 0) throw new TypeError("no day of a month")
  const [only] = days
  return days.length === 1 ? [`BYDAY=${index}${only}`] : [`BYDAY=${days.join()}`, `BYSETPOS=${index}`]
}

/** Dates of the range are on the clock of the series. */
function endOf({ type, numberOfOccurrences, endDate }: Wire): readonly string[] {
  const kind = String(type)
  if (kind === "numbered") return [`COUNT=${whole(numberOfOccurrences, 1, 1e6)}`]
  if (kind === "endDate")
    return [`UNTIL=${Temporal.PlainDate.from(String(endDate)).toString().replaceAll("-", "")}T235959`]
  if (kind === "noEnd") return []
  throw new TypeError("no known range")
}

/**
 * What a series is in patterns. Throws Problem "unsupported" (code "schedule") for what its six patterns cannot say:
 * several rules, added dates, positions, hours, a fifth weekday, a start that the rule does not name.
 */
export function toPatterned({ recurrence }: Series): Wire {
  const { start, rules, extraStarts } = recurrence
  const [text = ""] = rules
  const rule = ruleOf(text, start)
  if (rule === null || rules.length > 1 || extraStarts.some((extra) => extra.toString() !== start.toString()))
    throw unwritable()
  const startsOn = start instanceof Temporal.PlainDate ? start : start.toPlainDate()
  const pattern = patternOf(explicitRule(rule, start), start)
  // Outlook begins a series at the first day of its pattern, whatever the start says.
  if (!names(pattern, startsOn)) throw unwritable()
  return { pattern, range: { ...rangeOf(rule, start), startDate: startsOn.toString() } }
}

/** What Outlook has no words for. */
export function unwritable(cause?: unknown): Problem {
  return new Problem("unsupported", "Outlook has no way to say this schedule.", { code: "schedule", cause })
}

function rangeOf({ count, until }: Rule, start: Series["recurrence"]["start"]): Wire {
  if (count !== null && until !== null) throw unwritable()
  if (count !== null) return { type: "numbered", numberOfOccurrences: count }
  if (until === null) return { type: "noEnd" }
  const isBeforeThatDaysOne =
    start instanceof Temporal.PlainDateTime && Temporal.PlainTime.compare(until.toPlainTime(), start.toPlainTime()) < 0
  const endDate = until.toPlainDate().subtract({ days: isBeforeThatDaysOne ? 1 : 0 })
  return { type: "endDate", endDate: endDate.toString() }
}

function patternOf(rule: Rule, start: Series["recurrence"]["start"]): Wire {
  const { frequency, interval, months, days, monthDays } = rule
  if (rule.yearDays.length > 0 || rule.weekNumbers.length > 0 || !isAtStartsTime(rule, start)) throw unwritable()
  const isPlain = months.length === 0 && monthDays.length === 0 && rule.positions.length === 0
  const everyDay = days.every(({ ordinal }) => ordinal === null)
  const daysOfWeek = days.map(({ weekday }) => dayNames[weekday] ?? "")
  const weekly = { type: "weekly", interval, daysOfWeek, firstDayOfWeek: dayNames[rule.weekStart] }
  if (frequency === "daily" && isPlain && days.length === 0) return { type: "daily", interval }
  if (frequency === "daily" && isPlain && everyDay && interval === 1) return weekly
  if (frequency === "weekly" && isPlain && everyDay) return weekly
  if (frequency === "monthly" && months.length === 0) return { interval, ...monthPattern(rule, "Monthly") }
  if (frequency === "yearly" && months.length === 1)
    return { interval, month: months[0], ...monthPattern(rule, "Yearly") }
  throw unwritable()
}

function isAtStartsTime({ hours, minutes, seconds }: Rule, start: Series["recurrence"]["start"]): boolean {
  if (start instanceof Temporal.PlainDate) return true
  return [hours, minutes, seconds].join(" ") === [start.hour, start.minute, start.second].join(" ")
}

function monthPattern(rule: Rule, kind: "Monthly" | "Yearly"): Wire {
  const { days, monthDays, positions } = rule
  const [position = 0, ...others] = positions
  if (days.length === 0) {
    const dayOfMonth = kind === "Monthly" ? dayOfEveryMonth(rule) : dayOfYear(rule)
    if (dayOfMonth === null) throw unwritable()
    return { type: `absolute${kind}`, dayOfMonth }
  }
  const [only] = days
  const ordinal = days.length === 1 && positions.length === 0 ? (only?.ordinal ?? 0) : 0
  const isByPosition = days.every((day) => day.ordinal === null) && others.length === 0
  const wanted = ordinal === 0 && isByPosition ? position : ordinal
  const index = [...indexes].find(([, number]) => number === wanted)?.[0]
  if (index === undefined || monthDays.length > 0) throw unwritable()
  return { type: `relative${kind}`, daysOfWeek: days.map(({ weekday }) => dayNames[weekday] ?? ""), index }
}

/** As a pattern's number means it: see `monthDay`. Days 29 to 31 of an RRULE leave out months, which a pattern cannot say. */
function dayOfEveryMonth({ monthDays, positions }: Rule): number | null {
  const [day = 0] = monthDays
  if (positions.length === 0 && monthDays.length === 1) return day === -1 ? 31 : day > 0 && day <= 28 ? day : null
  const most = { "28,29": 29, "28,29,30": 30 }[monthDays.join()]
  return positions.join() === "-1" ? (most ?? null) : null
}

function dayOfYear({ months, monthDays, positions }: Rule): number | null {
  const [month = 1] = months
  const [day = 0] = monthDays
  if (positions.length > 0 || monthDays.length !== 1) return null
  const { daysInMonth } = Temporal.PlainYearMonth.from({ year: 2024, month })
  if (day === -1) return daysInMonth
  return day > 0 && day <= (month === february ? 28 : daysInMonth) ? day : null
}

/** True when the pattern falls on this day. */
function names(pattern: Wire, day: Temporal.PlainDate): boolean {
  const { type, dayOfMonth, month } = pattern
  const isMonth = month === undefined || month === day.month
  const isWeekday = list(pattern.daysOfWeek).includes(dayNames[day.dayOfWeek - 1])
  if (type === "daily") return true
  if (type === "weekly") return isWeekday
  if (dayOfMonth !== undefined) return isMonth && day.day === Math.min(Number(dayOfMonth), day.daysInMonth)
  return isMonth && isWeekday && isOfIndex(pattern, day)
}

/** Among the days of the month that the pattern allows, this is the one that its index picks. */
function isOfIndex({ daysOfWeek, index }: Wire, day: Temporal.PlainDate): boolean {
  const allowed = Array.from({ length: day.daysInMonth }, (_, at) => day.with({ day: at + 1 })).filter((one) =>
    list(daysOfWeek).includes(dayNames[one.dayOfWeek - 1]),
  )
  const place = oneOf(indexes, index, 0)
  return allowed.at(place < 0 ? place : place - 1)?.equals(day) ?? false
}
