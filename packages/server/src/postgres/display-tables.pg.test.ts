import { parseDisplayId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { DisplayQuery, DisplayRow } from "../ports/display-tables.ts"
import type { Store } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { sampleRoom } from "../testing/sample-room.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createStore } from "./store.ts"

const at = (seconds: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ seconds })
const hash = (byte: number) => new Uint8Array(32).fill(byte)
const database = useDatabase()
const memory = createMemoryStore()
const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", () => memory],
]
let seed = 8_000

/** An organisation with two rooms. */
async function organisation(store: Store) {
  seed += 10
  const { account, user } = sampleRows(seed)
  const { accountId } = account
  const [nova, orion] = [
    sampleRoom(accountId, seed + 1, { name: "Nova" }),
    sampleRoom(accountId, seed + 2, { name: "Orion" }),
  ]
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    for (const room of [nova, orion]) await tables.rooms.insert(room)
  })
  const display = (number: number, name: string): DisplayRow => ({
    ...{ accountId, displayId: parseDisplayId(seededRandom(seed * 10 + number).uuid()), name, kind: "board" },
    ...{ tokenHash: hash(seed % 200).with(31, number), deviceName: "Chrome", pairedBy: user.userId, pairedAt: at(0) },
    ...{ language: "en", hours: 24, look: "system", lastSeenAt: null },
  })
  const pairing = (byte: number, seconds: number) => ({
    ...{ accountId, tokenHash: hash(byte).with(0, seed % 200), codeHash: hash(byte + 100), deviceName: "Chrome" },
    expiresAt: at(seconds),
  })
  return { accountId, nova, orion, display, pairing }
}

