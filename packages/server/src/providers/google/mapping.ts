import { withBlock } from "@kalends/domain/body-block"
import type { EventTime } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { type MovedOccurrence, originalStartOf, type Schedule, type Series } from "@kalends/domain/schedule"
import { parseRecurrenceLines, recurrenceLines } from "@kalends/domain/series-ical"
import { googleTime } from "@kalends/readers/google/to-domain"
import { instantFromUtc, list, requireText, text, type Wire, wire } from "@kalends/readers/parse"
import { plainText } from "@kalends/readers/plain-text"
import type { EventPatch, EventRecord, EventTexts } from "../../ports/calendar-provider.ts"

/** Name of our tag among an event's private extended properties: of this calendar's copy alone. */
const tagName = "kalends"

/** What is read of an event that the sync compares. */
export const recordFields =
  "id,iCalUID,etag,status,summary,location,description,start,end,recurrence,recurringEventId,originalStartTime,organizer(self),hangoutLink,conferenceData(entryPoints(uri)),extendedProperties(private)"

/** The texts of an event that may carry a meeting. */
export function eventTexts(item: Wire): EventTexts {
  const entries = list(wire(item.conferenceData)?.entryPoints).map((entry) => text(wire(entry)?.uri))
  return {
    location: text(item.location),
    others: [plainText(text(item.description)), text(item.hangoutLink), tagOf(item), ...entries.slice(0, 10)],
  }
}

function tagOf(item: Wire): string | null {
  return text(wire(wire(item.extendedProperties)?.private)?.[tagName])
}

/**
 * A record of a single event, or of a series with its exceptions (events.list by iCalUID). A series' own etag says nothing
 * of its exceptions, so the version of one is all their etags; its first is that of the series, for If-Match.
 */
export function googleRecord(master: Wire, exceptions: readonly Wire[]): EventRecord {
  const schedule = scheduleOf(master, exceptions)
  return {
    eventId: parseProviderEventId(requireText(master.id, "id")),
    version: [master, ...exceptions].map((item) => text(item.etag) ?? "").join(" "),
    subject: text(master.summary) ?? "",
    schedule,
    location: text(master.location),
    description: plainText(text(master.description)),
    onlineMeetingUrl: text(master.hangoutLink),
    isOrganizer: wire(master.organizer)?.self === true,
    isCancelled: master.status === "cancelled",
    tag: tagOf(master),
  }
}

/** The etag to demand, of a version. */
export function etagOf(version: string): string {
  return version.split(" ")[0] ?? ""
}

function scheduleOf(master: Wire, exceptions: readonly Wire[]): Schedule {
  const time = googleTime(wire(master.start), wire(master.end))
  const lines = list(master.recurrence).flatMap((line) => text(line) ?? [])
  if (lines.length === 0) return { kind: "single", time }
  const series = parseRecurrenceLines(lines, frameOf(time))
  const holes = exceptions.filter(({ status }) => status === "cancelled").map((item) => originalOf(series, item))
  const moved = exceptions.flatMap((item): readonly MovedOccurrence[] =>
    item.status === "cancelled" ? [] : movedOf(series, item),
  )
  const { excludedStarts } = series.recurrence
  return {
    ...series,
    recurrence: { ...series.recurrence, excludedStarts: [...excludedStarts, ...holes] },
    moved: [...series.moved, ...moved],
  }
}

function frameOf(time: EventTime): Parameters<typeof parseRecurrenceLines>[1] {
  if (time.kind === "all-day")
    return { start: time.startsOn, zone: null, length: time.startsOn.until(time.endsBefore).total("days") }
  if (time.kind === "floating") throw new Problem("malformed", "Google gives every time its offset.")
  const zone = time.zone ?? "UTC"
  return {
    start: time.startsAt.toZonedDateTimeISO(zone).toPlainDateTime(),
    zone,
    length: time.startsAt.until(time.endsAt).total("minutes"),
  }
}

