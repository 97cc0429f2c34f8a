import type { EventTime } from "./event.ts"
import { Problem } from "./problem.ts"
import { type Recurrence, untilOnWallClock, type WallStart } from "./recurrence.ts"
import { type MovedOccurrence, originalStartOf, type Schedule, type Series, timeOf } from "./schedule.ts"
import { ruleOf, untilText, withEnd } from "./series-rule.ts"
import { findZone } from "./zone.ts"

// RFC 5545 content lines, unfolded, without line ends: DTSTART, DTEND, DURATION, RRULE, RDATE, EXDATE, RECURRENCE-ID.

/** A series' RRULE, RDATE and EXDATE lines: what Google calls its `recurrence`. Lists are written one line each. */
export function recurrenceLines(series: Series): readonly string[] {
  const { start, rules, extraStarts, excludedStarts } = series.recurrence
  const list = (name: string, starts: readonly WallStart[]) =>
    [true, false].flatMap((isDate) => {
      const some = starts.filter((one) => one instanceof Temporal.PlainDate === isDate)
      const [first] = some
      return first === undefined
        ? []
        : [`${name}${parameters(first, series.zone)}:${some.map((one) => startText(one, series.zone)).join()}`]
    })
  return [
    ...rules.map((rule) => `RRULE:${ruleForWire(rule, start, series.zone)}`),
    ...list("RDATE", extraStarts),
    ...list("EXDATE", excludedStarts),
  ]
}

/** When the schedule takes place, as the lines of one VEVENT; moved occurrences are VEVENTs of their own (`movedLines`). */
export function scheduleLines(schedule: Schedule): readonly string[] {
  if (schedule.kind === "single") return timeLines(schedule.time)
  const { start } = schedule.recurrence
  const end =
    start instanceof Temporal.PlainDate
      ? startLine("DTEND", start.add({ days: schedule.length }), null)
      : `DURATION:${durationText(schedule)}`
  return [startLine("DTSTART", start, schedule.zone), end, ...recurrenceLines(schedule)]
}

/** Only days are counted on the wall clock in iCalendar: a nominal length below a day is written as an exact one. */
function durationText({ length, isLengthNominal }: Series): string {
  const days = isLengthNominal ? Math.floor(length / 1_440) : 0
  const minutes = length - days * 1_440
  const time = Number.isInteger(minutes) ? `T${minutes}M` : `T${Math.round(minutes * 60)}S`
  return days === 0 ? `P${time}` : `P${days}D${minutes === 0 ? "" : time}`
}

/** A moved occurrence, as the lines of its own VEVENT. */
export function movedLines(series: Series, { originalStart, time }: MovedOccurrence): readonly string[] {
  return [startLine("RECURRENCE-ID", originalStart, series.zone), ...timeLines(time)]
}

function timeLines(time: EventTime): readonly string[] {
  if (time.kind === "all-day")
    return [startLine("DTSTART", time.startsOn, null), startLine("DTEND", time.endsBefore, null)]
  if (time.kind === "floating") return [startLine("DTSTART", time.starts, null), startLine("DTEND", time.ends, null)]
  return [momentLine("DTSTART", time.startsAt, time.zone), momentLine("DTEND", time.endsAt, time.zone)]
}

/** A moment on the clock of a zone; in UTC where that clock shows the same time twice and this is the second. */
function momentLine(name: string, at: Temporal.Instant, zone: string | null): string {
  const wall = at.toZonedDateTimeISO(zone ?? "UTC").toPlainDateTime()
  const isNamed = wall
    .toZonedDateTime(zone ?? "UTC")
    .toInstant()
    .equals(at)
  return isNamed
    ? startLine(name, wall, zone ?? "UTC")
    : startLine(name, at.toZonedDateTimeISO("UTC").toPlainDateTime(), "UTC")
}

function startLine(name: string, start: WallStart, zone: string | null): string {
  return `${name}${parameters(start, zone)}:${startText(start, zone)}`
}

function parameters(start: WallStart, zone: string | null): string {
  if (start instanceof Temporal.PlainDate) return ";VALUE=DATE"
  return zone === null || zone === "UTC" ? "" : `;TZID=${zone}`
}

function startText(start: WallStart, zone: string | null): string {
  if (start instanceof Temporal.PlainDate) return start.toString().replaceAll("-", "")
  return `${untilText(start, false)}${zone === "UTC" ? "Z" : ""}`
}

