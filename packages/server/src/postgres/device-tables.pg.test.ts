import { type DeviceId, parseDeviceId, type UserId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { DeviceNote, DeviceRow } from "../ports/device-tables.ts"
import type { Store } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createStore } from "./store.ts"

const at = (seconds: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ seconds })
const database = useDatabase()
let seed = 2_200

/** An organisation with a room and three devices in it, of which the third asks for its bookings. */
async function organisation(store: Store) {
  const random = seededRandom(++seed)
  const { account, user } = sampleRows(seed)
  const deviceOf = (name: string, roomId: UserId): DeviceRow => ({
    ...{ accountId: account.accountId, deviceId: parseDeviceId(random.uuid()), roomId, family: "memory", name },
    ...{ address: `${name}.example.org`, username: "integrator", sealedSecret: Buffer.from([1, 2]) },
    ...{ certificate: null, keepsOthers: false, createdAt: at(0), model: null, software: null, lastOkAt: null },
    ...{ problemKind: null, problemCode: null, problemAt: null, givenHash: null, givenCount: null, givenAt: null },
    ...{ holder: null, heldUntil: null, startBufferMinutes: 5, endBufferMinutes: 0, isEnabled: true, mustClear: false },
    ...{ removedAt: null, wrongCount: 0, wrongAt: null },
  })
  const [one, two] = [deviceOf("one", user.userId), deviceOf("two", user.userId)]
  const asking = { ...deviceOf("three", user.userId), address: null, username: `room-${seed}` }
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(account.accountId, async (tables) => {
    await tables.insertUser(user)
    for (const row of [one, two, asking]) await tables.devices.insert(row)
  })
  const inAccount = <Result>(work: (tables: Parameters<Parameters<Store["inAccount"]>[1]>[0]) => Promise<Result>) =>
    store.inAccount(account.accountId, work)
  return { ...{ account, user, one, two, asking, inAccount }, deviceOf }
}

const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", createMemoryStore],
]

