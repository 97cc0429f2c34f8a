import { fillDemo } from "@kalends/simulator/demo/organisation"
import { offerOrganisations } from "@kalends/simulator/demo/organisations"
import { offerRoomSystem } from "@kalends/simulator/demo/room-systems"
import { startSimulator } from "@kalends/simulator/simulator"
import { expect, test } from "vitest"
import { z } from "zod"
import { until } from "../../e2e/support.ts"
import { setUpNode, startTestNode } from "../../packages/server/src/testing/node.ts"
import { cloneDatabase } from "../../packages/server/src/testing/postgres.ts"
import { demoOrganisations, demoRoomSystems, demoSettings } from "./demo.ts"

const rooms = z.object({
  rooms: z.array(
    z.object({
      roomId: z.string(),
      name: z.string(),
      connection: z.object({ provider: z.string(), state: z.string() }).nullable(),
      agenda: z.object({ state: z.string(), bookings: z.number() }).nullable(),
    }),
  ),
})
const tenant = z.object({ method: z.string(), opens: z.string(), roomCount: z.number(), problem: z.unknown() })
const checkup = z.object({ looked: z.number(), findings: z.array(z.object({ code: z.string(), outcome: z.string() })) })

test("the demo's first administrator finds its rooms connected at three services, with what is booked, and a system that asks for it", async () => {
  const simulator = await startSimulator()
  const now = Temporal.Now.instant()
  fillDemo(simulator.org, now)
  const places = simulator.exchange.directory.people().filter(({ isRoom }) => isRoom)
  simulator.exchange.directory.addRoomList("Northwind Works", "rooms@northwind-works.example", places)
  await offerOrganisations(simulator, now)
  offerRoomSystem(simulator)
  const base = await cloneDatabase()
  const node = await startTestNode(base.url, {
    ...demoSettings(simulator.url, null),
    ...demoOrganisations(await (await fetch(`${simulator.url}/demo/state`)).json(), "UTC"),
  })
  try {
    const { url, body } = demoRoomSystems(simulator.url, node.url)
    expect((await fetch(url, { method: "POST", body })).status).toBe(200)
    const { call } = await setUpNode(node)
    const list = async () => rooms.parse((await call("GET", "/v1/rooms")).body).rooms
    await until(async () => {
      const found = await list()
      return found.length === 6 && found.every(({ agenda }) => agenda !== null && agenda.state !== "unknown")
    })
    const found = await list()
    expect(found.map(({ name }) => name)).toEqual([
      ...["Room Andromeda", "Room Cassiopeia", "Room Delphinus", "Room Draco", "Room Lyra", "Room Perseus"],
    ])
    // One of them is opened by a service account, beside the application that opens the others of its organisation.
    const [account, ...others] = z
      .object({ tenants: z.array(tenant) })
      .parse((await call("GET", "/v1/tenants")).body).tenants
    expect(account).toEqual({ method: "service-sign-in", opens: "rooms", roomCount: 1, problem: null })
    expect(others.map(({ roomCount }) => roomCount)).toEqual([2, 1, 2])
    expect(new Set(found.map(({ connection }) => connection?.provider))).toEqual(new Set(["graph", "google", "ews"]))
    expect(found.some(({ agenda }) => (agenda?.bookings ?? 0) > 0)).toBe(true)
    const { findings } = checkup.parse((await call("POST", `/v1/rooms/${found[0]?.roomId}/checkup`)).body)
    // The system of its first room asks by itself, and is shown what is booked.
    const [system] = simulator.roomSystems.all
    await until(async () => system?.poll().then(() => system.meetings.length > 0) ?? false)
    expect(system?.state).toEqual({ kind: "registered" })
    expect(findings.filter(({ outcome }) => outcome === "right").map(({ code }) => code)).toContain("room-writable")
  } finally {
    await node.stop()
    await base.drop()
    await simulator.close()
  }
})
