import { type EventTime, eventSpan } from "./event.ts"
import { originalStarts, type Recurrence, type WallStart } from "./recurrence.ts"
import { lastOf, timesBetween } from "./rule-times.ts"
import { ruleMeaning, ruleOf, startSeconds, wallAt } from "./series-rule.ts"
import type { TimeWindow } from "./window.ts"

/** An occurrence that was moved; one that was cancelled is among the recurrence's excluded starts. */
export type MovedOccurrence = {
  /** On the wall clock of the series: names the occurrence for ever, wherever it was moved to. */
  readonly originalStart: WallStart
  readonly time: EventTime
}

/**
 * When a meeting or an event takes place: once, or as a series. A series whose start is a date is all-day and lasts
 * `length` days; otherwise it lasts `length` minutes, on the clock of `zone` (IANA), or of whoever looks when null.
 */
export type Schedule =
  | { readonly kind: "single"; readonly time: EventTime }
  | {
      readonly kind: "series"
      readonly recurrence: Recurrence
      readonly zone: string | null
      readonly length: number
      /** True where the length is counted on the wall clock (iCalendar's `P1D`), which makes a difference when the clocks change. */
      readonly isLengthNominal?: true
      readonly moved: readonly MovedOccurrence[]
    }

export type Series = Extract<Schedule, { kind: "series" }>

/** One occurrence as it takes place. `originalStart` is null for a single event. */
export type Occurrence = {
  readonly originalStart: WallStart | null
  readonly time: EventTime
  readonly isMoved: boolean
}

/**
 * The occurrences that take place in the window, in order, for someone in `zone`. A moved one counts where it now is,
 * whether or not its original start lies in the window.
 */
export function occurrencesIn(schedule: Schedule, window: TimeWindow, zone: string): readonly Occurrence[] {
  const all: readonly Occurrence[] =
    schedule.kind === "single"
      ? [{ originalStart: null, time: schedule.time, isMoved: false }]
      : seriesOccurrences(schedule, window)
  return all
    .filter(({ time }) => takesPlaceIn(time, window, zone))
    .map((one) => ({ one, startsAtMs: eventSpan(one.time, zone).startsAt.epochMilliseconds }))
    .sort((a, b) => a.startsAtMs - b.startsAtMs)
    .map(({ one }) => one)
}

function seriesOccurrences(series: Series, window: TimeWindow): readonly Occurrence[] {
  const { recurrence, moved } = series
  const longest = Temporal.Duration.from(
    recurrence.start instanceof Temporal.PlainDate
      ? { days: series.length + 1 }
      : { minutes: Math.ceil(series.length), days: 1 },
  )
  const from = window.startsAt.toZonedDateTimeISO("UTC").toPlainDateTime().subtract(longest)
  const to = window.endsAt.toZonedDateTimeISO("UTC").toPlainDateTime().add({ days: 2 })
  const elsewhere = new Map(moved.map((one) => [one.originalStart.toString(), one]))
  const regular = originalStarts(recurrence, from, to).starts.flatMap((originalStart) =>
    elsewhere.has(originalStart.toString())
      ? []
      : [{ originalStart, time: timeOf(series, originalStart), isMoved: false }],
  )
  return [...regular, ...moved.map(({ originalStart, time }) => ({ originalStart, time, isMoved: true }))]
}

/** When the occurrence with this original start takes place if nobody moved it. */
export function timeOf({ zone, length, isLengthNominal }: Series, originalStart: WallStart): EventTime {
  if (originalStart instanceof Temporal.PlainDate)
    return { kind: "all-day", startsOn: originalStart, endsBefore: originalStart.add({ days: length }) }
  const seconds = Math.round(length * 60)
  if (zone === null) return { kind: "floating", starts: originalStart, ends: originalStart.add({ seconds }) }
  // RFC 5545 3.3.5: a time in a gap moves on by the gap, one that comes twice is the first; both are Temporal's "compatible".
  const at = (wall: Temporal.PlainDateTime) => wall.toZonedDateTime(zone, { disambiguation: "compatible" }).toInstant()
  const startsAt = at(originalStart)
  const endsAt = isLengthNominal ? at(originalStart.add({ seconds })) : startsAt.add({ seconds })
  // Where the clocks leave out an hour, or repeat one, an end by the wall may come before its start.
  return { kind: "timed", startsAt, endsAt: Temporal.Instant.compare(endsAt, startsAt) < 0 ? startsAt : endsAt, zone }
}

