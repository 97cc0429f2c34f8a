/** The connector of device-push.bench.ts with its store, vault and lines; agendas of rooms are put in by hand. */
import { parseDeviceId } from "@kalends/domain/ids"
import { createConnector } from "../src/bookings/connector.ts"
import { createRoomShelves } from "../src/bookings/room-shelves.ts"
import { createStoredBookings } from "../src/bookings/stored-bookings.ts"
import { createFamilies } from "../src/devices/registry.ts"
import { systemClock as clock } from "../src/platform/clock.ts"
import { createDeviceWire } from "../src/platform/device-wire.ts"
import { createProcessFanOut } from "../src/platform/process-fan-out.ts"
import { systemRandom as random } from "../src/platform/random.ts"
import type { DeviceRow } from "../src/ports/device-tables.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { memoryRooms } from "../src/testing/memory-rooms.ts"
import { sampleRows } from "../src/testing/rows.ts"
import { vaultWith } from "../src/testing/vault-with.ts"
import { createContentBox } from "../src/vault/content-box.ts"
import { createKeyFileCustody } from "../src/vault/custodians/key-file/index.ts"
import { accountId, bookingsOf, pad, roomOf } from "./kit/busy-rooms.ts"
import { answer } from "./kit/part.ts"

const log = { info() {}, warn() {}, error() {} }
const rooms = memoryRooms(clock)
const dial = [{ protocol: "sip", number: "1234567890@zoomcrc.com" }] as const

type Codecs = readonly { readonly address: string; readonly certificate: string }[]

async function start({
  databaseUrl,
  codecs,
}: {
  readonly databaseUrl: string
  readonly codecs: Codecs
}): Promise<void> {
  const store = createStore(createDatabase(createPool(databaseUrl, 8)))
  const { vault, keys } = vaultWith(createKeyFileCustody(random.bytes(32), random), { clock, random })
  const { account, user } = sampleRows(1)
  await store.asSystem((tables) => tables.insertAccount({ ...account, accountId }))
  await store.inAccount(accountId, async (tables) => {
    for (const [number, codec] of codecs.entries()) {
      const { roomId } = roomOf(number)
      const deviceId = parseDeviceId(`0000000d-0000-4000-8000-${pad(number)}`)
      const place = { connectionId: deviceId, kind: "device-password" } as const
      await tables.insertUser({ ...user, accountId, userId: roomId, email: `room-${number}@example.org` })
      const row: DeviceRow = {
        ...{ accountId, deviceId, roomId, family: "cisco", name: `Room ${number}`, ...codec, username: "integrator" },
        ...{ sealedSecret: await vault.sealSecret(tables, place, "codec-password"), keepsOthers: false },
        ...{ startBufferMinutes: 5, endBufferMinutes: 0, isEnabled: true, mustClear: false },
        ...{ removedAt: null, wrongCount: 0, wrongAt: null },
        ...{
          createdAt: clock.now(),
          model: null,
          software: null,
          lastOkAt: null,
          problemKind: null,
          problemCode: null,
        },
        ...{ problemAt: null, givenHash: null, givenCount: null, givenAt: null, holder: null, heldUntil: null },
      }
      await tables.devices.insert(row)
    }
  })
  const families = createFamilies({ wire: createDeviceWire(["127.0.0.0/8"]) })
  const stored = createStoredBookings({ store, box: createContentBox({ keys, random }) })
  const fanOut = createProcessFanOut()
  const shelves = createRoomShelves({ store, fanOut, agendas: rooms, stored, log })
  for (const number of codecs.keys()) rooms.put(roomOf(number), bookingsOf(number, "At first", dial))
  createConnector({ link: { store, vault, families }, shelves, fanOut, clock, random, log }).start()
}

answer({
  start,
  change({ number, title }: { readonly number: number; readonly title: string }): void {
    rooms.put(roomOf(number), bookingsOf(number, title, dial))
  },
  changeAll({ count, title }: { readonly count: number; readonly title: string }): void {
    for (let number = 0; number < count; number++) rooms.put(roomOf(number), bookingsOf(number, title, dial))
  },
  memoryMb() {
    globalThis.gc?.()
    return process.memoryUsage().rss / 2 ** 20
  },
})
