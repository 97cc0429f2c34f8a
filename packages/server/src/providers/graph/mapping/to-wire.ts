import type { EventTime } from "@kalends/domain/event"
import { isOriginalStart, startsNamed, type WallStart } from "@kalends/domain/recurrence"
import { isSameSchedule, type Schedule, type Series, timeOf } from "@kalends/domain/schedule"
import { windowsZone } from "@kalends/domain/zone"
import type { Wire } from "@kalends/readers/parse"
import type { EventPatch } from "../../../ports/calendar-provider.ts"
import { htmlWithBlock } from "./body.ts"
import { tagProperty } from "./record.ts"
import { recurrenceForGraph, unwritable } from "./recurrence.ts"

/** What is written for a patch. `html` is the body there is now. Throws as `scheduleForGraph`. */
export function graphPatch({ subject, schedule, location, block, tag }: EventPatch, html: string): Wire {
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(location === undefined ? {} : { location: { displayName: location } }),
    ...(block === undefined ? {} : { body: { contentType: "html", content: htmlWithBlock(html, block) } }),
    ...(tag === undefined ? {} : { singleValueExtendedProperties: [{ id: tagProperty, value: tag }] }),
    ...(schedule === undefined ? {} : scheduleForGraph(schedule)),
  }
}

/**
 * A schedule without its exceptions, which Graph takes one by one. Throws Problem "unsupported" (code "schedule") for
 * floating times and for what no pattern of Graph's says.
 */
export function scheduleForGraph(schedule: Schedule): Wire {
  if (schedule.kind === "single") return { ...timesForGraph(schedule.time), recurrence: null }
  const { start } = schedule.recurrence
  const all = { ...schedule.recurrence, excludedStarts: [] }
  if (!schedule.moved.every(({ originalStart }) => isOriginalStart(all, originalStart))) throw unwritable()
  return { ...timesForGraph(timeOf(schedule, start)), recurrence: recurrenceForGraph(schedule) }
}

/** Start and end of an event or occurrence. */
export function timesForGraph(time: EventTime): Wire {
  switch (time.kind) {
    case "all-day": {
      const at = (date: Temporal.PlainDate) => ({ dateTime: `${date}T00:00:00`, timeZone: "UTC" })
      return { start: at(time.startsOn), end: at(time.endsBefore), isAllDay: true }
    }
    case "timed":
      return { start: moment(time.startsAt, time.zone), end: moment(time.endsAt, time.zone), isAllDay: false }
    case "floating":
      throw unwritable()
  }
}

/** A wall-clock time and a zone's Windows name; in UTC where that clock shows the time twice and this is the second. */
function moment(at: Temporal.Instant, zone: string | null): Wire {
  const own = zone ?? "UTC"
  const wall = at.toZonedDateTimeISO(own).toPlainDateTime()
  const isNamed = wall.toZonedDateTime(own).toInstant().equals(at)
  const written = isNamed ? wall : at.toZonedDateTimeISO("UTC").toPlainDateTime()
  return { dateTime: written.toString({ smallestUnit: "second" }), timeZone: isNamed ? windowsZone(own) : "UTC" }
}

/** The starts that a series leaves out, one for each occurrence that there would be. */
export function holesOf(series: Series): readonly WallStart[] {
  const all = { ...series.recurrence, excludedStarts: [] }
  return series.recurrence.excludedStarts.flatMap((excluded) => startsNamed(all, excluded))
}

/** The schedule in the words of the one there is: a zone under another name that Windows calls the same is the same. */
export function inWordsOf(now: Schedule, wanted: Schedule): Schedule {
  const isSame = (a: string | null, b: string | null) => a !== null && b !== null && windowsZone(a) === windowsZone(b)
  if (now.kind === "series" && wanted.kind === "series")
    return isSame(now.zone, wanted.zone) ? { ...wanted, zone: now.zone } : wanted
  if (now.kind === "series" || wanted.kind === "series") return wanted
  const [before, after] = [now.time, wanted.time]
  if (before.kind !== "timed" || after.kind !== "timed" || !isSame(before.zone, after.zone)) return wanted
  return { kind: "single", time: { ...after, zone: before.zone } }
}

/**
 * True where only single occurrences differ, which are written one by one. What was cancelled cannot be put back alone:
 * then the series is written anew, which does away with its exceptions.
 */
export function isOnlyOccurrences(now: Schedule, wanted: Schedule): boolean {
  if (now.kind === "single" || wanted.kind === "single") return isSameSchedule(now, wanted)
  const plain = ({ recurrence, ...series }: Series): Series => ({
    ...series,
    recurrence: { ...recurrence, excludedStarts: [] },
    moved: [],
  })
  const wantedHoles = new Set(holesOf(wanted).map(String))
  return isSameSchedule(plain(now), plain(wanted)) && holesOf(now).every((hole) => wantedHoles.has(hole.toString()))
}