/**
 * The original start of an occurrence that a provider names by its instant or date. Where the clocks leave out an hour, an
 * occurrence in it takes place an hour later: then the instant alone does not tell the time on the wall, the series does.
 */
export function originalStartOf(series: Series, named: Temporal.Instant | Temporal.PlainDate): WallStart {
  if (named instanceof Temporal.PlainDate || series.recurrence.start instanceof Temporal.PlainDate)
    return named instanceof Temporal.PlainDate ? named : named.toZonedDateTimeISO("UTC").toPlainDate()
  const zone = series.zone ?? "UTC"
  const wall = named.toZonedDateTimeISO(zone).toPlainDateTime()
  const before = wall.subtract({ hours: 3 })
  if (!before.toZonedDateTime(zone).add({ hours: 3 }).toPlainDateTime().equals(wall)) {
    const { starts } = originalStarts({ ...series.recurrence, excludedStarts: [] }, before, wall.add({ seconds: 1 }))
    const takesPlaceThen = (start: WallStart) => eventSpan(timeOf(series, start), zone).startsAt.equals(named)
    return starts.find((start) => start.toString() === wall.toString()) ?? starts.find(takesPlaceThen) ?? wall
  }
  return wall
}

/** The name that providers give an occurrence: its original start as an instant (a floating one's in UTC), or as a date. */
export function originalName(series: Series, originalStart: WallStart): Temporal.Instant | Temporal.PlainDate {
  if (originalStart instanceof Temporal.PlainDate) return originalStart
  return originalStart.toZonedDateTime(series.zone ?? "UTC", { disambiguation: "compatible" }).toInstant()
}

function takesPlaceIn(time: EventTime, window: TimeWindow, zone: string): boolean {
  const { startsAt, endsAt } = eventSpan(time, zone)
  const isInstant = Temporal.Instant.compare(startsAt, endsAt) === 0
  const endsInside =
    Temporal.Instant.compare(window.startsAt, endsAt) < 0 || (isInstant && startsAt.equals(window.startsAt))
  return endsInside && Temporal.Instant.compare(startsAt, window.endsAt) < 0
}

/** True when anything of the schedule takes place in the window, in whatever zone it is looked at. */
export function touches(schedule: Schedule, window: TimeWindow): boolean {
  const wider = {
    startsAt: window.startsAt.subtract({ hours: 14 }),
    endsAt: window.endsAt.add({ hours: 14 }),
  }
  return occurrencesIn(schedule, wider, "UTC").length > 0
}

/** How far back from its end a series is searched for an occurrence that is still there. */
const looksBackDays = [40, 800, 12_000, 120_000]

/**
 * When the last occurrence ends, in UTC where the schedule has no zone; null when it never ends, has too many occurrences
 * to count, or a rule that nobody can read.
 */
export function lastEnd(schedule: Schedule): Temporal.Instant | null {
  if (schedule.kind === "single") return eventSpan(schedule.time, "UTC").endsAt
  const { recurrence, moved } = schedule
  const { start, rules, extraStarts } = recurrence
  const lasts = [startSeconds(start), ...extraStarts.map(startSeconds)]
  for (const text of rules) {
    const rule = ruleOf(text, start)
    const last = rule === null ? undefined : lastOf(rule, startSeconds(start))
    if (last === undefined) return null
    if (last !== null) lasts.push(last)
  }
  const kept = lastKept(schedule, Math.max(...lasts))
  const times = [...(kept === undefined ? [] : [timeOf(schedule, kept)]), ...moved.map(({ time }) => time)]
  const ends = times.map((time) => eventSpan(time, "UTC").endsAt).sort(Temporal.Instant.compare)
  return ends.at(-1) ?? timeEnd(schedule)
}

