import { originalStarts, untilOnWallClock } from "@kalends/domain/recurrence"
import ICAL from "ical.js"
import { ruleProperty } from "./calendar-text.ts"

/** What turns a wall-clock time to an instant and back. */
export type ZoneClock = {
  /** IANA name; null for a zone that only the file itself defines. */
  readonly zone: string | null
  toInstant(wall: Temporal.PlainDateTime): Temporal.Instant
  toWall(instant: Temporal.Instant): Temporal.PlainDateTime
}

/** One STANDARD or DAYLIGHT part: from each onset, told on the clock before it, `offsetTo` holds. */
type Observance = {
  readonly start: Temporal.PlainDateTime
  readonly offsetFrom: number
  readonly offsetTo: number
  readonly rules: readonly string[]
  readonly extraStarts: readonly Temporal.PlainDateTime[]
}
/** A change of the clocks; milliseconds as if the wall clock before it were UTC. */
type Onset = { readonly wallMs: number; readonly offsetFrom: number; readonly offsetTo: number }

const clocks = new Map<string, ZoneClock>()
const clocksMost = 200

/**
 * The clock of a zone that is no known place: the file's own VTIMEZONE says when its clocks change. The same definition is
 * in every file a program writes, so clocks are kept; they hold nothing of any event. Throws TypeError when it has no part.
 */
export function fileClock(component: ICAL.Component): ZoneClock {
  const key = JSON.stringify(component.toJSON())
  const known = clocks.get(key)
  if (known !== undefined) return known
  const clock = clockOf(["standard", "daylight"].flatMap((name) => component.getAllSubcomponents(name)).map(observance))
  if (clocks.size >= clocksMost) clocks.clear()
  clocks.set(key, clock)
  return clock
}

function observance(component: ICAL.Component): Observance {
  const offset = (name: string): number => {
    const value = component.getFirstPropertyValue(name)
    if (!(value instanceof ICAL.UtcOffset)) throw new TypeError("no offset")
    return value.toSeconds() * 1_000
  }
  const offsetFrom = offset("tzoffsetfrom")
  const values = (name: string) => component.getAllProperties(name).flatMap((property) => property.getValues())
  const [start] = values("dtstart").map(wallOf)
  if (start === undefined) throw new TypeError("no onset")
  const onOldClock = (instant: Temporal.Instant) => plainWall(instant.epochMilliseconds + offsetFrom)
  return {
    start,
    offsetFrom,
    offsetTo: offset("tzoffsetto"),
    rules: values(ruleProperty).map((rule) => untilOnWallClock(String(rule), false, onOldClock)),
    extraStarts: values("rdate").map(wallOf),
  }
}

function wallOf(value: unknown): Temporal.PlainDateTime {
  if (!(value instanceof ICAL.Time)) throw new TypeError("not a time")
  return new Temporal.PlainDateTime(value.year, value.month, value.day, value.hour, value.minute, value.second)
}

function clockOf(observances: readonly Observance[]): ZoneClock {
  if (observances.length === 0) throw new TypeError("a zone without parts")
  const years = new Map<number, readonly Onset[]>()
  const around = (year: number): readonly Onset[] => {
    const known =
      years.get(year) ?? observances.flatMap((part) => onsetsOf(part, year)).sort((a, b) => a.wallMs - b.wallMs)
    if (years.size < clocksMost) years.set(year, known)
    return known
  }
  /** The offset after the last onset that `isReached`, before the first one where none is. */
  const offsetAt = (year: number, isReached: (onset: Onset) => boolean): number => {
    const onsets = around(year)
    return onsets.findLast(isReached)?.offsetTo ?? onsets[0]?.offsetFrom ?? 0
  }
  return {
    zone: null,
    toInstant(wall) {
      const wallMs = epochMs(wall)
      // In a gap the old clock still counts (RFC 5545 3.3.5); of a time that is twice, it is the first.
      const isReached = ({ wallMs: at, offsetFrom, offsetTo }: Onset) =>
        wallMs >= at + Math.max(0, offsetTo - offsetFrom)
      return Temporal.Instant.fromEpochMilliseconds(wallMs - offsetAt(wall.year, isReached))
    },
    toWall(instant) {
      const ms = instant.epochMilliseconds
      return plainWall(ms + offsetAt(plainWall(ms).year, ({ wallMs, offsetFrom }) => ms >= wallMs - offsetFrom))
    },
  }
}

/** The onsets of the year and its neighbours, and the last one before them. */
function onsetsOf(part: Observance, year: number): readonly Onset[] {
  const { start, rules, extraStarts, offsetFrom, offsetTo } = part
  const from = new Temporal.PlainDateTime(year - 1, 1, 1)
  const recurrence = { start, rules, extraStarts, excludedStarts: [] }
  const { starts } = originalStarts(recurrence, from, new Temporal.PlainDateTime(year + 2, 1, 1))
  const before = [start, ...extraStarts, ...rules.flatMap(endOf)]
    .map(epochMs)
    .filter((wallMs) => wallMs < epochMs(from))
    .sort((a, b) => b - a)
    .slice(0, 1)
  const walls = starts.flatMap((found) => (found instanceof Temporal.PlainDateTime ? [epochMs(found)] : []))
  return [...before, ...walls].map((wallMs) => ({ wallMs, offsetFrom, offsetTo }))
}

/** A rule that has ended held last about its UNTIL: near enough to tell which part came last. */
function endOf(rule: string): readonly Temporal.PlainDateTime[] {
  const match = /UNTIL=(\d{4})(\d\d)(\d\d)/i.exec(rule)
  return match === null ? [] : [new Temporal.PlainDateTime(Number(match[1]), Number(match[2]), Number(match[3]))]
}

function epochMs(wall: Temporal.PlainDateTime): number {
  return Date.UTC(2000, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) + yearsMs(wall)
}

/** Date.UTC takes years below 100 for 19xx; the distance of whole days to the year 2000 is added instead. */
function yearsMs({ year, month, day }: Temporal.PlainDateTime): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) - new Date(0).setUTCFullYear(2000, month - 1, day)
}

function plainWall(ms: number): Temporal.PlainDateTime {
  const date = new Date(ms)
  return new Temporal.PlainDateTime(
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  )
}
