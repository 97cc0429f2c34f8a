import type { SimulatorContext } from "../context.ts"
import type { Grants } from "../grants.ts"
import { findByWireId, occurrenceAt, occurrencesOf, type Person, type SimEvent } from "../org.ts"
import { type Route, route, type SimResponse } from "../server.ts"
import { type Authorized, createAccess } from "./access.ts"
import type { Channels } from "./channels.ts"
import { googleError } from "./errors.ts"
import { cancelledWire, etag, excludedOf, fromGoogle, googleWire } from "./wire.ts"

/** With a sync token these may not be sent (discovery document of Calendar v3, events.list). */
const notWithToken = [
  "iCalUID",
  "orderBy",
  "privateExtendedProperty",
  "q",
  "sharedExtendedProperty",
  "timeMin",
  "timeMax",
  "updatedMin",
]

/** Google Calendar v3 as far as Kalends and its official client need it. */
export function googleCalendarRoutes(context: SimulatorContext, grants: Grants, channels: Channels): readonly Route[] {
  const authorized = createAccess(context, grants)

  const listEvents: Authorized = (request, person) => {
    const query = request.url.searchParams
    const syncToken = query.get("syncToken")
    if (syncToken !== null && notWithToken.some((name) => query.has(name))) return googleError(400, "badRequest")
    if (syncToken !== null && query.get("showDeleted") === "false") return googleError(400, "badRequest")
    if (query.get("orderBy") === "startTime" && query.get("singleEvents") !== "true")
      return googleError(400, "badRequest")
    const since = syncToken === null ? 0 : Number(syncToken.replace(/^sync-/, ""))
    if (syncToken !== null && (Number.isNaN(since) || since < person.calendar.oldestCursor))
      return googleError(410, "fullSyncRequired")
    const [offset = 0, upTo = person.calendar.sequence] = (query.get("pageToken") ?? "")
      .split(".")
      .filter((part) => part !== "")
      .map(Number)
    const uid = query.get("iCalUID")
    const items = itemsOf(person, query, since, upTo).filter((item) => uid === null || familyOf(item) === uid)
    return paged(query, items, upTo, {
      kind: "calendar#events",
      accessRole: "owner",
      summary: person.name,
      timeZone: "UTC",
      offset,
    })
  }

  const instances: Authorized = (request, person) => {
    const event = person.calendar.events.get(request.params.id ?? "")
    if (event === undefined || event.isDeleted) return googleError(404, "notFound")
    const query = request.url.searchParams
    const all = occurrencesOf(event, spanOf(query)).map((one) => googleWire(one, person.email))
    const holes =
      query.get("showDeleted") === "true" ? goneOf(event).map((original) => cancelledWire(event, original)) : []
    return paged(query, [...all, ...holes], person.calendar.sequence, { kind: "calendar#events", accessRole: "owner" })
  }

  const insert: Authorized = ({ json }, person) => {
    const id = typeof json.id === "string" ? json.id : undefined
    if (id !== undefined && person.calendar.events.has(id)) return googleError(409, "duplicate")
    const details = fromGoogle(json)
    if (details.time === undefined) return googleError(400, "required")
    return whole(
      person.calendar.create({ subject: "", time: details.time, ...details }, id === undefined ? {} : { id }),
      null,
      person,
    )
  }

  const change: Authorized = (request, person) => {
    const found = findByWireId(person.calendar, request.params.id ?? "")
    if (found === null) return googleError(404, "notFound")
    const wanted = request.headers["if-match"]
    if (wanted !== undefined && wanted !== "*" && wanted !== etag(found.event))
      return googleError(412, "conditionNotMet")
    if (request.json.status === "cancelled") {
      cancel(person, found)
      return { status: 200, body: cancelledWire(found.event, found.original) }
    }
    if (found.original === null) changeWhole(person, found.event, request.json)
    else person.calendar.except(found.event, found.original, fromGoogle(request.json))
    return whole(found.event, found.original, person)
  }

  const remove: Authorized = (request, person) => {
    const found = findByWireId(person.calendar, request.params.id ?? "")
    if (found === null) return googleError(410, "deleted")
    const wanted = request.headers["if-match"]
    if (wanted !== undefined && wanted !== "*" && wanted !== etag(found.event))
      return googleError(412, "conditionNotMet")
    return cancel(person, found)
  }

  const get: Authorized = (request, person) => {
    const found = findByWireId(person.calendar, request.params.id ?? "")
    return found === null ? googleError(404, "notFound") : whole(found.event, found.original, person)
  }

  const events = "/calendar/v3/calendars/:calendarId/events"
  return [
    route(
      "GET",
      "/calendar/v3/users/me/calendarList",
      authorized("calendarList", "list", (_request, person) => ({
        status: 200,
        body: {
          kind: "calendar#calendarList",
          items: [calendarListEntry(person)],
        },
      })),
    ),
    route(
      "GET",
      "/calendar/v3/users/me/calendarList/:calendarId",
      authorized("calendarListEntry", "list", (_request, person) => ({ status: 200, body: calendarListEntry(person) })),
    ),
    route(
      "GET",
      "/calendar/v3/calendars/:calendarId",
      authorized("calendar", "read", (_request, { email, name }) => ({
        status: 200,
        body: { kind: "calendar#calendar", id: email, summary: name, timeZone: "UTC" },
      })),
    ),
    route("GET", `${events}/:id/instances`, authorized("instances", "read", instances)),
    route("GET", events, authorized("listEvents", "read", listEvents)),
    route("POST", events, authorized("insertEvent", "write", insert)),
    route(
      "POST",
      `${events}/watch`,
      authorized("watch", "read", (request, person, grant) => channels.watch(request.json, person, grant)),
    ),
    route("GET", `${events}/:id`, authorized("getEvent", "read", get)),
    route("PUT", `${events}/:id`, authorized("updateEvent", "write", change)),
    route("PATCH", `${events}/:id`, authorized("patchEvent", "write", change)),
    route("DELETE", `${events}/:id`, authorized("deleteEvent", "write", remove)),
    route(
      "POST",
      "/calendar/v3/channels/stop",
      authorized("stopChannel", "token", ({ json }) => channels.stop(json)),
    ),
  ]
}