/** The last original start that was neither moved nor cancelled; `last` is that of all. */
function lastKept({ recurrence, moved }: Series, last: number): WallStart | undefined {
  const gone = new Set(moved.map(({ originalStart }) => originalStart.toString()))
  for (const days of looksBackDays) {
    const { starts } = originalStarts(recurrence, wallAt(last - days * 86_400), wallAt(last + 1))
    const kept = starts.findLast((start) => !gone.has(start.toString()))
    if (kept !== undefined) return kept
  }
  return undefined
}

/** A series of which every occurrence was cancelled ended when it began. */
function timeEnd(series: Series): Temporal.Instant {
  return eventSpan(timeOf(series, series.recurrence.start), "UTC").endsAt
}

/**
 * One text for one meaning as far as it is cheap to tell: rules, holes and moved occurrences in a fixed order, without
 * what is said twice, by default or by the start. Two schedules with one text are the same; two that are the same have
 * two texts where one rule ends by COUNT and the other by UNTIL, where holes fall on no occurrence, or where rules of
 * different shape name the same days.
 */
export function scheduleText(schedule: Schedule): string {
  if (schedule.kind === "single") return timeText(schedule.time)
  const { recurrence, zone, length, isLengthNominal } = schedule
  const { start, rules, extraStarts, excludedStarts } = recurrence
  const moved = new Map(movedElsewhere(schedule).map((one) => [one.originalStart.toString(), momentText(one.time)]))
  const movedNames = new Set(schedule.moved.map((one) => one.originalStart.toString()))
  const texts = (items: readonly { toString(): string }[]) => [...new Set(items.map(String))].sort()
  return JSON.stringify([
    start.toString(),
    zone,
    length,
    ...(isLengthNominal ? ["nominal"] : []),
    texts(rules.map((rule) => ruleMeaning(rule, start))),
    texts(extraStarts).filter((extra) => extra !== start.toString()),
    texts(excludedStarts).filter((excluded) => !movedNames.has(excluded)),
    [...moved].map(([originalStart, time]) => `${originalStart} ${time}`).sort(),
  ])
}

/** The moved occurrences without those that take place when the series says: only something else of them was changed. */
export function movedElsewhere(series: Series): readonly MovedOccurrence[] {
  const { start, extraStarts } = series.recurrence
  const isUnmoved = ({ originalStart, time }: MovedOccurrence) =>
    momentText(time) === momentText(timeOf(series, originalStart))
  const unmoved = series.moved.filter(isUnmoved)
  if (unmoved.length === 0) return series.moved
  const names = unmoved.map(({ originalStart }) => startSeconds(originalStart)).sort((a, b) => a - b)
  const known = timesBetween(series.recurrence, names[0] ?? 0, (names.at(-1) ?? 0) + 1)
  for (const one of [start, ...extraStarts]) known.add(startSeconds(one))
  return series.moved.filter((one) => !isUnmoved(one) || !known.has(startSeconds(one.originalStart)))
}

/** One text for one time, whichever zone it was written in: of an occurrence the series names the zone. */
export function momentText(time: EventTime): string {
  return timeText(time.kind === "timed" ? { ...time, zone: null } : time)
}

/** One text for one time and its zone. */
export function timeText(time: EventTime): string {
  switch (time.kind) {
    case "timed":
      return `${time.startsAt} ${time.endsAt} ${time.zone ?? "?"}`
    case "all-day":
      return `${time.startsOn} ${time.endsBefore}`
    case "floating":
      return `${time.starts} ${time.ends}`
  }
}

export function isSameSchedule(a: Schedule, b: Schedule): boolean {
  return scheduleText(a) === scheduleText(b)
}
