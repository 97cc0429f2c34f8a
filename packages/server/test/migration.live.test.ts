import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { RolloutView } from "@kalends/protocol/tenants"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type ServiceProcess, simulatorSettings, startService, until } from "../../../e2e/support.ts"
import { freePort } from "../src/platform/free-port.ts"
import { passwords } from "../src/platform/password.ts"
import { apiOf, signInWithFactor } from "../src/testing/node.ts"
import { areMeetingsAtRest, cloneDatabase, type TestDatabase } from "../src/testing/postgres.ts"

// An organisation of 100 mailboxes (500 with KALENDS_TEST_MAILBOXES=500) is connected by its administrator, gets meetings, and moves from Exchange Server to
// Microsoft 365. The service is killed in the middle of each of it, and nobody is lost or moved twice.

const mailboxCount = Number(process.env.KALENDS_TEST_MAILBOXES ?? 100)
const administrator = { displayName: "Ada", email: "ada@northwind-works.example", password: "correct horse" }
const service = { name: "svc-kalends", password: "simulated service password" }

let simulator: Simulator
let base: TestDatabase
let folder = ""
let client: pg.Client
let running: ServiceProcess
let port = 0
let token = ""
const old: Person[] = []
const moved = new Map<string, Person>()

beforeAll(async () => {
  simulator = await startSimulator()
  const { org, tenants, exchange } = simulator
  exchange.directory.addServiceAccount(service.name, service.password, () => true)
  const startsOn = Temporal.Now.plainDateISO("UTC").add({ days: 3 })
  for (let number = 0; number < mailboxCount; number++) {
    const email = `person${String(number).padStart(3, "0")}@northwind-works.example`
    const person = org.addPerson(tenants.exchange, `Person ${number}`, email)
    const time = {
      kind: "timed",
      start: `${startsOn}T09:00:00`,
      end: `${startsOn}T10:00:00`,
      zone: "Europe/Berlin",
    } as const
    person.calendar.create({ subject: "Review", time, location: "@meet" })
    if (number % 5 === 0)
      person.calendar.create({ subject: "Weekly", time, location: "@meet", rule: "FREQ=WEEKLY;COUNT=6" })
    person.calendar.create({ subject: "Lunch", time })
    old.push(person)
  }
  base = await cloneDatabase()
  folder = await mkdtemp(join(tmpdir(), "kalends-migration-"))
  await writeFile(join(folder, "key"), `${Buffer.alloc(32, 7).toString("base64url")}\n`, { mode: 0o600 })
  client = new pg.Client({ connectionString: base.url, options: "-c search_path=kalends -c kalends.account_id=system" })
  await client.connect()
  port = await freePort()
  running = await start()
  const setUp = { ...administrator, setupCode: running.setupCode, organisation: "Northwind Works" }
  await apiOf(url(), () => null)("POST", "/v1/setup", setUp)
  token = (await signInWithFactor(url(), administrator)).token
})
afterAll(async () => {
  await running?.end("SIGKILL")
  await client?.end()
  await base?.drop()
  await simulator?.close()
  await rm(folder, { recursive: true, force: true })
})

const url = () => `http://localhost:${port}`
const api = (method: string, path: string, body?: unknown) => apiOf(url(), () => token)(method, path, body)

function start(): Promise<ServiceProcess> {
  const settings = {
    ...simulatorSettings(simulator),
    DATABASE_URL: base.url,
    KALENDS_PORT: String(port),
    KALENDS_HOOK_URL: `http://127.0.0.1:${port}`,
    KALENDS_KEY_FILE: join(folder, "key"),
    KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(simulator.baseUrls.exchange).host,
    KALENDS_MEETING_URL: "https://meet.example/{code}",
    KALENDS_RECONCILE_POLL_SECONDS: "3600",
    KALENDS_RECONCILE_PUSH_SECONDS: "3600",
  }
  return startService(settings, join(folder, "log"))
}

