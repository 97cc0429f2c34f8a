import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { occurrencesOf, type Person, type SimEvent } from "../org.ts"
import { type Handler, type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import type { Channels } from "./channels.ts"
import { cancelledWire, etag, fromGoogle, googleWire, instanceId } from "./wire.ts"

type Authorized = (request: SimRequest, person: Person, grant: Granted) => SimResponse | Promise<SimResponse>

export const googleError = (
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): SimResponse => ({
  status,
  headers,
  body: {
    error: { code: status, message: "simulated", errors: [{ domain: "calendar", reason, message: "simulated" }] },
  },
})

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
  function authorized(operation: string, needsWrite: boolean, handler: Authorized): Handler {
    return async (request) => {
      const grant = grants.findAccess(request.headers.authorization)
      const answer = grant === null ? googleError(401, "authError") : await faulty(request, grant, needsWrite, handler)
      context.calls.add({
        service: "google",
        operation,
        person: grant?.person.email ?? null,
        status: answer.status,
        atMs: context.platform.now().epochMilliseconds,
      })
      return answer
    }
  }

  async function faulty(
    request: SimRequest,
    grant: Granted,
    needsWrite: boolean,
    handler: Authorized,
  ): Promise<SimResponse> {
    const fault = context.knobs(grant.person.tenant.id)
    if (fault.latencyMs > 0) await new Promise<void>((resolve) => context.platform.after(fault.latencyMs, resolve))
    if (fault.isDown) return googleError(503, "backendError")
    if (fault.throttleNext > 0) {
      fault.throttleNext--
      return googleError(
        403,
        "userRateLimitExceeded",
        fault.throttleRetryAfterSeconds === null ? {} : { "retry-after": String(fault.throttleRetryAfterSeconds) },
      )
    }
    if (fault.failNext > 0) {
      fault.failNext--
      return googleError(500, "backendError")
    }
    if (needsWrite && !/auth\/calendar\.events(?:\s|$)|auth\/calendar(?:\s|$)/.test(grant.scope))
      return googleError(403, "insufficientPermissions")
    const { calendarId } = request.params
    if (calendarId !== undefined && calendarId !== "primary" && calendarId !== grant.person.email)
      return googleError(404, "notFound")
    const answer = await handler(request, grant.person, grant)
    if (fault.cutNext === 0 || answer.status !== 200) return answer
    fault.cutNext--
    return { ...answer, cut: true }
  }

  const listEvents: Authorized = (request, person) => {
    const query = request.url.searchParams
    const syncToken = query.get("syncToken")
    if (syncToken !== null && notWithToken.some((name) => query.has(name))) return googleError(400, "badRequest")
    const since = syncToken === null ? 0 : Number(syncToken.replace(/^sync-/, ""))
    if (syncToken !== null && (Number.isNaN(since) || since < person.calendar.oldestCursor))
      return googleError(410, "fullSyncRequired")
    const [offset = 0, upTo = person.calendar.sequence] = (query.get("pageToken") ?? "")
      .split(".")
      .filter((part) => part !== "")
      .map(Number)
    const items = itemsOf(person, query, since, upTo)
    const size = Math.min(2500, Math.max(1, Number(query.get("maxResults") ?? 250)))
    const isLast = offset + size >= items.length
    return {
      status: 200,
      body: {
        kind: "calendar#events",
        summary: person.name,
        timeZone: "UTC",
        items: items.slice(offset, offset + size),
        ...(isLast ? { nextSyncToken: `sync-${upTo}` } : { nextPageToken: `${offset + size}.${upTo}` }),
      },
    }
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
    const found = findEvent(person, request.params.id ?? "")
    if (found === null) return googleError(404, "notFound")
    const wanted = request.headers["if-match"]
    if (wanted !== undefined && wanted !== "*" && wanted !== etag(found.event))
      return googleError(412, "conditionNotMet")
    if (request.json.status === "cancelled") return cancel(person, found)
    if (found.original === null) person.calendar.update(found.event, fromGoogle(request.json))
    else person.calendar.except(found.event, found.original, fromGoogle(request.json))
    return whole(found.event, found.original, person)
  }

  const remove: Authorized = (request, person) => {
    const found = findEvent(person, request.params.id ?? "")
    return found === null ? googleError(410, "deleted") : cancel(person, found)
  }

  const get: Authorized = (request, person) => {
    const found = findEvent(person, request.params.id ?? "")
    return found === null ? googleError(404, "notFound") : whole(found.event, found.original, person)
  }

  const events = "/calendar/v3/calendars/:calendarId/events"
  return [
    route(
      "GET",
      "/calendar/v3/users/me/calendarList",
      authorized("calendarList", false, (_request, person) => ({
        status: 200,
        body: {
          kind: "calendar#calendarList",
          items: [
            {
              kind: "calendar#calendarListEntry",
              id: person.email,
              summary: person.name,
              primary: true,
              accessRole: "owner",
            },
          ],
        },
      })),
    ),
    route("GET", events, authorized("listEvents", false, listEvents)),
    route("POST", events, authorized("insertEvent", true, insert)),
    route(
      "POST",
      `${events}/watch`,
      authorized("watch", false, (request, person, grant) => channels.watch(request.json, person, grant)),
    ),
    route("GET", `${events}/:id`, authorized("getEvent", false, get)),
    route("PUT", `${events}/:id`, authorized("updateEvent", true, change)),
    route("PATCH", `${events}/:id`, authorized("patchEvent", true, change)),
    route("DELETE", `${events}/:id`, authorized("deleteEvent", true, remove)),
    route(
      "POST",
      "/calendar/v3/channels/stop",
      authorized("stopChannel", false, ({ json }) => channels.stop(json)),
    ),
  ]
}

function itemsOf(person: Person, query: URLSearchParams, since: number, upTo: number): readonly object[] {
  const isLater = query.has("syncToken")
  const showsDeleted = isLater || query.get("showDeleted") === "true"
  const changed = [...person.calendar.events.values()].filter(
    (event) => event.sequence > since && event.sequence <= upTo,
  )
  if (query.get("singleEvents") === "true") {
    const at = (name: string, otherwise: string) => Temporal.Instant.from(query.get(name) ?? otherwise)
    const span = { from: at("timeMin", "1970-01-01T00:00:00Z"), to: at("timeMax", "2038-01-01T00:00:00Z") }
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
  return changed.flatMap((event) => {
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

function findEvent(person: Person, id: string): { readonly event: SimEvent; readonly original: string | null } | null {
  const event = person.calendar.events.get(id)
  if (event !== undefined) return event.isDeleted ? null : { event, original: null }
  const series = person.calendar.live().find((known) => id.startsWith(`${known.id}_`))
  const found =
    series === undefined
      ? undefined
      : occurrencesOf(series, null).find(({ original }) => instanceId(series, original) === id)
  return series === undefined || found === undefined ? null : { event: series, original: found.original }
}

function whole(event: SimEvent, original: string | null, person: Person): SimResponse {
  const found = original === null ? master(event) : occurrencesOf(event, null).find((one) => one.original === original)
  return found === undefined ? googleError(404, "notFound") : { status: 200, body: googleWire(found, person.email) }
}

function cancel(
  person: Person,
  { event, original }: { readonly event: SimEvent; readonly original: string | null },
): SimResponse {
  if (original === null) person.calendar.remove(event)
  else person.calendar.except(event, original, "cancelled")
  return { status: 204 }
}
