/**
 * A booking is changed at the (simulated) calendar service: how long until the room's video systems have it, with 1,000 rooms
 * and two systems in each? The whole way: the service's notification, the real node with PostgreSQL, the reading of the room's
 * thirty days, and the list over a web socket with TLS to the codec. The calendar service and all codecs are in this process,
 * node and database in others; all of it shares the machine's cores. Steady changes are judged; a burst, in which every
 * room's booking changes at once, is told. The baseline puts the same lists over bare web sockets to the same codecs.
 * The number of rooms may be given: node devices.bench.ts 100.
 */
import type { DeviceView } from "@kalends/protocol/devices"
import type { RunningCodec } from "@kalends/simulator/cisco/codecs"
import type { Person, SimEvent } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import pg from "pg"
import { simulatorSettings } from "../../../e2e/support.ts"
import { elapsedMs, pause, say } from "../../../tools/platform.ts"
import { freePort } from "../src/platform/free-port.ts"
import { setUpNode, signInWithFactor, type TestSession } from "../src/testing/node.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, type Figure, failed, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"

const roomCount = Number(process.argv[2] ?? 1_000)
const systemsEach = 2
const count = roomCount * systemsEach
const bookingsEach = 60
const perSecond = 20
const steadySeconds = 30
const bareCount = Math.min(200, roomCount)

type Place = { readonly room: Person; readonly event: SimEvent; readonly systems: readonly RunningCodec[] }

const day = Temporal.Now.plainDateISO("UTC")

/** Two meetings a day for a month, and a system for the room. */
async function addPlace(simulator: Simulator, number: number): Promise<Place> {
  const { org, tenants, codecs } = simulator
  const room = org.addRoom(tenants.microsoft, `Room ${number}`, `room-${number}@${tenants.microsoft.domain}`)
  const event = (index: number) => {
    const on = day.add({ days: 1 + Math.floor(index / 2) })
    const hour = index % 2 === 0 ? "09" : "14"
    return room.calendar.create({
      subject: `Meeting ${index} of room ${number}`,
      time: { kind: "timed", start: `${on}T${hour}:00:00`, end: `${on}T${hour}:45:00`, zone: "UTC" },
      organizer: { name: "Ada Lovelace", email: `ada@${tenants.microsoft.domain}` },
      location: "https://zoom.us/j/1234567890",
    })
  }
  const [first] = Array.from({ length: bookingsEach }, (_, index) => event(index))
  if (first === undefined) throw new Error("one was made")
  const systems: RunningCodec[] = []
  for (let index = 0; index < systemsEach; index++) systems.push(await codecs.add({ name: room.name }))
  return { room, event: first, systems }
}

/** Does so many at once. */
async function each<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const began = elapsedMs()
  while (!(await isSo())) {
    if (elapsedMs() - began > 600_000) throw new Error(`${what} took too long`)
    await pause(250)
  }
  say(`${what}: ${((elapsedMs() - began) / 1000).toFixed(1)} s`)
}

/** By address, in one list whatever their number: the API has them by pages. */
async function roomIds(adminUrl: string): Promise<ReadonlyMap<string, string>> {
  const rows = await asked(
    adminUrl,
    "select u.email as address, r.room_id from kalends.room as r join kalends.app_user as u on u.user_id = r.room_id",
  )
  return new Map(rows.map((row) => [String(row.address), String(row.room_id)]))
}

async function asked(adminUrl: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: adminUrl.replace(/\/postgres$/, "/kalends") })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(text).finally(() => client.end())
  return rows
}

const rowsOf = async (adminUrl: string, table: "connection" | "subscription") =>
  Number((await asked(adminUrl, `select count(*) as count from kalends.${table}`))[0]?.count ?? 0)

/** The organisation's connection, its rooms, and a system in each. */
type Filling = { readonly places: readonly Place[]; readonly adminUrl: string; readonly url: string }

async function fill({ call }: TestSession, simulator: Simulator, { places, adminUrl, url }: Filling): Promise<void> {
  const administrators: TestSession[] = []
  for (let number = 0; number < 5; number++) {
    const person = { email: `admin-${number}@example.org`, password: "correct horse", displayName: "Admin" }
    await call("POST", "/v1/users", { ...person, role: "room-admin" })
    administrators.push(await signInWithFactor(url, person))
  }
  const { applications, tenants } = simulator
  const application = applications.add(tenants.microsoft)
  const given = {
    ...{ tenant: tenants.microsoft.domain, clientId: application.clientId },
    clientSecret: applications.addSecret(application).text,
  }
  const tenant = await call("POST", "/v1/tenants", {
    ...{ provider: "graph", method: "client-secret", permission: "read-write", given },
  })
  const { tenantConnectionId } = tenant.body as { tenantConnectionId: string }
  for (let from = 0; from < places.length; from += 200) {
    const rooms = places
      .slice(from, from + 200)
      .map(({ room }) => ({ address: room.email, name: room.name, building: null, floor: null, capacity: null }))
    await call("POST", "/v1/rooms/import", { tenantConnectionId, zone: "UTC", rooms })
  }
  await until("rooms connected", async () => (await rowsOf(adminUrl, "connection")) === places.length)
  const ids = await roomIds(adminUrl)
  const all = places.flatMap(({ room, systems }) => systems.map((system) => ({ room, system })))
  await each(all, 8, async ({ room, system }) => {
    // Each of them in turn: one may not do so much in so short a time.
    const turn = administrators.shift()
    if (turn !== undefined) administrators.push(turn)
    const added = await (turn ?? { call }).call("POST", "/v1/devices", {
      ...{ roomId: ids.get(room.email), family: "cisco", name: room.name, address: system.address },
      ...{ username: "integrator", password: "codec-password", keepsOthers: false },
      certificate: await system.fingerprint(),
    })
    if (added.status !== 201) throw new Error(added.text)
  })
}

