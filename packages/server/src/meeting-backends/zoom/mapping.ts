import { parseRule, type Rule } from "@kalends/domain/recurrence-rule"
import type { Schedule, Series } from "@kalends/domain/schedule"
import { instantFromUtc, list, text, type Wire, wire } from "@kalends/readers/parse"
import type { MeetingFace, ShownFace } from "../../ports/meeting-backend.ts"

/**
 * Zoom's model of a series is narrower than a calendar's ("Recurrence Object Definitions" says 90 days, 12 weeks, 3 months
 * and 50 times; its OpenAPI file 99, 50, 10 and 60): the narrower of each is written.
 */
const most = { days: 90, weeks: 12, months: 3, times: 50 }
const topicCharsMost = 200
const minutesMost = 1_440

/** Kinds of meetings: 2 at one time, 3 recurring without a fixed time, 8 recurring with one. */
type ZoomType = 2 | 3 | 8

/**
 * What Zoom is told of a meeting. What does not fit its model (all-day and floating times, other rules, moved and cancelled
 * occurrences, several rules) is a recurring meeting without a fixed time: its link works whenever it is needed.
 */
export function toZoom({ topic, schedule }: MeetingFace): Wire {
  const titled = { topic: topic.slice(0, topicCharsMost) || "Meeting" }
  const timed = schedule.kind === "single" ? singleToZoom(schedule) : seriesToZoom(schedule)
  return { ...titled, ...(timed ?? { type: 3 satisfies ZoomType }) }
}

function singleToZoom({ time }: Extract<Schedule, { kind: "single" }>): Wire | null {
  if (time.kind !== "timed") return null
  const duration = minutesOf(time.startsAt.until(time.endsAt).total("minutes"))
  if (duration === null) return null
  return { type: 2 satisfies ZoomType, start_time: utc(time.startsAt), duration, timezone: time.zone ?? "UTC" }
}

function seriesToZoom({ recurrence, zone, length, moved }: Series): Wire | null {
  const { start, rules, extraStarts, excludedStarts } = recurrence
  const [text] = rules
  const hasExceptions = moved.length + extraStarts.length + excludedStarts.length > 0
  const duration = minutesOf(length)
  if (zone === null || start instanceof Temporal.PlainDate || hasExceptions || duration === null) return null
  const wanted = rules.length === 1 && text !== undefined ? ruleToZoom(parseRule(text), start, zone) : null
  if (wanted === null) return null
  const startsAt = start.toZonedDateTime(zone).toInstant()
  return { type: 8 satisfies ZoomType, start_time: utc(startsAt), duration, timezone: zone, recurrence: wanted }
}

/** Zoom's `recurrence`; null for a rule that it cannot say. Its days count from Sunday, 1, ours from Monday, 0. */
function ruleToZoom(rule: Rule, start: Temporal.PlainDateTime, zone: string): Wire | null {
  const pattern = isFirst(rule, start) ? patternToZoom(rule, start) : null
  const end = endToZoom(rule, zone)
  return pattern === null || end === null ? null : { ...pattern, ...end }
}

/** Zoom begins a series with the first day of its rule; a calendar's may begin with another. */
function isFirst({ days, monthDays }: Rule, start: Temporal.PlainDateTime): boolean {
  const weekOf = { fromStart: Math.ceil(start.day / 7), isLast: start.day + 7 > start.daysInMonth }
  const isDay = days.some(
    ({ weekday, ordinal }) =>
      weekday === start.dayOfWeek - 1 &&
      (ordinal === null || ordinal === weekOf.fromStart || (ordinal === -1 && weekOf.isLast)),
  )
  return (days.length === 0 || isDay) && (monthDays.length === 0 || monthDays.includes(start.day))
}

