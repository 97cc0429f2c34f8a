import type { Booking } from "@kalends/domain/booking"
import { type DeviceId, parseDeviceId, parseProviderEventId, type RoomId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import type { AgendaListener } from "../ports/room-agendas.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { type DeviceWorld, deviceWorld } from "../testing/device-world.ts"
import { settled } from "../testing/fake-clock.ts"
import { memoryRooms } from "../testing/memory-rooms.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { checkMs, leaseSeconds, lookMs } from "./connector-pace.ts"

const minutes = (count: number) => count * 60_000
const at = (text: string) => Temporal.Instant.from(text)

function bookingOf(id: string, day = "2026-11-23", changes: Partial<Booking> = {}): Booking {
  return {
    ...{ id: parseProviderEventId(id), seriesId: null, version: "1", isAllDay: false, isPrivate: false },
    ...{ startsAt: at(`${day}T15:00:00Z`), endsAt: at(`${day}T16:00:00Z`) },
    ...{ title: `Canary of ${id}`, host: "Ada", join: null, dial: [{ protocol: "sip", number: "1@example.org" }] },
    ...changes,
  }
}

/** A world with one room and one device in it, and a node that brings it its bookings. */
async function begun() {
  const store = createMemoryStore()
  const world = await deviceWorld(store)
  const roomId = await world.addRoom("Orion")
  const { deviceId } = await world.addDevice(roomId, "codec.example.org")
  const codec = world.memory.at("codec.example.org")
  const stop = world.node().start()
  await settled()
  return { ...world, store, roomId, deviceId: parseDeviceId(deviceId), codec, stop }
}

const refOf = (world: DeviceWorld, roomId: RoomId) => ({ accountId: world.account.accountId, roomId })
const inAccount = <Result>(world: DeviceWorld, work: (tables: AccountTables) => Promise<Result>) =>
  world.store.inAccount(world.account.accountId, work)
const reasonsOf = async (world: DeviceWorld & { readonly deviceId: DeviceId }) =>
  (await inAccount(world, (tables) => tables.listAuditOf(world.deviceId, 20))).map(({ reason }) => reason)
const ids = (bookings: readonly Booking[] | undefined) => bookings?.map(({ id }) => id)

async function told(world: DeviceWorld, roomId: RoomId, ...bookings: readonly Booking[]): Promise<void> {
  world.rooms.put(refOf(world, roomId), bookings)
  await settled()
}

test("a device is given its room's bookings at once, each change of them, and nothing twice", async () => {
  const world = await begun()
  expect(world.codec.puts).toEqual([])
  await told(world, world.roomId, bookingOf("1"))
  await told(world, world.roomId, bookingOf("1", "2026-11-23", { version: "2" }))
  await told(world, world.roomId, bookingOf("1"), bookingOf("2"))
  expect(world.codec.puts.map(ids)).toEqual([["1"], ["1", "2"]])
  await world.clock.advance(1_000)
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject({
    ...{ state: "well", model: "Memory", given: { count: 2 } },
  })
  const { bookings } = await world.devices.bookings(world.admin, world.deviceId)
  expect(bookings.map(({ title }) => title)).toEqual(["Canary of 1", "Canary of 2"])
  await world.stop()
})

test("before anything is known of a room nothing is given: an empty list would say that it is free", async () => {
  const world = await begun()
  await world.clock.advance(minutes(30))
  expect(world.codec.opened).toBe(0)
  await told(world, world.roomId)
  expect(world.codec.puts.map(ids)).toEqual([[]])
  await world.stop()
})

test("one list is given at a time; of what changes meanwhile the newest alone", async () => {
  const world = await begun()
  const { promise, resolve } = Promise.withResolvers<void>()
  world.codec.held = promise
  for (const id of ["1", "2", "3"]) await told(world, world.roomId, bookingOf(id))
  expect(world.codec.puts).toEqual([])
  world.codec.held = null
  resolve()
  await settled()
  expect(world.codec.puts.map(ids)).toEqual([["1"], ["3"]])
  await world.stop()
})

test("a device that lost its bookings and says so is given them again; one that says nothing is found", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  world.codec.wipe()
  await settled()
  expect(ids(world.codec.bookings)).toEqual(["1"])
  world.codec.wipeSilently()
  await world.clock.advance(2 * checkMs)
  expect(ids(world.codec.bookings)).toEqual(["1"])
  expect(world.codec.puts).toHaveLength(3)
  await world.stop()
})

