import type { EventTime } from "./event.ts"
import { isIanaZone } from "./iana-zone.ts"
import type { WallStart } from "./recurrence.ts"
import type { MovedOccurrence, Schedule, Series } from "./schedule.ts"

/** The version of the form written; other versions are refused. */
const version = 1
/** More moved, cancelled or added occurrences than this belong to no calendar: two years of six a day. */
export const exceptionsMost = 5_000
const rulesMost = 8
const ruleCharsMost = 2_000
const textCharsMost = 64
const daysMost = 366
const minutesMost = daysMost * 24 * 60

/** A schedule as plain JSON: `{ v, kind, … }`, times in ISO 8601. `parseSchedule` reads it back. */
export function scheduleToJson(schedule: Schedule): Readonly<Record<string, unknown>> {
  if (schedule.kind === "single") return { v: version, kind: "single", time: timeToJson(schedule.time) }
  const { recurrence, zone, length, isLengthNominal, moved } = schedule
  return {
    v: version,
    kind: "series",
    start: recurrence.start.toString(),
    zone,
    length,
    ...(isLengthNominal ? { isLengthNominal } : {}),
    rules: recurrence.rules,
    extraStarts: recurrence.extraStarts.map(String),
    excludedStarts: recurrence.excludedStarts.map(String),
    moved: moved.map(({ originalStart, time }) => ({
      originalStart: originalStart.toString(),
      time: timeToJson(time),
    })),
  }
}

function timeToJson(time: EventTime): Readonly<Record<string, unknown>> {
  switch (time.kind) {
    case "timed":
      return { kind: time.kind, startsAt: time.startsAt.toString(), endsAt: time.endsAt.toString(), zone: time.zone }
    case "all-day":
      return { kind: time.kind, startsOn: time.startsOn.toString(), endsBefore: time.endsBefore.toString() }
    case "floating":
      return { kind: time.kind, starts: time.starts.toString(), ends: time.ends.toString() }
  }
}

/**
 * Reads what `scheduleToJson` wrote. Unknown members are passed over. Throws TypeError for anything else, an end before
 * its start, an unknown zone, or more than the bounds allow; the message never holds the value.
 */
export function parseSchedule(value: unknown): Schedule {
  try {
    return parseChecked(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new TypeError("not a schedule: a date or time cannot be read")
  }
}

function parseChecked(value: unknown): Schedule {
  const json = parseObject(value)
  if (json.v !== version) throw new TypeError("not a schedule: unknown version")
  if (json.kind === "single") return { kind: "single", time: parseTime(json.time) }
  if (json.kind !== "series") throw new TypeError("not a schedule: unknown kind")
  return parseSeries(json)
}

function parseSeries(json: Json): Series {
  const start = parseStart(json.start)
  const isAllDay = start instanceof Temporal.PlainDate
  const zone = parseZone(json.zone)
  if (isAllDay && zone !== null) throw new TypeError("not a schedule: dates have no zone")
  const { length } = json
  if (typeof length !== "number" || !(length >= 0 && length <= (isAllDay ? daysMost : minutesMost)))
    throw new TypeError("not a schedule: length out of bounds")
  if (isAllDay && !Number.isInteger(length)) throw new TypeError("not a schedule: no whole days")
  const recurrence = {
    start,
    rules: parseList(json.rules, rulesMost).map((rule) => parseText(rule, ruleCharsMost)),
    extraStarts: parseList(json.extraStarts, exceptionsMost).map(parseStart),
    excludedStarts: parseList(json.excludedStarts, exceptionsMost).map(parseStart),
  }
  const moved = parseList(json.moved, exceptionsMost).map(parseMoved)
  const series: Series = { kind: "series", recurrence, zone, length, moved }
  return json.isLengthNominal === true ? { ...series, isLengthNominal: true } : series
}

function parseMoved(value: unknown): MovedOccurrence {
  const json = parseObject(value)
  return { originalStart: parseStart(json.originalStart), time: parseTime(json.time) }
}

function parseTime(value: unknown): EventTime {
  const json = parseObject(value)
  const time = timeOfKind(json)
  if (isReversed(time)) throw new TypeError("not a schedule: ends before it starts")
  return time
}

function timeOfKind(json: Json): EventTime {
  const text = (name: string) => parseTimeText(json[name])
  if (json.kind === "timed") {
    const [startsAt, endsAt] = [Temporal.Instant.from(text("startsAt")), Temporal.Instant.from(text("endsAt"))]
    return { kind: "timed", startsAt, endsAt, zone: parseZone(json.zone) }
  }
  if (json.kind === "all-day") {
    const [startsOn, endsBefore] = [
      Temporal.PlainDate.from(text("startsOn")),
      Temporal.PlainDate.from(text("endsBefore")),
    ]
    return { kind: "all-day", startsOn, endsBefore }
  }
  if (json.kind === "floating") {
    const [starts, ends] = [Temporal.PlainDateTime.from(text("starts")), Temporal.PlainDateTime.from(text("ends"))]
    return { kind: "floating", starts, ends }
  }
  throw new TypeError("not a schedule: unknown kind of time")
}

function isReversed(time: EventTime): boolean {
  if (time.kind === "timed") return Temporal.Instant.compare(time.startsAt, time.endsAt) > 0
  if (time.kind === "all-day") return Temporal.PlainDate.compare(time.startsOn, time.endsBefore) > 0
  return Temporal.PlainDateTime.compare(time.starts, time.ends) > 0
}

type Json = Readonly<Record<string, unknown>>

function parseObject(value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError("not a schedule: no object")
  return value as Json
}

function parseList(value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw new TypeError("not a schedule: no list, or too long a one")
  return value
}

function parseText(value: unknown, charsMost: number): string {
  if (typeof value !== "string" || value.length > charsMost)
    throw new TypeError("not a schedule: no text, or too long a one")
  return value
}

/** A date or time as `toString` writes it: other calendars and years of five digits are no plans. */
function parseTimeText(value: unknown): string {
  const text = parseText(value, textCharsMost)
  if (!/^\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?$/.test(text)) throw new TypeError("not a schedule: no date or time")
  return text
}

function parseStart(value: unknown): WallStart {
  const text = parseTimeText(value)
  return text.includes("T") ? Temporal.PlainDateTime.from(text) : Temporal.PlainDate.from(text)
}

function parseZone(value: unknown): string | null {
  if (value === null) return null
  const text = parseText(value, textCharsMost)
  if (!isIanaZone(text)) throw new TypeError("not a schedule: unknown zone")
  return text
}
