import type { Access } from "@kalends/domain/access"
import { type ProviderEventId, parseProviderCalendarId, parseProviderEventId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { itemId } from "@kalends/simulator/exchange/ids"
import type { Person } from "@kalends/simulator/org"
import { systemPlatform } from "@kalends/simulator/platform"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { startWebdavPush } from "@kalends/simulator/webdav-push/server"
import { afterAll, beforeAll, expect, test } from "vitest"
import { systemClock } from "../platform/clock.ts"
import { createHttpClient } from "../platform/http-client.ts"
import { createOAuthClient } from "../platform/oauth-client.ts"
import { systemRandom } from "../platform/random.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import { toolWish, toolWorld } from "../testing/tool-world.ts"
import { createCaldavProvider } from "./caldav/index.ts"
import { createEwsProvider } from "./ews/index.ts"
import { createGoogleProvider } from "./google/index.ts"
import { createGraphProvider } from "./graph/index.ts"

// A delegate who may not manage private events, on every calendar service: the event itself says whether it is private.

let simulator: Simulator
let dav: Awaited<ReturnType<typeof startWebdavPush>>
let http: ReturnType<typeof createHttpClient>
const account = { username: "ada", password: "app password" }

beforeAll(async () => {
  simulator = await startSimulator()
  simulator.exchange.offers.clear()
  simulator.exchange.offers.add("Basic")
  dav = await startWebdavPush({ ...account, platform: systemPlatform(1) })
  const hosts = [simulator.baseUrls.exchange, dav.url].map((url) => new URL(url).host)
  http = createHttpClient({ allowedPrivateHosts: hosts })
})
afterAll(async () => {
  await http.close()
  await simulator.close()
  await dav.close()
})

type Made = { readonly isPrivate: boolean; readonly rule: string | null }
type Place = {
  readonly provider: CalendarProvider
  readonly access: Access
  readonly calendarId: string
  readonly create: (made: Made) => Promise<string> | string
}

const deps = () => ({
  http,
  clock: systemClock,
  random: systemRandom,
  oauth: createOAuthClient({ http, clock: systemClock }),
})

const createIn =
  ({ calendar }: Person) =>
  ({ isPrivate, rule }: Made): string => {
    const time = {
      kind: "timed",
      start: "2026-12-01T20:00:00",
      end: "2026-12-01T21:00:00",
      zone: "Europe/Berlin",
    } as const
    return calendar.create({ subject: "Observation", time, isPrivate, ...(rule === null ? {} : { rule }) }).id
  }

function bearer(service: "microsoft" | "google", person: Person, scope: string): Access {
  const grants = simulator.grants[service]
  const token = grants.newAccessToken(grants.newGrant(person, scope))
  return { kind: "bearer", token, expiresAt: systemClock.now().add({ hours: 1 }) }
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  async graph() {
    const { baseUrls, clients, org, tenants } = simulator
    const person = org.addPerson(tenants.microsoft, "Ada", `ada@${tenants.microsoft.domain}`)
    const provider = createGraphProvider(deps(), {
      ...{ clientId: clients.microsoft.id, clientSecret: clients.microsoft.secret, tenant: "common" },
      ...{ loginUrl: baseUrls.microsoftLogin, apiUrl: baseUrls.microsoftApi },
    })
    const access = bearer("microsoft", person, "Calendars.ReadWrite")
    return { provider, access, calendarId: person.calendar.id, create: createIn(person) }
  },
  async google() {
    const { baseUrls, clients, org, tenants } = simulator
    const person = org.addPerson(tenants.google, "Ada", `ada@${tenants.google.domain}`)
    const provider = createGoogleProvider(deps(), {
      ...{ clientId: clients.google.id, clientSecret: clients.google.secret, apiUrl: baseUrls.googleApi },
      ...{ accountsUrl: baseUrls.googleAccounts, tokenUrl: baseUrls.googleToken },
      ...{ peopleUrl: baseUrls.googlePeople, directoryUrl: baseUrls.googleDirectory },
    })
    const access = bearer("google", person, "https://www.googleapis.com/auth/calendar.events")
    return { provider, access, calendarId: person.calendar.id, create: createIn(person) }
  },
  async ews() {
    const { exchange, org, tenants, baseUrls } = simulator
    const person = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
    const { login: username, password } = exchange.credentialsOf(person)
    const provider = createEwsProvider(deps())
    const access: Access = { kind: "password", server: baseUrls.exchange, username, password }
    const [calendar] = await provider.listCalendars(access, AbortSignal.timeout(120_000))
    const create = (made: Made) =>
      itemId({ personId: person.id, folder: "calendar", eventId: createIn(person)(made), original: null })
    return { provider, access, calendarId: calendar?.id ?? "", create }
  },
  async caldav() {
    const calendar = dav.addCalendar("work")
    const provider = createCaldavProvider(deps())
    if (provider.signIn.kind !== "password") throw new Error("a password is expected")
    const { access } = await provider.signIn.discover({ server: dav.url, ...account })
    let count = 0
    return {
      ...{ provider, access, calendarId: calendar.path },
      async create({ isPrivate, rule }) {
        const href = `${calendar.path}event-${++count}.ics`
        const authorization = `Basic ${btoa(`${account.username}:${account.password}`)}`
        const lines = [
          ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", "BEGIN:VEVENT", `UID:event-${count}`],
          ...["DTSTAMP:20261123T090000Z", "DTSTART:20261201T190000Z", "DTEND:20261201T200000Z", "SUMMARY:Observation"],
          ...(isPrivate ? ["CLASS:PRIVATE"] : []),
          ...(rule === null ? [] : [`RRULE:${rule}`]),
          ...["END:VEVENT", "END:VCALENDAR", ""],
        ]
        await fetch(`${dav.url}${href}`, { method: "PUT", body: lines.join("\r\n"), headers: { authorization } })
        return href
      },
    }
  },
}

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (isProblem(error) ? (error.code ?? error.kind) : String(error)),
  )