test("a line that was cut is opened again, and the list given anew: the device may have been restarted", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  world.codec.wipeSilently()
  world.codec.cut()
  await world.clock.advance(2_000)
  expect(world.codec.opened).toBe(2)
  expect(ids(world.codec.bookings)).toEqual(["1"])
  await world.stop()
})

test("a device that is away is tried ever more rarely, said to be failing, and has the newest once it is back", async () => {
  const world = await begun()
  world.codec.trouble = new Problem("unavailable", "Away.", { code: "device-silent" })
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(minutes(60))
  const tries = world.codec.opened
  expect(tries).toBeGreaterThan(10)
  expect(tries).toBeLessThan(40)
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject({
    ...{ state: "failing", problem: { code: "device-silent" } },
  })
  await told(world, world.roomId, bookingOf("2"))
  world.codec.trouble = null
  await world.clock.advance(minutes(7))
  expect(ids(world.codec.bookings)).toEqual(["2"])
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject({ state: "well", problem: null })
  await world.stop()
})

test("a wrong password is tried rarely, and at once when it was replaced", async () => {
  const world = await begun()
  world.codec.password = "replaced"
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(minutes(9))
  expect(world.codec.opened).toBe(1)
  await world.devices.change(world.admin, world.deviceId, { password: "replaced" })
  await world.clock.advance(2 * lookMs)
  expect(ids(world.codec.bookings)).toEqual(["1"])
  await world.stop()
})

test("a removed device has its list taken away at once and is gone, and stopping leaves nothing behind", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(1_000)
  await world.devices.remove(world.admin, world.deviceId)
  await settled()
  expect(world.codec.puts.map(ids)).toEqual([["1"], []])
  await expect(world.devices.find(world.admin, world.deviceId)).rejects.toMatchObject({ code: "no-device" })
  expect(await reasonsOf(world)).toEqual(["device-added", "device", "device-removed", "device", "device-cleared"])
  await told(world, world.roomId, bookingOf("2"))
  await world.clock.advance(minutes(1))
  expect(world.codec.bookings).toEqual([])
  await world.stop()
  world.vault.forget()
  expect(world.clock.waitingCount).toBe(0)
  expect(world.rooms.listenerCount).toBe(0)
})

test("a removed device that is away is tried for a day, then it is said that it may still show its list, and why", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(1_000)
  world.codec.trouble = new Problem("unavailable", "Away.", { code: "device-silent" })
  await world.devices.remove(world.admin, world.deviceId)
  const removedAt = world.clock.now()
  await world.clock.advance(minutes(60))
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject({
    ...{ state: "leaving", isUncleared: true, leavesUntil: removedAt.add({ hours: 24 }).toString() },
    problem: { code: "device-silent" },
  })
  await expect(world.devices.change(world.admin, world.deviceId, { name: "x" })).rejects.toMatchObject({
    code: "device-gone",
  })
  await world.stop()
  await world.clock.advance(minutes(23 * 60))
  const stop = world.node().start()
  await settled()
  const left = { state: "left", problem: { code: "device-silent" } }
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject(left)
  const row = await inAccount(world, (tables) => tables.devices.find(world.deviceId))
  expect(row?.sealedSecret).toHaveLength(0)
  await expect(world.devices.restore(world.admin, world.deviceId)).rejects.toMatchObject({ code: "device-left" })
  world.codec.trouble = null
  const { opened } = world.codec
  await world.clock.advance(minutes(60))
  expect(world.codec.opened).toBe(opened)
  expect((await reasonsOf(world)).at(-1)).toBe("device-not-cleared")
  await world.devices.remove(world.admin, world.deviceId)
  await expect(world.devices.find(world.admin, world.deviceId)).rejects.toMatchObject({ code: "no-device" })
  await stop()
})

test("a removal is taken back while its list is not cleared, and the device is given it anew", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(1_000)
  world.codec.trouble = new Problem("unavailable", "Away.", { code: "device-silent" })
  await world.devices.remove(world.admin, world.deviceId)
  await world.clock.advance(minutes(3))
  world.codec.trouble = null
  await world.devices.restore(world.admin, world.deviceId)
  await world.clock.advance(minutes(1))
  expect(ids(world.codec.bookings)).toEqual(["1"])
  const well = { state: "well", isUncleared: false, leavesUntil: null }
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject(well)
  await world.stop()
})

