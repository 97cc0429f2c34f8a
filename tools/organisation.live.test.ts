import type { TenantView } from "@kalends/protocol/tenants"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, expect, test } from "vitest"
import { simulatorSettings } from "../e2e/support.ts"
import { setUpNode, startTestNode, type TestSession } from "../packages/server/src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../packages/server/src/testing/postgres.ts"
import { usage } from "./organisation/arguments.ts"
import { environmentWith, runToEnd } from "./platform.ts"

// The command line as an administrator uses it (organisation.ts), against the real service on the simulated organisation.

let simulator: Simulator
let base: TestDatabase
let node: Awaited<ReturnType<typeof startTestNode>>
let nextCode: TestSession["nextCode"]
const domain = "northwind-works.example"
const names = ["mary", "caroline", "ada"]

beforeAll(async () => {
  simulator = await startSimulator()
  const { org, tenants, exchange } = simulator
  for (const name of names) org.addPerson(tenants.exchange, name, `${name}@${domain}`)
  exchange.directory.addServiceAccount("svc-kalends", "service password", () => true)
  simulator.knobs("microsoft").approvesAll = true
  base = await cloneDatabase()
  node = await startTestNode(base.url, {
    ...simulatorSettings(simulator),
    KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(simulator.url).host,
  })
  const { call, ...ready } = await setUpNode(node)
  nextCode = ready.nextCode
  const given = { server: simulator.baseUrls.exchange, username: "svc-kalends", password: "service password" }
  const asked = { provider: "ews", method: "service-password", permission: "read-write", given }
  const { tenantConnectionId } = (await call("POST", "/v1/tenants", asked)).body as TenantView
  const people = names.map((name) => ({ email: `${name}@${domain}`, displayName: name }))
  await call("POST", `/v1/tenants/${tenantConnectionId}/people`, { people, groupId: null })
})
afterAll(async () => {
  await node?.stop()
  await base?.drop()
  await simulator?.close()
})

async function organisation(...args: string[]) {
  const env = environmentWith({
    ...{ KALENDS_URL: `http://localhost:${node.port}`, KALENDS_EMAIL: "ada@example.org" },
    ...{ KALENDS_PASSWORD: "correct horse", KALENDS_CODE: await nextCode() },
  })
  return runToEnd(process.execPath, ["tools/organisation.ts", ...args], { env })
}

const host = () => new URL(simulator.baseUrls.exchange).hostname
const everybody = names.map((name) => `${name}@${domain}`).join(",")
/** As the list shows it. */
const exchange = async () => /^(\S+) +Exchange/m.exec((await organisation("list")).output)?.[1] ?? ""

test("lists organisations, and the doctor finds nothing wrong", async () => {
  const listed = await organisation("list")
  expect([listed.code, listed.output]).toEqual([0, expect.stringContaining("0 people  well")])
  expect(listed.output).toContain(host())
  const healthy = await organisation("doctor", await exchange(), `mary@${domain}`)
  expect([healthy.code, healthy.output]).toEqual([0, expect.stringContaining("none is wrong")])
})

test("the doctor names a wrong setting with its fix, and ends with 1", async () => {
  simulator.knobs("exchange").isRemoved = true
  const sick = await organisation("doctor", await exchange(), `mary@${domain}`)
  simulator.knobs("exchange").isRemoved = false
  expect(sick.code).toBe(1)
  expect(sick.output).toContain("WRONG")
  expect(sick.output).toContain("ApplicationImpersonation")
})

test("connects people, checks and moves them, and moves them back, with progress", async () => {
  const connected = await organisation("connect", await exchange(), "--only", everybody)
  expect([connected.code, connected.output]).toEqual([0, expect.stringContaining("3 of 3 connected")])
  for (const person of [...simulator.exchange.directory.people()]) simulator.copyToMicrosoft(person)
  const query = new URLSearchParams({ client_id: "x", redirect_uri: "http://localhost/back", state: "s" })
  await fetch(`${simulator.baseUrls.microsoftLogin}/organizations/v2.0/adminconsent?${query}`, { redirect: "manual" })
  const { call } = await setUpNode(node)
  const tenant = simulator.tenants.microsoft.id
  await call("POST", "/v1/tenants", {
    ...{ provider: "graph", method: "registration", permission: "read-write", given: { tenant } },
  })
  const moved = await organisation("migrate", tenant, "--only", everybody, "--yes")
  expect(moved.output).toContain("3 of 3 can be moved")
  expect([moved.code, moved.output]).toEqual([0, expect.stringContaining("3 of 3 moved")])
  const id = /Work ([0-9a-f-]{36})/.exec(moved.output)?.[1] ?? ""
  const back = await organisation("work", id, "undo")
  expect([back.code, back.output]).toEqual([0, expect.stringContaining("3 of 3 moved back")])
})

test("says what it can do when it is not understood, and what is wrong when it is refused", async () => {
  expect(await organisation("burn")).toEqual({ code: 2, output: `${usage}\n` })
  const unknown = await organisation("doctor", "nobody.example")
  expect([unknown.code, unknown.output.trim()]).toEqual([1, 'There is no organisation "nobody.example".'])
})
