import type { Attendee, CalendarEvent, EventTime } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { findZone } from "@kalends/domain/zone"
import { instantFromUtc, list, oneOf, requireText, text, type Wire, wire } from "../parse.ts"
import { plainText } from "../plain-text.ts"

/** What is asked for: the used attributes of SPEC 2.4, and nothing else. */
export const selectedFields =
  "id,changeKey,seriesMasterId,originalStart,start,end,originalStartTimeZone,isAllDay,isCancelled,showAs,sensitivity,subject,body,location,organizer,attendees,onlineMeeting,onlineMeetingUrl,responseStatus,isOrganizer"

const shows: ReadonlyMap<string, CalendarEvent["showsAs"]> = new Map([
  ["free", "free"],
  ["tentative", "tentative"],
  ["oof", "out-of-office"],
  ["workingElsewhere", "working-elsewhere"],
])
const responses: ReadonlyMap<string, Attendee["response"]> = new Map([
  ["accepted", "accepted"],
  ["organizer", "accepted"],
  ["declined", "declined"],
  ["tentativelyAccepted", "tentative"],
])
const hidden = new Set<unknown>(["private", "confidential", "personal"])
const descriptionMost = 50_000

/** One event as Graph writes it, asked for in UTC. Throws TypeError or RangeError when it is malformed. */
export function graphEvent(item: Wire): CalendarEvent {
  const seriesId = text(item.seriesMasterId)
  const time = graphTime(item)
  const isOrganizer = item.isOrganizer === true
  return {
    id: parseProviderEventId(requireText(item.id, "id")),
    series:
      seriesId === null ? null : { seriesId: parseProviderEventId(seriesId), originalStart: originalStart(item, time) },
    version: text(item.changeKey) ?? text(item["@odata.etag"]) ?? "",
    time,
    isCancelled: item.isCancelled === true,
    showsAs: oneOf(shows, item.showAs, "busy"),
    isPrivate: hidden.has(item.sensitivity),
    subject: text(item.subject) ?? "",
    location: text(wire(item.location)?.displayName),
    description: graphBody(wire(item.body)),
    organizer: person(wire(item.organizer)),
    attendees: list(item.attendees).flatMap((attendee) => graphAttendee(wire(attendee))),
    onlineMeetingUrl: text(wire(item.onlineMeeting)?.joinUrl) ?? text(item.onlineMeetingUrl),
    myResponse: isOrganizer ? "organizer" : oneOf(responses, wire(item.responseStatus)?.response, "none"),
  }
}

/** Asked for as text; a mailbox that gives HTML all the same is read as HTML. Text is left alone: "<" is a sign in it. */
function graphBody(body: Wire | null): string | null {
  const content = text(body?.content)
  return body?.contentType === "html" ? plainText(content) : (content?.slice(0, descriptionMost).trimEnd() ?? null)
}

function graphTime(item: Wire): EventTime {
  const start = wire(item.start)
  const end = wire(item.end)
  const starts = requireText(start?.dateTime, "start")
  const ends = requireText(end?.dateTime, "end")
  // An all-day event is midnight to midnight in whatever zone is asked for: the date is what is written, not an instant.
  if (item.isAllDay === true) {
    const startsOn = Temporal.PlainDate.from(starts.slice(0, 10))
    const endsBefore = Temporal.PlainDate.from(ends.slice(0, 10))
    return {
      kind: "all-day",
      startsOn,
      endsBefore: Temporal.PlainDate.compare(startsOn, endsBefore) < 0 ? endsBefore : startsOn.add({ days: 1 }),
    }
  }
  const endsAt = graphInstant(ends, end?.timeZone)
  const startsAt = graphInstant(starts, start?.timeZone)
  return {
    kind: "timed",
    startsAt,
    endsAt: endsAt.epochMilliseconds < startsAt.epochMilliseconds ? startsAt : endsAt,
    zone: findZone(text(item.originalStartTimeZone)),
  }
}

/** Times carry no offset. They are asked for in UTC; one that comes in another zone is read in it, never as UTC. Throws RangeError when the zone is unknown. */
function graphInstant(written: string, zoneName: unknown): Temporal.Instant {
  if (zoneName === "UTC" || zoneName === undefined) return instantFromUtc(written)
  const zone = findZone(text(zoneName))
  if (zone === null) throw new RangeError("a time in an unknown zone")
  return Temporal.PlainDateTime.from(written.slice(0, 27)).toZonedDateTime(zone).toInstant()
}

/** originalStart is always UTC (providers.md A.4), and missing on a plain occurrence, whose start is its original one. */
function originalStart(item: Wire, time: EventTime): Temporal.Instant | Temporal.PlainDate {
  const written = text(item.originalStart)
  if (time.kind === "all-day")
    return written === null
      ? time.startsOn
      : originalDate(instantFromUtc(written), findZone(text(item.originalStartTimeZone)))
  if (written !== null) return instantFromUtc(written)
  return time.kind === "timed" ? time.startsAt : Temporal.PlainDate.from(time.starts)
}

/**
 * The day of an all-day occurrence. Its original start may be the midnight of the organiser's zone, told in UTC: in Tokyo
 * that is 15:00 of the day before. Where the zone is unknown, the nearest midnight is meant.
 */
function originalDate(at: Temporal.Instant, zone: string | null): Temporal.PlainDate {
  if (at.epochMilliseconds % 86_400_000 === 0) return at.toZonedDateTimeISO("UTC").toPlainDate()
  if (zone !== null && zone !== "UTC") return at.toZonedDateTimeISO(zone).toPlainDate()
  return at.add({ hours: 12 }).toZonedDateTimeISO("UTC").toPlainDate()
}

function person(recipient: Wire | null): { name: string | null; email: string | null } | null {
  const address = wire(recipient?.emailAddress)
  return address === null ? null : { name: text(address.name), email: text(address.address) }
}

function graphAttendee(attendee: Wire | null): Attendee[] {
  const who = person(attendee)
  if (attendee === null || who === null) return []
  return [
    {
      ...who,
      response: oneOf(responses, wire(attendee.status)?.response, "none"),
      isResource: attendee.type === "resource",
    },
  ]
}
