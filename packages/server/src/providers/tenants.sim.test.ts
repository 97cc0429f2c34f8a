import type { Permission } from "@kalends/domain/permission"
import { isProblem, type Problem } from "@kalends/domain/problem"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { systemClock } from "../platform/clock.ts"
import { createHttpClient } from "../platform/http-client.ts"
import { createOAuthClient } from "../platform/oauth-client.ts"
import { systemRandom } from "../platform/random.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { DirectoryEntry, DirectoryPage, TenantGiven, TenantSource } from "../ports/tenant-source.ts"
import { registry } from "./registry.ts"

// Organisations that an administrator connects, at each of the simulated services: the same rules for all.

type Office = {
  readonly provider: CalendarProvider
  readonly source: TenantSource
  readonly method: string
  readonly given: TenantGiven
  /** Two mailboxes of the organisation. */
  readonly mailboxes: readonly [string, string]
  /** What makes it fail for everybody, and the code that says so. */
  readonly breakForAll: () => void
  readonly codeForAll: string
}

let simulator: Simulator
let http: ReturnType<typeof createHttpClient>

beforeEach(async () => {
  simulator = await startSimulator()
  http = createHttpClient({ allowedPrivateHosts: [new URL(simulator.url).host] })
})
afterEach(async () => {
  await http.close()
  await simulator.close()
})

function providerOf(name: string): { readonly provider: CalendarProvider; readonly source: TenantSource } {
  const { baseUrls, clients } = simulator
  const provider = registry
    .find((entry) => entry.name === name)
    ?.create(
      { http, clock: systemClock, random: systemRandom, oauth: createOAuthClient({ http, clock: systemClock }) },
      {
        graph: {
          ...{ clientId: clients.microsoft.id, clientSecret: clients.microsoft.secret, tenant: "common" },
          ...{ loginUrl: baseUrls.microsoftLogin, apiUrl: baseUrls.microsoftApi },
        },
        google: {
          ...{ clientId: clients.google.id, clientSecret: clients.google.secret, accountsUrl: baseUrls.googleAccounts },
          ...{
            tokenUrl: baseUrls.googleToken,
            apiUrl: baseUrls.googleApi,
            peopleUrl: baseUrls.googlePeople,
            directoryUrl: baseUrls.googleDirectory,
          },
        },
        ...{ ews: true, caldav: false },
      },
    )
  if (provider === undefined || provider === null || provider.tenant === null) throw new Error("it has tenants")
  return { provider, source: provider.tenant }
}

