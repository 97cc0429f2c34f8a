import type { CheckupView, CheckView } from "@kalends/protocol/checkup"
import { checkupCodes } from "@kalends/protocol/checkup-codes"
import type { TenantView } from "@kalends/protocol/tenants"
import { freshKnobs } from "@kalends/simulator/knobs"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { setUpNode, startTestNode } from "../testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"

// Each wrong setting is made on the simulated services, and the real service is to name exactly that one.

let base: TestDatabase | null = null
let simulator: Simulator
let node: Awaited<ReturnType<typeof startTestNode>> | null = null
let call: Awaited<ReturnType<typeof setUpNode>>["call"]
let people: Readonly<Record<"microsoft" | "google" | "exchange", readonly [Person, Person]>>
let room: Person
let google: Awaited<ReturnType<Simulator["serviceAccounts"]["add"]>>
let tenants: Record<"graph" | "google" | "ews", string>
const named: string[] = []

const scope = "https://www.googleapis.com/auth/"
const directoryScopes = ["admin.directory.user.readonly", "admin.directory.resource.calendar.readonly"].map(
  (one) => scope + one,
)
const delegated = [
  ...["calendar.calendarlist.readonly", "calendar.events", "calendar.events.readonly"].map((one) => scope + one),
  ...directoryScopes,
]

beforeAll(async () => {
  simulator = await startSimulator()
  const { org, exchange } = simulator
  const two = (service: "microsoft" | "google" | "exchange") => {
    const tenant = simulator.tenants[service]
    return [
      org.addPerson(tenant, "Ada", `ada@${tenant.domain}`),
      org.addPerson(tenant, "Grace", `grace@${tenant.domain}`),
    ] as const
  }
  people = { microsoft: two("microsoft"), google: two("google"), exchange: two("exchange") }
  room = org.addRoom(simulator.tenants.exchange, "Room Draco", "draco@northwind-works.example")
  const day = Temporal.Now.plainDateISO("UTC").add({ days: 2 })
  for (const hour of ["09", "11", "13"])
    room.calendar.create({
      ...{
        subject: `Meeting at ${hour}`,
        description: "Bring the slides.",
        organizer: { name: "Ada", email: "ada@northwind-works.example" },
      },
      attendees: [{ name: room.name, email: room.email, response: "accepted", isRoom: true }],
      time: { kind: "timed", start: `${day}T${hour}:00:00`, end: `${day}T${hour}:30:00`, zone: "UTC" },
    })
  exchange.directory.addServiceAccount("svc-kalends", "service password", () => true)
  google = await simulator.serviceAccounts.add("kalends", delegated)
  simulator.serviceAccounts.administrators.add(people.google[0].email)
  simulator.knobs("microsoft").approvesAll = true
  const consent = new URLSearchParams({ client_id: "x", redirect_uri: "http://localhost/back", state: "s" })
  await fetch(`${simulator.baseUrls.microsoftLogin}/organizations/v2.0/adminconsent?${consent}`, { redirect: "manual" })
  await start({})
})
afterAll(async () => {
  await stop()
  await simulator.close()
})
afterEach(mend)

/** Everything on the simulated services is set as it should be again. */
function mend(): void {
  for (const service of ["microsoft", "google", "exchange"] as const)
    Object.assign(simulator.knobs(service), freshKnobs(), { approvesAll: service === "microsoft" })
  Object.assign(google, { delegated, isKeyDisabled: false })
  simulator.serviceAccounts.administrators.add(people.google[0].email)
  Object.assign(simulator.serviceAccounts.clock, { aheadSeconds: 0 })
  const found = simulator.exchange.directory.findAccount("svc-kalends")
  if (found !== null) {
    simulator.exchange.directory.change(found, { password: "service password" })
    Object.assign(found, { impersonates: () => true })
  }
  simulator.exchange.setProcessing(room, { deleteComments: false, deleteSubject: false, addOrganizerToSubject: false })
}

