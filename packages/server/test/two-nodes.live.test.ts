import { createHash } from "node:crypto"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { connectByOAuth, simulatorSettings, until } from "../../../e2e/support.ts"
import { findOptionalServer, type RunningServer, startNats } from "../../../tools/optional-server.ts"
import { freePort } from "../src/platform/free-port.ts"
import { apiOf, setUpNode, startTestNode } from "../src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../src/testing/postgres.ts"

const isInstalled = findOptionalServer("nats-server") !== null
if (!isInstalled) process.stdout.write("skipped: two nodes on one database (install the package nats-server)\n")

type TestNode = Awaited<ReturnType<typeof startTestNode>>
type Call = ReturnType<typeof apiOf>

describe.skipIf(!isInstalled)("two nodes on one database", () => {
  let nats: RunningServer
  let simulator: Simulator
  let base: TestDatabase
  let nodes: readonly [TestNode, TestNode]
  let calls: readonly [Call, Call]
  let token = ""
  let calendar: ReturnType<Simulator["org"]["addPerson"]>["calendar"]

  beforeAll(async () => {
    ;[nats, simulator, base] = [await startNats(), await startSimulator(), await cloneDatabase()]
    simulator.knobs("microsoft").approvesAll = true
    calendar = simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@example.org").calendar
    const port = await freePort()
    // Providers know the first node's address alone.
    const settings = {
      ...simulatorSettings(simulator),
      KALENDS_NATS_URL: nats.url,
      KALENDS_PORT: String(port),
      KALENDS_PUBLIC_URL: `http://127.0.0.1:${port}`,
      KALENDS_HOOK_URL: `http://127.0.0.1:${port}`,
    }
    const first = await startTestNode(base.url, settings)
    const ready = await setUpNode(first)
    token = ready.token
    const second = await startTestNode(base.url, { ...settings, KALENDS_PORT: "0" })
    nodes = [first, second]
    calls = [ready.call, apiOf(second.url, () => token)]
    expect(await connectByOAuth(ready.call, "graph")).toBe("connected")
    await until(async () => simulator.calls.count("subscribe", "ada@example.org") > 0)
    await until(async () => (await connection()).state === "healthy")
  })
  afterAll(async () => {
    for (const node of nodes ?? []) await node.stop()
    await base?.drop()
    await simulator?.close()
    await nats?.stop()
  })

  const connection = async () =>
    ((await calls[0]("GET", "/v1/connections")).body as { connections: { connectionId: string; state: string }[] })
      .connections[0] ?? { connectionId: "", state: "none" }

  test("a notice to one reaches a client of the other", async () => {
    const gone = new AbortController()
    const stream = await fetch(`${nodes[1].url}/v1/changes`, {
      headers: { authorization: `Bearer ${token}` },
      signal: gone.signal,
    })
    let text = ""
    const reading = (async () => {
      for await (const part of stream.body ?? []) text += Buffer.from(part).toString("utf8")
    })().catch(() => {})
    await until(async () => text.includes('"hello"'))
    calendar.create({ subject: "Colloquium", time: { kind: "all-day", start: "2026-11-25", end: "2026-11-26" } })
    await until(async () => text.includes('"calendar-changed"'))
    expect(text).not.toContain("Colloquium")
    gone.abort()
    await reading
  })

  test("many who are refused the same token on both nodes lead to one refresh", async () => {
    const { connectionId } = await connection()
    const path = `/v1/connections/${connectionId}/access`
    const held = async (call: Call, body: object) =>
      ((await call("POST", path, body)).body as { access: { token: string } }).access.token
    const old = await held(calls[0], { reach: "native" })
    const refusedTokenDigest = createHash("sha256").update(old).digest("base64url")
    simulator.calls.clear()
    const got = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        held(calls[index % 2 === 0 ? 0 : 1], { reach: "native", refusedTokenDigest }),
      ),
    )
    expect(new Set(got).size).toBe(1)
    expect(got[0]).not.toBe(old)
    expect(simulator.calls.count("refresh", "ada@example.org")).toBe(1)
  })

  test("a sign-out at one ends the streams at the other", async () => {
    const { token: other } = await setUpNode(nodes[0])
    const stream = await fetch(`${nodes[1].url}/v1/changes`, { headers: { authorization: `Bearer ${other}` } })
    let text = ""
    const reading = (async () => {
      for await (const part of stream.body ?? []) text += Buffer.from(part).toString("utf8")
    })()
    await until(async () => text.includes('"hello"'))
    await apiOf(nodes[0].url, () => other)("DELETE", "/v1/sessions/current")
    await reading
    expect(text).toContain('"signed-out"')
  })
})
