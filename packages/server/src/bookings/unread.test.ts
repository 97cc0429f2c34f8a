import type { Booking } from "@kalends/domain/booking"
import { parseDeviceId, parseProviderEventId } from "@kalends/domain/ids"
import { expect, test } from "vitest"
import { deviceWorld } from "../testing/device-world.ts"
import { settled } from "../testing/fake-clock.ts"
import { memoryRooms } from "../testing/memory-rooms.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { checkMs, firstLookMs } from "./connector-pace.ts"

// What is said of a device that is well, while its room's calendar is not.

const bookingOf = (id: string, day: string): Booking => ({
  ...{ id: parseProviderEventId(id), seriesId: null, version: "1", isAllDay: false, isPrivate: false },
  ...{ startsAt: Temporal.Instant.from(`${day}T15:00:00Z`), endsAt: Temporal.Instant.from(`${day}T16:00:00Z`) },
  ...{ title: "Review", host: "Ada", join: null, dial: [] },
})
const bookings = [bookingOf("1", "2026-11-23"), bookingOf("2", "2026-11-25")]

async function begun() {
  const world = await deviceWorld(createMemoryStore())
  const roomId = await world.addRoom("Orion")
  const { deviceId } = await world.addDevice(roomId, "codec.example.org")
  const stop = world.node().start()
  await settled()
  const ref = { accountId: world.account.accountId, roomId }
  world.rooms.put(ref, bookings)
  await settled()
  const device = () => world.devices.find(world.admin, parseDeviceId(deviceId))
  return { ...world, ref, stop, device, codec: world.memory.at("codec.example.org") }
}

test("after half an hour without a reading a device is said to have what is old, until there is another", async () => {
  const { clock, device, rooms, ref, stop } = await begun()
  await clock.advance(25 * 60_000)
  expect(await device()).toMatchObject({ state: "well", problem: null })
  await clock.advance(2 * checkMs)
  expect(await device()).toMatchObject({ state: "unread", problem: { code: "room-old" }, given: { count: 2 } })
  rooms.put(ref, bookings)
  await clock.advance(1_000)
  expect(await device()).toMatchObject({ state: "well", problem: null })
  await stop()
})

test("after a crash of the database and a restart a wiped device is said to be given nothing, and is given all at the first answer", async () => {
  const { clock, device, codec, store, ref, stop, node, stored } = await begun()
  await stop()
  // The keys of what was kept were in a table that a crash empties; what is left opens nothing.
  const days = await store.inAccount(ref.accountId, (tables) => tables.bookings.days(ref.roomId))
  await store.inAccount(ref.accountId, (tables) => tables.bookings.delete(ref.roomId, days))
  expect(await stored.load(ref)).toBeNull()
  codec.wipeSilently()
  const rooms = memoryRooms(clock)
  const stopAgain = node(rooms).start()
  await clock.advance(2 * firstLookMs)
  expect(await device()).toMatchObject({ state: "unread", problem: { code: "room-unread" } })
  expect(codec.bookings).toEqual([])
  expect(codec.puts).toHaveLength(1)
  rooms.put(ref, bookings)
  await settled()
  expect(codec.bookings.map(({ id }) => id)).toEqual(["1", "2"])
  await clock.advance(1_000)
  expect(await device()).toMatchObject({ state: "well", problem: null })
  await stopAgain()
})

test("a day of what is kept that cannot be opened makes the rest unknown: a part of a list would say free", async () => {
  const { store, ref, stop, stored } = await begun()
  await stop()
  const [today, later] = await store.inAccount(ref.accountId, (tables) => tables.bookings.list(ref.roomId))
  if (today === undefined || later === undefined) throw new Error("two days are kept")
  expect((await stored.load(ref))?.bookings).toHaveLength(2)
  const spoilt = { ...later, lockedBookings: today.lockedBookings }
  await store.inAccount(ref.accountId, (tables) => tables.bookings.put([spoilt]))
  expect(await stored.load(ref)).toBeNull()
})