/** Dies without a word, and another process goes on. */
async function kill(): Promise<void> {
  await running.end("SIGKILL")
  // As a node with a database of its own does at its start; others wait until the dead one's silence is noticed.
  await client.query(
    "update kalends_jobs._private_jobs set locked_at = null, locked_by = null where locked_at is not null",
  )
  running = await start()
}

const count = async (sql: string): Promise<number> =>
  (await client.query(`select count(*)::int as count from ${sql}`)).rows[0].count

async function begin(body: object): Promise<() => Promise<RolloutView>> {
  const { rolloutId } = (await api("POST", "/v1/rollouts", body)).body as RolloutView
  return async () => (await api("GET", `/v1/rollouts/${rolloutId}`)).body as RolloutView
}

const everybody = { groupId: null, emails: null as string[] | null }

describe(`${mailboxCount} mailboxes`, () => {
  let ewsTenant = ""
  let links: readonly { calendar_id: string; event_id: string; meeting_id: string }[] = []

  test("are an administrator's whose password is kept at the cost that a service has", async () => {
    const { rows } = await client.query("select password_hash from app_user")
    expect(await passwords.isRight(administrator.password, rows[0].password_hash)).toBe(true)
  })

  test("are connected by one service account, though the service dies in between", async () => {
    const given = { server: simulator.baseUrls.exchange, username: service.name, password: service.password }
    const made = await api("POST", "/v1/tenants", {
      provider: "ews",
      method: "service-password",
      permission: "read-write",
      given,
    })
    expect(made.status, made.text).toBe(201)
    ewsTenant = (made.body as { tenantConnectionId: string }).tenantConnectionId
    const people = old.map(({ email, name }) => ({ email, displayName: name }))
    const added = await api("POST", `/v1/tenants/${ewsTenant}/people`, { people, groupId: null })
    expect(added.body).toEqual({ added: mailboxCount, known: 0 })
    const scope = { ...everybody, emails: old.map(({ email }) => email) }
    const see = await begin({ kind: "connect", tenantConnectionId: ewsTenant, permission: "read-write", scope })
    await until(async () => (await see()).counts.done > mailboxCount / 5)
    await kill()
    await until(async () => (await see()).state === "done")
    expect((await see()).counts).toMatchObject({ done: mailboxCount, failed: 0 })
    expect(await count("connection where provider = 'ews'")).toBe(mailboxCount)
  })

  test("get their meetings, each once", async () => {
    const wanted = mailboxCount + mailboxCount / 5
    await until(async () => (await count("meeting_link")) === wanted)
    await until(async () => (await count("meeting where state = 'live'")) === wanted)
    links = (await client.query("select calendar_id, event_id, meeting_id from meeting_link order by meeting_id")).rows
    expect(new Set(links.map(({ meeting_id }) => meeting_id)).size).toBe(wanted)
  })

  test("are moved in place, though the service dies in the middle of looking and of moving", async () => {
    for (const person of old) moved.set(person.email, simulator.copyToMicrosoft(person))
    simulator.knobs("microsoft").approvesAll = true
    const consent = new URLSearchParams({ client_id: "x", redirect_uri: "http://localhost/back", state: "s" })
    await fetch(`${simulator.baseUrls.microsoftLogin}/organizations/v2.0/adminconsent?${consent}`, {
      redirect: "manual",
    })
    const given = { tenant: simulator.tenants.microsoft.id }
    const made = await api("POST", "/v1/tenants", {
      provider: "graph",
      method: "registration",
      permission: "read-write",
      given,
    })
    expect(made.status, made.text).toBe(201)
    const { tenantConnectionId } = made.body as { tenantConnectionId: string }
    const scope = { ...everybody, emails: old.map(({ email }) => email) }
    const see = await begin({ kind: "migrate", tenantConnectionId, permission: "read-write", scope })
    await until(async () => (await see()).counts.checked > mailboxCount / 10)
    await kill()
    await until(async () => (await see()).state === "checked")
    expect((await see()).counts).toMatchObject({ checked: mailboxCount, failed: 0 })
    expect(await count("connection where provider = 'graph'")).toBe(0)
    const { rolloutId } = await see()
    await api("POST", `/v1/rollouts/${rolloutId}/actions`, { action: "start" })
    for (const reached of [mailboxCount / 6, mailboxCount / 2]) {
      await until(async () => (await see()).counts.done > reached)
      await kill()
    }
    await until(async () => (await see()).state === "done")
    expect((await see()).counts).toMatchObject({ done: mailboxCount, failed: 0, skipped: 0 })
    expect(await count("connection where provider = 'graph'")).toBe(mailboxCount)
    expect(await count("calendar")).toBe(mailboxCount)
  })

  test("have lost no meeting and doubled none, and every link names the event that it named before", async () => {
    const now = (await client.query("select calendar_id, event_id, meeting_id from meeting_link order by meeting_id"))
      .rows
    expect(now.map(({ meeting_id, calendar_id }) => [meeting_id, calendar_id])).toEqual(
      links.map(({ meeting_id, calendar_id }) => [meeting_id, calendar_id]),
    )
    const uidOfNew = new Map<string, string>()
    for (const person of moved.values())
      for (const event of person.calendar.live()) uidOfNew.set(event.id, String(event.details.extra?.iCalUId))
    const { readItemId } = await import("@kalends/simulator/exchange/ids")
    const { uidOf } = await import("@kalends/simulator/exchange/items")
    const uidOfOld = new Map<string, string>()
    for (const person of old)
      for (const event of person.calendar.live()) uidOfOld.set(event.id, uidOf({ event, details: event.details }))
    const before = links.map(({ event_id }) => uidOfOld.get(readItemId(event_id)?.eventId ?? ""))
    expect(now.map(({ event_id }) => uidOfNew.get(event_id))).toEqual(before)
    expect(before.every((uid) => uid !== undefined)).toBe(true)
  })

  test("go on with Microsoft 365: a change there reaches the meeting, and nothing is written twice", async () => {
    await until(
      async () => (await count("calendar where last_pass_at is not null and not is_first_listing")) === mailboxCount,
    )
    const events = [...moved.values()].map(({ calendar }) => calendar.live().length)
    expect(events).toEqual(old.map(({ calendar }) => calendar.live().length))
    expect(await count("meeting where state = 'live'")).toBe(links.length)
    await until(async () => (await count("subscription where provider = 'graph'")) === mailboxCount)
    // In the end: one whose provider does not answer for a moment, as under load, is asked again.
    await until(async () => (await count("connection where state = 'healthy'")) === mailboxCount)
    const [{ calendar }] = [...moved.values()] as [Person]
    const digests = async () =>
      (await client.query("select encode(agreed_topic, 'hex') as topic from meeting_link order by meeting_id")).rows
    // Each was seen alike once, so that only what is changed now changes its digest.
    await until(() => areMeetingsAtRest(base.url))
    const before = await digests()
    const [event] = calendar.live()
    if (event === undefined) throw new Error("there are events")
    calendar.update(event, { subject: "Review, renamed" })
    await until(async () => JSON.stringify(await digests()) !== JSON.stringify(before))
    const after = await digests()
    expect(after.filter(({ topic }, index) => topic !== before[index].topic)).toHaveLength(1)
  })

  test("are moved back when that is wanted", async () => {
    const { rollouts } = (await api("GET", "/v1/rollouts")).body as { rollouts: RolloutView[] }
    const migration = rollouts.find(({ kind }) => kind === "migrate")
    const see = async () => (await api("GET", `/v1/rollouts/${migration?.rolloutId}`)).body as RolloutView
    await api("POST", `/v1/rollouts/${migration?.rolloutId}/actions`, { action: "undo" })
    await until(async () => (await see()).counts.undone > mailboxCount / 3)
    await kill()
    await until(async () => (await see()).state === "undone")
    expect((await see()).counts).toMatchObject({ undone: mailboxCount, failed: 0 })
    const now = (await client.query("select calendar_id, event_id, meeting_id from meeting_link order by meeting_id"))
      .rows
    expect(now).toEqual(links)
    expect(await count(`connection where provider = 'ews' and tenant_connection_id = '${ewsTenant}'`)).toBe(
      mailboxCount,
    )
  })
})
