import type { Attendee, CalendarEvent, MailDetails, MailPerson } from "./event.ts"
import type { PolicyValues } from "./policy.ts"

/**
 * The attributes of an event that a client uses (SPEC 2.4). Everything else is dropped always; mail attributes (sender,
 * To/CC/BCC, attachments, mail body) survive with event capture alone, which administrators switch on by policy.
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

/** A copy with the used attributes only, whatever the object carries besides; with those of mail where they are captured. */
export function sanitize(event: CalendarEvent, eventCapture: PolicyValues["eventCapture"] = "off"): CalendarEvent {
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
    ...(eventCapture === "on" && event.mail !== undefined ? { mail: sanitizeMail(event.mail) } : {}),
  }
}

function sanitizeMail({ sender, to, cc, bcc, attachments, body }: MailDetails): MailDetails {
  const person = ({ name, email }: MailPerson): MailPerson => ({ name, email })
  return {
    sender: sender === null ? null : person(sender),
    ...{ to: to.map(person), cc: cc.map(person), bcc: bcc.map(person) },
    ...{ attachments: [...attachments], body },
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