async function stop(): Promise<void> {
  await node?.stop()
  await base?.drop()
  node = null
  base = null
}

async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  await stop()
  const { baseUrls, clients } = simulator
  base = await cloneDatabase()
  node = await startTestNode(base.url, {
    ...{ KALENDS_MICROSOFT_CLIENT_ID: clients.microsoft.id, KALENDS_MICROSOFT_CLIENT_SECRET: clients.microsoft.secret },
    ...{ KALENDS_MICROSOFT_LOGIN_URL: baseUrls.microsoftLogin, KALENDS_MICROSOFT_API_URL: baseUrls.microsoftApi },
    ...{ KALENDS_GOOGLE_CLIENT_ID: clients.google.id, KALENDS_GOOGLE_CLIENT_SECRET: clients.google.secret },
    ...{ KALENDS_GOOGLE_TOKEN_URL: baseUrls.googleToken, KALENDS_GOOGLE_API_URL: baseUrls.googleApi },
    ...{ KALENDS_GOOGLE_ACCOUNTS_URL: baseUrls.googleAccounts, KALENDS_GOOGLE_DIRECTORY_URL: baseUrls.googleDirectory },
    KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(simulator.url).host,
    KALENDS_HOOK_URL: simulator.url,
    ...environment,
  })
  call = (await setUpNode(node)).call
  const connect = async (provider: string, method: string, given: object) => {
    const made = await call("POST", "/v1/tenants", { provider, method, permission: "read-write", given })
    if (made.status !== 201) throw new Error(made.text)
    return (made.body as TenantView).tenantConnectionId
  }
  tenants = {
    graph: await connect("graph", "client-secret", {
      ...{ tenant: simulator.tenants.microsoft.id, clientId: simulator.clients.microsoft.id },
      ...{ clientSecret: simulator.clients.microsoft.secret, secretEndsOn: "2099-01-01" },
    }),
    google: await connect("google", "service-account", {
      ...{ keyFile: google.keyFile, domain: simulator.tenants.google.domain },
      ...{ mailbox: people.google[0].email, administrator: people.google[0].email },
    }),
    ews: await connect("ews", "service-password", {
      ...{ server: simulator.baseUrls.exchange, username: "svc-kalends", password: "service password" },
    }),
  }
}

async function checkup(which: keyof typeof tenants, mailboxes: readonly string[]): Promise<readonly CheckView[]> {
  const answer = await call("POST", `/v1/tenants/${tenants[which]}/checkup`, { mailboxes })
  expect(answer.status, answer.text).toBe(200)
  return (answer.body as CheckupView).checks
}

/** The codes that are wrong or doubtful, each once; what is about the webhook is left out where it is not asked for. */
const bad = (checks: readonly CheckView[], isAboutService = false) =>
  [...new Set(checks.filter(({ outcome }) => outcome === "wrong" || outcome === "doubtful").map(({ code }) => code))]
    .filter((code) => isAboutService || !/^(?:webhook|tls|subscription)-/.test(code))
    .sort()

const both = (service: "microsoft" | "google" | "exchange") => people[service].map(({ email }) => email)

test("an organisation that is set up as it should be has nothing wrong", async () => {
  expect(bad(await checkup("graph", both("microsoft")))).toEqual([])
  expect(bad(await checkup("google", both("google")))).toEqual([])
  const ofExchange = await checkup("ews", [...both("exchange"), room.email])
  expect(bad(ofExchange)).toEqual([])
  expect(ofExchange.filter(({ code }) => code.startsWith("room-")).length).toBeGreaterThan(2)
})

type Fault = readonly [code: string, break_: () => void]
const entra = (number: number) => () => void Object.assign(simulator.knobs("microsoft"), { applicationFault: number })
const roles =
  (...names: string[]) =>
  () =>
    void Object.assign(simulator.knobs("microsoft"), { applicationRoles: names })