/** An exception shares its series' iCalUID, also a cancelled one, which does not say so. */
function familyOf(item: object): string {
  const { iCalUID, recurringEventId } = { iCalUID: null, recurringEventId: null, ...item }
  return typeof iCalUID === "string" ? iCalUID : `${recurringEventId}@google.com`
}

/** A patch of the whole event. EXDATE lines are holes; an empty recurrence makes a single event of a series. */
function changeWhole(person: Person, event: SimEvent, json: Readonly<Record<string, unknown>>): void {
  const { extra, ...details } = fromGoogle(json)
  const kept = extra === undefined ? {} : { extra: { ...event.details.extra, ...extra } }
  const changed = person.calendar.update(event, { ...details, ...kept })
  if (!Array.isArray(json.recurrence)) return
  if (json.recurrence.length === 0) {
    const { rule: _, ...single } = changed.details
    changed.details = single
  }
  for (const original of excludedOf(json.recurrence, changed)) changed.exceptions.set(original, "cancelled")
}

const calendarListEntry = ({ email, name }: Person) => ({
  kind: "calendar#calendarListEntry",
  id: email,
  summary: name,
  primary: true,
  accessRole: "owner",
  timeZone: "UTC",
})

/** One page; the token to go on from later is on the last one only. */
function paged(
  query: URLSearchParams,
  items: readonly object[],
  upTo: number,
  {
    offset = 0,
    ...head
  }: {
    readonly kind: string
    readonly offset?: number
    readonly summary?: string
    readonly accessRole?: string
    readonly timeZone?: string
  },
): SimResponse {
  const size = Math.min(2500, Math.max(1, Number(query.get("maxResults") ?? 250)))
  const isLast = offset + size >= items.length
  const next = isLast ? { nextSyncToken: `sync-${upTo}` } : { nextPageToken: `${offset + size}.${upTo}` }
  return { status: 200, body: { ...head, items: items.slice(offset, offset + size), ...next } }
}

/** timeMin bounds the end, timeMax the start; both exclusive (discovery document of Calendar v3). */
function spanOf(query: URLSearchParams) {
  const at = (name: string, otherwise: string) => Temporal.Instant.from(query.get(name) ?? otherwise)
  return { from: at("timeMin", "1970-01-01T00:00:00Z"), to: at("timeMax", "2038-01-01T00:00:00Z") }
}

function itemsOf(person: Person, query: URLSearchParams, since: number, upTo: number): readonly object[] {
  const isLater = query.has("syncToken")
  const showsDeleted = isLater || query.get("showDeleted") === "true"
  const changed = [...person.calendar.events.values()].filter(
    (event) => event.sequence > since && event.sequence <= upTo,
  )
  if (query.get("singleEvents") === "true") {
    const span = spanOf(query)
    return changed.flatMap((event) =>
      event.isDeleted
        ? showsDeleted
          ? [cancelledWire(event, null)]
          : []
        : [
            ...occurrencesOf(event, span).map((one) => googleWire(one, person.email)),
            ...(isLater ? goneOf(event).map((original) => cancelledWire(event, original)) : []),
          ],
    )
  }
  const isBounded = query.has("timeMin") || query.has("timeMax")
  const inside = isBounded ? changed.filter((event) => occurrencesOf(event, spanOf(query)).length > 0) : changed
  return inside.flatMap((event) => {
    if (event.isDeleted) return showsDeleted && isLater ? [cancelledWire(event, null)] : []
    const holes = [...event.exceptions]
      .filter(([, details]) => details === "cancelled")
      .map(([original]) => cancelledWire(event, original))
    const exceptions =
      event.exceptions.size === 0
        ? []
        : occurrencesOf(event, null)
            .filter((one) => one.isException)
            .map((one) => googleWire(one, person.email))
    return [googleWire(master(event), person.email), ...exceptions, ...(showsDeleted ? holes : [])]
  })
}

/** Original starts of what a series lost: cancelled occurrences, and those that a change of the series did away with. */
function goneOf(event: SimEvent): readonly string[] {
  return [
    ...[...event.exceptions].filter(([, details]) => details === "cancelled").map(([original]) => original),
    ...event.former,
  ]
}

function master(event: SimEvent) {
  const at = { startsAt: Temporal.Instant.fromEpochMilliseconds(0), endsAt: Temporal.Instant.fromEpochMilliseconds(0) }
  return { event, details: event.details, original: null, isException: false, ...at }
}

function whole(event: SimEvent, original: string | null, person: Person): SimResponse {
  const found = original === null ? master(event) : occurrenceAt(event, original)
  return found === null ? googleError(404, "notFound") : { status: 200, body: googleWire(found, person.email) }
}

function cancel(
  person: Person,
  { event, original }: { readonly event: SimEvent; readonly original: string | null },
): SimResponse {
  if (original === null) person.calendar.remove(event)
  else person.calendar.except(event, original, "cancelled")
  return { status: 204 }
}
