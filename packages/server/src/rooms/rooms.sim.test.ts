import { createHash } from "node:crypto"
import type { Access } from "@kalends/domain/access"
import { bookingsFrom } from "@kalends/domain/booking"
import { timeWindow } from "@kalends/domain/window"
import type { Person, Service } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, expect, test } from "vitest"
import { systemClock } from "../platform/clock.ts"
import { createHttpClient } from "../platform/http-client.ts"
import { createOAuthClient } from "../platform/oauth-client.ts"
import { systemRandom } from "../platform/random.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { TenantGiven, TenantSource } from "../ports/tenant-source.ts"
import { registry } from "../providers/registry.ts"
import { sampleRows } from "../testing/rows.ts"
import { sampleRoom } from "../testing/sample-room.ts"
import { addServiceAccount } from "../testing/simulated-world.ts"
import { optionsOf } from "./read-room.ts"
import { createWalkUp, moveEnd, takeOut, type Written } from "./write-booking.ts"

// Rooms at each of the simulated services: listed, opened by the organisation's own connection, read, written.

let simulator: Simulator
let http: ReturnType<typeof createHttpClient>
beforeAll(async () => {
  simulator = await startSimulator()
  http = createHttpClient({ allowedPrivateHosts: [new URL(simulator.url).host] })
})
afterAll(async () => {
  await http.close()
  await simulator.close()
})

function providerOf(name: string): CalendarProvider {
  const { baseUrls, clients } = simulator
  const { microsoft, google } = clients
  const made = registry
    .find((entry) => entry.name === name)
    ?.create(
      { http, clock: systemClock, random: systemRandom, oauth: createOAuthClient({ http, clock: systemClock }) },
      {
        graph: {
          ...{ clientId: microsoft.id, clientSecret: microsoft.secret, tenant: "common" },
          ...{ loginUrl: baseUrls.microsoftLogin, apiUrl: baseUrls.microsoftApi },
        },
        google: {
          ...{ clientId: google.id, clientSecret: google.secret, accountsUrl: baseUrls.googleAccounts },
          ...{ tokenUrl: baseUrls.googleToken, apiUrl: baseUrls.googleApi },
          ...{ peopleUrl: baseUrls.googlePeople, directoryUrl: baseUrls.googleDirectory },
        },
        ...{ ews: true, caldav: false },
      },
    )
  if (made === undefined || made === null) throw new Error("it is in the registry")
  return made
}

type Way = Service | "service-sign-in"
type Office = { readonly name: string; readonly method: string; readonly given: TenantGiven }

/** A service account signs in to open the room. */
async function signedIn(source: TenantSource, room: Person): Promise<string> {
  const { signIn } = source
  if (signIn === null) throw new Error("a service account may sign in")
  const account = addServiceAccount(simulator, room)
  const asked = { permission: "read-write", hasDirectory: true } as const
  const [redirectUri, codeVerifier, nonce] = ["http://localhost/back", "v".repeat(43), "nonce"]
  const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url")
  const request = { redirectUri, nonce, state: "s", codeChallenge, loginHint: account.email }
  simulator.knobs("microsoft").approvesAll = true
  const back = await fetch(signIn.authorizeUrl({ ...request, ...asked }), { redirect: "manual" })
  const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? ""
  return (await signIn.exchangeCode({ redirectUri, codeVerifier, nonce, code, ...asked })).secret
}

const offices: Readonly<Record<Service, (room: Person) => Promise<Office>>> = {
  async microsoft() {
    const { applications, tenants } = simulator
    const application = applications.add(tenants.microsoft)
    const { text: clientSecret } = applications.addSecret(application)
    const given = { tenant: tenants.microsoft.domain, clientId: application.clientId, clientSecret }
    return { name: "graph", method: "client-secret", given }
  },
  async google(room) {
    const scope = "https://www.googleapis.com/auth/"
    const account = await simulator.serviceAccounts.add("rooms", [
      ...["calendar.calendarlist.readonly", "calendar.events", "calendar.events.readonly"].map((one) => scope + one),
      ...["admin.directory.user.readonly", "admin.directory.resource.calendar.readonly"].map((one) => scope + one),
    ])
    const { domain } = simulator.tenants.google
    const administrator = simulator.org.addPerson(simulator.tenants.google, "Vera", `vera@${domain}`)
    simulator.serviceAccounts.administrators.add(administrator.email)
    simulator.serviceAccounts.share(room, account)
    const { email } = administrator
    const given = { keyFile: account.keyFile, domain, mailbox: email, administrator: email }
    return { name: "google", method: "service-account", given }
  },
  async exchange(room) {
    const { directory } = simulator.exchange
    directory.addServiceAccount("svc-rooms", "service password", () => true)
    directory.addRoomList("Works", "rooms@northwind-works.example", [room])
    const given = { server: simulator.baseUrls.exchange, username: "svc-rooms", password: "service password" }
    return { name: "ews", method: "service-password", given }
  },
}