test("a moved device loses the list of the room before, even while nothing is known of the new one", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(1_000)
  const lyra = await world.addRoom("Lyra")
  await world.devices.change(world.admin, world.deviceId, { roomId: lyra })
  await settled()
  expect(world.codec.puts.map(ids)).toEqual([["1"], []])
  await told(world, world.roomId, bookingOf("2"))
  await told(world, lyra, bookingOf("3"))
  expect(world.codec.puts.map(ids)).toEqual([["1"], [], ["3"]])
  await world.clock.advance(1_000)
  const moved = { room: { displayName: "Lyra" }, state: "well", isUncleared: false, given: { count: 1 } }
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject(moved)
  await world.stop()
})

test("with its room goes a device, and its list before it", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(1_000)
  const [left] = await inAccount(world, async (tables) => {
    const devices = await tables.devices.leaveRoom(world.roomId, world.clock.now())
    await tables.rooms.delete(world.roomId)
    return devices
  })
  expect(left).toBe(world.deviceId)
  const { devices } = await world.devices.list(world.admin, { roomId: "gone", after: null })
  expect(devices).toMatchObject([{ room: null, state: "leaving" }])
  await expect(world.devices.restore(world.admin, world.deviceId)).rejects.toMatchObject({ code: "no-room" })
  await world.clock.advance(2 * lookMs)
  expect(world.codec.puts.map(ids)).toEqual([["1"], []])
  await expect(world.devices.find(world.admin, world.deviceId)).rejects.toMatchObject({ code: "no-device" })
  await world.stop()
})

test("a device that is switched off has its list taken away and is given nothing until it is switched on", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(1_000)
  await world.devices.change(world.admin, world.deviceId, { isEnabled: false })
  await told(world, world.roomId, bookingOf("2"))
  await world.clock.advance(minutes(10))
  expect(world.codec.puts.map(ids)).toEqual([["1"], []])
  const off = { state: "off", isUncleared: false, given: null }
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject(off)
  await world.devices.change(world.admin, world.deviceId, { isEnabled: true })
  await settled()
  expect(ids(world.codec.bookings)).toEqual(["2"])
  await world.stop()
})

test("when a room's language is changed, its device is told anew what stands for titles", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  expect(world.codec.language).toBe("en")
  await inAccount(world, (tables) => tables.rooms.update(world.roomId, { language: "ja" }))
  const { accountId, roomId } = refOf(world, world.roomId)
  world.fanOut.publish({ kind: "user", accountId, userId: roomId }, { kind: "room-changed" })
  await settled()
  expect(world.codec.language).toBe("ja")
  expect(world.codec.puts.map(ids)).toEqual([["1"], ["1"]])
  await world.stop()
})

test("of two nodes one brings a device its bookings; the other does when the first was killed", async () => {
  const world = await begun()
  const stopOther = world.node().start()
  await told(world, world.roomId, bookingOf("1"))
  await world.clock.advance(minutes(5))
  expect(world.codec.opened).toBe(1)
  // A node that is stopped gives up what it has; the other takes it at its next look.
  await world.stop()
  await world.clock.advance(2 * lookMs)
  await told(world, world.roomId, bookingOf("2"))
  expect(ids(world.codec.bookings)).toEqual(["2"])
  await stopOther()
})

test("a node that is too slow to renew what it holds keeps its lines", async () => {
  const store = createMemoryStore()
  let gate = Promise.resolve()
  const slow: Store = {
    ...store,
    async asSystem(work) {
      await gate
      return store.asSystem(work)
    },
  }
  const world = await deviceWorld(slow)
  const roomId = await world.addRoom("Orion")
  await world.addDevice(roomId, "codec.example.org")
  const codec = world.memory.at("codec.example.org")
  const stop = world.node().start()
  await told(world, roomId, bookingOf("1"))
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  await world.clock.advance(3 * leaseSeconds * 1_000)
  resolve()
  await world.clock.advance(3 * leaseSeconds * 1_000)
  await told(world, roomId, bookingOf("2"))
  expect([codec.opened, ids(codec.bookings)]).toEqual([1, ["2"]])
  await stop()
})

