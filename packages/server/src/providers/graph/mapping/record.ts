import { createHash } from "node:crypto"
import type { CalendarEvent } from "@kalends/domain/event"
import { Problem } from "@kalends/domain/problem"
import { originalStarts, type WallStart } from "@kalends/domain/recurrence"
import {
  type MovedOccurrence,
  originalName,
  originalStartOf,
  type Schedule,
  type Series,
} from "@kalends/domain/schedule"
import { findZone } from "@kalends/domain/zone"
import { graphEvent } from "@kalends/readers/graph/to-domain"
import { list, text, type Wire, wire } from "@kalends/readers/parse"
import { plainText } from "@kalends/readers/plain-text"
import type { EventRecord, EventTexts } from "../../../ports/calendar-provider.ts"
import { ruleFromPatterned } from "../../patterned-recurrence.ts"

const set = "String {9d3c2f4e-6b0a-4f0e-8f6d-5a1c7e24b9d0} Name"
/** Our tag: a named property of the mailbox, which Exchange's other protocols see, too. */
export const tagProperty = `${set} KalendsMeeting`
/** The key with which we made the event. */
export const keyProperty = `${set} KalendsKey`

/** What is read of a master or a single event; the same is given of its exceptions. */
const fields =
  "id,changeKey,type,seriesMasterId,originalStart,originalStartTimeZone,start,end,isAllDay,isCancelled,isOrganizer,subject,body,location,onlineMeeting,onlineMeetingUrl,recurrence"
const expandTag = `singleValueExtendedProperties($filter=id eq '${tagProperty}')`
/** Both collections are given only by name, and only of a master that is asked for by its id (event.md, event-get.md). */
export const recordQuery = new URLSearchParams({
  $select: `${fields},exceptionOccurrences,cancelledOccurrences`,
  $expand: `exceptionOccurrences,${expandTag}`,
})
/** The texts that may carry a meeting. */
export const textsQuery = new URLSearchParams({
  $select: "id,body,location,onlineMeeting,onlineMeetingUrl",
  $expand: expandTag,
})
export const instancesFields = "id,type,start,end,isAllDay,originalStart,originalStartTimeZone,seriesMasterId"

/** A master with its exceptions, or a single event. */
export type Whole = {
  readonly item: Wire
  readonly record: EventRecord
  /** Ids and tags of the occurrences that differ, by original start. */
  readonly exceptions: ReadonlyMap<string, Address>
}
export type Address = { readonly eventId: string; readonly etag: string | null }

/** The texts of an event that may carry a meeting. */
export function eventTexts(item: Wire): EventTexts {
  return {
    location: text(wire(item.location)?.displayName),
    others: [bodyText(item), onlineMeetingUrl(item), text(item.onlineMeetingUrl), tagOf(item)],
  }
}

function bodyText(item: Wire): string | null {
  const body = wire(item.body)
  const content = text(body?.content)
  return body?.contentType === "text" ? content : plainText(content)
}

function onlineMeetingUrl(item: Wire): string | null {
  return text(wire(item.onlineMeeting)?.joinUrl) ?? text(item.onlineMeetingUrl)
}

function tagOf(item: Wire): string | null {
  const properties = list(item.singleValueExtendedProperties).map(wire)
  return text(properties.find((property) => sameName(property?.id, tagProperty))?.value)
}

/** Exchange gives GUIDs back in lower case, whatever they were written in; names keep theirs. */
function sameName(id: unknown, name: string): boolean {
  return typeof id === "string" && id.toLowerCase() === name.toLowerCase()
}

/** The address of an item for a write: its id and, for If-Match, its etag. */
export function addressOf(item: Wire): Address {
  return { eventId: text(item.id) ?? "", etag: text(item["@odata.etag"]) }
}

/** Original start of an item of a series, on the clock of the series. */
export function originalOf(series: Series, item: Wire): WallStart {
  const event = graphEvent(item)
  if (event.series === null) throw new TypeError("not of a series")
  return originalStartOf(series, event.series.originalStart)
}

/**
 * A series without what was cancelled: that Graph tells by dates alone (`holeCandidates`). Throws TypeError where it cannot
 * be read, Problem "unsupported" for a clock that nobody knows.
 */