describe.each(stores)("screens %s", (_, storeOf) => {
  test("a code is taken once, by its own organisation, while it is not over", async () => {
    const store = storeOf()
    const [mine, other] = [await organisation(store), await organisation(store)]
    const row = mine.pairing(1, 600)
    const insert = (one: typeof row, now = at(0), most = 10) =>
      store.inAccount(mine.accountId, (tables) => tables.displays.insertPairing(one, now, most))
    const take = (accountId: typeof mine.accountId, now = at(1)) =>
      store.inAccount(accountId, (tables) => tables.displays.takePairing(row.codeHash, now))
    expect(await insert(row)).toBe(true)
    expect(await store.asSystem((tables) => tables.hasPairing(row.tokenHash, at(1)))).toBe(true)
    expect(await store.asSystem((tables) => tables.hasPairing(row.tokenHash, at(600)))).toBe(false)
    expect(await take(other.accountId)).toBeNull()
    expect(await take(mine.accountId, at(600))).toBeNull()
    expect(await take(mine.accountId)).toMatchObject({ deviceName: "Chrome" })
    expect(await take(mine.accountId)).toBeNull()
  })

  test("so many codes wait at most, and those that are over make room", async () => {
    const store = storeOf()
    const { accountId, pairing } = await organisation(store)
    const insert = (byte: number, now: Temporal.Instant) =>
      store.inAccount(accountId, (tables) => tables.displays.insertPairing(pairing(byte, 600), now, 2))
    expect([await insert(1, at(0)), await insert(2, at(0)), await insert(3, at(599))]).toEqual([true, true, false])
    expect(await insert(4, at(600))).toBe(true)
  })

  test("are listed by name, a page at a time, with their rooms, and by room", async () => {
    const store = storeOf()
    const { accountId, nova, orion, display } = await organisation(store)
    const [entrance, door, other] = [display(1, "Entrance"), display(2, "Door"), display(3, "Door")]
    await store.inAccount(accountId, async ({ displays }) => {
      await displays.insert(entrance, [orion.roomId, nova.roomId])
      await displays.insert(door, [nova.roomId])
      await displays.insert(other, [])
    })
    const all = { ...{ after: null, roomId: null, search: null, troubledSince: null }, limit: 2 }
    const list = (after: DisplayRow | null, roomId: typeof nova.roomId | null = null) =>
      store.inAccount(accountId, (tables) => tables.displays.list({ ...all, after: after?.displayId ?? null, roomId }))
    const first = await list(null)
    expect(first.map(({ name }) => name)).toEqual(["Door", "Door"])
    const [, last] = first
    const rest = await list(last ?? null)
    expect(rest.map(({ name, rooms }) => [name, rooms.map((room) => room.name)])).toEqual([
      ["Entrance", ["Nova", "Orion"]],
    ])
    expect((await list(null, orion.roomId)).map(({ displayId }) => displayId)).toEqual([entrance.displayId])
    const found = (query: Partial<DisplayQuery>) =>
      store.inAccount(accountId, async (tables) =>
        (await tables.displays.list({ ...all, limit: 9, ...query })).map(({ displayId }) => displayId),
      )
    expect(await found({ search: "ENTR" })).toEqual([entrance.displayId])
    expect(await found({ search: "ＯＲＩ" })).toEqual([entrance.displayId])
    expect(await found({ search: "%" })).toEqual([])
    await store.inAccount(accountId, (tables) => tables.displays.touch([entrance.displayId], at(60)))
    const unseen = (minutes: number, of = [entrance.displayId, door.displayId]) =>
      store.inAccount(accountId, (tables) => tables.displays.listUnseen(of, at(minutes)))
    expect(await unseen(60)).toEqual([door.displayId])
    expect((await unseen(61)).toSorted()).toEqual([entrance.displayId, door.displayId].toSorted())
    expect([await unseen(61, []), await unseen(61, [entrance.displayId])]).toEqual([[], [entrance.displayId]])
    expect(await found({ troubledSince: at(60) })).not.toContain(entrance.displayId)
    expect(await found({ troubledSince: at(60) })).toHaveLength(2)
    expect(await found({ troubledSince: at(61), search: "entr" })).toEqual([entrance.displayId])
    await store.inAccount(accountId, async (tables) => {
      await tables.displays.update(door.displayId, { name: "Inside", look: "dark" })
      await tables.displays.setRooms(door.displayId, [orion.roomId])
      await tables.displays.touch([door.displayId], at(5))
      expect(await tables.displays.find(door.displayId)).toMatchObject({
        ...{ name: "Inside", look: "dark", language: "en", lastSeenAt: at(5), rooms: [{ name: "Orion" }] },
      })
    })
  })

  test("in trouble are counted, with the newest few: those that are gone, that never came, and that have no room", async () => {
    const store = storeOf()
    const { accountId, nova, display } = await organisation(store)
    const rows = ["Here", "Left", "Later", "Never", "Bare"].map((name, number) => display(number + 1, name))
    const [here, left, later] = rows
    if (here === undefined || left === undefined || later === undefined) throw new Error("five screens")
    const some = await store.inAccount(accountId, async ({ displays, troubles }) => {
      for (const row of rows) await displays.insert(row, row.name === "Bare" ? [] : [nova.roomId])
      await displays.touch([left.displayId], at(10))
      await displays.touch([later.displayId], at(20))
      await displays.touch([here.displayId], at(60))
      return troubles.displays(1, at(60))
    })
    expect(some).toMatchObject({
      total: 5,
      kinds: [
        { kind: "gone", count: 2, some: [{ name: "Later", roomId: nova.roomId, since: at(20) }] },
        { kind: "never", count: 1, some: [{ name: "Never", since: at(0) }] },
        { kind: "empty", count: 1, some: [{ name: "Bare", roomId: null }] },
      ],
    })
  })

  test("are found by their token alone, out of reach for others, and gone with their deletion", async () => {
    const store = storeOf()
    const [mine, other] = [await organisation(store), await organisation(store)]
    const row = mine.display(1, "Door")
    const { displayId, tokenHash } = row
    await store.inAccount(mine.accountId, ({ displays }) => displays.insert(row, [mine.nova.roomId]))
    const find = () => store.asSystem((tables) => tables.findDisplay(tokenHash))
    expect(await find()).toEqual({ accountId: mine.accountId, displayId })
    await store.inAccount(other.accountId, async ({ displays }) => {
      expect(await displays.find(displayId)).toBeNull()
      expect(await displays.delete(displayId)).toBe(false)
    })
    await store.inAccount(mine.accountId, async ({ rooms, displays }) => {
      await rooms.delete(mine.nova.roomId)
      expect(await displays.find(displayId)).toMatchObject({ name: "Door", rooms: [] })
    })
    expect(await store.inAccount(mine.accountId, ({ displays }) => displays.delete(displayId))).toBe(true)
    expect(await find()).toBeNull()
  })
})
