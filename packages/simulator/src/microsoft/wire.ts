import type { SimAttendee, SimDetails, SimEvent, SimOccurrence, SimTime } from "../org.ts"
import { fromRecurrence } from "./recurrence.ts"
import { ianaName, windowsName } from "./zones.ts"

type Wire = Readonly<Record<string, unknown>>

/** An occurrence's id: made of its series' and its original start. */
export function occurrenceId(event: SimEvent, original: string | null): string {
  return original === null ? event.id : `${event.id}_${original.replace(/[-:.]/g, "")}`
}

export const changeKey = (event: SimEvent): string => `ck${event.sequence}`

/** One event as Graph writes it, times in UTC with seven fractional digits and no offset (providers.md A.4). */
export function graphWire({ event, details, original, isException }: SimOccurrence, owner: string): Wire {
  const isSeries = event.details.rule !== undefined
  const time = event.isMalformed
    ? { start: { dateTime: "not a time", timeZone: "UTC" }, end: { dateTime: "not a time", timeZone: "UTC" } }
    : graphTime(details.time)
  return {
    "@odata.etag": `W/"${changeKey(event)}"`,
    id: occurrenceId(event, original),
    changeKey: changeKey(event),
    createdDateTime: event.createdAt.toString({ fractionalSecondDigits: 7 }),
    lastModifiedDateTime: event.changedAt.toString({ fractionalSecondDigits: 7 }),
    transactionId: event.createKey,
    iCalUId: `${occurrenceId(event, original)}@simulated`,
    type: original === null ? (isSeries ? "seriesMaster" : "singleInstance") : isException ? "exception" : "occurrence",
    ...(original === null
      ? {}
      : {
          seriesMasterId: event.id,
          originalStart: original.length > 10 ? `${original.slice(0, 19)}.0000000Z` : `${original}T00:00:00.0000000Z`,
        }),
    ...time,
    ...contents(details, owner),
  }
}

function contents(details: SimDetails, owner: string): Wire {
  const organizer = details.organizer ?? { name: owner, email: owner }
  return {
    originalStartTimeZone: details.time.kind === "timed" ? windowsName(details.time.zone) : "UTC",
    isAllDay: details.time.kind === "all-day",
    isCancelled: false,
    isOrganizer: organizer.email === owner,
    showAs: details.isFree === true ? "free" : "busy",
    sensitivity: details.isPrivate === true ? "private" : "normal",
    subject: details.subject,
    body: { contentType: "text", content: details.description ?? "" },
    location: { displayName: details.location ?? "" },
    organizer: { emailAddress: { name: organizer.name, address: organizer.email } },
    attendees: (details.attendees ?? []).map(graphAttendee),
    onlineMeeting: details.onlineUrl === undefined ? null : { joinUrl: details.onlineUrl },
    onlineMeetingUrl: null,
    responseStatus: { response: ownResponse(details, owner), time: "0001-01-01T00:00:00Z" },
    ...details.extra,
  }
}

const words = { accepted: "accepted", declined: "declined", tentative: "tentativelyAccepted", none: "none" }

function ownResponse({ organizer, attendees = [] }: SimDetails, owner: string): string {
  if (organizer === undefined || organizer.email === owner) return "organizer"
  return words[attendees.find(({ email }) => email === owner)?.response ?? "none"]
}

function graphAttendee({ name, email, response, isRoom }: SimAttendee): Wire {
  return {
    type: isRoom === true ? "resource" : "required",
    status: { response: words[response], time: "0001-01-01T00:00:00Z" },
    emailAddress: { name, address: email },
  }
}

function graphTime(time: SimTime): Wire {
  const at = (text: string) =>
    time.kind === "timed"
      ? Temporal.PlainDateTime.from(text).toZonedDateTime(time.zone).toInstant().toString().slice(0, 19)
      : `${text}T00:00:00`
  return {
    start: { dateTime: `${at(time.start)}.0000000`, timeZone: "UTC" },
    end: { dateTime: `${at(time.end)}.0000000`, timeZone: "UTC" },
  }
}

/** What a create or update says, in the organisation's model. Fields that are not given stay away. */
export function fromGraph(body: Wire): Partial<SimDetails> {
  const part = (value: unknown): Wire => (typeof value === "object" && value !== null ? { ...value } : {})
  const start = part(body.start)
  const end = part(body.end)
  const extra = Object.fromEntries(Object.entries(body).filter(([name]) => name === "singleValueExtendedProperties"))
  const rule =
    body.recurrence === undefined || body.recurrence === null
      ? undefined
      : fromRecurrence(part(part(body.recurrence).pattern), part(part(body.recurrence).range))
  return {
    ...(typeof body.subject === "string" ? { subject: body.subject } : {}),
    ...(typeof start.dateTime === "string" && typeof end.dateTime === "string"
      ? { time: fromTimes(start, end, body.isAllDay === true) }
      : {}),
    ...(body.location === undefined ? {} : { location: String(part(body.location).displayName ?? "") }),
    ...(body.body === undefined ? {} : { description: String(part(body.body).content ?? "") }),
    ...(body.sensitivity === undefined ? {} : { isPrivate: body.sensitivity === "private" }),
    ...(rule === undefined ? {} : { rule }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

function fromTimes(start: Wire, end: Wire, isAllDay: boolean): SimTime {
  const wall = (value: unknown) => String(value).slice(0, 19)
  if (isAllDay)
    return { kind: "all-day", start: wall(start.dateTime).slice(0, 10), end: wall(end.dateTime).slice(0, 10) }
  return {
    kind: "timed",
    start: wall(start.dateTime),
    end: wall(end.dateTime),
    zone: ianaName(String(start.timeZone ?? "UTC")),
  }
}
