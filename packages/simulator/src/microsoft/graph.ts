import type { SimulatorContext } from "../context.ts"
import type { Grants } from "../grants.ts"
import { findByWireId, occurrenceAt, occurrencesOf, type Person, type SimEvent } from "../org.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { type Authorized, createAccess } from "./access.ts"
import { batchAnswer } from "./batch.ts"
import { contactRoutes } from "./contacts.ts"
import { deltaAnswer } from "./delta.ts"
import { userDefaults, userOf, userPermissions } from "./directory.ts"
import { graphError } from "./errors.ts"
import { picked } from "./odata.ts"
import { toRecurrence } from "./recurrence.ts"
import type { Subscriptions } from "./subscriptions.ts"
import { changeKey, fromGraph, graphWire, propertiesOf, uidOf } from "./wire.ts"

function ownCalendar(request: SimRequest, person: Person): boolean {
  const { calendarId } = request.params
  return calendarId === undefined || calendarId === person.calendar.id
}

const view: Authorized = (request, person) => {
  if (!ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
  const span = spanOf(request)
  if (span === null) return graphError(400, "ErrorInvalidParameter")
  const all = person.calendar.live().flatMap((event) => occurrencesOf(event, span))
  return paged(request, all, (one) => graphWire(one, person.email))
}

/** Single events and series, not expanded. */
const events: Authorized = (request, person) => {
  if (!ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
  const filter = request.url.searchParams.get("$filter")
  const isMeant = filter === null ? () => true : (propertyFilter(filter) ?? uidFilter(filter))
  if (isMeant === null) return graphError(400, "ErrorInvalidRequest")
  return paged(request, person.calendar.live().filter(isMeant), (event) => master(event, person))
}

const get: Authorized = (request, person) =>
  ownCalendar(request, person) ? one(person, request.params.id ?? "") : graphError(404, "ErrorItemNotFound")

const instances: Authorized = (request, person) => {
  if (!ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
  const event = person.calendar.events.get(request.params.id ?? "")
  const span = spanOf(request)
  if (event === undefined || event.isDeleted) return graphError(404, "ErrorItemNotFound")
  if (span === null) return graphError(400, "ErrorInvalidParameter")
  return paged(request, occurrencesOf(event, span), (one) => graphWire(one, person.email))
}

const create: Authorized = (request, person) => {
  if (!ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
  const { json } = request
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
  const found = findByWireId(person.calendar, request.params.id ?? "")
  if (found === null || !ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
  if (request.json.transactionId !== undefined) return graphError(400, "ErrorInvalidRequest")
  if (isStale(request, found.event)) return graphError(412, "ErrorIrresolvableConflict")
  const changes = fromGraph(request.json, found.event.details)
  if (found.original === null) {
    // A series that loses its rule is a single event again.
    const { rule: _, ...single } = found.event.details
    if (request.json.recurrence === null) found.event.details = single
    person.calendar.update(found.event, changes)
  } else person.calendar.except(found.event, found.original, changes)
  return one(person, request.params.id ?? "")
}

const remove: Authorized = (request, person) => {
  const found = findByWireId(person.calendar, request.params.id ?? "")
  if (found === null || !ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
  if (isStale(request, found.event)) return graphError(412, "ErrorIrresolvableConflict")
  if (found.original === null) person.calendar.remove(found.event)
  else person.calendar.except(found.event, found.original, "cancelled")
  return { status: 204 }
}

/** MSG user-get-mailboxsettings.md; a room says that it is one (`userPurpose`). */
const mailboxSettings: Authorized = (_request, { isRoom }) => ({
  status: 200,
  body: {
    timeZone: "W. Europe Standard Time",
    delegateMeetingMessageDeliveryOptions: "sendToDelegateOnly",
    dateFormat: "dd.MM.yyyy",
    timeFormat: "HH:mm",
    userPurpose: isRoom ? "room" : "user",
    language: { locale: "en-GB", displayName: "English (United Kingdom)" },
    automaticRepliesSetting: { status: "disabled", externalAudience: "none" },
    workingHours: {
      daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
      startTime: "08:00:00.0000000",
      endTime: "17:00:00.0000000",
      timeZone: { name: "W. Europe Standard Time" },
    },
  },
})

const idTypes = ["entryId", "ewsId", "immutableEntryId", "restId", "restImmutableEntryId"]
const translatedMost = 1_000

/** MSG user-translateexchangeids.md. All ids are immutable here: each form of one is itself. */
const translateIds: Authorized = ({ json }) => {
  const { inputIds, sourceIdType, targetIdType } = json
  const isKnown = [sourceIdType, targetIdType].every((one) => idTypes.includes(String(one)))
  if (!Array.isArray(inputIds) || inputIds.length > translatedMost || !isKnown)
    return graphError(400, "ErrorInvalidParameter")
  return { status: 200, body: { value: inputIds.map((id) => ({ sourceId: String(id), targetId: String(id) })) } }
}

/** Microsoft Graph v1.0 as far as calendars go, after the pages named in README.md. */
export function graphRoutes(context: SimulatorContext, grants: Grants, subscriptions: Subscriptions): readonly Route[] {
  const authorized = createAccess(context, grants)

  const delta: Authorized = (request, person, grant) => {
    if (!ownCalendar(request, person)) return graphError(404, "ErrorItemNotFound")
    const isOthers = grant.isApplication !== true && grant.person !== person
    const isLaterPage = request.url.searchParams.has("$skiptoken")
    return isOthers && isLaterPage && context.knobs(person.tenant.id).deniesSharedDeltaPages
      ? graphError(403, "ErrorAccessDenied")
      : deltaAnswer(request, person)
  }

  const me = (prefix: string): readonly Route[] => [
    route(
      "GET",
      prefix,
      authorized("me", "profile", (request, person, grant) =>
        grant.isApplication === true && !userPermissions.test(grant.scope)
          ? graphError(403, "Authorization_RequestDenied")
          : { status: 200, body: picked(request, userOf(context, person), userDefaults) },
      ),
    ),
    route(
      "GET",
      `${prefix}/calendars`,
      authorized("calendars", "read", (_request, person) => ({ status: 200, body: { value: [calendarOf(person)] } })),
    ),
    route(
      "GET",
      `${prefix}/calendar`,
      authorized("calendar", "read", (_request, person) => ({ status: 200, body: calendarOf(person) })),
    ),
    route(
      "GET",
      `${prefix}/calendars/:calendarId`,
      authorized("calendar", "read", (request, person) =>
        ownCalendar(request, person) ? { status: 200, body: calendarOf(person) } : graphError(404, "ErrorItemNotFound"),
      ),
    ),
    ...[`${prefix}/events/:id`, `${prefix}/calendars/:calendarId/events/:id`].flatMap((address) => [
      route("GET", address, authorized("getEvent", "read", get)),
      route("PATCH", address, authorized("updateEvent", "write", update)),
      route("DELETE", address, authorized("deleteEvent", "write", remove)),
      route("GET", `${address}/instances`, authorized("instances", "read", instances)),
    ]),
    route("GET", `${prefix}/calendarView`, authorized("calendarView", "read", view)),
    route("GET", `${prefix}/calendars/:calendarId/calendarView`, authorized("calendarView", "read", view)),
    route("GET", `${prefix}/calendarView/delta`, authorized("delta", "read", delta)),
    route("GET", `${prefix}/calendars/:calendarId/calendarView/delta`, authorized("delta", "read", delta)),
    route("GET", `${prefix}/events`, authorized("events", "read", events)),
    route("GET", `${prefix}/calendars/:calendarId/events`, authorized("events", "read", events)),
    route("POST", `${prefix}/calendars/:calendarId/events`, authorized("createEvent", "write", create)),
    route("POST", `${prefix}/events`, authorized("createEvent", "write", create)),
    route("GET", `${prefix}/mailboxSettings`, authorized("mailboxSettings", "settings", mailboxSettings)),
    route("POST", `${prefix}/translateExchangeIds`, authorized("translateExchangeIds", "profile", translateIds)),
  ]

  const routes = [
    ...me("/v1.0/me"),
    ...me("/v1.0/users/:userId"),
    ...contactRoutes("/v1.0/me", authorized),
    ...contactRoutes("/v1.0/users/:userId", authorized),
    route(
      "POST",
      "/v1.0/subscriptions",
      authorized("subscribe", "profile", (request, _person, grant) => subscriptions.create(request.json, grant)),
    ),
    route(
      "GET",
      "/v1.0/subscriptions",
      authorized("listSubscriptions", "profile", (_request, caller) => subscriptions.list(caller)),
    ),
    route(
      "PATCH",
      "/v1.0/subscriptions/:id",
      authorized("renewSubscription", "profile", (request, caller) =>
        subscriptions.renew(request.params.id ?? "", caller, request.json),
      ),
    ),
    route(
      "POST",
      "/v1.0/subscriptions/:id/reauthorize",
      authorized("reauthorize", "profile", (request, caller) =>
        subscriptions.renew(request.params.id ?? "", caller, {}),
      ),
    ),
    route(
      "DELETE",
      "/v1.0/subscriptions/:id",
      authorized("unsubscribe", "profile", (request, caller) => subscriptions.remove(request.params.id ?? "", caller)),
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

/** One page, and the link to the next. */
function paged<Item>(request: SimRequest, all: readonly Item[], wire: (item: Item) => object): SimResponse {
  const size = pageSize(request)
  const skip = Number(request.url.searchParams.get("$skip") ?? 0)
  const next = new URL(request.url)
  next.searchParams.set("$skip", String(skip + size))
  const link = skip + size < all.length ? { "@odata.nextLink": next.href } : {}
  return { status: 200, body: { value: all.slice(skip, skip + size).map(wire), ...link } }
}

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
    ...(recurrence === null ? {} : heldExceptions(event, person)),
  }
}

/** What a series lost and what differs: given only to who asks for it by name. */
function heldExceptions(event: SimEvent, person: Person) {
  const cancelled = [...event.exceptions].filter(([, details]) => details === "cancelled")
  const changed = event.exceptions.size === 0 ? [] : occurrencesOf(event, null).filter((one) => one.isException)
  return {
    cancelledOccurrences: cancelled.map(([original]) => `OID.${event.id}.${original.slice(0, 10)}`),
    exceptionOccurrences: changed.map((one) => graphWire(one, person.email)),
  }
}

function one(person: Person, id: string): SimResponse {
  const found = findByWireId(person.calendar, id)
  if (found === null) return graphError(404, "ErrorItemNotFound")
  if (found.original === null) return { status: 200, body: master(found.event, person) }
  const occurrence = occurrenceAt(found.event, found.original)
  return occurrence === null
    ? graphError(404, "ErrorItemNotFound")
    : { status: 200, body: graphWire(occurrence, person.email) }
}

/** `iCalUId eq '…'`, of singles and masters; null for any other filter. */
function uidFilter(filter: string): ((event: SimEvent) => boolean) | null {
  const uid = /^iCalUId eq '((?:[^']|'')*)'$/i.exec(filter)?.[1]?.replaceAll("''", "'")
  return uid === undefined ? null : (event) => uidOf(event) === uid
}

/** `singleValueExtendedProperties/Any(ep: ep/id eq '…' and ep/value eq '…')`; null for any other filter. */
function propertyFilter(filter: string): ((event: SimEvent) => boolean) | null {
  const [, id, value] =
    /^singleValueExtendedProperties\/any\(ep: ?ep\/id eq '([^']+)' and ep\/value eq '([^']*)'\)$/i.exec(filter) ?? []
  if (id === undefined) return null
  return ({ details }) =>
    propertiesOf(details.extra).some((one) => one.id.toLowerCase() === id.toLowerCase() && one.value === value)
}

function isStale({ headers }: SimRequest, event: SimEvent): boolean {
  const wanted = headers["if-match"]
  return wanted !== undefined && wanted !== "*" && !wanted.includes(changeKey(event))
}
