import { eventSpan } from "@kalends/domain/event"
import { nextOccurrence } from "@kalends/domain/next-occurrence"
import { occurrencesIn, type Schedule } from "@kalends/domain/schedule"

/** What the form for a new meeting, or an edited one, holds. */
export type MeetingDraft = {
  readonly subject: string
  /** ISO date and time of day, as the browser's fields give them. */
  readonly date: string
  readonly time: string
  readonly minutes: number
  readonly repeats: Repetition
  /** How often in all, where it repeats. */
  readonly count: number
}

export const repetitions = ["none", "daily", "workdays", "weekly", "monthly"] as const
export type Repetition = (typeof repetitions)[number]

const rules: Readonly<Record<Exclude<Repetition, "none">, string>> = {
  daily: "FREQ=DAILY",
  workdays: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
  weekly: "FREQ=WEEKLY",
  monthly: "FREQ=MONTHLY",
}

/** An empty form: the next full hour in `zone`, half an hour long. */
export function emptyDraft(now: Temporal.Instant, zone: string): MeetingDraft {
  const next = now.toZonedDateTimeISO(zone).add({ hours: 1 }).round({ smallestUnit: "hour", roundingMode: "floor" })
  const time = next.toPlainTime().toString({ smallestUnit: "minute" })
  return { subject: "", date: next.toPlainDate().toString(), time, minutes: 30, repeats: "none", count: 10 }
}

/** Null while the fields do not make a time. */
export function scheduleOf({ date, time, minutes, repeats, count }: MeetingDraft, zone: string): Schedule | null {
  const starts = wallOf(date, time)
  if (starts === null || !(minutes > 0)) return null
  if (repeats === "none") {
    const startsAt = starts.toZonedDateTime(zone).toInstant()
    return { kind: "single", time: { kind: "timed", startsAt, endsAt: startsAt.add({ minutes }), zone } }
  }
  const rule = `${rules[repeats]};COUNT=${Math.min(400, Math.max(2, Math.round(count)))}`
  const recurrence = { start: starts, rules: [rule], extraStarts: [], excludedStarts: [] }
  return { kind: "series", recurrence, zone, length: minutes, moved: [] }
}

/** What the form for an edited one holds of its times. */
export type MeetingTimes = Pick<MeetingDraft, "date" | "time" | "minutes">

/**
 * The schedule at other times; a series keeps its rule, and what was moved and cancelled of it while its start stays. Null
 * where the fields make no time, or it has none of day.
 */
export function movedTo(schedule: Schedule, { date, time, minutes }: MeetingTimes): Schedule | null {
  const starts = wallOf(date, time)
  if (starts === null || !(minutes > 0)) return null
  if (schedule.kind === "single") {
    if (schedule.time.kind !== "timed") return null
    const startsAt = starts.toZonedDateTime(schedule.time.zone ?? "UTC").toInstant()
    return { kind: "single", time: { ...schedule.time, startsAt, endsAt: startsAt.add({ minutes }) } }
  }
  const { start } = schedule.recurrence
  if (start instanceof Temporal.PlainDate) return null
  if (starts.equals(start)) return { ...schedule, length: minutes }
  const recurrence = { ...schedule.recurrence, start: starts, excludedStarts: [] }
  return { ...schedule, length: minutes, moved: [], recurrence }
}

/** When it begins, on its own clock, and how long it takes; null for one without times of day. */
export function timesOf(schedule: Schedule): MeetingTimes | null {
  if (schedule.kind === "series") {
    const { start } = schedule.recurrence
    return start instanceof Temporal.PlainDate ? null : fieldsOf(start, schedule.length)
  }
  if (schedule.time.kind !== "timed") return null
  const { startsAt, endsAt, zone } = schedule.time
  const minutes = startsAt.until(endsAt).total("minutes")
  return fieldsOf(startsAt.toZonedDateTimeISO(zone ?? "UTC").toPlainDateTime(), minutes)
}

function fieldsOf(starts: Temporal.PlainDateTime, minutes: number): MeetingTimes {
  const time = starts.toPlainTime().toString({ smallestUnit: "minute" })
  return { date: starts.toPlainDate().toString(), time, minutes }
}

/** The IANA zone on whose clock it is written; null where it has none. */
export function zoneOf(schedule: Schedule): string | null {
  if (schedule.kind === "series") return schedule.zone
  return schedule.time.kind === "timed" ? schedule.time.zone : null
}

/** True when nothing of it is ahead. */
export function isOver(schedule: Schedule, now: Temporal.Instant, zone: string): boolean {
  if (schedule.kind === "single") return Temporal.Instant.compare(eventSpan(schedule.time, zone).endsAt, now) <= 0
  return nextOccurrence(schedule, now, zone) === null
}

function wallOf(date: string, time: string): Temporal.PlainDateTime | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !/^\d\d:\d\d$/.test(time)) return null
  try {
    return Temporal.PlainDateTime.from(`${date}T${time}`)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return null
  }
}

/** When the next occurrence begins; null when all are over. */
export function nextStart(schedule: Schedule, now: Temporal.Instant, zone: string): Temporal.Instant | null {
  const next = nextOccurrence(schedule, now, zone)
  return next === null ? null : eventSpan(next.time, zone).startsAt
}

/** What a day of a series' picture shows: nothing, an occurrence, one that was moved here or away, one that was cancelled. */
export type DayMark = "none" | "regular" | "moved-here" | "moved-away" | "cancelled"
export type PictureDay = { readonly date: Temporal.PlainDate; readonly mark: DayMark; readonly isToday: boolean }

const weeksShown = 8

/** Eight weeks of a series from this week's Monday on, a row for each week. */
export function seriesPicture(
  schedule: Extract<Schedule, { kind: "series" }>,
  now: Temporal.Instant,
  zone: string,
): readonly (readonly PictureDay[])[] {
  const today = now.toZonedDateTimeISO(zone).toPlainDate()
  const monday = today.subtract({ days: today.dayOfWeek - 1 })
  const startsAt = monday.toZonedDateTime(zone).toInstant()
  const endsAt = monday.add({ weeks: weeksShown }).toZonedDateTime(zone).toInstant()
  const marks = new Map<string, DayMark>()
  const dayOf = (start: Temporal.PlainDate | Temporal.PlainDateTime) =>
    (start instanceof Temporal.PlainDate ? start : start.toPlainDate()).toString()
  for (const hole of schedule.recurrence.excludedStarts) marks.set(dayOf(hole), "cancelled")
  for (const { originalStart } of schedule.moved) marks.set(dayOf(originalStart), "moved-away")
  for (const { time, isMoved } of occurrencesIn(schedule, { startsAt, endsAt }, zone))
    marks.set(
      eventSpan(time, zone).startsAt.toZonedDateTimeISO(zone).toPlainDate().toString(),
      isMoved ? "moved-here" : "regular",
    )
  return Array.from({ length: weeksShown }, (_, week) =>
    Array.from({ length: 7 }, (_unused, day) => {
      const date = monday.add({ days: week * 7 + day })
      return { date, mark: marks.get(date.toString()) ?? "none", isToday: date.equals(today) }
    }),
  )
}
