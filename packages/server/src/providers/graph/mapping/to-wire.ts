import type { EventTime } from "@kalends/domain/event"
import { isOriginalStart } from "@kalends/domain/recurrence"
import { type Schedule, timeOf } from "@kalends/domain/schedule"
import { windowsZone } from "@kalends/domain/zone"
import type { Wire } from "@kalends/readers/parse"
import type { EventPatch } from "../../../ports/calendar-provider.ts"
import { htmlWithBlock } from "../../html-block.ts"
import { toPatterned, unwritable } from "../../patterned-recurrence.ts"
import { tagProperty } from "./record.ts"

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
  return { ...timesForGraph(timeOf(schedule, start)), recurrence: toPatterned(schedule) }
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
