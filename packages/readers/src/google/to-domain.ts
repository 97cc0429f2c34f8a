import type { Attendee, CalendarEvent, EventTime } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { findZone } from "@kalends/domain/zone"
import { instantFromUtc, list, oneOf, requireText, text, type Wire, wire } from "../parse.ts"
import { plainText } from "../plain-text.ts"

/** What is asked for: the used attributes of SPEC 2.4, and nothing else. */
export const eventFields =
  "id,etag,status,eventType,summary,description,location,start,end,recurringEventId,originalStartTime,transparency,visibility,organizer(displayName,email,self),attendees(displayName,email,responseStatus,resource,self),hangoutLink,conferenceData(entryPoints(entryPointType,uri))"
export const selectedFields = `items(${eventFields}),nextPageToken`

/** Kinds that fill a calendar without being appointments (providers.md B.4). */
const hiddenTypes = new Set<unknown>(["birthday", "workingLocation"])
const responses: ReadonlyMap<string, Attendee["response"]> = new Map([
  ["accepted", "accepted"],
  ["declined", "declined"],
  ["tentative", "tentative"],
])

/** One event as Google writes it; null for what is no appointment. Throws TypeError or RangeError when it is malformed. */
export function googleEvent(item: Wire): CalendarEvent | null {
  if (hiddenTypes.has(item.eventType)) return null
  // A cancelled item is a hole or a deletion: nothing but its id is sure, and there is nothing to show.
  if (item.status === "cancelled") return null
  const seriesId = text(item.recurringEventId)
  const time = googleTime(wire(item.start), wire(item.end))
  const attendees = list(item.attendees)
    .map(wire)
    .filter((attendee) => attendee !== null)
  const organizer = wire(item.organizer)
  const me = attendees.find((attendee) => attendee.self === true)
  const dialUri = entryOf(wire(item.conferenceData), "sip")
  return {
    id: parseProviderEventId(requireText(item.id, "id")),
    series:
      seriesId === null
        ? null
        : {
            seriesId: parseProviderEventId(seriesId),
            originalStart: originalStart(wire(item.originalStartTime), time),
          },
    version: text(item.etag) ?? "",
    time,
    isCancelled: false,
    showsAs:
      item.eventType === "outOfOffice"
        ? "out-of-office"
        : item.transparency === "transparent"
          ? "free"
          : item.status === "tentative"
            ? "tentative"
            : "busy",
    isPrivate: item.visibility === "private" || item.visibility === "confidential",
    subject: text(item.summary) ?? "",
    location: text(item.location),
    description: plainText(text(item.description)),
    organizer: organizer === null ? null : { name: text(organizer.displayName), email: text(organizer.email) },
    attendees: attendees.map(googleAttendee),
    onlineMeetingUrl: entryOf(wire(item.conferenceData), "video") ?? text(item.hangoutLink),
    ...(dialUri === null ? {} : { dialUri }),
    myResponse: organizer?.self === true ? "organizer" : oneOf(responses, me?.responseStatus, "none"),
  }
}

/** Start and end of an event as Google writes them. Throws TypeError or RangeError when they cannot be read. */
export function googleTime(start: Wire | null, end: Wire | null): EventTime {
  const startsOn = text(start?.date)
  if (startsOn !== null) {
    const first = Temporal.PlainDate.from(startsOn)
    const endsBefore = Temporal.PlainDate.from(text(end?.date) ?? startsOn)
    return {
      kind: "all-day",
      startsOn: first,
      endsBefore: Temporal.PlainDate.compare(first, endsBefore) < 0 ? endsBefore : first.add({ days: 1 }),
    }
  }
  const startsAt = instantFromUtc(requireText(start?.dateTime, "start"))
  const endText = text(end?.dateTime)
  const endsAt = endText === null ? startsAt : instantFromUtc(endText)
  return {
    kind: "timed",
    startsAt,
    endsAt: endsAt.epochMilliseconds < startsAt.epochMilliseconds ? startsAt : endsAt,
    zone: findZone(text(start?.timeZone)),
  }
}

function originalStart(original: Wire | null, time: EventTime): Temporal.Instant | Temporal.PlainDate {
  const date = text(original?.date)
  if (date !== null) return Temporal.PlainDate.from(date)
  const at = text(original?.dateTime)
  if (at !== null) return instantFromUtc(at)
  return time.kind === "all-day"
    ? time.startsOn
    : time.kind === "timed"
      ? time.startsAt
      : Temporal.PlainDate.from(time.starts)
}

function googleAttendee(attendee: Wire): Attendee {
  return {
    name: text(attendee.displayName),
    email: text(attendee.email),
    response: oneOf(responses, attendee.responseStatus, "none"),
    isResource: attendee.resource === true,
  }
}

function entryOf(conference: Wire | null, type: "video" | "sip"): string | null {
  const entries = list(conference?.entryPoints).map(wire)
  return text(entries.find((entry) => entry?.entryPointType === type)?.uri)
}
