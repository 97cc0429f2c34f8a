import type { ConnectionSummary } from "@kalends/protocol/overview"
import type { RevocationView } from "@kalends/protocol/revocations"
import type { TenantRemovalView, TenantView } from "@kalends/protocol/tenants"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { simulatorSettings, until } from "../../../e2e/support.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { jobSchema } from "../src/postgres/job-queue.ts"
import { jumpingClock } from "../src/testing/jumping-clock.ts"
import { setUpNode, startTestNode, type TestSession } from "../src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../src/testing/postgres.ts"

// Organisations that shut this service out, on the real service, and are let in by an administrator's connection: found out
// once, told once, and whoever is left not tried.

const peopleOfEach = 16
/** Passes that are under way when the first finds out. */
const atOnce = 2
/** Of a pass: its token, its reading, and once more after a refusal. */
const callsOfPass = 4

const clock = jumpingClock()
let simulator: Simulator
let base: TestDatabase
let database: ReturnType<typeof createDatabase>
let node: Awaited<ReturnType<typeof startTestNode>>
let call: TestSession["call"]
let delegation: Awaited<ReturnType<Simulator["serviceAccounts"]["add"]>>

beforeAll(async () => {
  ;[simulator, base] = [await startSimulator(), await cloneDatabase()]
  database = createDatabase(createPool(base.url, 2))
  simulator.knobs("microsoft").approvesAll = true
  const scope = "https://www.googleapis.com/auth/"
  delegation = await simulator.serviceAccounts.add(
    "kalends",
    ["calendar.calendarlist.readonly", "calendar.events", "calendar.events.readonly"].map((one) => scope + one),
  )
  const settings = { ...simulatorSettings(simulator), KALENDS_CONCURRENT_PASSES: String(atOnce) }
  node = await startTestNode(base.url, settings, null, clock)
  call = (await setUpNode(node)).call
})
afterAll(async () => {
  await node?.stop()
  await database?.destroy()
  await base?.drop()
  await simulator?.close()
})

const summary = async () => (await call("GET", "/v1/admin/connections/summary")).body as ConnectionSummary
const inState = async (provider: string, state: string) =>
  (await summary()).counts.find((one) => one.provider === provider && one.state === state)?.count ?? 0

/** Time goes on here and at Google, which looks at when an assertion was made. */
function goOn(seconds: number): void {
  clock.jump(seconds)
  simulator.serviceAccounts.clock.aheadSeconds += seconds
}

/** What an administrator is told of organisations at this provider. */
const toldOf = async (provider: string) =>
  (await summary()).toDo.filter(
    (one) => one.kind.startsWith("tenant") && "provider" in one && one.provider === provider,
  )

async function jobsDue(): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from ${sql.id(jobSchema)}._private_jobs where run_at <= current_timestamp`.execute(
    database,
  )
  return Number(rows[0]?.count)
}

/** Connects everybody of an organisation; answers the administrator's connection. */
async function connectAll(service: "microsoft" | "google", input: object): Promise<string> {
  const tenant = simulator.tenants[service]
  const people = Array.from({ length: peopleOfEach }, (_, index) => ({
    ...{ email: `p${index}@${tenant.domain}`, displayName: `Person ${index}` },
  }))
  for (const { email, displayName } of people) simulator.org.addPerson(tenant, displayName, email)
  const { tenantConnectionId } = (await call("POST", "/v1/tenants", { permission: "read-write", ...input }))
    .body as TenantView
  await call("POST", `/v1/tenants/${tenantConnectionId}/people`, { people, groupId: null })
  const emails = people.map(({ email }) => email)
  const scope = { groupId: null, emails }
  await call("POST", "/v1/rollouts", { kind: "connect", tenantConnectionId, permission: "read-write", scope })
  return tenantConnectionId
}

/** The organisation connected, how it shuts us out, and with what code that is told. */
const worlds = [
  [
    "graph",
    "the application deleted in Entra",
    {
      async connect() {
        const { id, domain } = simulator.tenants.microsoft
        // Somebody must be there who agrees for the organisation.
        simulator.org.addPerson(simulator.tenants.microsoft, "Ada", `ada@${domain}`)
        const query = new URLSearchParams({ client_id: "x", redirect_uri: "http://localhost/back", state: "s" })
        const url = `${simulator.baseUrls.microsoftLogin}/organizations/v2.0/adminconsent?${query}`
        await fetch(url, { redirect: "manual" })
        return connectAll("microsoft", { provider: "graph", method: "registration", given: { tenant: id } })
      },
      shut: () => void Object.assign(simulator.knobs("microsoft"), { isRemoved: true }),
      code: "application-removed",
    },
  ],
  [
    "google",
    "the delegation withdrawn in Google",
    {
      connect: () => {
        const { domain } = simulator.tenants.google
        const given = { keyFile: delegation.keyFile, domain, mailbox: `p0@${domain}` }
        return connectAll("google", { provider: "google", method: "service-account", given })
      },
      shut: () => void Object.assign(delegation, { delegated: [] }),
      code: "delegation-missing",
    },
  ],
] as const

describe.each(worlds)("%s: %s", (provider, _how, { connect, shut, code }) => {
  let tenantConnectionId = ""
  beforeAll(async () => {
    tenantConnectionId = await connect()
    await until(async () => (await inState(provider, "healthy")) === peopleOfEach)
    await until(async () => (await jobsDue()) === 0)
  })

  test("is found out by whoever asks first, told once, and nobody else is tried", async () => {
    shut()
    simulator.calls.clear()
    // Everybody's token has run out, and everybody is due.
    goOn(4_000)
    await until(async () => (await toldOf(provider)).length > 0)
    await until(async () => (await jobsDue()) === 0)
    const asked = simulator.calls.recent(1_000)
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.length).toBeLessThanOrEqual(atOnce * callsOfPass)
    expect(await toldOf(provider)).toMatchObject([{ kind: "tenant-broken", code }])
    // Nobody is told to connect again who can do nothing about it.
    expect(await inState(provider, "healthy")).toBe(peopleOfEach)
  })

  test("can still be removed, with what was done for each", async () => {
    // The second factor was shown too long ago by now.
    call = (await setUpNode(node)).call
    const removed = (await call("DELETE", `/v1/tenants/${tenantConnectionId}`)).body as TenantRemovalView
    expect(removed).toMatchObject({ secretsDeleted: true, connectionsRemoved: peopleOfEach })
    const revocation = async () =>
      (await call("GET", `/v1/admin/revocations/${removed.revocationId}`)).body as RevocationView
    await until(async () => (await revocation()).state === "done")
    expect(await revocation()).toMatchObject({ done: peopleOfEach, grants: { "not-possible": peopleOfEach } })
    expect((await call("GET", "/v1/tenants")).body).toEqual({ tenants: [] })
  })
})
