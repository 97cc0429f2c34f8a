import type { Attendee, CalendarEvent } from "./event.ts"

/**
 * The attributes of an event that a client uses (SPEC 2.4). Everything else is dropped always; mail attributes (sender,
 * To/CC/BCC, attachments, mail body) only exist with event capture, which is off and not part of this version.
 */
export const usedAttributes = [
  "id",
  "series",
  "version",
  "time",
  "isCancelled",
  "showsAs",
  "isPrivate",
  "subject",
  "location",
  "description",
  "organizer",
  "attendees",
  "onlineMeetingUrl",
  "myResponse",
] as const satisfies readonly (keyof CalendarEvent)[]

/** A copy with the used attributes only, whatever the object carries besides. */
export function sanitize(event: CalendarEvent): CalendarEvent {
  const {
    id,
    version,
    time,
    isCancelled,
    showsAs,
    isPrivate,
    subject,
    location,
    description,
    onlineMeetingUrl,
    myResponse,
  } = event
  const series =
    event.series === null ? null : { seriesId: event.series.seriesId, originalStart: event.series.originalStart }
  const organizer = event.organizer === null ? null : { name: event.organizer.name, email: event.organizer.email }
  return {
    id,
    series,
    version,
    time: sanitizeTime(time),
    isCancelled,
    showsAs,
    isPrivate,
    subject,
    location,
    description,
    organizer,
    attendees: event.attendees.map(sanitizeAttendee),
    onlineMeetingUrl,
    myResponse,
  }
}

function sanitizeTime(time: CalendarEvent["time"]): CalendarEvent["time"] {
  switch (time.kind) {
    case "timed":
      return { kind: "timed", startsAt: time.startsAt, endsAt: time.endsAt, zone: time.zone }
    case "all-day":
      return { kind: "all-day", startsOn: time.startsOn, endsBefore: time.endsBefore }
    case "floating":
      return { kind: "floating", starts: time.starts, ends: time.ends }
  }
}

function sanitizeAttendee({ name, email, response, isResource }: Attendee): Attendee {
  return { name, email, response, isResource }
}