function originalOf(series: Series, item: Wire) {
  const original = wire(item.originalStartTime)
  const date = text(original?.date)
  return originalStartOf(
    series,
    date !== null
      ? Temporal.PlainDate.from(date)
      : instantFromUtc(requireText(original?.dateTime, "originalStartTime")),
  )
}

/** An exception that only has another title or guest is where its series has it. */
function movedOf(series: Series, item: Wire): readonly MovedOccurrence[] {
  const originalStart = originalOf(series, item)
  const time = googleTime(wire(item.start), wire(item.end))
  return [{ originalStart, time }]
}

/** What is written for a patch. `description` is the one there is now, as Google has it. */
export function googlePatch({ subject, schedule, location, block, tag }: EventPatch, description: string | null): Wire {
  return {
    ...(subject === undefined ? {} : { summary: subject }),
    ...(location === undefined ? {} : { location }),
    ...(block === undefined ? {} : { description: describedWith(description ?? "", block) }),
    ...(tag === undefined ? {} : { extendedProperties: { private: { [tagName]: tag } } }),
    ...(schedule === undefined ? {} : googleSchedule(schedule)),
  }
}

/** In a description with markup a line break is an element. */
function describedWith(description: string, block: string | null): string {
  const text = withBlock(description, block)
  const isMarkup = /<\/?(?:br|p|div|span|a|b|i|u|ul|ol|li|html-blob)\b[^>]*>/i.test(description)
  if (!isMarkup || block === null) return text
  const at = text.indexOf(withBlock("", block))
  return `${text.slice(0, at).replace(/(?<!\n)\n+$/, "<br>")}${text.slice(at).replaceAll("\n", "<br>")}`
}

/** Throws Problem "unsupported" (code "schedule") for floating times, which Google does not know. */
export function googleSchedule(schedule: Schedule): Wire {
  if (schedule.kind === "single") return { ...googleTimes(schedule.time), recurrence: [] }
  const { recurrence, zone, length } = schedule
  const { start } = recurrence
  const recurrenceWire = { recurrence: recurrenceLines(schedule) }
  if (start instanceof Temporal.PlainDate)
    return {
      ...googleTimes({ kind: "all-day", startsOn: start, endsBefore: start.add({ days: length }) }),
      ...recurrenceWire,
    }
  if (zone === null) throw floating()
  const startsAt = start.toZonedDateTime(zone).toInstant()
  const endsAt = startsAt.add({ seconds: Math.round(length * 60) })
  return { ...googleTimes({ kind: "timed", startsAt, endsAt, zone }), ...recurrenceWire }
}

/** Start and end of a single event or an occurrence. A patch merges objects: what the other kind of time had is taken away. */
export function googleTimes(time: EventTime): { readonly start: Wire; readonly end: Wire } {
  switch (time.kind) {
    case "all-day": {
      const at = (date: Temporal.PlainDate) => ({ date: date.toString(), dateTime: null, timeZone: null })
      return { start: at(time.startsOn), end: at(time.endsBefore) }
    }
    case "timed": {
      const timeZone = time.zone ?? "UTC"
      const at = (instant: Temporal.Instant) => ({
        dateTime: instant.toZonedDateTimeISO(timeZone).toString({ smallestUnit: "second", timeZoneName: "never" }),
        timeZone,
        date: null,
      })
      return { start: at(time.startsAt), end: at(time.endsAt) }
    }
    case "floating":
      throw floating()
  }
}

function floating(): Problem {
  return new Problem("unsupported", "Google gives every time its place on earth.", { code: "schedule" })
}

/** The id of an occurrence: its series' and its original start (Google's guide "Recurring events"). */
export function instanceId(series: Series, eventId: string, { originalStart }: MovedOccurrence): string {
  if (originalStart instanceof Temporal.PlainDate) return `${eventId}_${originalStart.toString().replaceAll("-", "")}`
  const instant = originalStart.toZonedDateTime(series.zone ?? "UTC").toInstant()
  return `${eventId}_${instant.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")}`
}