const mailbox = (fault: "missing" | "on-premises" | "outside-scope") => () =>
  void Object.assign(simulator.knobs("microsoft"), { mailboxFaults: new Map([[people.microsoft[1].email, fault]]) })

const ofMicrosoft: readonly Fault[] = [
  ["registration-secret-wrong", entra(7000215)],
  ["registration-secret-expired", entra(7000222)],
  ["registration-missing", entra(700016)],
  ["registration-disabled", entra(7000112)],
  ["conditional-access", entra(53003)],
  ["clock-skew", entra(700024)],
  ["consent-missing", roles()],
  ["role-missing-read", roles("User.Read.All", "Place.Read.All")],
  ["role-missing-write", roles("Calendars.Read", "User.Read.All")],
  ["role-directory-missing", roles("Calendars.ReadWrite")],
  ["role-too-broad", roles("Calendars.ReadWrite", "User.Read.All", "Mail.ReadWrite")],
  ["mailbox-missing", mailbox("missing")],
  ["mailbox-on-premises", mailbox("on-premises")],
  ["mailbox-outside-scope", mailbox("outside-scope")],
  ["provider-unreachable", () => void Object.assign(simulator.knobs("microsoft"), { isDown: true })],
]
const ofGoogle: readonly Fault[] = [
  ["delegation-missing", () => void Object.assign(google, { delegated: [] })],
  [
    "delegation-scope-missing",
    () => void Object.assign(google, { delegated: delegated.filter((one) => !one.endsWith("calendar.events")) }),
  ],
  ["api-off", () => void Object.assign(simulator.knobs("google"), { isApiOff: true })],
  ["key-disabled", () => void Object.assign(google, { isKeyDisabled: true })],
  ["clock-skew", () => void Object.assign(simulator.serviceAccounts.clock, { aheadSeconds: 7_200 })],
  ["administrator-not-admin", () => simulator.serviceAccounts.administrators.clear()],
]
function account() {
  const found = simulator.exchange.directory.findAccount("svc-kalends")
  if (found === null) throw new Error("the service account is gone")
  return found
}
const ofExchange: readonly Fault[] = [
  ["password-wrong", () => simulator.exchange.directory.change(account(), { password: "another" })],
  ["impersonation-denied", () => void Object.assign(simulator.knobs("exchange"), { isRemoved: true })],
  [
    "impersonation-scope",
    () => void Object.assign(account(), { impersonates: ({ email }: Person) => !email.startsWith("grace") }),
  ],
  [
    "ews-throttled",
    () => void Object.assign(simulator.knobs("exchange"), { throttleNext: 1, throttleRetryAfterSeconds: 5 }),
  ],
  ["room-strips-body", () => simulator.exchange.setProcessing(room, { deleteComments: true })],
  ["room-strips-subject", () => simulator.exchange.setProcessing(room, { deleteSubject: true })],
  [
    "room-subject-replaced",
    () => simulator.exchange.setProcessing(room, { deleteSubject: true, addOrganizerToSubject: true }),
  ],
  ["provider-unreachable", () => void Object.assign(simulator.knobs("exchange"), { isDown: true })],
]

// Checkups are rationed by account, so that each service has an account of its own.
describe("each wrong setting is named, and no other", () => {
  describe("at Microsoft 365", () => {
    beforeAll(() => start({}))
    test.each(ofMicrosoft)("%s", async (code, breakIt) => {
      breakIt()
      const checks = await checkup("graph", both("microsoft"))
      expect(bad(checks)).toEqual([code])
      named.push(code)
    })
  })

  describe("at Google", () => {
    beforeAll(() => start({}))
    test.each(ofGoogle)("%s", async (code, breakIt) => {
      breakIt()
      expect(bad(await checkup("google", both("google")))).toEqual([code])
      named.push(code)
    })
  })

  describe("at Exchange", () => {
    beforeAll(() => start({}))
    test.each(ofExchange)("%s", async (code, breakIt) => {
      breakIt()
      expect(bad(await checkup("ews", [...both("exchange"), room.email]))).toEqual([code])
      named.push(code)
    })
  })

  test.each(["graph", "google", "ews"] as const)("mailbox-missing, at %s", async (which) => {
    const domain = { graph: "northwind.example", google: "northwind-labs.example", ews: "northwind-works.example" }[
      which
    ]
    const checks = await checkup(which, [
      `nobody@${domain}`,
      both({ graph: "microsoft", google: "google", ews: "exchange" }[which] as "google")[0] ?? "",
    ])
    expect(bad(checks)).toEqual(["mailbox-missing"])
    expect(checks.find(({ outcome }) => outcome === "wrong")?.mailbox).toBe(`nobody@${domain}`)
  })
})

