import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { parseDeviceId, parseProviderEventId } from "@kalends/domain/ids"
import { sql } from "kysely"
import pg from "pg"
import { describe, expect, inject, test } from "vitest"
import { createStoredBookings } from "../bookings/stored-bookings.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { Store } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { vaultWith } from "../testing/vault-with.ts"
import { createContentBox } from "../vault/content-box.ts"
import { createKeyFileCustody } from "../vault/custodians/key-file/index.ts"
import { createStore } from "./store.ts"

const at = (text: string) => Temporal.Instant.from(text)
const database = useDatabase()
let seed = 2_300

/** An organisation with a room that has a device, and bookings of two days kept for it. */
async function organisation(store: Store, canary = "Canary") {
  const random = seededRandom(++seed)
  const clock = fakeClock()
  const { account, user } = sampleRows(seed)
  const { accountId } = account
  const device: DeviceRow = {
    ...{ accountId, deviceId: parseDeviceId(random.uuid()), roomId: user.userId, family: "memory", name: "Codec" },
    ...{ address: "codec.example.org", username: "integrator", sealedSecret: Buffer.from([1]), certificate: null },
    ...{ keepsOthers: false, createdAt: clock.now(), model: null, software: null, lastOkAt: null, problemKind: null },
    ...{ problemCode: null, problemAt: null, givenHash: null, givenCount: null, givenAt: null },
    ...{ holder: null, heldUntil: null, startBufferMinutes: 5, endBufferMinutes: 0, isEnabled: true, mustClear: false },
    ...{ removedAt: null, wrongCount: 0, wrongAt: null },
  }
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.devices.insert(device)
  })
  const { keys } = vaultWith(createKeyFileCustody(random.bytes(32), random), { clock, random })
  const stored = createStoredBookings({ store, box: createContentBox({ keys, random }) })
  const room = { accountId, roomId: user.userId }
  const booking = (day: string) => ({
    ...{ id: day, seriesId: null, version: "1", isAllDay: false, isPrivate: false, title: `${canary} of ${day}` },
    ...{ startsAt: at(`${day}T09:00:00Z`), endsAt: at(`${day}T10:00:00Z`), host: "Ada", join: null, dial: [] },
  })
  const readAt = at("2026-11-23T08:00:00Z")
  const bookings = ["2026-11-23", "2026-12-01"].map(booking)
  const agenda = { bookings: bookings.map((one) => ({ ...one, id: eventId(one.id) })), readAt, coversUntil: readAt }
  await stored.save(room, agenda, null)
  const list = () => store.inAccount(accountId, (tables) => tables.bookings.list(user.userId))
  return { stored, room, agenda, device, list }
}

const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", createMemoryStore],
]

describe.each(stores)("kept bookings %s", (_name, make) => {
  test("come back as they were, by day, and one day's take the place of those before", async () => {
    const { stored, room, agenda, list } = await organisation(make())
    expect(await stored.load(room)).toEqual({ bookings: agenda.bookings, readAt: agenda.readAt })
    const [first] = agenda.bookings
    await stored.save(room, { ...agenda, bookings: first === undefined ? [] : [{ ...first, title: "Other" }] }, null)
    expect((await stored.load(room))?.bookings.map(({ title }) => title)).toEqual(["Other"])
    expect((await list()).map(({ day }) => day)).toEqual(["2026-11-23"])
  })

  test("of another room do not open: a box is bound to its room", async () => {
    const store = make()
    const [one, other] = [await organisation(store), await organisation(store)]
    const [row] = await one.list()
    if (row === undefined) throw new Error("it is kept")
    await store.inAccount(other.room.accountId, (tables) => tables.bookings.put([{ ...row, ...other.room }]))
    const loaded = await other.stored.load(other.room)
    expect(loaded?.bookings.map(({ title }) => title)).toEqual(["Canary of 2026-12-01"])
  })

  test("are purged by the day of their end, and with the room's last device that is called", async () => {
    const store = make()
    const { list, device } = await organisation(store)
    await store.asSystem((tables) => tables.purgeBookings("2026-11-30"))
    expect((await list()).map(({ day }) => day)).toEqual(["2026-12-01"])
    await store.inAccount(device.accountId, ({ devices }) =>
      devices.update(device.deviceId, { address: null, username: `room-${seed}` }),
    )
    await store.asSystem((tables) => tables.purgeBookings("2026-11-30"))
    expect(await list()).toEqual([])
  })
})

test("a purged booking is gone from the database's files once its table was vacuumed; its text never was in them", async () => {
  const store = createStore(database())
  const { list } = await organisation(store, "Canary-4f1d9e")
  const admin = new pg.Client({ connectionString: adminUrlOf(await databaseName()) })
  await admin.connect()
  const sealed = Buffer.from((await list())[0]?.sealedBookings ?? []).subarray(-40)
  await admin.query("checkpoint")
  const folder = await folderOf(admin)
  // The scan finds what is there.
  expect(await countIn(folder, sealed)).toBeGreaterThan(0)
  expect(await countIn(folder, Buffer.from("Canary-4f1d9e"))).toBe(0)
  await store.asSystem((tables) => tables.purgeBookings("2026-11-30"))
  // Whoever looks at the database meanwhile, such as its own upkeep, keeps deleted rows for as long.
  const left = async () => {
    await admin.query("vacuum full kalends.room_booking")
    await admin.query("checkpoint")
    return countIn(folder, sealed)
  }
  await expect.poll(left).toBe(0)
  await admin.end()
})

const eventId = (text: string) => parseProviderEventId(text)

async function databaseName(): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(database())
  return rows[0]?.name ?? ""
}

const adminUrlOf = (name: string) => inject("postgres").adminUrl.replace(/\/[^/]*$/, `/${name}`)

async function folderOf(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query<{ folder: string }>(
    "select current_setting('data_directory') || '/base/' || oid as folder from pg_database where datname = current_database()",
  )
  return rows[0]?.folder ?? ""
}

/** How many files have these bytes. Not the write-ahead log, which keeps what passed through it, sealed, until it is used again. */
async function countIn(folder: string, bytes: Buffer): Promise<number> {
  const files = await readdir(folder)
  const found = await Promise.all(files.map(async (name) => (await readFile(join(folder, name))).includes(bytes)))
  return found.filter(Boolean).length
}
