import { readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { parseDeviceId, parseProviderEventId } from "@kalends/domain/ids"
import { sql } from "kysely"
import pg from "pg"
import { describe, expect, inject, test } from "vitest"
import { createStoredBookings } from "../bookings/stored-bookings.ts"
import type { LockedText } from "../ports/content-box.ts"
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
import { open as openBox } from "../vault/sealed-box.ts"
import { secretContext } from "../vault/vault.ts"
import { createStore } from "./store.ts"

const at = (text: string) => Temporal.Instant.from(text)
const database = useDatabase()
let seed = 2_300

/** So long that what is kept of a day lies out of line, in a table of its own (TOAST). */
const longHost = "Ada ".repeat(1_000)

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
  const box = createContentBox({ keys, random })
  const stored = createStoredBookings({ store, box })
  const room = { accountId, roomId: user.userId }
  const booking = (day: string) => ({
    ...{ id: day, seriesId: null, version: "1", isAllDay: false, isPrivate: false, title: `${canary} of ${day}` },
    ...{ startsAt: at(`${day}T09:00:00Z`), endsAt: at(`${day}T10:00:00Z`), host: longHost, join: null, dial: [] },
  })
  const readAt = at("2026-11-23T08:00:00Z")
  const bookings = ["2026-11-23", "2026-12-01"].map(booking)
  const agenda = { bookings: bookings.map((one) => ({ ...one, id: eventId(one.id) })), readAt, coversUntil: readAt }
  await stored.save(room, agenda, null)
  const list = () => store.inAccount(accountId, (tables) => tables.bookings.list(user.userId))
  return { stored, room, agenda, device, list, box, keys, booking }
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
    const loaded = async () => (await other.stored.load(other.room))?.bookings.map(({ title }) => title)
    expect(await loaded()).toEqual(["Canary of 2026-11-23", "Canary of 2026-12-01"])
    await store.inAccount(other.room.accountId, (tables) => tables.bookings.put([{ ...row, ...other.room }]))
    // A day that does not open is not taken for a free one: then nothing is known of the room.
    expect(await loaded()).toBeUndefined()
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

test("a purged booking's key is in no file of the database, and none that is left opens what is left of it", async () => {
  // What was not written since has nothing of this: other tests' log is left out.
  const sinceMs = Temporal.Now.instant().epochMilliseconds - 5_000
  const store = createStore(database())
  const canary = "Canary-4f1d9e"
  const { list, room, box, keys, booking } = await organisation(store, canary)
  const admin = new pg.Client({ connectionString: adminUrlOf(await databaseName()) })
  await admin.connect()
  const [purged, kept] = await list()
  if (purged === undefined || kept === undefined) throw new Error("they are kept")
  const tailOf = (bytes: Uint8Array) => Buffer.from(bytes).subarray(-40)
  const marks = {
    ...{ key: tailOf(purged.sealedKey), keptKey: tailOf(kept.sealedKey), locked: tailOf(purged.lockedBookings) },
    ...{ text: Buffer.from(canary), id: Buffer.from(`"id":"${booking(purged.day).id}"`) },
  }
  const opened = (locked: LockedText) =>
    store.inAccount(room.accountId, (tables) => box.openBookings(tables, room.roomId, locked))
  const persistence = await admin.query("select relpersistence from pg_class where relname = 'room_booking_key'")
  expect(persistence.rows).toEqual([{ relpersistence: "u" }])

  // The scan finds what is there: the key in a table, what it locks in a table and in the log, and no text anywhere.
  const before = await scanned(admin, marks, sinceMs)
  expect(before).toMatchObject({ text: [], id: [], keptKey: ["table"], key: ["table"] })
  expect(before.locked).toEqual(["log", "table"])
  expect(await opened(purged)).toContain(canary)

  await store.asSystem((tables) => tables.purgeBookings("2026-11-30"))
  const after = await scanned(admin, marks, sinceMs)
  expect(after).toMatchObject({ text: [], id: [], key: [], keptKey: ["table"] })

  // What is left of it in a free page or in the log is as good as noise.
  const left = await list()
  expect(left.map(({ day }) => day)).toEqual([kept.day])
  expect(await opened(kept)).toContain(canary)
  for (const { sealedKey } of left)
    await expect(opened({ ...purged, sealedKey })).rejects.toMatchObject({ kind: "malformed" })
  const { accountId, roomId } = room
  await store.inAccount(accountId, async (tables) => {
    for (const { keyVersion } of await tables.listDataKeys()) {
      const key = await keys.ofVersion(tables, keyVersion)
      const context = secretContext(accountId, { connectionId: roomId, kind: "room-bookings" })
      expect(() => openBox(key, context, purged.lockedBookings)).toThrow("cannot be opened")
    }
  })
  await admin.end()
})

test("after a crash, with which a database loses the keys, what is kept is written again", async () => {
  const store = createStore(database())
  const { stored, room, agenda, list } = await organisation(store)
  const kept = await stored.save(room, agenda, null)
  await sql`truncate kalends.room_booking_key`.execute(database())
  expect([await list(), await stored.load(room)]).toEqual([[], null])
  await stored.save(room, agenda, kept)
  expect((await stored.load(room))?.bookings).toEqual(agenda.bookings)
})

const eventId = (text: string) => parseProviderEventId(text)

async function databaseName(): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(database())
  return rows[0]?.name ?? ""
}

const adminUrlOf = (name: string) => inject("postgres").adminUrl.replace(/\/[^/]*$/, `/${name}`)

/** Where in the files of the database, its log and what all databases share these bytes are. Other tests' databases are left out. */
async function scanned<Name extends string>(
  admin: pg.Client,
  marks: Readonly<Record<Name, Buffer>>,
  sinceMs: number,
): Promise<Record<Name, readonly string[]>> {
  await writeAllToDisk(admin)
  const { rows } = await admin.query<{ folder: string; oid: string }>(
    "select current_setting('data_directory') as folder, oid::text from pg_database where datname = current_database()",
  )
  const [{ folder, oid } = { folder: "", oid: "" }] = rows
  const names: string[] = Object.keys(marks)
  const found = Object.fromEntries(names.map((name) => [name, new Set<string>()]))
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const part = path.slice(folder.length + 1)
    if (!entry.isFile() || (part.startsWith("base/") && !part.startsWith(`base/${oid}/`))) continue
    const bytes = await readWritten(path, sinceMs)
    for (const [name, mark] of Object.entries<Buffer>(marks))
      if (bytes?.includes(mark)) found[name]?.add(part.startsWith("pg_wal/") ? "log" : "table")
  }
  return Object.fromEntries(names.map((name) => [name, [...(found[name] ?? [])].sort()])) as Record<Name, string[]>
}

/** Unlogged tables, too, which a checkpoint alone leaves in memory, and a database copied by its files does not. */
async function writeAllToDisk(admin: pg.Client): Promise<void> {
  const name = `flushed_${seed}`
  await admin.query(`create database ${name} template template0 strategy file_copy`)
  await admin.query(`drop database ${name}`)
}

/** Null for one that was not written since, or that the database took away meanwhile. */
async function readWritten(path: string, sinceMs: number): Promise<Buffer | null> {
  const found = await stat(path).catch(() => null)
  return found === null || found.mtimeMs < sinceMs ? null : readFile(path).catch(() => null)
}
