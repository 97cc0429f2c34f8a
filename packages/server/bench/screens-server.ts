/** The screens' streams of screens.bench.ts with their routes and store; agendas of rooms are put in by hand. */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Booking } from "@kalends/domain/booking"
import { parseDisplayId } from "@kalends/domain/ids"
import { createDisplayStreams } from "../src/displays/display-streams.ts"
import { displayHash } from "../src/displays/display-token.ts"
import { createDisplays } from "../src/displays/displays.ts"
import { createApp } from "../src/http/app.ts"
import { displayRoutes } from "../src/http/display-routes.ts"
import { edgeLimits } from "../src/http/edge-limits.ts"
import { systemClock as clock } from "../src/platform/clock.ts"
import { createProcessFanOut } from "../src/platform/process-fan-out.ts"
import { systemRandom as random } from "../src/platform/random.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { memoryRooms } from "../src/testing/memory-rooms.ts"
import { sampleRows } from "../src/testing/rows.ts"
import { sampleRoom } from "../src/testing/sample-room.ts"
import { accountId, bookingsOf, pad, roomOf } from "./kit/busy-rooms.ts"
import { answer } from "./kit/part.ts"

const refused = () => Promise.reject(new Error("screens do not ask for this"))
const rooms = memoryRooms(clock)

/** Rooms with a door panel each, whose tokens are given. */
async function start(input: { readonly databaseUrl: string; readonly tokens: readonly string[] }): Promise<number> {
  const store = createStore(createDatabase(createPool(input.databaseUrl, 8)))
  const fanOut = createProcessFanOut()
  const { account, user } = sampleRows(1)
  await store.asSystem((tables) => tables.insertAccount({ ...account, accountId }))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser({ ...user, accountId })
    for (const [number, token] of input.tokens.entries()) {
      const { roomId } = roomOf(number)
      const named = { roomId, name: `Room ${number}`, address: `room-${number}@example.org` }
      await tables.rooms.insert(sampleRoom(accountId, number, named))
      await tables.displays.insert(
        {
          ...{ accountId, displayId: parseDisplayId(`0000000e-0000-4000-8000-${pad(number)}`) },
          ...{ tokenHash: displayHash("display", token), name: `Door ${number}`, kind: "door", deviceName: "Bench" },
          ...{ language: "en", hours: 24, look: "system" },
          ...{ pairedBy: user.userId, pairedAt: clock.now(), lastSeenAt: null },
        },
        [roomId],
      )
      rooms.put(roomOf(number), bookingsOf(number, "At first", []))
    }
  })
  const displays = createDisplays({ store, fanOut, clock, random })
  const streams = createDisplayStreams({ store, agendas: rooms, fanOut, clock })
  const app = await createApp({
    ...{
      log: { info() {}, warn() {}, error() {} },
      clock,
      hosts: new Set(["127.0.0.1"]),
      behindProxy: false,
      tls: null,
    },
    ...{ service: refused, isReady: async () => {}, edge: edgeLimits, requireUser: refused },
    routes: (all) => displayRoutes(all, { displays, streams, act: refused, requireUser: refused, clock }),
  })
  await app.listen({ port: 0, host: "127.0.0.1" })
  return portOf(app.server.address())
}

const portOf = (address: AddressInfo | string | null): number =>
  address !== null && typeof address === "object" ? address.port : 0

let prepared: readonly (readonly Booking[])[] = []
const bare: ServerResponse[] = []
/** Streams that nothing stands behind, for the baseline. */
async function startBare(): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.write(": open\n\n")
    bare.push(response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return portOf(server.address())
}

answer({
  start,
  startBare,
  change({ number, title }: { readonly number: number; readonly title: string }): void {
    rooms.put(roomOf(number), bookingsOf(number, title, []))
  },
  /** Made before, since that is not part of what is measured. */
  prepareAll({ count, title }: { readonly count: number; readonly title: string }): void {
    prepared = Array.from({ length: count }, (_, number) => bookingsOf(number, title, []))
  },
  /** One after the other, as rooms are read: whoever else has something to do comes between. */
  async changeAll(): Promise<void> {
    for (const [number, bookings] of prepared.entries()) {
      rooms.put(roomOf(number), bookings)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  },
  writeBare({ text }: { readonly text: string }): void {
    for (const response of bare) response.write(`data: ${text}\n\n`)
  },
  /** After two collections, in bytes. */
  memory() {
    globalThis.gc?.()
    globalThis.gc?.()
    return process.memoryUsage().rss
  },
})