test.each(Object.keys(places))("private events are the host's on %s, once and as a series", async (name) => {
  const place = await places[name]?.()
  if (place === undefined) throw new Error("there is such a place")
  const world = await toolWorld({
    dress: () => place.provider,
    elsewhere: {
      ...{ now: systemClock.now(), calendarId: parseProviderCalendarId(place.calendarId) },
      access: async () => place.access,
    },
  })
  const { tools, ada, delegates, colleague, inAccount, accountId, calendarId } = world
  const [bo, cy] = [await colleague("Bo"), await colleague("Cy")]
  await delegates.give(ada, ada.userId, { email: bo.email, managesPrivate: false })
  await delegates.give(ada, ada.userId, { email: cy.email, managesPrivate: true })
  const link = (meetingId: Awaited<ReturnType<typeof tools.schedule>>["meetingId"], eventId: ProviderEventId) =>
    inAccount((tables) =>
      tables.meetings.putLink({
        ...{ accountId, calendarId, eventId, meetingId, role: "driver", version: "", endsAt: null, heldAt: null },
        ...{ agreedTopic: null, agreedSchedule: null, shownTopic: null, shownSchedule: null },
      }),
    )
  const made: string[] = []
  for (const isPrivate of [false, true])
    for (const rule of [null, "FREQ=DAILY;COUNT=3"]) {
      const key = `${made.length}`.padStart(32, "0")
      const { meetingId } = await tools.schedule(ada, { ...toolWish, key })
      await link(meetingId, parseProviderEventId(await place.create({ isPrivate, rule })))
      const act = (by: typeof bo) => outcome(tools.change(by, meetingId, { subject: "Other" }))
      const acts = [await act(bo), await act(cy)]
      made.push(`${isPrivate ? "private" : "public"} ${acts.join(", ")}`)
      expect(await outcome(tools.remove(bo, meetingId))).toBe(isPrivate ? "private-not-allowed" : "done")
      expect(await outcome(tools.remove(cy, meetingId))).toBe("done")
    }
  expect(made).toEqual([
    ...["public done, done", "public done, done"],
    ...["private private-not-allowed, done", "private private-not-allowed, done"],
  ])
})