function people(service: "microsoft" | "google" | "exchange"): readonly [string, string] {
  const tenant = simulator.tenants[service]
  const added = ["ada", "grace"].map((name) => simulator.org.addPerson(tenant, name, `${name}@${tenant.domain}`))
  simulator.org.addRoom(tenant, "Room Draco", `draco@${tenant.domain}`)
  added[0]?.calendar.create({
    subject: "Own",
    time: { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" },
  })
  return [added[0]?.email ?? "", added[1]?.email ?? ""]
}

const offices: readonly (readonly [string, () => Promise<Office>])[] = [
  [
    "Microsoft 365",
    async () => {
      simulator.knobs("microsoft").approvesAll = true
      const mailboxes = people("microsoft")
      const query = new URLSearchParams({ client_id: "x", redirect_uri: "http://localhost/back", state: "s" })
      await fetch(`${simulator.baseUrls.microsoftLogin}/organizations/v2.0/adminconsent?${query}`, {
        redirect: "manual",
      })
      return {
        ...{
          ...providerOf("graph"),
          method: "registration",
          given: { tenant: simulator.tenants.microsoft.id },
          mailboxes,
        },
        breakForAll: () => void Object.assign(simulator.knobs("microsoft"), { isRemoved: true }),
        codeForAll: "application-removed",
      }
    },
  ],
  [
    "Microsoft 365, by a secret of its own",
    async () => {
      const mailboxes = people("microsoft")
      const { applications, tenants } = simulator
      const application = applications.add(tenants.microsoft)
      const { text: clientSecret } = applications.addSecret(application)
      const { clientId } = application
      return {
        ...{ ...providerOf("graph"), method: "client-secret", mailboxes },
        given: { tenant: tenants.microsoft.domain, clientId, clientSecret, secretEndsOn: "2027-05-01" },
        breakForAll: () =>
          application.secrets.forEach((one) => {
            one.endsAt = Temporal.Instant.from("2026-11-01T00:00Z")
          }),
        codeForAll: "client-secret-expired",
      }
    },
  ],
  [
    "Microsoft 365, by a certificate",
    async () => {
      const mailboxes = people("microsoft")
      const { applications, tenants } = simulator
      const application = applications.add(tenants.microsoft)
      const { certificate, privateKey } = applications.newCertificate(application)
      return {
        ...{ ...providerOf("graph"), method: "certificate", mailboxes },
        given: { tenant: tenants.microsoft.id, clientId: application.clientId, certificate, privateKey },
        breakForAll: () => void application.certificates.splice(0),
        codeForAll: "certificate-unknown",
      }
    },
  ],
  [
    "Google",
    async () => {
      const mailboxes = people("google")
      const scope = "https://www.googleapis.com/auth/"
      const account = await simulator.serviceAccounts.add("kalends", [
        ...["calendar.calendarlist.readonly", "calendar.events", "calendar.events.readonly"].map((one) => scope + one),
        ...["admin.directory.user.readonly", "admin.directory.resource.calendar.readonly"].map((one) => scope + one),
      ])
      simulator.serviceAccounts.administrators.add(mailboxes[1])
      const domain = simulator.tenants.google.domain
      return {
        ...{ ...providerOf("google"), method: "service-account", mailboxes },
        given: { keyFile: account.keyFile, domain, mailbox: mailboxes[0], administrator: mailboxes[1] },
        breakForAll: () => void Object.assign(account, { isKeyDisabled: true }),
        codeForAll: "key-refused",
      }
    },
  ],
  [
    "Exchange",
    async () => {
      const mailboxes = people("exchange")
      const { directory } = simulator.exchange
      const account = directory.addServiceAccount("svc-kalends", "service password", () => true)
      const [room] = simulator.org.people.filter(({ isRoom }) => isRoom)
      if (room !== undefined) directory.addRoomList("Works", "rooms@northwind-works.example", [room])
      return {
        ...{ ...providerOf("ews"), method: "service-password", mailboxes },
        given: { server: simulator.baseUrls.exchange, username: "svc-kalends", password: "service password" },
        breakForAll: () => void directory.change(account, { password: "changed meanwhile" }),
        codeForAll: "wrong-password",
      }
    },
  ],
]

const signal = () => AbortSignal.timeout(120_000)
const failure = async (work: Promise<unknown>): Promise<Problem> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!isProblem(error)) throw new Error(`a problem was expected, not ${String(error)}`)
  return error
}

describe.each(offices)("an organisation at %s", (_name, open) => {
  const opened = async (permission: Permission = "read-write") => {
    const office = await open()
    const { secret, ...rest } = await office.source.open(office.method, office.given, permission)
    return { ...office, secret, ...rest }
  }

  test("opens each mailbox by itself, and shows what is in it", async () => {
    const { provider, source, secret, mailboxes, tenantId, identity } = await opened()
    expect([tenantId.length > 0, identity.length > 0]).toEqual([true, true])
    const counts: number[] = []
    for (const mailbox of mailboxes) {
      const { access: given } = await source.access({ secret, mailbox, permission: "read-write" })
      const access = source.isTokenForAll ? { ...given, mailbox } : given
      const [calendar] = await provider.listCalendars(access, signal())
      if (calendar === undefined) throw new Error("a calendar is expected")
      const pages = provider.changes({
        ...{ access, calendarId: calendar.id, cursor: null, signal: signal(), lookout: null },
        window: {
          startsAt: Temporal.Instant.from("2026-11-01T00:00Z"),
          endsAt: Temporal.Instant.from("2026-12-01T00:00Z"),
        } as never,
      })
      counts.push((await Array.fromAsync(pages)).flatMap(({ changes }) => changes).length)
      if (provider.events === null) throw new Error("events are written")
      const start = Temporal.Instant.from("2026-11-25T09:00Z")
      const time = { kind: "timed", startsAt: start, endsAt: start.add({ hours: 1 }), zone: "UTC" } as const
      const draft = { subject: "Made", schedule: { kind: "single", time }, location: "", block: "x", tag: "t" } as const
      const at = { access, calendarId: calendar.id, signal: signal() }
      const { eventId } = await provider.events.create({ ...at, draft, key: "0".repeat(32) })
      expect((await provider.events.fetch({ ...at, eventId }))?.subject).toBe("Made")
    }
    expect(counts).toEqual([1, 0])
    const calendars = simulator.org.people.filter(({ email }) => mailboxes.some((one) => one === email))
    expect(calendars.map(({ calendar }) => calendar.live().length)).toEqual([2, 1])
  })

  test("shows its directory, people and rooms, and who begins with a word", async () => {
    const { source, secret, mailboxes } = await opened()
    const all: DirectoryEntry[] = []
    let next: string | null = null
    do {
      const page: DirectoryPage | undefined = await source.directory?.(secret, { next, search: null, signal: signal() })
      all.push(...(page?.entries ?? []))
      next = page?.next ?? null
    } while (next !== null)
    const emails = (kind: string) => all.filter((one) => one.kind === kind).map(({ email }) => email)
    expect(emails("person")).toEqual(expect.arrayContaining([...mailboxes]))
    expect(emails("room")).toEqual([expect.stringMatching(/^draco@/)])
    const found = await source.directory?.(secret, { next: null, search: "gra", signal: signal() })
    expect(found?.entries.map(({ email }) => email)).toEqual([mailboxes[1]])
  })

  test("whose permission was taken away says so for all", async () => {
    const { source, secret, mailboxes, breakForAll, codeForAll } = await opened()
    breakForAll()
    const problem = await failure(source.access({ secret, mailbox: mailboxes[0], permission: "read" }))
    expect({ code: problem.code, isTenantWide: problem.isTenantWide }).toEqual({ code: codeForAll, isTenantWide: true })
  })

  test("says nothing of its secret in any problem", async () => {
    const { source, method, given, secret, mailboxes, breakForAll } = await opened()
    breakForAll()
    const problems = [
      await failure(source.access({ secret, mailbox: mailboxes[0], permission: "read" })),
      await failure(source.open(method, given, "read")),
    ]
    for (const value of [given.password, given.keyFile, simulator.clients.microsoft.secret])
      if (value !== undefined) expect(JSON.stringify([problems, problems.map(String)])).not.toContain(value)
  })
})