test("four hours without the calendar: devices keep the right bookings, and a wiped one is refilled by itself", async () => {
  const world = await begun()
  const rooms = []
  for (const name of ["Lyra", "Draco", "Perseus"]) {
    const roomId = await world.addRoom(name)
    await world.addDevice(roomId, `${name}.example.org`)
    rooms.push({ roomId, codec: world.memory.at(`${name}.example.org`), booking: bookingOf(name) })
  }
  await world.clock.advance(2 * lookMs)
  for (const { roomId, booking } of rooms) await told(world, roomId, booking)
  for (const { roomId } of rooms) world.rooms.setReadable(refOf(world, roomId), false)
  for (let hour = 0; hour < 4; hour++) {
    await world.clock.advance(minutes(30))
    if (hour === 1) rooms[0]?.codec.wipe()
    if (hour === 2) rooms[1]?.codec.wipeSilently()
    // Who listens is told again and again of what is known, with its old instant.
    for (const { roomId } of rooms) world.rooms.setReadable(refOf(world, roomId), false)
    await world.clock.advance(minutes(30))
    for (const { codec, booking } of rooms) expect(ids(codec.bookings)).toEqual([booking.id])
  }
  expect(rooms.map(({ codec }) => codec.puts.length)).toEqual([2, 2, 1])
  for (const { roomId } of rooms) world.rooms.setReadable(refOf(world, roomId), true)
  await told(world, rooms[2]?.roomId ?? world.roomId, bookingOf("after"))
  expect(ids(rooms[2]?.codec.bookings)).toEqual(["after"])
  await world.stop()
})

test("a node that starts while the calendar cannot be read gives what is kept, which is sealed", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"), bookingOf("2", "2026-12-10"))
  await world.stop()
  expect(JSON.stringify(world.store.everything())).not.toContain("Canary")
  world.codec.wipeSilently()
  // The same as after a kill: nothing is in memory, and nothing can be read.
  const stopAgain = world.node(memoryRooms(world.clock)).start()
  await settled()
  expect(ids(world.codec.bookings)).toEqual(["1", "2"])
  await stopAgain()
})

test("what is kept of a day is written when that day changes, deleted with it, and purged 30 days after", async () => {
  const world = await begun()
  const kept = () => world.store.inAccount(world.account.accountId, ({ bookings }) => bookings.list(world.roomId))
  await told(world, world.roomId, bookingOf("1"), bookingOf("2", "2026-12-10"))
  const before = await kept()
  await world.clock.advance(1_000)
  await told(world, world.roomId, bookingOf("1"), bookingOf("3", "2026-12-10"), bookingOf("4", "2026-12-11"))
  expect(
    (await kept()).map(({ day, readAt }) => [day, Temporal.Instant.compare(readAt, before[0]?.readAt ?? readAt)]),
  ).toEqual([
    ["2026-11-23", 0],
    ["2026-12-10", 1],
    ["2026-12-11", 1],
  ])
  await told(world, world.roomId, bookingOf("1"))
  expect((await kept()).map(({ day }) => day)).toEqual(["2026-11-23"])
  const purge = (day: string) => world.store.asSystem((tables) => tables.purgeBookings(day))
  expect(await purge("2026-11-23")).toBe(0)
  expect(await purge("2026-11-24")).toBe(1)
  expect(await kept()).toEqual([])
  await world.stop()
})

test("a room whose calendar was taken away leaves its device what it has: nothing known is not free", async () => {
  const world = await begun()
  await world.stop()
  let tell: AgendaListener = () => {}
  const listen = (_room: object, listener: AgendaListener) => {
    tell = listener
  }
  const stop = world.node({ ...world.rooms, listen }).start()
  await settled()
  const readAt = world.clock.now()
  tell({ bookings: [bookingOf("1")], readAt, coversUntil: readAt.add({ hours: 24 }) })
  await settled()
  const never = Temporal.Instant.fromEpochMilliseconds(0)
  tell({ bookings: [], readAt: never, coversUntil: never })
  await settled()
  expect(world.codec.puts.map(ids)).toEqual([["1"]])
  await stop()
})

test("with a room's last device goes what is kept of it", async () => {
  const world = await begun()
  await told(world, world.roomId, bookingOf("1"))
  await world.devices.remove(world.admin, world.deviceId)
  await world.stop()
  expect(await world.store.asSystem((tables) => tables.purgeBookings("2026-01-01"))).toBe(1)
})