describe.each(stores)("devices %s", (_name, make) => {
  test("are listed by name, page by page, and of one room", async () => {
    const { inAccount, user, one, asking } = await organisation(make())
    const page = (after: DeviceRow | null) =>
      inAccount((tables) => tables.devices.list({ roomId: user.userId, troubledSince: null, after, limit: 2 }))
    const first = await page(null)
    expect(first.map(({ name }) => name)).toEqual(["one", "three"])
    expect(first[0]).toEqual(one)
    expect((await page(asking)).map(({ name }) => name)).toEqual(["two"])
  })

  test("are found by address or room, but for those that were removed", async () => {
    const { inAccount, user, one, two, asking } = await organisation(make())
    const names = async (addresses: readonly string[], roomIds: readonly UserId[]) =>
      (await inAccount((tables) => tables.devices.listThere({ addresses, roomIds }))).map(({ name }) => name).sort()
    expect(await names([], [user.userId])).toEqual([asking, one, two].map(({ name }) => name).sort())
    expect(await names(["one.example.org", "other.example.org"], [])).toEqual(["one"])
    await inAccount((tables) => tables.devices.update(one.deviceId, { removedAt: at(1) }))
    expect(await names(["one.example.org"], [])).toEqual([])
  })

  test("that are not well are listed alone: never heard of, with a problem, silent, or not cleared; none that is switched off", async () => {
    const { inAccount, one, two, asking } = await organisation(make())
    const troubled = async () => {
      const query = { roomId: null, troubledSince: at(60), after: null, limit: 9 }
      return (await inAccount((tables) => tables.devices.list(query))).map(({ name }) => name)
    }
    const put = (row: DeviceRow, changes: Partial<DeviceRow>) =>
      inAccount((tables) => tables.devices.update(row.deviceId, changes))
    expect(await troubled()).toEqual(["one", "three", "two"])
    await put(one, { lastOkAt: at(1) })
    await put(two, { lastOkAt: at(90), problemKind: "unavailable" })
    await put(asking, { lastOkAt: at(1) })
    expect(await troubled()).toEqual(["three", "two"])
    await put(asking, { lastOkAt: at(61) })
    await put(two, { isEnabled: false })
    expect(await troubled()).toEqual([])
    const kinds = async () => {
      const { total, kinds: all } = await inAccount((tables) => tables.troubles.devices(2, at(60)))
      expect(total).toBe(3)
      return all.map(({ kind, count, some: [first] }) => `${count} ${kind}: ${first?.name} ${first?.since}`)
    }
    expect(await kinds()).toEqual([])
    await put(one, { problemKind: "unavailable", problemCode: "room-old", problemAt: at(30) })
    await put(two, { mustClear: true })
    await put(asking, { lastOkAt: at(59) })
    expect(await kinds()).toEqual([
      ...[`1 silent: three ${at(59)}`, "1 uncleared: two null", `1 unread: one ${at(30)}`],
    ])
    await put(one, { problemCode: "no-answer" })
    await put(two, { removedAt: at(40) })
    await put(asking, { lastOkAt: null })
    expect(await kinds()).toEqual([`1 failing: one ${at(30)}`, `1 new: three ${at(0)}`, `1 leaving: two ${at(40)}`])
    await put(two, { mustClear: false })
    expect(await kinds()).toContain(`1 left: two ${at(40)}`)
    await put(one, { problemKind: null, problemCode: null, problemAt: null })
    await put(two, { removedAt: null })
    await put(asking, { lastOkAt: at(61) })
    await put(two, { mustClear: true })
    expect(await troubled()).toEqual(["two"])
  })

  test("have an address of their own in the organisation, and a name of their own over all", async () => {
    const store = make()
    const { inAccount, user, one, asking, deviceOf } = await organisation(store)
    const double = { ...deviceOf("double", user.userId), address: one.address }
    await expect(inAccount((tables) => tables.devices.insert(double))).rejects.toMatchObject({ code: "device-known" })
    const other = await organisation(store)
    await other.inAccount((tables) => tables.devices.update(other.one.deviceId, { name: "still" }))
    const named = { address: null, username: asking.username }
    await expect(other.inAccount((tables) => tables.devices.update(other.one.deviceId, named))).rejects.toMatchObject({
      code: "device-known",
    })
    expect(await store.asSystem((tables) => tables.findDeviceByUsername(asking.username))).toEqual(asking)
    expect(await store.asSystem((tables) => tables.findDeviceByUsername("integrator"))).toBeNull()
  })

  test("are held by one node at a time, until it gives them up or says no more", async () => {
    const store = make()
    const { one, two } = await organisation(store)
    const take = (holder: string, now: number, again: readonly DeviceId[] = []) =>
      store.asSystem((tables) => tables.takeDevices({ holder, now: at(now), until: at(now + 60), again, limit: 100 }))
    const mine = (rows: readonly DeviceRow[]) =>
      rows.map(({ deviceId }) => deviceId).filter((id) => id === one.deviceId || id === two.deviceId)
    expect(mine(await take("node-1", 0)).sort()).toEqual([one.deviceId, two.deviceId].sort())
    expect(mine(await take("node-2", 30))).toEqual([])
    expect(mine(await store.asSystem((tables) => tables.keepDevices("node-1", at(100))))).toHaveLength(2)
    expect(mine(await take("node-2", 90))).toEqual([])
    expect(mine(await take("node-2", 100))).toHaveLength(2)
    // Its own, of which it was too slow to say so.
    expect(mine(await take("node-2", 200))).toEqual([])
    expect(mine(await take("node-2", 200, [one.deviceId]))).toEqual([one.deviceId])
    expect(mine(await store.asSystem((tables) => tables.keepDevices("node-2", at(300))))).toHaveLength(2)
    await store.asSystem((tables) => tables.releaseDevices("node-2"))
    expect(mine(await take("node-1", 101))).toHaveLength(2)
  })

  test("are taken to be cleared, too, and one that was removed is gone then; of one that was changed nothing is written", async () => {
    const store = make()
    const { inAccount, one, two, asking } = await organisation(store)
    const changed = (row: DeviceRow, changes: Partial<DeviceRow>) =>
      inAccount((tables) => tables.devices.update(row.deviceId, changes))
    await changed(one, { isEnabled: false, mustClear: true, givenCount: 2, givenAt: at(1) })
    await changed(two, { removedAt: at(1), mustClear: true })
    const take = () =>
      store.asSystem((tables) =>
        tables.takeDevices({ holder: "node-1", now: at(0), until: at(60), again: [], limit: 100 }),
      )
    const taken = (await take()).map(({ deviceId }) => deviceId)
    expect(taken).toEqual(expect.arrayContaining([one.deviceId, two.deviceId]))
    const cleared = (row: DeviceRow, holder: string) =>
      inAccount((tables) => tables.devices.noteCleared(row.deviceId, holder))
    expect(await cleared(one, "node-2")).toBe(false)
    expect([await cleared(one, "node-1"), await cleared(two, "node-1")]).toEqual([true, true])
    const off = { mustClear: false, givenCount: null, givenAt: null, removedAt: null }
    expect(await inAccount((tables) => tables.devices.find(one.deviceId))).toMatchObject(off)
    expect(await inAccount((tables) => tables.devices.find(two.deviceId))).toBeNull()
    expect(await cleared(one, "node-1")).toBe(false)
    await store.asSystem((tables) => tables.releaseDevices("node-1"))
    expect((await take()).map(({ deviceId }) => deviceId)).not.toContain(one.deviceId)
    await inAccount((tables) => tables.devices.noteWrong(asking.deviceId, 3, at(2)))
    await inAccount((tables) => tables.devices.noteWrong(asking.deviceId, 2, at(4)))
    const counted = await store.asSystem((tables) => tables.findDeviceByUsername(asking.username))
    expect(counted).toMatchObject({ wrongCount: 5, wrongAt: at(4) })
    await changed(asking, { isEnabled: false })
    expect(await store.asSystem((tables) => tables.findDeviceByUsername(asking.username))).toBeNull()
  })

  test("of a room that is removed those with its list are left to be cleared, and the others are gone", async () => {
    const store = make()
    const { inAccount, one, two, asking, user } = await organisation(store)
    await inAccount((tables) =>
      tables.devices.update(one.deviceId, { givenCount: 2, givenAt: at(1), holder: "node-1" }),
    )
    const left = await inAccount((tables) => tables.devices.leaveRoom(user.userId, at(5)))
    expect([...left].sort()).toEqual([one.deviceId, two.deviceId, asking.deviceId].sort())
    const page = await inAccount((tables) =>
      tables.devices.list({ roomId: "gone", troubledSince: null, after: null, limit: 9 }),
    )
    const kept = { deviceId: one.deviceId, roomId: null, mustClear: true, removedAt: at(5), holder: null }
    expect(page).toMatchObject([kept])
    expect(page).toHaveLength(1)
    expect(await inAccount((tables) => tables.devices.find(asking.deviceId))).toBeNull()
  })

  test("one that was removed gives way to another at its address", async () => {
    const { inAccount, one, user, deviceOf } = await organisation(make())
    const next = { ...deviceOf("next", user.userId), address: one.address }
    const add = () =>
      inAccount(async (tables) => {
        await tables.devices.deleteRemovedAt(one.address ?? "")
        await tables.devices.insert(next)
      })
    await expect(add()).rejects.toMatchObject({ code: "device-known" })
    await inAccount((tables) => tables.devices.update(one.deviceId, { removedAt: at(1), mustClear: true }))
    await add()
    expect(await inAccount((tables) => tables.devices.find(one.deviceId))).toBeNull()
  })

  test("are noted many at once; those that are gone are passed over", async () => {
    const store = make()
    const { inAccount, account, one, two } = await organisation(store)
    const note = (deviceId: DeviceRow["deviceId"], rest: Partial<DeviceNote>): DeviceNote => ({
      ...{ accountId: account.accountId, deviceId, lastOkAt: at(5), problemKind: null, problemCode: null },
      ...{ problemAt: null, givenHash: Buffer.alloc(32, 7), givenCount: 3, givenAt: at(5), model: "M", software: "S" },
      ...rest,
    })
    const trouble = { lastOkAt: null, problemKind: "unavailable", problemCode: "device-silent" } as const
    await inAccount((tables) => tables.devices.delete(two.deviceId))
    await store.asSystem((tables) =>
      tables.noteDevices([note(one.deviceId, { ...trouble, problemAt: at(6) }), note(two.deviceId, {})]),
    )
    const kept = await inAccount((tables) => tables.devices.find(one.deviceId))
    expect(kept).toMatchObject({ ...trouble, problemAt: at(6), givenCount: 3, model: "M", software: "S" })
    expect(kept?.givenHash).toEqual(Buffer.alloc(32, 7))
    expect(await inAccount((tables) => tables.devices.find(two.deviceId))).toBeNull()
  })
})