export function seriesFromGraph(item: Wire, exceptions: readonly Wire[]): Series {
  const recurrence = wire(item.recurrence) ?? {}
  const { time } = graphEvent(item)
  const rules = [ruleFromPatterned(recurrence)]
  const base = { kind: "series", moved: [] } as const
  const frame = (start: WallStart) => ({ start, rules, extraStarts: [], excludedStarts: [] })
  if (time.kind === "floating") throw new TypeError("Graph gives every time its zone")
  if (time.kind === "all-day") {
    const length = time.startsOn.until(time.endsBefore).total("days")
    return withMoved({ ...base, recurrence: frame(time.startsOn), zone: null, length }, exceptions)
  }
  const zone = time.zone ?? rangeZone(recurrence)
  if (zone === null)
    throw new Problem("unsupported", "The series goes by a clock that is not known here.", { code: "zone" })
  const start = time.startsAt.toZonedDateTimeISO(zone).toPlainDateTime()
  const length = time.startsAt.until(time.endsAt).total("minutes")
  return withMoved({ ...base, recurrence: frame(start), zone, length }, exceptions)
}

/** Says something only where the event's own zone says nothing; "UTC" stands there for want of better, too. */
function rangeZone(recurrence: Wire): string | null {
  const zone = findZone(text(wire(recurrence.range)?.recurrenceTimeZone))
  return zone === "UTC" ? null : zone
}

function withMoved(series: Series, exceptions: readonly Wire[]): Series {
  const moved = exceptions.map(
    (item): MovedOccurrence => ({
      originalStart: originalOf(series, item),
      time: graphEvent(item).time,
    }),
  )
  return { ...series, moved }
}

/** The days on which something was cancelled, of "OID.{id}.2026-11-24" (occurrenceId). */
export function cancelledDays(item: Wire): readonly Temporal.PlainDate[] {
  return list(item.cancelledOccurrences).flatMap((id) => {
    const day = /\.(\d{4}-\d\d-\d\d)$/.exec(String(id))?.[1]
    return day === undefined ? [] : [Temporal.PlainDate.from(day)]
  })
}

/**
 * The starts that a cancelled day may mean. Whether the day is the organiser's or UTC's is written nowhere: where both name
 * an occurrence, two come back. One that was moved is not cancelled.
 */
export function holeCandidates(series: Series, day: Temporal.PlainDate): readonly WallStart[] {
  const from = day.subtract({ days: 1 }).toPlainDateTime()
  const { starts } = originalStarts(series.recurrence, from, from.add({ days: 3 }))
  const movedNames = new Set(series.moved.map(({ originalStart }) => originalStart.toString()))
  return starts.filter((start) => {
    if (movedNames.has(start.toString())) return false
    const name = originalName(series, start)
    const utcDay = name instanceof Temporal.Instant ? name.toZonedDateTimeISO("UTC").toPlainDate() : name
    const ownDay = start instanceof Temporal.PlainDate ? start : start.toPlainDate()
    return ownDay.equals(day) || utcDay.equals(day)
  })
}

/** The record of an item whose schedule is known. */
export function recordOf(item: Wire, schedule: Schedule, exceptions: readonly Wire[]): EventRecord {
  const event: CalendarEvent = graphEvent(item)
  return {
    eventId: event.id,
    version: versionOf(item, exceptions),
    subject: event.subject,
    schedule,
    location: event.location,
    description: event.description,
    onlineMeetingUrl: onlineMeetingUrl(item),
    isOrganizer: item.isOrganizer === true,
    isCancelled: event.isCancelled,
    tag: tagOf(item),
  }
}

/**
 * The change key; of a series with exceptions those of all, for nobody promises that a master's changes with its
 * occurrences. One text of bounded length, from which nothing can be read.
 */
function versionOf(item: Wire, exceptions: readonly Wire[]): string {
  const keyOf = (one: Wire) => text(one.changeKey) ?? text(one["@odata.etag"]) ?? ""
  const others = [
    ...exceptions.map((one) => `${text(one.id)} ${keyOf(one)}`).sort(),
    ...list(item.cancelledOccurrences),
  ]
  if (others.length === 0) return keyOf(item)
  const digest = createHash("sha256")
    .update(JSON.stringify([keyOf(item), ...others]))
    .digest("hex")
  return `${keyOf(item)} ${digest.slice(0, 32)}`
}
