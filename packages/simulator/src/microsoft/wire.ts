import type { SimAttendee, SimDetails, SimEvent, SimOccurrence, SimTime } from "../org.ts"
import { fromRecurrence } from "./recurrence.ts"
import { ianaName, windowsName } from "./zones.ts"

type Wire = Readonly<Record<string, unknown>>

/** An occurrence's id: made of its series' and its original start. */
export function occurrenceId(event: SimEvent, original: string | null): string {
  return original === null ? event.id : `${event.id}_${original.replace(/[-:.]/g, "")}`
}

/** The UID that an event has with every service; one that moved here has that of before. */
export const uidOf = ({ id, details }: SimEvent): string =>
  typeof details.extra?.iCalUId === "string" ? details.extra.iCalUId : `${id}@simulated`

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
    iCalUId: original === null ? uidOf(event) : `${uidOf(event)}_${original.replace(/[-:.]/g, "")}`,
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
    body: bodyOf(details),
    location: { displayName: details.location ?? "" },
    organizer: { emailAddress: { name: organizer.name, address: organizer.email } },
    attendees: (details.attendees ?? []).map(graphAttendee),
    onlineMeeting: details.onlineUrl === undefined ? null : { joinUrl: details.onlineUrl },
    onlineMeetingUrl: null,
    responseStatus: { response: ownResponse(details, owner), time: "0001-01-01T00:00:00Z" },
    ...details.extra,
  }
}

/** The HTML that was written, while its text is still the event's; the text otherwise. odata.ts gives what was asked for. */
function bodyOf({ description = "", html }: SimDetails): Wire {
  return { contentType: "text", content: description, html: html?.text === description ? html.content : null }
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

type Property = { readonly id: string; readonly value: string }

/** Extended properties of an event, or of what is written of one. */
export function propertiesOf(extra: Wire | undefined): readonly Property[] {
  const given = extra?.singleValueExtendedProperties
  return (Array.isArray(given) ? given : []).map(({ id, value }) => ({ id: String(id), value: String(value) }))
}

/** Properties are written one by one: those that are not named stay. */
function mergedProperties(known: Wire | undefined, body: Wire): Wire | null {
  if (body.singleValueExtendedProperties === undefined) return null
  const all = [...propertiesOf(known), ...propertiesOf(body)].map((one) => [one.id.toLowerCase(), one] as const)
  return { ...known, singleValueExtendedProperties: [...new Map(all).values()] }
}

/**
 * What a create or update says, in the organisation's model; `known` is the event as it is. Fields that are not given
 * stay away.
 */
export function fromGraph(body: Wire, known: SimDetails | null = null): Partial<SimDetails> {
  const part = (value: unknown): Wire => (typeof value === "object" && value !== null ? { ...value } : {})
  const start = part(body.start)
  const end = part(body.end)
  const extra = mergedProperties(known?.extra, body)
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
    ...(body.body === undefined ? {} : bodyFrom(part(body.body))),
    ...(body.sensitivity === undefined ? {} : { isPrivate: body.sensitivity === "private" }),
    ...(rule === undefined ? {} : { rule }),
    ...(extra === null ? {} : { extra }),
  }
}

/** A body written as HTML is kept as it is, besides its text. */
function bodyFrom({ contentType, content }: Wire): Partial<SimDetails> {
  const written = String(content ?? "")
  if (String(contentType).toLowerCase() !== "html") return { description: written }
  const text = textOf(written)
  return { description: text, html: { content: written, text } }
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " }

function textOf(html: string): string {
  return html
    .replace(/\r?\n/g, " ")
    .replace(/<br\b[^>]*>|<\/(?:div|p)>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&([a-z]+);/g, (whole, name) => named[name] ?? whole)
    .replace(/ *\n */g, "\n")
    .trim()
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
