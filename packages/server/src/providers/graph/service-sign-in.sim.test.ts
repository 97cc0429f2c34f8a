import { createHash } from "node:crypto"
import type { Access } from "@kalends/domain/access"
import { parseSubscriptionId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { systemClock } from "../../platform/clock.ts"
import { createHttpClient } from "../../platform/http-client.ts"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { systemRandom } from "../../platform/random.ts"
import type { CalendarProvider } from "../../ports/calendar-provider.ts"
import type { ServiceAsked } from "../../ports/tenant-source.ts"
import { addServiceAccount } from "../../testing/simulated-world.ts"
import { problemOf } from "../conformance/drain.ts"
import { createGraphProvider } from "./index.ts"

// A service account of the simulated Microsoft 365 signs in, and opens the rooms that are shared with it.

let simulator: Simulator
let http: ReturnType<typeof createHttpClient>
let provider: CalendarProvider
let [room, account]: Person[] = []
let number = 0

beforeAll(async () => {
  simulator = await startSimulator()
  http = createHttpClient({ allowedPrivateHosts: [new URL(simulator.url).host] })
  const { baseUrls, clients } = simulator
  const oauth = createOAuthClient({ http, clock: systemClock })
  provider = createGraphProvider(
    { http, clock: systemClock, random: systemRandom, oauth },
    {
      ...{ clientId: clients.microsoft.id, clientSecret: clients.microsoft.secret, tenant: "common" },
      ...{ loginUrl: baseUrls.microsoftLogin, apiUrl: baseUrls.microsoftApi },
    },
  )
})
beforeEach(() => {
  const { microsoft } = simulator.tenants
  room = simulator.org.addRoom(microsoft, "Room Draco", `draco${++number}@${microsoft.domain}`)
  account = addServiceAccount(simulator, room)
  Object.assign(simulator.knobs("microsoft"), { approvesAll: true, withholdsPlaces: false, isRemoved: false })
})
afterAll(async () => {
  await http.close()
  await simulator.close()
})

const signal = () => AbortSignal.timeout(120_000)
const verifier = "v".repeat(43)
const asked: ServiceAsked = { permission: "read-write", hasDirectory: true }

function source() {
  const { tenant } = provider
  if (tenant === null || tenant.signIn === null) throw new Error("a service account may sign in")
  return { ...tenant, signIn: tenant.signIn }
}

/** What the browser comes back with. */
async function sentBack(wanted: ServiceAsked, nonce = "nonce") {
  const url = source().signIn.authorizeUrl({
    ...{ redirectUri: "http://localhost/back", state: "state", nonce, loginHint: account?.email ?? "", ...wanted },
    codeChallenge: createHash("sha256").update(verifier).digest("base64url"),
  })
  const answer = await fetch(url, { redirect: "manual" })
  return { url, back: new URL(answer.headers.get("location") ?? "").searchParams }
}

async function signIn(wanted: ServiceAsked = asked) {
  const { back } = await sentBack(wanted)
  const exchange = { redirectUri: "http://localhost/back", code: back.get("code") ?? "", codeVerifier: verifier }
  return source().signIn.exchangeCode({ ...exchange, nonce: "nonce", ...wanted })
}

async function accessTo(secret: string, mailbox: string): Promise<Access> {
  const { access } = await source().access({ secret, mailbox, permission: "read-write" })
  return { ...access, mailbox }
}

const calendars = async (secret: string, mailbox = room?.email ?? "") =>
  provider.listCalendars(await accessTo(secret, mailbox), signal())

describe("a service account", () => {
  test("is asked for its shared calendars and the directory of rooms, and for nothing of its own", async () => {
    const { url } = await sentBack(asked)
    expect(url.pathname).toContain("/organizations/")
    expect(url.searchParams.get("scope")).toBe(
      "openid profile email offline_access Calendars.ReadWrite.Shared Place.Read.All",
    )
    const modest = await sentBack({ permission: "read", hasDirectory: false })
    expect(modest.url.searchParams.get("scope")).toBe("openid profile email offline_access Calendars.Read.Shared")
  })

  test("opens the room that is shared with it, for writing, and lists the rooms of its organisation", async () => {
    const { secret, identity, tenantId } = await signIn()
    expect([identity, tenantId]).toEqual([account?.email, simulator.tenants.microsoft.id])
    expect(await calendars(secret)).toEqual([{ id: room?.calendar.id, isPrimary: true, canWrite: true }])
    const listed = await provider.rooms?.ofTenant?.(secret, { next: null, signal: signal() })
    expect(listed?.entries.map(({ address }) => address)).toContain(room?.email)
  })

  test("is refused a room that is not shared with it, one that no longer is, and one that is not there", async () => {
    const { secret } = await signIn()
    const { microsoft } = simulator.tenants
    const other = simulator.org.addRoom(microsoft, "Room Lyra", `lyra${number}@${microsoft.domain}`)
    expect(await problemOf(calendars(secret, other.email))).toMatchObject({ kind: "forbidden" })
    if (room !== undefined && account !== undefined) simulator.org.takeFullAccess(room, account)
    expect(await problemOf(calendars(secret))).toMatchObject({ kind: "forbidden", isTenantWide: false })
    expect(await problemOf(calendars(secret, "nobody@northwind.example"))).toMatchObject({ kind: "not-found" })
  })

  test("is told of no changes: the calendar is asked for them", async () => {
    const access = await accessTo((await signIn()).secret, room?.email ?? "")
    const [calendar] = await provider.listCalendars(access, signal())
    if (calendar === undefined || provider.push === null) throw new Error("a calendar of a service that pushes")
    const subscriptionId = parseSubscriptionId(systemRandom.uuid())
    const input = { access, calendarId: calendar.id, subscriptionId, secret: "s", hookUrl: "https://here.example" }
    expect(await problemOf(provider.push.subscribe({ ...input, signal: signal() }))).toMatchObject({
      ...{ kind: "unsupported", code: "push-not-shared" },
    })
  })

  test("renews its refresh token at each use, and what was sealed before still opens", async () => {
    const { secret } = await signIn()
    const wish = { mailbox: room?.email ?? "", permission: "read-write" } as const
    const { renewedSecret } = await source().access({ secret, ...wish })
    expect(renewedSecret).not.toBeNull()
    expect(renewedSecret).not.toBe(secret)
    expect(await calendars(renewedSecret ?? "")).toHaveLength(1)
    expect(await calendars(secret)).toHaveLength(1)
  })

  test("that was revoked, or whose organisation removed the application, opens no room any more", async () => {
    const { secret } = await signIn()
    simulator.grants.microsoft.revoke(account?.email ?? "")
    expect(await problemOf(calendars(secret))).toMatchObject({
      ...{ kind: "auth-revoked", code: "grant-revoked", isTenantWide: true },
    })
    const again = await signIn()
    simulator.knobs("microsoft").isRemoved = true
    expect(await problemOf(calendars(again.secret))).toMatchObject({ code: "application-removed", isTenantWide: true })
  })

  test("does without the directory where no administrator allows it", async () => {
    simulator.knobs("microsoft").withholdsPlaces = true
    const { back } = await sentBack(asked)
    expect([back.get("error"), back.get("code")]).toEqual(["access_denied", null])
    const { secret } = await signIn({ ...asked, hasDirectory: false })
    expect(await calendars(secret)).toHaveLength(1)
    const listing = provider.rooms?.ofTenant?.(secret, { next: null, signal: signal() })
    expect(await problemOf(listing ?? Promise.resolve())).toMatchObject({ kind: "forbidden" })
  })

  test("is looked into: whether it is signed in, its directory, and which room is not shared with it", async () => {
    const { secret } = await signIn()
    const { microsoft } = simulator.tenants
    const other = simulator.org.addRoom(microsoft, "Room Lyra", `lyra${number}@${microsoft.domain}`)
    const mailboxes = [room?.email ?? "", other.email]
    const look = async () =>
      (await source().checkup({ secret, permission: "read-write", mailboxes, signal: signal() }))
        .filter(({ outcome }) => outcome !== "right")
        .map(({ code, outcome, mailbox }) => [code, outcome, mailbox])
    expect(await look()).toEqual([["room-not-shared", "wrong", other.email]])
    simulator.grants.microsoft.revoke(account?.email ?? "")
    expect((await look())[0]).toEqual(["service-account-signed-out", "wrong", null])
    const modest = await signIn({ ...asked, hasDirectory: false })
    const asking = { secret: modest.secret, permission: "read-write", mailboxes: [], signal: signal() } as const
    expect(await source().checkup(asking)).toContainEqual(
      expect.objectContaining({ code: "rooms-unlisted", outcome: "doubtful" }),
    )
  })

  test("is not let in by a code of another sign-in", async () => {
    const { back } = await sentBack(asked, "another nonce")
    const exchange = { redirectUri: "http://localhost/back", code: back.get("code") ?? "", codeVerifier: verifier }
    expect(await problemOf(source().signIn.exchangeCode({ ...exchange, nonce: "nonce", ...asked }))).toMatchObject({
      code: "bad-id-token",
    })
    const { back: second } = await sentBack(asked)
    const guessed = { ...exchange, code: second.get("code") ?? "", codeVerifier: "w".repeat(43) }
    expect(await problemOf(source().signIn.exchangeCode({ ...guessed, nonce: "nonce", ...asked }))).toMatchObject({
      kind: "auth-revoked",
    })
  })

  test("reads a room of many meetings whole where Graph refuses the later pages of a delta", async () => {
    const start = Temporal.Instant.from("2026-11-02T08:00:00Z")
    for (let index = 0; index < 501; index++) {
      const at = (hours: number) =>
        start
          .add({ hours: index + hours })
          .toString()
          .slice(0, 19)
      room?.calendar.create({ subject: "M", time: { kind: "timed", start: at(0), end: at(1), zone: "UTC" } })
    }
    simulator.knobs("microsoft").deniesSharedDeltaPages = true
    const access = await accessTo((await signIn()).secret, room?.email ?? "")
    const [calendar] = await provider.listCalendars(access, signal())
    if (calendar === undefined) throw new Error("a room has a calendar")
    const window = timeWindow(start, start.add({ hours: 24 * 40 }))
    const read = async (cursor: string | null) => {
      const seen = new Set<string>()
      let last: string | null = null
      const wanted = { access, calendarId: calendar.id, window, signal: signal(), lookout: null }
      for await (const page of provider.changes({ ...wanted, cursor })) {
        for (const { eventId } of page.changes) seen.add(eventId)
        last = page.cursor
      }
      return { count: seen.size, last }
    }
    const first = await read(null)
    expect(first.count).toBe(501)
    expect((await read(first.last)).count).toBe(501)
    simulator.knobs("microsoft").deniesSharedDeltaPages = false
    const healed = await read(first.last)
    expect((await read(healed.last)).count).toBe(0)
  })
})