/** UNTIL is a date for dates, UTC where there is a zone, and the wall clock where there is none (RFC 5545 3.3.10). */
function ruleForWire(text: string, start: WallStart, zone: string | null): string {
  const until = ruleOf(text, start)?.until ?? null
  if (until === null || zone === null) return text
  const utc = until.toZonedDateTime(zone).withTimeZone("UTC").toPlainDateTime()
  const count = /(?:^|;)\s*(COUNT=\d+)/i.exec(text)?.[1]
  return withEnd(text, `${count === undefined ? "" : `${count};`}UNTIL=${untilText(utc, false)}Z`)
}

type Line = { readonly name: string; readonly parameters: ReadonlyMap<string, string>; readonly value: string }
/** A value of a line: a date, a wall-clock time in the line's zone (null: floating). */
type Named = { readonly start: WallStart; readonly zone: string | null }

const linesMost = 1_000
const charsMost = 500_000
const valuesMost = 5_000

/**
 * Reads the lines of a VEVENT that say when it takes place, and those of the VEVENTs of its moved occurrences; other lines
 * are passed over. Throws Problem "malformed" for lines that cannot be read, "unsupported" for an unknown zone or EXRULE.
 */
export function parseScheduleLines(lines: readonly string[], moved: readonly (readonly string[])[] = []): Schedule {
  const parsed = parseLines(lines)
  const dtstart = parsed.find(({ name }) => name === "DTSTART")
  if (dtstart === undefined) throw new Problem("malformed", "the event has no start")
  const { start, zone } = named(dtstart)
  if (!parsed.some(({ name }) => name === "RRULE" || name === "RDATE"))
    return { kind: "single", time: parseTimeLines(parsed) }
  const series = parseRecurrenceLines(lines, { start, zone, ...lengthOf(parsed) })
  const exceptions = moved.map(parseLines).map((one): MovedOccurrence => {
    const id = one.find(({ name }) => name === "RECURRENCE-ID")
    if (id === undefined) throw new Problem("malformed", "the occurrence has no original start")
    return { originalStart: onSeriesClock(series, named(id)), time: parseTimeLines(one) }
  })
  return { ...series, moved: [...series.moved, ...exceptions] }
}

/** What the lines of a recurrence leave to the event: its start, zone and length. */
export type SeriesFrame = Pick<Series, "zone" | "length" | "isLengthNominal"> & Pick<Recurrence, "start">

/** Reads RRULE, RDATE and EXDATE lines, as Google's `recurrence` has them. Throws as `parseScheduleLines`. */
export function parseRecurrenceLines(lines: readonly string[], { start, ...frame }: SeriesFrame): Series {
  const parsed = parseLines(lines)
  if (parsed.some(({ name }) => name === "EXRULE"))
    throw new Problem("unsupported", "the series takes away days by a rule")
  const toWall = (at: Temporal.Instant) => at.toZonedDateTimeISO(frame.zone ?? "UTC").toPlainDateTime()
  const rules = parsed
    .filter(({ name }) => name === "RRULE")
    .map(({ value }) => untilOnWallClock(value, start instanceof Temporal.PlainDate, toWall))
  const base: Series = {
    kind: "series",
    recurrence: { start, rules, extraStarts: [], excludedStarts: [] },
    ...frame,
    moved: [],
  }
  const starts = (wanted: string) =>
    parsed.filter(({ name }) => name === wanted).flatMap((line) => valuesOf(line, base))
  const extra = starts("RDATE")
  const moved = extra.flatMap(({ start: originalStart, time }) => (time === null ? [] : [{ originalStart, time }]))
  const excludedStarts = starts("EXDATE").map((one) => one.start)
  const recurrence = { ...base.recurrence, extraStarts: extra.map((one) => one.start), excludedStarts }
  return { ...base, recurrence, moved }
}

/** The starts that an RDATE or EXDATE names on the clock of the series; of a PERIOD also its own time. */
function valuesOf(
  line: Line,
  series: Series,
): readonly { readonly start: WallStart; readonly time: EventTime | null }[] {
  const values = line.value.split(",")
  if (values.length > valuesMost) throw new Problem("malformed", "the series names too many days")
  return values.map((value) => {
    const [from = "", to] = value.split("/")
    const first = named({ ...line, value: from })
    const start = onSeriesClock(series, first)
    if (to === undefined) return { start, time: null }
    const end = /^P/i.test(to) ? { name: "DURATION", value: to } : { name: "DTEND", value: to }
    const lines = [
      { ...line, name: "DTSTART", value: from },
      { ...line, ...end },
    ]
    return { start, time: parseTimeLines(lines) }
  })
}

