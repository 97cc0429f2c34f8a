import type { SimDetails, SimEvent, SimOccurrence, SimTime } from "../org.ts"

type Wire = Readonly<Record<string, unknown>>

export const etag = (event: SimEvent): string => `"${event.sequence}"`

/** Occurrence ids end in the original start (Google Calendar guide "Recurring events"). */
export function instanceId(event: SimEvent, original: string | null): string {
  return original === null
    ? event.id
    : `${event.id}_${original.slice(0, 19).replace(/[-:]/g, "")}${original.length > 10 ? "Z" : ""}`
}

/** One event or instance as Google writes it. */
export function googleWire({ event, details, original }: SimOccurrence, owner: string): Wire {
  const isAllDay = details.time.kind === "all-day"
  return {
    kind: "calendar#event",
    etag: etag(event),
    id: instanceId(event, original),
    status: "confirmed",
    iCalUID: `${event.id}@google.com`,
    created: event.createdAt.toString({ fractionalSecondDigits: 3 }),
    updated: event.changedAt.toString({ fractionalSecondDigits: 3 }),
    eventType: "default",
    ...contents(details, owner),
    ...(event.isMalformed
      ? { start: { dateTime: "not a time" }, end: { dateTime: "not a time" } }
      : googleTime(details.time)),
    ...(original === null
      ? details.rule === undefined
        ? {}
        : { recurrence: [`RRULE:${details.rule}`] }
      : { recurringEventId: event.id, originalStartTime: isAllDay ? { date: original } : { dateTime: original } }),
  }
}

function contents(details: SimDetails, owner: string): Wire {
  return {
    summary: details.subject,
    ...(details.location === undefined ? {} : { location: details.location }),
    ...(details.description === undefined ? {} : { description: details.description }),
    ...(details.isPrivate === true ? { visibility: "private" } : {}),
    ...(details.isFree === true ? { transparency: "transparent" } : {}),
    organizer: someone(details.organizer?.email ?? owner, owner),
    creator: someone(details.organizer?.email ?? owner, owner),
    attendees: (details.attendees ?? []).map(({ name, email, response, isRoom }) => ({
      displayName: name,
      email,
      responseStatus: response === "none" ? "needsAction" : response,
      ...(isRoom === true ? { resource: true } : {}),
      ...(email === owner ? { self: true } : {}),
      ...(email === details.organizer?.email ? { organizer: true } : {}),
    })),
    ...(details.onlineUrl === undefined ? {} : { hangoutLink: details.onlineUrl }),
    ...details.extra,
  }
}

const someone = (email: string, owner: string) => (email === owner ? { email, self: true } : { email })

function googleTime(time: SimTime): Wire {
  if (time.kind === "all-day") return { start: { date: time.start }, end: { date: time.end } }
  const at = (text: string) => ({
    dateTime: Temporal.PlainDateTime.from(text)
      .toZonedDateTime(time.zone)
      .toString({ smallestUnit: "second", timeZoneName: "never" }),
    timeZone: time.zone,
  })
  return { start: at(time.start), end: at(time.end) }
}

/** A cancelled exception carries only its identity; a deleted event only its id (providers.md B.4). */
export function cancelledWire(event: SimEvent, original: string | null): Wire {
  const base = { kind: "calendar#event", id: instanceId(event, original), status: "cancelled", etag: etag(event) }
  if (original === null) return base
  return {
    ...base,
    recurringEventId: event.id,
    originalStartTime: original.length > 10 ? { dateTime: original } : { date: original },
  }
}

/** What an insert, update or patch says, in the organisation's model. */
export function fromGoogle(body: Wire): Partial<SimDetails> {
  const part = (value: unknown): Wire => (typeof value === "object" && value !== null ? { ...value } : {})
  const rule = Array.isArray(body.recurrence)
    ? String(body.recurrence.find((line) => String(line).startsWith("RRULE:")) ?? "").slice(6)
    : ""
  const extra = Object.fromEntries(
    Object.entries(body).filter(([name]) => name === "extendedProperties" || name === "conferenceData"),
  )
  return {
    ...(typeof body.summary === "string" ? { subject: body.summary } : {}),
    ...(body.start === undefined || body.end === undefined
      ? {}
      : { time: fromTimes(part(body.start), part(body.end)) }),
    ...(typeof body.location === "string" ? { location: body.location } : {}),
    ...(typeof body.description === "string" ? { description: body.description } : {}),
    ...(body.visibility === undefined ? {} : { isPrivate: body.visibility === "private" }),
    ...(rule === "" ? {} : { rule }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

function fromTimes(start: Wire, end: Wire): SimTime {
  if (typeof start.date === "string") return { kind: "all-day", start: start.date, end: String(end.date) }
  const zone = typeof start.timeZone === "string" ? start.timeZone : "UTC"
  const wall = (value: unknown) => {
    const text = String(value)
    const isZoned = /[zZ]$|[+-]\d\d:\d\d$/.test(text)
    return isZoned
      ? Temporal.Instant.from(text).toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: "second" })
      : text.slice(0, 19)
  }
  return { kind: "timed", start: wall(start.dateTime), end: wall(end.dateTime), zone }
}

/** Original starts that EXDATE lines take away, as exceptions are named here. */
export function excludedOf(lines: readonly unknown[], { details: { time } }: SimEvent): readonly string[] {
  const zone = time.kind === "timed" ? time.zone : "UTC"
  return lines
    .map(String)
    .filter((line) => line.startsWith("EXDATE"))
    .flatMap((line) => line.slice(line.indexOf(":") + 1).split(","))
    .map((text) => {
      if (text.length === 8) return Temporal.PlainDate.from(text).toString()
      if (text.endsWith("Z")) return Temporal.Instant.from(text).toString()
      return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant().toString()
    })
}
