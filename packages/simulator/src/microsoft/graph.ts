import type { SimulatorContext } from "../context.ts"
import type { Granted, Grants } from "../grants.ts"
import { occurrencesOf, type Person, type SimEvent } from "../org.ts"
import { type Handler, type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { batchAnswer } from "./batch.ts"
import { deltaAnswer } from "./delta.ts"
import { toRecurrence } from "./recurrence.ts"
import type { Subscriptions } from "./subscriptions.ts"
import { changeKey, fromGraph, graphWire, occurrenceId } from "./wire.ts"

type Authorized = (request: SimRequest, person: Person, grant: Granted) => SimResponse | Promise<SimResponse>

export const graphError = (
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): SimResponse => ({
  status,
  headers,
  body: { error: { code, message: "simulated", innerError: { "request-id": "simulated" } } },
})

/** Microsoft Graph v1.0 as far as calendars go, after the pages named in README.md. */
export function graphRoutes(context: SimulatorContext, grants: Grants, subscriptions: Subscriptions): readonly Route[] {
  /** Checks the token, counts the call and plays the tenant's faults. */
  function authorized(operation: string, needsWrite: boolean, handler: Authorized): Handler {
    return async (request) => {
      const grant = grants.findAccess(request.headers.authorization)
      const person = grant?.person ?? null
      const answer =
        grant === null || person === null
          ? graphError(401, "InvalidAuthenticationToken")
          : await faulty(request, grant, needsWrite, handler)
      context.calls.add({
        service: "microsoft",
        operation,
        person: person?.email ?? null,
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
    if (fault.isDown) return graphError(503, "serviceNotAvailable")
    if (fault.isRemoved) return graphError(401, "InvalidAuthenticationToken")
    if (fault.throttleNext > 0) {
      fault.throttleNext--
      return graphError(
        429,
        "ApplicationThrottled",
        fault.throttleRetryAfterSeconds === null ? {} : { "retry-after": String(fault.throttleRetryAfterSeconds) },
      )
    }
    if (fault.failNext > 0) {
      fault.failNext--
      return graphError(500, "internalServerError")
    }
    if (needsWrite && !/calendars\.readwrite/i.test(grant.scope)) return graphError(403, "ErrorAccessDenied")
    const answer = await handler(request, grant.person, grant)
    if (fault.cutNext === 0 || answer.status !== 200) return answer
    fault.cutNext--
    return { ...answer, cut: true }
  }

  function ownCalendar(request: SimRequest, person: Person): boolean {
    const { calendarId } = request.params
    return calendarId === undefined || calendarId === person.calendar.id
  }

  const view: Authorized = (request, person) => {
    if (!ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
    const span = spanOf(request)
    if (span === null) return graphError(400, "ErrorInvalidParameter")
    const all = person.calendar.live().flatMap((event) => occurrencesOf(event, span))
    const size = pageSize(request)
    const skip = Number(request.url.searchParams.get("$skip") ?? 0)
    const next = new URL(request.url)
    next.searchParams.set("$skip", String(skip + size))
    return {
      status: 200,
      body: {
        value: all.slice(skip, skip + size).map((one) => graphWire(one, person.email)),
        ...(skip + size < all.length ? { "@odata.nextLink": next.href } : {}),
      },
    }
  }

  const instances: Authorized = (request, person) => {
    const event = person.calendar.events.get(request.params.id ?? "")
    const span = spanOf(request)
    if (event === undefined || event.isDeleted) return graphError(404, "ErrorItemNotFound")
    return span === null
      ? graphError(400, "ErrorInvalidParameter")
      : { status: 200, body: { value: occurrencesOf(event, span).map((one) => graphWire(one, person.email)) } }
  }

  const create: Authorized = ({ json }, person) => {
    const details = fromGraph(json)
    const createKey = typeof json.transactionId === "string" ? json.transactionId : undefined
    const known =
      createKey === undefined ? undefined : person.calendar.live().find((event) => event.createKey === createKey)
    if (known !== undefined) return { status: 201, body: master(known, person) }
    if (details.time === undefined) return graphError(400, "ErrorPropertyValidationFailure")
    const event = person.calendar.create(
      { subject: "", time: details.time, ...details },
      createKey === undefined ? {} : { createKey },
    )
    return { status: 201, body: master(event, person) }
  }

  const update: Authorized = (request, person) => {
    const found = findEvent(person, request.params.id ?? "")
    if (found === null) return graphError(404, "ErrorItemNotFound")
    if (request.json.transactionId !== undefined) return graphError(400, "ErrorInvalidRequest")
    if (isStale(request, found.event)) return graphError(412, "ErrorIrresolvableConflict")
    if (found.original === null) person.calendar.update(found.event, fromGraph(request.json))
    else person.calendar.except(found.event, found.original, fromGraph(request.json))
    return one(person, request.params.id ?? "")
  }

  const remove: Authorized = (request, person) => {
    const found = findEvent(person, request.params.id ?? "")
    if (found === null) return graphError(404, "ErrorItemNotFound")
    if (found.original === null) person.calendar.remove(found.event)
    else person.calendar.except(found.event, found.original, "cancelled")
    return { status: 204 }
  }

  const me = (prefix: string): readonly Route[] => [
    route(
      "GET",
      prefix,
      authorized("me", false, (_request, person) => ({
        status: 200,
        body: { id: person.id, displayName: person.name, mail: person.email, userPrincipalName: person.email },
      })),
    ),
    route(
      "GET",
      `${prefix}/calendars`,
      authorized("calendars", false, (_request, person) => ({ status: 200, body: { value: [calendarOf(person)] } })),
    ),
    route(
      "GET",
      `${prefix}/calendar`,
      authorized("calendar", false, (_request, person) => ({ status: 200, body: calendarOf(person) })),
    ),
    route(
      "GET",
      `${prefix}/calendars/:calendarId`,
      authorized("calendar", false, (request, person) =>
        ownCalendar(request, person) ? { status: 200, body: calendarOf(person) } : graphError(404, "ErrorItemNotFound"),
      ),
    ),
    route("GET", `${prefix}/events/:id/instances`, authorized("instances", false, instances)),
    route("GET", `${prefix}/calendarView`, authorized("calendarView", false, view)),
    route("GET", `${prefix}/calendars/:calendarId/calendarView`, authorized("calendarView", false, view)),
    route(
      "GET",
      `${prefix}/calendarView/delta`,
      authorized("delta", false, (request, person) => deltaAnswer(request, person)),
    ),
    route(
      "GET",
      `${prefix}/calendars/:calendarId/calendarView/delta`,
      authorized("delta", false, (request, person) =>
        ownCalendar(request, person) ? deltaAnswer(request, person) : graphError(404, "ErrorItemNotFound"),
      ),
    ),
    route(
      "GET",
      `${prefix}/events`,
      authorized("events", false, (_request, person) => ({
        status: 200,
        body: { value: person.calendar.live().map((event) => master(event, person)) },
      })),
    ),
    route("POST", `${prefix}/events`, authorized("createEvent", true, create)),
    route(
      "GET",
      `${prefix}/events/:id`,
      authorized("getEvent", false, (request, person) => one(person, request.params.id ?? "")),
    ),
    route("PATCH", `${prefix}/events/:id`, authorized("updateEvent", true, update)),
    route("DELETE", `${prefix}/events/:id`, authorized("deleteEvent", true, remove)),
  ]

  const routes = [
    ...me("/v1.0/me"),
    route(
      "POST",
      "/v1.0/subscriptions",
      authorized("subscribe", false, (request, person, grant) => subscriptions.create(request.json, person, grant)),
    ),
    route(
      "GET",
      "/v1.0/subscriptions",
      authorized("listSubscriptions", false, (_request, person) => subscriptions.list(person)),
    ),
    route(
      "PATCH",
      "/v1.0/subscriptions/:id",
      authorized("renewSubscription", false, (request) => subscriptions.renew(request.params.id ?? "", request.json)),
    ),
    route(
      "POST",
      "/v1.0/subscriptions/:id/reauthorize",
      authorized("reauthorize", false, (request) => subscriptions.renew(request.params.id ?? "", {})),
    ),
    route(
      "DELETE",
      "/v1.0/subscriptions/:id",
      authorized("unsubscribe", false, (request) => subscriptions.remove(request.params.id ?? "")),
    ),
  ]
  return [...routes, route("POST", "/v1.0/$batch", (request) => batchAnswer(routes, request))]
}

const calendarOf = ({ calendar }: Person) => ({
  id: calendar.id,
  name: "Calendar",
  isDefaultCalendar: true,
  canEdit: true,
})

/** The window of a request; null when it is missing or reversed. */
export function spanOf({ url }: SimRequest): { readonly from: Temporal.Instant; readonly to: Temporal.Instant } | null {
  const at = (name: string) => Date.parse(url.searchParams.get(name) ?? "")
  const [from, to] = [at("startDateTime"), at("endDateTime")]
  if (Number.isNaN(from) || Number.isNaN(to) || from >= to) return null
  return { from: Temporal.Instant.fromEpochMilliseconds(from), to: Temporal.Instant.fromEpochMilliseconds(to) }
}

export function pageSize({ url, headers }: SimRequest): number {
  const asked = /odata\.maxpagesize=(\d+)/.exec(headers.prefer ?? "")?.[1] ?? url.searchParams.get("$top") ?? "10"
  return Math.min(1000, Math.max(1, Number(asked)))
}

function master(event: SimEvent, person: Person) {
  const { time } = event.details
  const recurrence = event.details.rule === undefined ? null : toRecurrence(event.details.rule, time)
  const at = { startsAt: Temporal.Instant.fromEpochMilliseconds(0), endsAt: Temporal.Instant.fromEpochMilliseconds(0) }
  return {
    ...graphWire(
      { event, details: { ...event.details, time }, original: null, isException: false, ...at },
      person.email,
    ),
    recurrence,
  }
}

function findEvent(person: Person, id: string): { readonly event: SimEvent; readonly original: string | null } | null {
  const event = person.calendar.events.get(id)
  if (event !== undefined) return event.isDeleted ? null : { event, original: null }
  const series = person.calendar.live().find((known) => id.startsWith(`${known.id}_`))
  const found =
    series === undefined
      ? undefined
      : occurrencesOf(series, null).find(({ original }) => occurrenceId(series, original) === id)
  return series === undefined || found === undefined ? null : { event: series, original: found.original }
}

function one(person: Person, id: string): SimResponse {
  const found = findEvent(person, id)
  if (found === null) return graphError(404, "ErrorItemNotFound")
  if (found.original === null) return { status: 200, body: master(found.event, person) }
  const occurrence = occurrencesOf(found.event, null).find(({ original }) => original === found.original)
  return occurrence === undefined
    ? graphError(404, "ErrorItemNotFound")
    : { status: 200, body: graphWire(occurrence, person.email) }
}

function isStale({ headers }: SimRequest, event: SimEvent): boolean {
  const wanted = headers["if-match"]
  return wanted !== undefined && wanted !== "*" && !wanted.includes(changeKey(event))
}