function patternToZoom(rule: Rule, start: Temporal.PlainDateTime): Wire | null {
  const { frequency, interval, days, monthDays } = rule
  const isPlain = [
    rule.months,
    rule.weekNumbers,
    rule.yearDays,
    rule.hours,
    rule.minutes,
    rule.seconds,
    rule.positions,
  ].every((part) => part.length === 0)
  if (!isPlain) return null
  const zoomDay = (weekday: number) => ((weekday + 1) % 7) + 1
  if (frequency === "daily" && days.length + monthDays.length === 0 && interval <= most.days)
    return { type: 1, repeat_interval: interval }
  if (frequency === "weekly" && monthDays.length === 0 && interval <= most.weeks) {
    const wanted = days.length === 0 ? [start.dayOfWeek - 1] : days.map(({ weekday }) => weekday)
    // Zoom's weeks begin on Sunday, a rule's where it says: with more than one day in every second week they differ.
    if (days.some(({ ordinal }) => ordinal !== null) || (interval > 1 && wanted.length > 1)) return null
    return { type: 2, repeat_interval: interval, weekly_days: wanted.map(zoomDay).sort().join(",") }
  }
  if (frequency !== "monthly" || interval > most.months) return null
  const [day, ...others] = days
  if (day === undefined) return monthDayToZoom(monthDays, interval, start)
  const { weekday, ordinal } = day
  const isOne = others.length === 0 && monthDays.length === 0 && ordinal !== null && [-1, 1, 2, 3, 4].includes(ordinal)
  return isOne
    ? { type: 3, repeat_interval: interval, monthly_week: ordinal, monthly_week_day: zoomDay(weekday) }
    : null
}

function monthDayToZoom(monthDays: readonly number[], interval: number, start: Temporal.PlainDateTime): Wire | null {
  const [day = start.day, ...others] = monthDays
  return others.length > 0 || day < 1 ? null : { type: 3, repeat_interval: interval, monthly_day: day }
}

function endToZoom({ count, until }: Rule, zone: string): Wire | null {
  if (count !== null) return count <= most.times ? { end_times: count } : null
  if (until !== null) return { end_date_time: utc(until.toZonedDateTime(zone).toInstant()) }
  return { end_times: 0 }
}

function minutesOf(length: number): number | null {
  return Number.isInteger(length) && length >= 1 && length <= minutesMost ? length : null
}

const utc = (at: Temporal.Instant) => at.toString({ smallestUnit: "second" })

/**
 * What Zoom shows of a meeting, or would after it was told `toZoom`: the same text for the same meeting, whichever of the
 * two it comes from. Only what Zoom keeps as it was told is compared: of a series its first start, length, zone and rule.
 */
export function shownBy(told: Wire): ShownFace {
  const type = Number(told.type)
  const series = wire(told.recurrence)
  const [first] = list(told.occurrences).map(wire)
  const start = text(told.start_time) ?? text(first?.start_time)
  const duration = told.duration ?? first?.duration ?? null
  const schedule =
    type === 2
      ? [2, start, duration, told.timezone]
      : type === 8
        ? [8, start, duration, told.timezone, ruleText(series)]
        : [3]
  // White space is where services tidy what they are told; whoever only adds some has changed nothing.
  const topic = (text(told.topic) ?? "").replace(/\s+/g, " ").trim()
  return { topic, schedule: JSON.stringify(schedule) }
}

function ruleText(series: Wire | null): unknown {
  const { type, repeat_interval, weekly_days, monthly_day, monthly_week, monthly_week_day, end_times, end_date_time } =
    series ?? {}
  const days = typeof weekly_days === "string" ? weekly_days.split(",").sort().join() : null
  const until = text(end_date_time)
  return [
    ...[type ?? null, repeat_interval ?? 1, days, monthly_day ?? null, monthly_week ?? null, monthly_week_day ?? null],
    ...[until === null ? (end_times ?? 1) : null, until === null ? null : utc(instantFromUtc(until))],
  ]
}

/** The times that somebody gave a meeting in Zoom; null where an event cannot be moved by them alone (a series, no fixed time). */
export function movedInZoom(meeting: Wire): Schedule | null {
  const start = text(meeting.start_time)
  const minutes = meeting.duration
  if (Number(meeting.type) !== 2 || start === null || typeof minutes !== "number") return null
  const startsAt = instantFromUtc(start)
  const zone = text(meeting.timezone)
  return { kind: "single", time: { kind: "timed", startsAt, endsAt: startsAt.add({ minutes }), zone } }
}
