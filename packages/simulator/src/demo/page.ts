import type { SimulatorContext } from "../context.ts"
import type { Exchange } from "../exchange/exchange.ts"
import type { Grants } from "../grants.ts"
import { freshKnobs, type Knobs } from "../knobs.ts"
import { occurrenceAt, occurrencesOf, type Person, type SimDetails, type SimEvent, type SimTime } from "../org.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { pageScript, pageShell } from "./page-text.ts"
import type { RoomSystems } from "./room-systems.ts"

const daysShown = 7

/** What an administrator would have been given; everything is made up. */
export type DemoOrganisation = {
  readonly service: string
  readonly text: string
  /** The same for a program: what is given by which method. */
  readonly connect: {
    readonly method: string
    readonly given: Readonly<Record<string, string>>
    /** Addresses of the rooms that it is for, where not for all. */
    readonly rooms?: readonly string[]
  }
  /** A file to give: a service account's key. */
  readonly file: { readonly name: string; readonly content: string } | null
}

type DemoReach = {
  readonly grants: { readonly microsoft: Grants; readonly google: Grants }
  readonly exchange: Exchange
  /** How an administrator connects each whole organisation, for those who try it. */
  readonly organisations: readonly DemoOrganisation[]
  /** Systems that the service is to know of before they ask. */
  readonly roomSystems: Pick<RoomSystems, "offered">
  /** Ends somebody's subscriptions without a word. */
  readonly expirePushes: (person: Person) => void
}

/** The page on which to edit the organisation's calendars and to break things, and what it calls. */
export function demoRoutes(context: SimulatorContext, reach: DemoReach): readonly Route[] {
  const person = (request: SimRequest): Person | null => context.org.findPerson(request.params.email ?? "")
  const withPerson =
    (work: (found: Person, request: SimRequest) => SimResponse) =>
    (request: SimRequest): SimResponse => {
      const found = person(request)
      return found === null ? { status: 404, body: {} } : work(found, request)
    }
  return [
    route("GET", "/", () => ({
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: pageShell,
    })),
    route("GET", "/demo.js", () => ({
      status: 200,
      headers: { "content-type": "text/javascript; charset=utf-8" },
      body: pageScript,
    })),
    route("GET", "/demo/state", () => ({ status: 200, body: stateOf(context, reach) })),
    route(
      "GET",
      "/demo/people/:email",
      withPerson((found) => ({ status: 200, body: weekOf(context, found) })),
    ),
    route(
      "POST",
      "/demo/people/:email/events",
      withPerson((found, { json }) => addEvent(found, json)),
    ),
    route(
      "POST",
      "/demo/people/:email/change",
      withPerson((found, { json }) => changeEvent(found, json)),
    ),
    ...Object.entries(breakages(() => context.platform.now(), reach)).map(([name, work]) =>
      route(
        "POST",
        `/demo/people/:email/${name}`,
        withPerson((found) => {
          work(found)
          return { status: 200, body: {} }
        }),
      ),
    ),
    route("POST", "/demo/knobs/:tenant", ({ params, json }) => setKnobs(context.knobs(params.tenant ?? ""), json)),
  ]
}

/** What can be broken for one person. */
const breakages = (
  now: () => Temporal.Instant,
  { grants, exchange, expirePushes }: DemoReach,
): Readonly<Record<string, (person: Person) => void>> => ({
  // What a revoked grant is elsewhere is an expired password at Exchange, which has no grants.
  revoke(person) {
    const { service } = person.tenant
    if (service === "exchange") exchange.expirePassword(person)
    else grants[service].revoke(person.email)
  },
  "lose-cursor": ({ calendar }) => calendar.loseCursors(),
  "end-notifications": expirePushes,
  "expire-access"({ tenant: { service } }) {
    if (service === "exchange") exchange.streams.drop()
    else grants[service].expireAccess()
  },
  "strip-room"(person) {
    if (person.tenant.service !== "exchange" || !person.isRoom) return
    const isStripped = !exchange.directory.processingOf(person).deleteSubject
    exchange.setProcessing(person, {
      deleteSubject: isStripped,
      addOrganizerToSubject: isStripped,
      deleteComments: isStripped,
    })
  },
  "malformed-event": ({ calendar }) => {
    calendar.create({ subject: "Unreadable", time: halfHourFrom(now()) }).isMalformed = true
  },
})

