import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { connectByOAuth, simulatorSettings, until } from "../../../e2e/support.ts"
import { freePort } from "../src/platform/free-port.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { jobSchema } from "../src/postgres/job-queue.ts"
import { jumpingClock } from "../src/testing/jumping-clock.ts"
import { apiOf, setUpNode, startTestNode } from "../src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../src/testing/postgres.ts"

// A change of policy from the look before it to whoever connects again, on a real service with a simulated provider.

type Call = ReturnType<typeof apiOf>
type Person = { readonly call: Call; readonly token: string }

const graceSeconds = 600
const clock = jumpingClock()
let simulator: Simulator
let base: TestDatabase
let database: ReturnType<typeof createDatabase>
let node: Awaited<ReturnType<typeof startTestNode>>
let admin: Call
let writer: Person
let reader: Person

beforeAll(async () => {
  ;[simulator, base] = [await startSimulator(), await cloneDatabase()]
  database = createDatabase(createPool(base.url, 2))
  simulator.knobs("google").approvesAll = true
  const port = String(await freePort())
  node = await startTestNode(
    base.url,
    {
      ...simulatorSettings(simulator),
      KALENDS_PORT: port,
      KALENDS_PUBLIC_URL: `http://127.0.0.1:${port}`,
      KALENDS_HOOK_URL: `http://127.0.0.1:${port}`,
      KALENDS_POLICY_GRACE_SECONDS: String(graceSeconds),
    },
    null,
    clock,
  )
  admin = (await setUpNode(node)).call
  writer = await person("Bob", "read-write")
  reader = await person("Cem", "read")
})
afterAll(async () => {
  await node?.stop()
  await database?.destroy()
  await base?.drop()
  await simulator?.close()
})

async function person(displayName: string, permission: "read" | "read-write"): Promise<Person> {
  const email = `${displayName.toLowerCase()}@example.org`
  const password = "battery staple"
  simulator.org.addPerson(simulator.tenants.google, displayName, email)
  await admin("POST", "/v1/users", { email, displayName, password, role: "user" })
  const session = { email, password, deviceName: "Test", keep: "memory" }
  const { token } = (await apiOf(node.url, () => null)("POST", "/v1/sessions", session)).body as { token: string }
  const call = apiOf(node.url, () => token)
  expect(await connectByOAuth(call, "google", email, permission)).toBe("connected")
  return { call, token }
}

/** What the change stream tells somebody, as it comes. */
async function listen({ token }: Person) {
  const gone = new AbortController()
  const stream = await fetch(`${node.url}/v1/changes`, {
    headers: { authorization: `Bearer ${token}` },
    signal: gone.signal,
  })
  let text = ""
  const reading = (async () => {
    for await (const part of stream.body ?? []) text += Buffer.from(part).toString("utf8")
  })().catch(() => {})
  return {
    heard: () => text,
    async end() {
      gone.abort()
      await reading
    },
  }
}

const connectionOf = async ({ call }: Person) =>
  ((await call("GET", "/v1/connections")).body as { connections: { permission: string; state: string }[] })
    .connections[0] ?? null
/** Time goes on for the service; what waits in the database, whose clock stands for itself, comes nearer by as much. */
async function goOn(seconds: number): Promise<void> {
  clock.jump(seconds)
  await sql`update ${sql.id(jobSchema)}._private_jobs set run_at = run_at - make_interval(secs => ${seconds})`.execute(
    database,
  )
}

const locked = (value: string) => ({
  edits: [{ groupId: null, setting: "calendarPermission", was: null, word: { value, isLocked: true } }],
})
const changes = async () =>
  ((await admin("GET", "/v1/policy/changes")).body as { changes: Record<string, unknown>[] }).changes

test("whoever a lock is at odds with is named first, has a grace, is disconnected, told why, and connects again", async () => {
  const stream = await listen(writer)
  await until(async () => stream.heard().includes('"hello"'))

  // The look before: whom it meets, and why. Nothing has changed by it.
  expect((await admin("POST", "/v1/policy/preview", locked("read"))).body).toMatchObject({
    counts: { disconnect: 1, disconnectForGood: 0 },
    people: [{ email: "bob@example.org", causes: ["calendarPermission"] }],
  })
  expect(await changes()).toEqual([])

  // Saved: nobody is disconnected during the grace.
  const saved = await admin("POST", "/v1/policy/changes", locked("read"))
  expect(saved.body).toMatchObject({ state: "waiting", concerned: 1, disconnected: 0, mayUndo: true })
  await goOn(graceSeconds / 2)
  expect(await connectionOf(writer)).toMatchObject({ permission: "read-write" })

  // The grace is over: disconnected, and the provider was told.
  await goOn(graceSeconds / 2 + 1)
  await until(async () => stream.heard().includes('"gone"'))
  expect(stream.heard()).toContain('"connection-changed"')
  await stream.end()
  await until(async () => (await changes())[0]?.state === "done")
  expect((await changes())[0]).toMatchObject({ concerned: 1, disconnected: 1, mayUndo: false })
  expect(await connectionOf(writer)).toBeNull()
  expect(await connectionOf(reader)).toMatchObject({ permission: "read", state: "healthy" })
  await until(async () => simulator.calls.count("revoke", "bob@example.org") === 1)
  expect(simulator.calls.count("revoke", "cem@example.org")).toBe(0)

  // The person is told why, and what holds.
  expect((await writer.call("GET", "/v1/policy")).body).toMatchObject({
    mayConnect: true,
    notice: { cause: "calendarPermission", provider: "google", providerLabel: "Google" },
    settings: { calendarPermission: { value: "read", lockedBy: "account", mayChoose: false } },
  })
  expect((await reader.call("GET", "/v1/policy")).body).toMatchObject({ notice: null })

  // The log says who did it, and why each was disconnected.
  const { entries } = (await admin("GET", "/v1/audit")).body as { entries: Record<string, unknown>[] }
  const reason = "policy-calendar-permission"
  const said = entries.find(({ action }) => action === "policy-changed")
  const removed = entries.filter(({ action }) => action === "connection-removed")
  expect(said).toMatchObject({ reason, actor: { kind: "user" } })
  expect(removed).toMatchObject([{ reason, actor: { kind: "user" } }])
  expect((await admin("POST", "/v1/audit/verification")).body).toMatchObject({ isWhole: true })

  // Connected again with what is allowed, and with nothing else.
  const refused = await writer.call("POST", "/v1/connections", {
    ...{ signIn: "oauth", provider: "google", permission: "read-write" },
  })
  expect([refused.status, (refused.body as { code: string }).code]).toEqual([403, "policy-calendar-permission"])
  expect(await connectByOAuth(writer.call, "google", "bob@example.org", "read")).toBe("connected")
  expect(await connectionOf(writer)).toMatchObject({ permission: "read" })
  expect((await writer.call("GET", "/v1/policy")).body).toMatchObject({ notice: null })
})
