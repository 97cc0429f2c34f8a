import { readTime } from "./times.ts"

/**
 * Zoom's model of a series (OpenAPI of the Meetings API, object `recurrence`; "Recurrence Object Definitions"):
 * days 1 (Sunday) to 7, weeks of a month 1 to 4 or -1 for the last.
 */
export type Recurrence = {
  readonly every: number
  readonly pattern:
    | { readonly kind: "daily" }
    | { readonly kind: "weekly"; readonly days: readonly number[] }
    | { readonly kind: "monthly-day"; readonly day: number }
    | { readonly kind: "monthly-week"; readonly week: number; readonly day: number }
  readonly end:
    | { readonly kind: "times"; readonly times: number }
    | { readonly kind: "until"; readonly until: Temporal.Instant }
    | { readonly kind: "none" }
}

/** The most that Zoom takes. Intervals by kind. */
export type RecurrenceLimits = {
  readonly days: number
  readonly weeks: number
  readonly months: number
  readonly endTimes: number
  /** More occurrences than this are not made, however far the end is. */
  readonly occurrences: number
}

/**
 * Two of Zoom's documents disagree: "Recurrence Object Definitions" says 90 days, 12 weeks, 3 months, 50 times; the
 * OpenAPI file says 99, 50, 10 and 60. The narrower intervals are taken, so that what passes here passes there, and
 * the 60 times of the newer one.
 */
export const narrowLimits: RecurrenceLimits = { days: 90, weeks: 12, months: 3, endTimes: 60, occurrences: 60 }

type Read<Value> = { readonly value: Value } | { readonly invalid: readonly string[] }
type Wire = Readonly<Record<string, unknown>>

/** A request's `recurrence`, or the names of the fields that Zoom would refuse. */
export function readRecurrence(wire: unknown, limits: RecurrenceLimits): Read<Recurrence> {
  if (typeof wire !== "object" || wire === null) return { invalid: ["recurrence"] }
  const fields: Wire = { ...wire }
  const most = [limits.days, limits.weeks, limits.months][Number(fields.type) - 1]
  if (most === undefined) return { invalid: ["recurrence.type"] }
  const every = whole(fields.repeat_interval ?? 1, 1, most)
  const pattern = readPattern(fields)
  const end = readEnd(fields, limits)
  const invalid = [
    ...(every === null ? ["recurrence.repeat_interval"] : []),
    ...("invalid" in pattern ? pattern.invalid : []),
    ...("invalid" in end ? end.invalid : []),
  ]
  if (every === null || "invalid" in pattern || "invalid" in end) return { invalid }
  return { value: { every, pattern: pattern.value, end: end.value } }
}

function whole(value: unknown, least: number, most: number): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most ? value : null
}

function readPattern(fields: Wire): Read<Recurrence["pattern"]> {
  if (fields.type === 1) return { value: { kind: "daily" } }
  if (fields.type === 2) {
    const days = fields.weekly_days ?? "1"
    return typeof days === "string" && /^[1-7](,[1-7])*$/.test(days)
      ? { value: { kind: "weekly", days: [...new Set(days.split(",").map(Number))].toSorted() } }
      : { invalid: ["recurrence.weekly_days"] }
  }
  return readMonth(fields)
}

function readMonth(fields: Wire): Read<Recurrence["pattern"]> {
  const { monthly_day: dayField, monthly_week: weekField, monthly_week_day: weekDayField } = fields
  if (weekField === undefined && weekDayField === undefined) {
    const day = whole(dayField ?? 1, 1, 31)
    return day === null ? { invalid: ["recurrence.monthly_day"] } : { value: { kind: "monthly-day", day } }
  }
  const week = weekField === 0 ? null : whole(weekField, -1, 4)
  const day = whole(weekDayField, 1, 7)
  const invalid = [
    ...(week === null ? ["recurrence.monthly_week"] : []),
    ...(day === null ? ["recurrence.monthly_week_day"] : []),
    ...(dayField === undefined ? [] : ["recurrence.monthly_day"]),
  ]
  return week === null || day === null || invalid.length > 0
    ? { invalid }
    : { value: { kind: "monthly-week", week, day } }
}

