import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { z } from "zod"
import { systemClock } from "../../platform/clock.ts"
import { setUpNode, startTestNode } from "../../testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../../testing/postgres.ts"

const added = z.object({ roomId: z.string() })
const device = z.object({ device: z.object({ deviceId: z.string(), username: z.string() }), password: z.string() })

describe("a room's systems, on the real service", () => {
  let simulator: Simulator
  let base: TestDatabase
  let node: Awaited<ReturnType<typeof startTestNode>>
  let call: Awaited<ReturnType<typeof setUpNode>>["call"]
  let draco: Person
  let roomId: string
  const soon = systemClock.now().round("minute").add({ hours: 1 })
  const wallClock = (at: Temporal.Instant) => at.toZonedDateTimeISO("UTC").toPlainDateTime().toString()
  const time = { kind: "timed", start: wallClock(soon), end: wallClock(soon.add({ hours: 1 })), zone: "UTC" } as const

  beforeAll(async () => {
    simulator = await startSimulator()
    draco = simulator.org.addPerson(simulator.tenants.exchange, "Room Draco", "draco@northwind-works.example")
    draco.calendar.create({ subject: "Review", time, description: "Join: https://zoom.us/j/1234567890" })
    base = await cloneDatabase()
    const host = new URL(simulator.baseUrls.exchange).host
    node = await startTestNode(base.url, { KALENDS_ALLOWED_PRIVATE_HOSTS: host })
    call = (await setUpNode(node)).call
    const room = await call("POST", "/v1/rooms", { name: "Draco", address: draco.email, zone: "UTC" })
    roomId = added.parse(room.body).roomId
    const { login, password } = simulator.exchange.credentialsOf(draco)
    const connected = await call("PUT", `/v1/rooms/${roomId}/connection`, {
      ...{ by: "password", provider: "ews", server: simulator.baseUrls.exchange, username: login, password },
    })
    expect(connected.status).toBe(200)
  })
  afterAll(async () => {
    await node?.stop()
    await base?.drop()
    await simulator?.close()
  })

  async function addDevice(family: string) {
    const { body } = await call("POST", "/v1/devices", {
      ...{ roomId, family, name: family, address: null, username: null, password: null, certificate: null },
      keepsOthers: false,
    })
    return device.parse(body)
  }

  test("a Poly system registers with what it was given, and shows the meeting with its address to dial", async () => {
    const given = await addDevice("poly")
    const { username } = given.device
    const login = { scheme: "ntlm", username, domain: "", password: given.password } as const
    const system = simulator.roomSystems.add({ name: "Draco", server: node.url, email: null, login, pollSeconds: 30 })
    await system.poll()
    expect(system.state).toEqual({ kind: "registered" })
    expect(system.meetings).toMatchObject([{ subject: "Review", dials: "sip:1234567890@zoomcrc.com" }])
    const shown = await call("GET", `/v1/devices/${given.device.deviceId}`)
    expect(shown.text).toContain('"state":"well"')
  })

  test("another device asks for the agenda, and a Poly system's credential does not open that", async () => {
    const [given, poly] = [await addDevice("pull"), await addDevice("poly")]
    const tokenFor = ({ device: { username }, password }: typeof given) =>
      fetch(`${node.url}/v1/room-agenda/token`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      })
    expect((await tokenFor(poly)).status).toBe(401)
    const { access_token: token } = z.object({ access_token: z.string() }).parse(await (await tokenFor(given)).json())
    const agenda = await fetch(`${node.url}/v1/room-agenda`, { headers: { authorization: `Bearer ${token}` } })
    expect(await agenda.json()).toMatchObject({ room: "Draco", isStale: false, meetings: [{ title: "Review" }] })
  })
})
