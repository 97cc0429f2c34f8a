import { civil } from "./day-number.ts"
import type { WallStart } from "./recurrence.ts"
import { type Frequency, parseRule, type Rule, weekdays } from "./recurrence-rule.ts"
import { completed, type WallSeconds, wallSeconds } from "./recurrence-walk.ts"

/** Seconds of a start on its wall clock; a date counts from its midnight. Orders the starts of one series. */
export function startSeconds(start: WallStart): WallSeconds {
  return wallSeconds(start instanceof Temporal.PlainDate ? start.toPlainDateTime() : start)
}

/** The wall-clock time at these seconds. */
export function wallAt(seconds: WallSeconds): Temporal.PlainDateTime {
  const day = Math.floor(seconds / 86_400)
  const { year, month, day: dayOfMonth } = civil(day)
  return new Temporal.PlainDateTime(year, month, dayOfMonth).add({ seconds: seconds - day * 86_400 })
}

/** The start at these seconds, of the kind that `like` is. */
export function startAt(seconds: WallSeconds, like: WallStart): WallStart {
  return like instanceof Temporal.PlainDate ? wallAt(seconds).toPlainDate() : wallAt(seconds)
}

/** The rule as the series with this start walks it (dates have no hours), or null when it cannot be read and yields nothing. */
export function ruleOf(text: string, start: WallStart): Rule | null {
  try {
    const rule = parseRule(text)
    if (!(start instanceof Temporal.PlainDate)) return rule
    return isWithinDay(rule.frequency) ? null : { ...rule, hours: [], minutes: [], seconds: [] }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return null
  }
}

/** True for the frequencies that step through one day. */
export function isWithinDay(frequency: Frequency): boolean {
  return frequency === "hourly" || frequency === "minutely" || frequency === "secondly"
}

/** The rule with everything said that it leaves to its start: it means the same for another start of the same period. */
export function explicitRule(rule: Rule, start: WallStart): Rule {
  const whole = completed(rule, startSeconds(start))
  return start instanceof Temporal.PlainDate ? { ...whole, hours: [], minutes: [], seconds: [] } : whole
}

/** Writes a rule as an RRULE value, which `parseRule` reads back as the same rule. UNTIL is a wall-clock time, or a date. */
export function formatRule(rule: Rule, isAllDay: boolean): string {
  const { frequency, interval, count, until, weekStart, days } = rule
  const part = (name: string, value: string | number | null) =>
    value === null || value === "" ? [] : [`${name}=${value}`]
  return [
    ...part("FREQ", frequency.toUpperCase()),
    ...part("INTERVAL", interval === 1 ? null : interval),
    ...part("COUNT", count),
    ...part("UNTIL", until === null ? null : untilText(until, isAllDay)),
    ...part("WKST", weekStart === 0 ? null : (weekdays[weekStart] ?? null)),
    ...part("BYMONTH", rule.months.join()),
    ...part("BYWEEKNO", rule.weekNumbers.join()),
    ...part("BYYEARDAY", rule.yearDays.join()),
    ...part("BYMONTHDAY", rule.monthDays.join()),
    ...part("BYDAY", days.map(({ weekday, ordinal }) => `${ordinal ?? ""}${weekdays[weekday]}`).join()),
    ...part("BYHOUR", rule.hours.join()),
    ...part("BYMINUTE", rule.minutes.join()),
    ...part("BYSECOND", rule.seconds.join()),
    ...part("BYSETPOS", rule.positions.join()),
  ].join(";")
}

/** An UNTIL value on the wall clock. */
export function untilText(until: Temporal.PlainDateTime, isAllDay: boolean): string {
  const text = until.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")
  return isAllDay ? text.slice(0, 8) : text
}

/** The rule with another COUNT or UNTIL (or neither, when null) in place of those it has; all else stays as it was written. */
export function withEnd(text: string, end: string | null): string {
  const parts = text.trim().split(";")
  const kept = parts.filter((part) => part !== "" && !/^\s*(?:COUNT|UNTIL)\s*=/i.test(part))
  return (end === null ? kept : [...kept, end]).join(";")
}

/**
 * One text for rules that mean the same from the same start: parts in a fixed order, without what is said by default or by
 * the start. A rule that ends by COUNT and one that ends by UNTIL have two texts, though they may name the same days.
 */
export function ruleMeaning(text: string, start: WallStart): string {
  const rule = ruleOf(text, start)
  if (rule === null) return `unreadable ${text.trim().toUpperCase()}`
  const days = rule.days.toSorted((a, b) => a.weekday - b.weekday || (a.ordinal ?? 0) - (b.ordinal ?? 0))
  const weekStart = countsWeeks(rule) ? rule.weekStart : 0
  return formatRule(explicitRule({ ...rule, days, weekStart }, start), start instanceof Temporal.PlainDate)
}

/** True when the first day of the week makes a difference (RFC 5545 3.3.10, WKST). */
function countsWeeks({ frequency, interval, positions, weekNumbers }: Rule): boolean {
  if (frequency === "weekly") return interval > 1 || positions.length > 0
  return frequency === "yearly" && weekNumbers.length > 0
}