/** One of `end_times` (0: no end; 1 when both are left out) and `end_date_time`, never both. */
function readEnd(fields: Wire, limits: RecurrenceLimits): Read<Recurrence["end"]> {
  if (fields.end_date_time !== undefined) {
    const text = fields.end_date_time
    const until = typeof text === "string" && text.endsWith("Z") ? readTime(text, "UTC") : null
    if (until === null || fields.end_times !== undefined) return { invalid: ["recurrence.end_date_time"] }
    return { value: { kind: "until", until } }
  }
  const times = whole(fields.end_times ?? 1, 0, limits.endTimes)
  if (times === null) return { invalid: ["recurrence.end_times"] }
  return { value: times === 0 ? { kind: "none" } : { kind: "times", times } }
}

/**
 * Starts of the occurrences, the first on or after `first`; the same wall clock in `zone` throughout. Weeks begin on
 * Sunday, as Zoom's days are numbered. A month without the day has no occurrence.
 */
export function startsOf(
  { every, pattern, end }: Recurrence,
  first: Temporal.Instant,
  { zone, most }: { readonly zone: string; readonly most: number },
): readonly Temporal.Instant[] {
  const wall = first.toZonedDateTimeISO(zone).toPlainDateTime()
  const wanted = end.kind === "times" ? Math.min(end.times, most) : most
  const starts: Temporal.Instant[] = []
  for (const date of datesOf(pattern, every, wall.toPlainDate())) {
    const at = date.toZonedDateTime({ timeZone: zone, plainTime: wall.toPlainTime() }).toInstant()
    if (end.kind === "until" && Temporal.Instant.compare(at, end.until) > 0) break
    if (starts.length >= wanted) break
    starts.push(at)
  }
  return starts
}

const monthsTried = 1_200

function* datesOf(
  pattern: Recurrence["pattern"],
  every: number,
  first: Temporal.PlainDate,
): Generator<Temporal.PlainDate> {
  if (pattern.kind === "daily") for (let step = 0; ; step += every) yield first.add({ days: step })
  if (pattern.kind === "weekly") {
    const sunday = first.subtract({ days: first.dayOfWeek % 7 })
    for (let step = 0; ; step += every)
      for (const day of pattern.days) {
        const date = sunday.add({ weeks: step, days: day - 1 })
        if (Temporal.PlainDate.compare(date, first) >= 0) yield date
      }
  }
  for (let step = 0; step < monthsTried; step += every) {
    const date = dayIn(first.with({ day: 1 }).add({ months: step }), pattern)
    if (date !== null && Temporal.PlainDate.compare(date, first) >= 0) yield date
  }
}

function dayIn(
  month: Temporal.PlainDate,
  pattern: Exclude<Recurrence["pattern"], { readonly kind: "daily" | "weekly" }>,
): Temporal.PlainDate | null {
  if (pattern.kind === "monthly-day") return pattern.day > month.daysInMonth ? null : month.with({ day: pattern.day })
  const firstSuch = month.add({ days: (pattern.day - 1 - (month.dayOfWeek % 7) + 7) % 7 })
  if (pattern.week > 0) return firstSuch.add({ weeks: pattern.week - 1 })
  const fifth = firstSuch.add({ weeks: 4 })
  return fifth.month === month.month ? fifth : firstSuch.add({ weeks: 3 })
}

/** Back in Zoom's words. */
export function wireRecurrence({ every, pattern, end }: Recurrence): Wire {
  const type = { daily: 1, weekly: 2, "monthly-day": 3, "monthly-week": 3 }[pattern.kind]
  return { type, repeat_interval: every, ...wirePattern(pattern), ...wireEnd(end) }
}

function wirePattern(pattern: Recurrence["pattern"]): Wire {
  switch (pattern.kind) {
    case "daily":
      return {}
    case "weekly":
      return { weekly_days: pattern.days.join(",") }
    case "monthly-day":
      return { monthly_day: pattern.day }
    case "monthly-week":
      return { monthly_week: pattern.week, monthly_week_day: pattern.day }
  }
}

function wireEnd(end: Recurrence["end"]): Wire {
  if (end.kind === "until") return { end_date_time: end.until.toString({ smallestUnit: "second" }) }
  return { end_times: end.kind === "times" ? end.times : 0 }
}