/** Changes the title at the service; how long it took until each of the room's systems has it. */
function change({ room, event, systems }: Place, title: string): readonly Promise<number>[] {
  const began = elapsedMs()
  const waits = systems.map(
    ({ codec }) =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (!codec.bookings.some((booking) => booking.title === title)) return
          codec.listeners.delete(look)
          resolve(elapsedMs() - began)
        }
        codec.listeners.add(look)
      }),
  )
  room.calendar.update(event, { subject: title })
  return waits
}

async function steady(places: readonly Place[]): Promise<readonly number[]> {
  const took: Promise<number>[] = []
  // No room twice: of two changes close to one another its system is given the later one alone.
  for (let number = 0; number < Math.min(perSecond * steadySeconds, roomCount); number++) {
    const place = places[(number * 37) % places.length]
    if (place !== undefined) took.push(...change(place, `Changed ${number}`))
    await pause(1_000 / perSecond)
  }
  return Promise.all(took)
}

/** The list of one room, as it is put. */
function bodyOf(place: Place | undefined): string {
  const bookings = place?.systems[0]?.codec.bookings ?? []
  return JSON.stringify({
    Bookings: bookings.map(({ id, title, organizer, startsAt, calls }) => ({
      ...{ Id: id, Title: title, Number: calls[0]?.number ?? "", Protocol: "SIP", Organizer: { Name: organizer.name } },
      Time: { StartTime: startsAt.toString(), Duration: 45, StartTimeBuffer: 300, EndTimeBuffer: 0 },
    })),
  })
}

const shown = (times: readonly number[]) =>
  `median ${median(times).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms, most ${Math.max(...times).toFixed(0)} ms`

const database = await startBenchDatabase()
const server = startPart(new URL("./devices-server.ts", import.meta.url))
const simulator = await startSimulator()
try {
  const places: Place[] = []
  for (let number = 0; number < roomCount; number++) places.push(await addPlace(simulator, number))
  const port = await freePort()
  const settings = {
    ...simulatorSettings(simulator),
    ...{ KALENDS_PORT: String(port), KALENDS_HOOK_URL: `http://127.0.0.1:${port}` },
    ...{ KALENDS_DEVICE_NETWORKS: "127.0.0.0/8", KALENDS_DATABASE_CONNECTIONS: "16" },
  }
  const node = await server.ask<{ url: string; setupCode: string | null }>("start", {
    databaseUrl: database.url,
    settings,
  })
  const session = await setUpNode(node)
  const emptyMb = await server.ask<number>("memoryMb")
  await fill(session, simulator, { places, adminUrl: database.adminUrl, url: node.url })
  await until("all systems have their lists", () =>
    places.every(({ systems }) => systems.every(({ codec }) => codec.bookings.length > 0)),
  )
  // Without a subscription a change waits for a timer.
  await until("all rooms subscribed", async () => (await rowsOf(database.adminUrl, "subscription")) === roomCount)
  const fullMb = await server.ask<number>("memoryMb")
  const body = bodyOf(places[0])
  const addresses = places
    .slice(0, bareCount)
    .flatMap(({ systems }) => systems.slice(0, 1).map(({ address }) => address))
  const bare = await server.ask<number[]>("bare", { addresses, body, perSecond })
  const times = await steady(places)
  say(`steady, ${perSecond} changes a second: ${shown(times)}`)
  say(`bare web sockets, at the same pace: ${shown(bare)}`)
  const burst = await Promise.all(places.flatMap((place) => change(place, "All at once")))
  say(`every room's booking changed at once: ${shown(burst)}`)
  const burstMb = await server.ask<number>("memoryMb")
  const perDeviceKb = ((fullMb - emptyMb) * 1024) / count
  say(
    `memory of the node: ${emptyMb.toFixed(0)} MiB empty, ${fullMb.toFixed(0)} MiB with ${count} systems, ${burstMb.toFixed(0)} MiB after the burst; ${perDeviceKb.toFixed(0)} KB for each`,
  )
  const failing = (await session.call("GET", "/v1/devices")).body as { devices: DeviceView[] }
  say(`failing of the first hundred: ${failing.devices.filter(({ state }) => state === "failing").length}`)
  const figures: readonly Figure[] = [
    atMost("booking changed → on the system, p99", "ms", percentile(times, 0.99), 1_000),
  ]
  report(figures)
} catch (error) {
  failed(error)
} finally {
  await server.stop()
  await simulator.close()
  await database.stop()
}
endBench()
