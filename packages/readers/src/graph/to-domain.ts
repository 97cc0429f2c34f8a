import type { Attendee, CalendarEvent, EventTime } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { findZone } from "@kalends/domain/zone"
import { instantFromUtc, list, plainText, requireText, text, type Wire, wire } from "../parse.ts"

/** What is asked for: the used attributes of SPEC 2.4, and nothing else. */
export const selectedFields =
  "id,changeKey,seriesMasterId,originalStart,start,end,originalStartTimeZone,isAllDay,isCancelled,showAs,sensitivity,subject,body,location,organizer,attendees,onlineMeeting,onlineMeetingUrl,responseStatus,isOrganizer"

const shows: Readonly<Record<string, CalendarEvent["showsAs"]>> = { free: "free", tentative: "tentative", oof: "out-of-office", workingElsewhere: "working-elsewhere" }
const responses: Readonly<Record<string, Attendee["response"]>> = { accepted: "accepted", organizer: "accepted", declined: "declined", tentativelyAccepted: "tentative" }

/** One event as Graph writes it, asked for in UTC. Throws TypeError or RangeError when it is malformed. */
export function graphEvent(item: Wire): CalendarEvent {
  const seriesId = text(item.seriesMasterId)
  const time = graphTime(item)
  const isOrganizer = item.isOrganizer === true
  return {
    id: parseProviderEventId(requireText(item.id, "id")),
    series: seriesId === null ? null : { seriesId: parseProviderEventId(seriesId), originalStart: originalStart(item, time) },
    version: text(item.changeKey) ?? text(item["@odata.etag"]) ?? "",
    time,
    isCancelled: item.isCancelled === true,
    showsAs: shows[String(item.showAs)] ?? "busy",
    isPrivate: item.sensitivity === "private" || item.sensitivity === "confidential" || item.sensitivity === "personal",
    subject: text(item.subject) ?? "",
    location: text(wire(item.location)?.displayName),
    description: plainText(text(wire(item.body)?.content)),
    organizer: person(wire(item.organizer)),
    attendees: list(item.attendees).flatMap((attendee) => graphAttendee(wire(attendee))),
    onlineMeetingUrl: text(wire(item.onlineMeeting)?.joinUrl) ?? text(item.onlineMeetingUrl),
    myResponse: isOrganizer ? "organizer" : (responses[String(wire(item.responseStatus)?.response)] ?? "none"),
  }
}

function graphTime(item: Wire): EventTime {
  const starts = requireText(wire(item.start)?.dateTime, "start")
  const ends = requireText(wire(item.end)?.dateTime, "end")
  // An all-day event is midnight to midnight in whatever zone is asked for: the date is what is written, not an instant.
  if (item.isAllDay === true)
    return { kind: "all-day", startsOn: Temporal.PlainDate.from(starts.slice(0, 10)), endsBefore: Temporal.PlainDate.from(ends.slice(0, 10)) }
  const endsAt = instantFromUtc(ends)
  const startsAt = instantFromUtc(starts)
  return { kind: "timed", startsAt, endsAt: endsAt.epochMilliseconds < startsAt.epochMilliseconds ? startsAt : endsAt, zone: findZone(text(item.originalStartTimeZone)) }
}

/** originalStart is always UTC (providers.md A.4), and missing on a plain occurrence, whose start is its original one. */
function originalStart(item: Wire, time: EventTime): Temporal.Instant | Temporal.PlainDate {
  const written = text(item.originalStart)
  if (time.kind === "all-day") return written === null ? time.startsOn : Temporal.PlainDate.from(written.slice(0, 10))
  if (written !== null) return instantFromUtc(written)
  return time.kind === "timed" ? time.startsAt : Temporal.PlainDate.from(time.starts)
}

function person(recipient: Wire | null): { name: string | null; email: string | null } | null {
  const address = wire(recipient?.emailAddress)
  return address === null ? null : { name: text(address.name), email: text(address.address) }
}

function graphAttendee(attendee: Wire | null): Attendee[] {
  const who = person(attendee)
  if (attendee === null || who === null) return []
  return [{ ...who, response: responses[String(wire(attendee.status)?.response)] ?? "none", isResource: attendee.type === "resource" }]
}