test("Exchange, as a delegate: opens the calendars that were opened to it, and no other", async () => {
  const mailboxes = people("exchange")
  const { directory } = simulator.exchange
  const account = simulator.org.addPerson(simulator.tenants.exchange, "Kalends", "kalends@northwind-works.example")
  const [ada] = simulator.org.people.filter(({ email }) => email === mailboxes[0])
  if (ada !== undefined) directory.permit(ada, account, "Editor")
  const { login: username, password } = simulator.exchange.credentialsOf(account)
  const { provider, source } = providerOf("ews")
  const given = { server: simulator.baseUrls.exchange, username, password }
  const { secret } = await source.open("service-delegate", given, "read-write")
  const accessTo = async (mailbox: string) => ({
    ...(await source.access({ secret, mailbox, permission: "read-write" })).access,
    mailbox,
  })
  const [calendar] = await provider.listCalendars(await accessTo(mailboxes[0]), signal())
  expect(calendar).toMatchObject({ isPrimary: true, canWrite: true })
  const window = {
    startsAt: Temporal.Instant.from("2026-11-01T00:00Z"),
    endsAt: Temporal.Instant.from("2026-12-01T00:00Z"),
  }
  const pages = provider.readWindow({
    ...{ access: await accessTo(mailboxes[0]), calendarId: calendar?.id ?? ("" as never), zone: "UTC" },
    ...{ window: window as never, signal: signal() },
  })
  expect((await Array.fromAsync(pages)).flatMap(({ events }) => events).map(({ subject }) => subject)).toEqual(["Own"])
  const listening = provider.listen?.listen({
    ...{ access: await accessTo(mailboxes[0]), calendarIds: [calendar?.id ?? ("" as never)], signal: signal() },
  })
  expect((await failure(listening?.[Symbol.asyncIterator]().next() ?? Promise.resolve())).kind).toBe("unsupported")
  await failure(provider.listCalendars(await accessTo(mailboxes[1]), signal()))
})

describe("one mailbox's own trouble", () => {
  test.each(offices.slice(3, 4))("at %s: nobody of that address is told of that address alone", async (_name, open) => {
    const office = await open()
    const { secret } = await office.source.open(office.method, office.given, "read")
    const problem = await failure(
      office.source.access({ secret, mailbox: "nobody@northwind-labs.example", permission: "read" }),
    )
    expect([problem.kind, problem.code, problem.isTenantWide]).toEqual(["forbidden", "no-mailbox", false])
  })

  test("at Exchange: a mailbox outside the service account's scope", async () => {
    const [, open] = offices.at(-1) ?? []
    const office = await open?.()
    if (office === undefined) throw new Error("an office is expected")
    simulator.knobs("exchange").isRemoved = true
    const { secret } = await office.source.open(office.method, office.given, "read")
    const { access } = await office.source.access({ secret, mailbox: office.mailboxes[0], permission: "read" })
    expect(await failure(office.provider.listCalendars(access, signal()))).toMatchObject({
      code: "impersonation-denied",
    })
  })
})
