import type { Booking } from "@kalends/domain/booking"
import { parseDeviceId, parseProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import { deviceWorld } from "../testing/device-world.ts"
import { settled } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { lookMs } from "./connector-pace.ts"

// A device that is given another address: what answers at the one before is not to go on showing the room's bookings.

const at = (text: string) => Temporal.Instant.from(text)
const booking: Booking = {
  ...{ id: parseProviderEventId("1"), seriesId: null, version: "1", isAllDay: false, isPrivate: false },
  ...{ startsAt: at("2026-11-23T15:00:00Z"), endsAt: at("2026-11-23T16:00:00Z"), title: "Review", host: "Ada" },
  ...{ join: null, dial: [] },
}
const minutes = (count: number) => count * 60_000
const away = () => new Problem("unavailable", "Away.", { code: "device-silent" })
const ids = (bookings: readonly Booking[]) => bookings.map(({ id }) => id)

/** A device that has its room's list, and what may be found at two other addresses. */
async function given() {
  const world = await deviceWorld(createMemoryStore())
  const roomId = await world.addRoom("Orion")
  const { deviceId } = await world.addDevice(roomId, "old.example.org")
  const stop = world.node().start()
  await settled()
  world.rooms.put({ accountId: world.account.accountId, roomId }, [booking])
  await settled()
  await world.clock.advance(1_000)
  const change = (given: Parameters<typeof world.devices.change>[2]) =>
    world.devices.change(world.admin, parseDeviceId(deviceId), given)
  const list = async () => (await world.devices.list(world.admin, { roomId, after: null })).devices
  const [old, fresh] = ["old.example.org", "new.example.org"].map((address) => world.memory.at(address))
  if (old === undefined || fresh === undefined) throw new Error("there are two")
  return { ...world, deviceId: parseDeviceId(deviceId), stop, change, list, old, fresh }
}

test("what answers at the address before has its list taken away, and the other is given it", async () => {
  const { change, list, old, fresh, clock, stop, store, account, deviceId } = await given()
  const changed = await change({ address: "new.example.org" })
  expect(changed).toMatchObject({ address: "new.example.org", state: "new", given: null, lastOkAt: null, model: null })
  await settled()
  await clock.advance(2 * lookMs)
  expect([ids(old.bookings), ids(fresh.bookings)]).toEqual([[], ["1"]])
  expect(await list()).toMatchObject([{ deviceId, address: "new.example.org", state: "well", given: { count: 1 } }])
  const log = await store.inAccount(account.accountId, (tables) => tables.listAuditOf(deviceId, 20))
  expect(log.map(({ reason }) => reason)).toContain("device-address")
  await stop()
})

test("what cannot be reached there is tried for a day, said to show its list for as long, and then that it may", async () => {
  const { change, list, old, fresh, clock, stop, node } = await given()
  old.trouble = away()
  await change({ address: "new.example.org" })
  await clock.advance(minutes(30))
  expect(ids(fresh.bookings)).toEqual(["1"])
  const left = (await list()).find(({ address }) => address === "old.example.org")
  expect(left).toMatchObject({ state: "leaving", isUncleared: true, problem: { code: "device-silent" } })
  await stop()
  await clock.advance(minutes(24 * 60))
  const stopAgain = node().start()
  await settled()
  expect((await list()).find(({ address }) => address === "old.example.org")).toMatchObject({ state: "left" })
  expect(ids(old.bookings)).toEqual(["1"])
  await stopAgain()
})

test("a device that is only called by another name is given its list again after it was taken away", async () => {
  const { change, list, memory, old, clock, stop } = await given()
  memory.isAlso("by-name.example.org", "old.example.org")
  await change({ address: "by-name.example.org" })
  await settled()
  await clock.advance(2 * lookMs)
  expect(ids(old.bookings)).toEqual(["1"])
  expect(old.puts.map(ids)).toContainEqual([])
  expect(await list()).toMatchObject([{ address: "by-name.example.org", state: "well" }])
  await stop()
})

test("a new password alone leaves nothing behind, nor does another address before there was a list", async () => {
  const { change, list, memory, old, stop, clock, devices, admin, addDevice, addRoom } = await given()
  old.password = "replaced"
  await change({ password: "replaced" })
  await clock.advance(2 * lookMs)
  expect(await list()).toHaveLength(1)
  memory.at("never.example.org").trouble = away()
  const roomId = await addRoom("Lyra")
  const { deviceId } = await addDevice(roomId, "never.example.org")
  await devices.change(admin, parseDeviceId(deviceId), { address: "elsewhere.example.org" })
  expect((await devices.list(admin, { roomId, after: null })).devices).toHaveLength(1)
  await stop()
})

test("back at the address before it is the device's own again, and nothing is taken away there any more", async () => {
  const { change, list, old, clock, stop } = await given()
  old.trouble = away()
  await change({ address: "new.example.org" })
  await clock.advance(minutes(5))
  old.trouble = null
  await change({ address: "old.example.org" })
  await clock.advance(minutes(1))
  expect(ids(old.bookings)).toEqual(["1"])
  expect(await list()).toMatchObject([{ address: "old.example.org", state: "well" }])
  await stop()
})