/** A start that may be named in another zone, on the clock of the series. */
function onSeriesClock(series: Series, { start, zone }: Named): WallStart {
  const seriesStart = series.recurrence.start
  if (start instanceof Temporal.PlainDate || zone === series.zone || zone === null)
    return start instanceof Temporal.PlainDateTime && seriesStart instanceof Temporal.PlainDate
      ? start.toPlainDate()
      : start
  return originalStartOf(series, start.toZonedDateTime(zone).toInstant())
}

function parseTimeLines(lines: readonly Line[]): EventTime {
  const dtstart = lines.find(({ name }) => name === "DTSTART")
  if (dtstart === undefined) throw new Problem("malformed", "the event has no start")
  const { start, zone } = named(dtstart)
  const recurrence = { start, rules: [], extraStarts: [], excludedStarts: [] }
  return timeOf({ kind: "series", recurrence, zone, moved: [], ...lengthOf(lines) }, start)
}

function instantOf({ start, zone }: Named): Temporal.Instant {
  return start.toZonedDateTime(zone ?? "UTC").toInstant()
}

/** Days or minutes. DTEND gives an exact length, DURATION in days a nominal one (RFC 5545 3.8.5.3); without both: a day, or none. */
function lengthOf(lines: readonly Line[]): Pick<Series, "length" | "isLengthNominal"> {
  const [dtstart, dtend, duration] = ["DTSTART", "DTEND", "DURATION"].map((wanted) =>
    lines.find(({ name }) => name === wanted),
  )
  if (dtstart === undefined) throw new Problem("malformed", "the event has no start")
  const first = named(dtstart)
  const isAllDay = first.start instanceof Temporal.PlainDate
  if (dtend !== undefined) {
    const last = named(dtend)
    const seconds = (instantOf(last).epochMilliseconds - instantOf(first).epochMilliseconds) / 1_000
    return { length: Math.max(0, seconds / (isAllDay ? 86_400 : 60)) }
  }
  if (duration === undefined) return { length: isAllDay ? 1 : 0 }
  const { days, minutes } = parseDuration(duration.value)
  if (isAllDay) return { length: Math.max(1, days) }
  return days > 0 ? { length: days * 1_440 + minutes, isLengthNominal: true } : { length: minutes }
}

function parseDuration(text: string): { readonly days: number; readonly minutes: number } {
  try {
    const { weeks, days, hours, minutes, seconds, sign } = Temporal.Duration.from(text.trim())
    if (sign < 0) throw new Problem("malformed", "the event ends before it starts")
    return { days: weeks * 7 + days, minutes: hours * 60 + minutes + seconds / 60 }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Problem("malformed", "the length of the event cannot be read")
  }
}

function parseLines(lines: readonly string[]): readonly Line[] {
  if (lines.length > linesMost || lines.reduce((sum, { length }) => sum + length, 0) > charsMost)
    throw new Problem("malformed", "the event has too many lines")
  return lines.flatMap((text) => {
    const match = /^([A-Za-z-]+)((?:;[A-Za-z-]+=(?:"[^"]*"|[^";:]*))*):(.*)$/.exec(text.trimEnd())
    if (match === null) return []
    const [, name = "", parts = "", value = ""] = match
    const found = [...parts.matchAll(/;([A-Za-z-]+)=(?:"([^"]*)"|([^";:]*))/g)]
    const values = found.map(([, key = "", quoted, plain = ""]) => [key.toUpperCase(), quoted ?? plain] as const)
    return [{ name: name.toUpperCase(), parameters: new Map(values), value }]
  })
}

function named({ parameters: given, value }: Line): Named {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i.exec(value.trim())
  if (match === null) throw new Problem("malformed", "a time of the event cannot be read")
  const [, year, month, day, hour, minute, second, zulu] = match
  try {
    const date = Temporal.PlainDate.from(`${year}-${month}-${day}`)
    if (hour === undefined) return { start: date, zone: null }
    const start = Temporal.PlainDateTime.from(`${date}T${hour}:${minute}:${second}`)
    return { start, zone: zulu === "" ? zoneOf(given.get("TZID")) : "UTC" }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Problem("malformed", "a time of the event cannot be read")
  }
}

function zoneOf(name: string | undefined): string | null {
  if (name === undefined) return null
  const zone = findZone(name)
  if (zone === null) throw new Problem("unsupported", "the time zone of the event is unknown")
  return zone
}