function stateOf(context: SimulatorContext, { exchange, organisations, roomSystems }: DemoReach) {
  const tenants = [...new Map(context.org.people.map(({ tenant }) => [tenant.id, tenant])).values()]
  return {
    people: context.org.people.map((person) => ({
      name: person.name,
      email: person.email,
      service: person.tenant.service,
      isRoom: person.isRoom,
      // Everybody here is made up, and so is the password.
      signIn: person.tenant.service === "exchange" && !person.isRoom ? exchange.credentialsOf(person) : null,
    })),
    organisations,
    roomSystems: roomSystems.offered,
    tenants: tenants.map((tenant) => ({ ...tenant, knobs: context.knobs(tenant.id) })),
    calls: context.calls.recent(25).map(({ service, operation, person, status, atMs }) => ({
      service,
      operation,
      person,
      status,
      agoSeconds: Math.round((context.platform.now().epochMilliseconds - atMs) / 1000),
    })),
  }
}

function weekOf(context: SimulatorContext, { calendar }: Person) {
  const from = context.platform.now().toZonedDateTimeISO("UTC").startOfDay().toInstant()
  const span = { from, to: from.add({ hours: 24 * daysShown }) }
  const all = calendar.live().flatMap((event) => occurrencesOf(event, span))
  return {
    events: all
      .sort((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt))
      .map(({ event, original, details, startsAt, endsAt }) => ({
        id: event.id,
        original,
        subject: details.subject,
        isAllDay: details.time.kind === "all-day",
        startsAt: startsAt.toString(),
        endsAt: endsAt.toString(),
      })),
  }
}

type Json = Readonly<Record<string, unknown>>

function addEvent({ calendar }: Person, json: Json): SimResponse {
  const startsAt = Date.parse(String(json.startsAt))
  const subject = String(json.subject ?? "").slice(0, 200)
  if (Number.isNaN(startsAt) || subject === "") return { status: 400, body: {} }
  const time = halfHourFrom(Temporal.Instant.fromEpochMilliseconds(startsAt))
  calendar.create({ subject, time, location: "https://meet.jit.si/NorthwindDemo" })
  return { status: 200, body: {} }
}

function halfHourFrom(instant: Temporal.Instant): SimTime {
  const wall = instant.toZonedDateTimeISO("UTC").toPlainDateTime()
  const text = (at: Temporal.PlainDateTime) => at.toString({ smallestUnit: "second" })
  return { kind: "timed", zone: "UTC", start: text(wall), end: text(wall.add({ minutes: 30 })) }
}

/** Renames, moves or cancels an event, or one occurrence of a series. */
function changeEvent({ calendar }: Person, json: Json): SimResponse {
  const event = calendar.events.get(String(json.id))
  if (event === undefined || event.isDeleted) return { status: 404, body: {} }
  const original = typeof json.original === "string" ? json.original : null
  if (json.what === "cancel") {
    if (original === null) calendar.remove(event)
    else calendar.except(event, original, "cancelled")
    return { status: 200, body: {} }
  }
  const changes =
    json.what === "rename"
      ? { subject: String(json.subject ?? "").slice(0, 200) }
      : movedBy(event, original, Number(json.minutes ?? 0))
  if (original === null) calendar.update(event, changes)
  else calendar.except(event, original, changes)
  return { status: 200, body: {} }
}

function movedBy(event: SimEvent, original: string | null, minutes: number): Partial<SimDetails> {
  const time =
    original === null ? event.details.time : (occurrenceAt(event, original)?.details.time ?? event.details.time)
  if (time.kind === "all-day")
    return {
      time: {
        ...time,
        start: Temporal.PlainDate.from(time.start).add({ days: 1 }).toString(),
        end: Temporal.PlainDate.from(time.end).add({ days: 1 }).toString(),
      },
    }
  const add = (text: string) => Temporal.PlainDateTime.from(text).add({ minutes }).toString({ smallestUnit: "second" })
  return { time: { ...time, start: add(time.start), end: add(time.end) } }
}

const choices: Readonly<Record<string, readonly string[]>> = {
  slowReceiver: ["none", "delayed", "dropped"],
  busyShape: ["fault", "inner", "unavailable"],
}

function setKnobs(knobs: Knobs, json: Json): SimResponse {
  const known = freshKnobs()
  for (const [name, value] of Object.entries(json)) {
    const sample = Object.entries(known).find(([known_]) => known_ === name)?.[1]
    const mayBeNull = name === "throttleRetryAfterSeconds" && value === null
    const allowed: readonly string[] | undefined = choices[name]
    const isChoice = allowed === undefined || allowed.includes(String(value))
    if (sample !== undefined && isChoice && (mayBeNull || typeof sample === typeof value))
      Object.assign(knobs, { [name]: value })
  }
  return { status: 200, body: knobs }
}