test("many devices are held on to, written of and left by their room at once, in whatever order, and nothing deadlocks", async () => {
  const store = createStore(database())
  const { inAccount, user, deviceOf } = await organisation(store)
  const held = { holder: "node-9", heldUntil: at(60), givenCount: 1, givenAt: at(1) }
  const rows = Array.from({ length: 200 }, (_, index) => ({ ...deviceOf(`many-${index}`, user.userId), ...held }))
  await inAccount(async (tables) => {
    for (const row of rows) await tables.devices.insert(row)
  })
  const told = { lastOkAt: at(5), problemKind: null, problemCode: null, problemAt: null, model: "M", software: "S" }
  const notes = rows.map(
    ({ accountId, deviceId, givenHash, givenCount, givenAt }): DeviceNote => ({
      ...{ accountId, deviceId, givenHash, givenCount, givenAt },
      ...told,
    }),
  )
  const write = (some: readonly DeviceNote[]) => store.asSystem((tables) => tables.noteDevices(some))
  const keep = () => store.asSystem((tables) => tables.keepDevices("node-9", at(90)))
  for (let round = 0; round < 10; round++)
    await Promise.all([keep(), write(notes), write(notes.toReversed()), keep(), write(notes.slice(50))])
  const [left] = await Promise.all([
    inAccount((tables) => tables.devices.leaveRoom(user.userId, at(6))),
    ...[notes, notes.toReversed()].map(write),
    keep(),
  ])
  expect(left).toHaveLength(rows.length + 3)
})