describe("this service's own settings", () => {
  test("webhook-address-missing: providers cannot reach it", async () => {
    await start({ KALENDS_HOOK_URL: "" })
    const checks = await checkup("graph", both("microsoft"))
    expect(bad(checks, true)).toContain("webhook-address-missing")
    named.push("webhook-address-missing")
  })

  test("webhook-blocked: nothing answers at the address", async () => {
    await start({ KALENDS_HOOK_URL: "http://127.0.0.1:9" })
    expect(bad(await checkup("graph", both("microsoft")), true)).toContain("webhook-blocked")
    named.push("webhook-blocked")
  })

  test("registration-secret-ends-soon: in time to replace it", async () => {
    const endsOn = Temporal.Now.plainDateISO("UTC").add({ days: 12 }).toString()
    const given = {
      ...{ tenant: simulator.tenants.microsoft.id, clientId: simulator.clients.microsoft.id },
      ...{ clientSecret: simulator.clients.microsoft.secret, secretEndsOn: endsOn },
    }
    await call("PUT", `/v1/tenants/${tenants.graph}/secret`, { method: "client-secret", given })
    const checks = await checkup("graph", both("microsoft"))
    expect(bad(checks)).toEqual(["registration-secret-ends-soon"])
    expect(checks.find(({ code }) => code === "registration-secret-ends-soon")?.facts).toMatchObject({ endsOn })
    named.push("registration-secret-ends-soon")
  })

  test("subscription-missing: a calendar that nobody tells of", async () => {
    const scope = { groupId: null, emails: [people.microsoft[0].email] }
    await call("POST", `/v1/tenants/${tenants.graph}/people`, {
      people: [{ email: people.microsoft[0].email, displayName: "Ada" }],
      groupId: null,
    })
    simulator.knobs("microsoft").failNext = 0
    await call("POST", "/v1/rollouts", {
      kind: "connect",
      tenantConnectionId: tenants.graph,
      permission: "read",
      scope,
    })
    const isConnected = async () =>
      ((await call("GET", "/v1/tenants")).text.match(/"connectionCount":1/g) ?? []).length > 0
    while (!(await isConnected())) await new Promise<void>((resolve) => setImmediate(resolve))
    // The simulator's address is no receiver of ours: the subscription is refused.
    expect(bad(await checkup("graph", []), true)).toContain("subscription-missing")
    named.push("subscription-missing")
  })
})

test("a checkup reads alone, keeps no content and shows no secret", async () => {
  const before = simulator.org.people.map(({ calendar }) => calendar.sequence)
  const answers = await Promise.all([
    checkup("graph", both("microsoft")),
    checkup("google", both("google")),
    checkup("ews", [room.email]),
  ])
  expect(simulator.org.people.map(({ calendar }) => calendar.sequence)).toEqual(before)
  const text = JSON.stringify(answers)
  for (const secret of ["service password", simulator.clients.microsoft.secret, "Meeting at", "Bring the slides"])
    expect(text).not.toContain(secret)
  const known = new Set<string>(checkupCodes)
  expect(answers.flat().filter(({ code }) => !known.has(code))).toEqual([])
})

test("more than 25 different wrong settings were named above", () => {
  expect(new Set(named).size).toBeGreaterThanOrEqual(25)
})