/** A room with a meeting and a daily series, opened by its organisation's connection. */
async function openRoom(way: Way) {
  const service = way === "service-sign-in" ? "microsoft" : way
  const tenant = simulator.tenants[service]
  const domain = service === "google" ? "resource.calendar.google.com" : tenant.domain
  const place = simulator.org.addRoom(tenant, "Room Draco", `draco-${way}@${domain}`)
  const organizer = { name: "Ada", email: `ada@${tenant.domain}` }
  const today = systemClock.now().toZonedDateTimeISO("UTC").toPlainDate()
  const time = (from: string, to: string) =>
    ({ kind: "timed", start: `${today}T${from}`, end: `${today}T${to}`, zone: "UTC" }) as const
  const others = {
    organizer,
    attendees: [{ name: place.name, email: place.email, response: "accepted", isRoom: true }],
  } as const
  place.calendar.create({ subject: "Planning", time: time("09:00:00", "10:00:00"), ...others })
  place.calendar.create({ subject: "Daily", time: time("11:00:00", "12:00:00"), rule: "FREQ=DAILY;COUNT=3", ...others })
  const { name, method, given } = await offices[service](place)
  const provider = providerOf(name)
  const { tenant: source } = provider
  if (source === null) throw new Error("it lets organisations in")
  const { secret } =
    way === "service-sign-in"
      ? { secret: await signedIn(source, place) }
      : await source.open(method, given, "read-write")
  const opened = await source.access({ secret, mailbox: place.email, permission: "read-write" })
  const access: Access = source.isTokenForAll ? { ...opened.access, mailbox: place.email } : opened.access
  const [calendar] = await provider.listCalendars(access, AbortSignal.timeout(120_000))
  if (calendar === undefined) throw new Error("a room has a calendar")
  const rows = sampleRows(1)
  const room = sampleRoom(rows.account.accountId, 1, { zone: "UTC", address: place.email })
  const row = { ...rows.calendar, providerCalendarId: calendar.id, canWrite: calendar.canWrite }
  const broker = { freshAccess: async () => ({ ...access, credentialVersion: 1 }) }
  const connection = { ...rows.connection, permission: "read-write" } as const
  const writing = { broker, place: { room, calendar: row, connection, provider } }
  const window = timeWindow(
    today.toZonedDateTime("UTC").toInstant(),
    today.add({ days: 5 }).toZonedDateTime("UTC").toInstant(),
  )

  /** What the room's agenda has now: each booking by title, start and end. */
  async function look() {
    const events = []
    const asked = {
      access,
      calendarId: calendar?.id ?? row.providerCalendarId,
      window,
      zone: "UTC",
      signal: AbortSignal.timeout(120_000),
    }
    for await (const page of provider.readWindow(asked)) events.push(...page.events)
    const origins = new Map(events.map((event) => [event.id, event.series]))
    return bookingsFrom(events, optionsOf(room, [])).map(
      (booking): Written => ({ booking, origin: origins.get(booking.id) ?? null }),
    )
  }
  const at = (time: string) => Temporal.Instant.from(`${today}T${time}Z`)
  return { provider, secret, place, writing, look, at }
}

const shown = (all: readonly Written[]) =>
  all.map(({ booking: { title, startsAt, endsAt } }) => `${title} ${startsAt.until(endsAt).total("minutes")}`)

test.each(["microsoft", "service-sign-in", "google", "exchange"] as const)(
  "rooms of %s are listed, read, booked, ended and given up",
  async (way) => {
    const { provider, secret, place, writing, look, at } = await openRoom(way)
    const listed = await provider.rooms?.ofTenant?.(secret, { next: null, signal: AbortSignal.timeout(120_000) })
    expect(listed?.entries.map(({ address, name }) => ({ address, name }))).toContainEqual({
      ...{ address: place.email, name: "Room Draco" },
    })

    expect(shown(await look())).toEqual(["Planning 60", "Daily 60", "Daily 60", "Daily 60"])
    const key = "0123456789abcdef0123456789abcdef"
    const id = await createWalkUp(writing, { startsAt: at("14:00:00"), endsAt: at("15:00:00") }, key)
    expect(await createWalkUp(writing, { startsAt: at("14:00:00"), endsAt: at("15:00:00") }, key)).toBe(id)
    const booked = await look()
    expect(shown(booked)).toEqual(["Planning 60", "Daily 60", "Booked at the room 60", "Daily 60", "Daily 60"])
    expect(booked[2]?.booking.id).toBe(id)

    const [planning, daily, walkUp] = booked
    if (planning === undefined || daily === undefined || walkUp === undefined) throw new Error("three at least")
    await moveEnd(writing, planning, at("09:30:00"))
    await moveEnd(writing, daily, at("11:20:00"))
    expect(shown(await look())).toEqual(["Planning 30", "Daily 20", "Booked at the room 60", "Daily 60", "Daily 60"])
    await expect(moveEnd(writing, planning, at("09:10:00"))).rejects.toThrow("changed meanwhile")

    await takeOut(writing, walkUp, false)
    const second = (await look()).at(-1)
    if (second === undefined) throw new Error("an occurrence")
    await takeOut(writing, second, false)
    expect(shown(await look())).toEqual(["Planning 30", "Daily 20", "Daily 60"])
    await takeOut(writing, second, false)
    await takeOut(writing, second, true)
    expect(shown(await look())).toEqual(["Planning 30"])
  },
)
