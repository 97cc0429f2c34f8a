import { parseDeviceId } from "@kalends/domain/ids"
import { expect, test } from "vitest"
import { deviceWorld } from "../testing/device-world.ts"
import { settled } from "../testing/fake-clock.ts"
import type { MemoryDevice } from "../testing/memory-device.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { bookingOf } from "../testing/sample-booking.ts"
import { checkMs } from "./connector-pace.ts"

const minutes = (count: number) => count * 60_000
const start = Temporal.Instant.from("2026-11-23T15:00:00Z")
const meetings = (count: number) =>
  Array.from({ length: count }, (_, index) => bookingOf(`Meeting ${index}`, String(start.add({ minutes: index }))))

/** A room with so many meetings, and a device in it that is not as devices should be. */
async function begun(count: number, oddity: Partial<MemoryDevice>) {
  const world = await deviceWorld(createMemoryStore())
  const roomId = await world.addRoom("Orion")
  const codec = world.memory.at("codec.example.org")
  Object.assign(codec, oddity)
  const device = await world.addDevice(roomId, "codec.example.org")
  const stop = world.node().start()
  await settled()
  const read = async (now = count) => {
    world.rooms.put({ accountId: world.account.accountId, roomId }, meetings(now))
    await settled()
  }
  await read()
  return { ...world, codec, read, deviceId: parseDeviceId(device.deviceId), stop }
}

test.each(["needs", "cuts"] as const)(
  "a device that %s whenever it is given its list is given it ever more rarely, and at once when that is over",
  async (afterPut) => {
    const world = await begun(1, { afterPut })
    await world.clock.advance(minutes(60))
    expect(world.codec.puts.length).toBeGreaterThan(8)
    expect(world.codec.puts.length).toBeLessThan(40)
    expect(world.codec.opened).toBeLessThan(40)
    world.codec.afterPut = null
    await world.clock.advance(minutes(30))
    const before = world.codec.puts.length
    world.codec.wipe()
    await settled()
    expect(world.codec.puts).toHaveLength(before + 1)
    await world.stop()
  },
)

test("a line on which nothing is answered any more is given up, and another is tried", async () => {
  const world = await begun(1, { held: new Promise(() => {}) })
  expect(world.codec.opened).toBe(1)
  await world.clock.advance(30_000)
  expect(world.codec.opened).toBeGreaterThan(1)
  world.codec.held = null
  await world.clock.advance(60_000)
  expect(world.codec.bookings).toHaveLength(1)
  await world.stop()
})

test("a device that keeps less than it is given is said to, and given it rarely, until it keeps it", async () => {
  const world = await begun(3, { keepsMost: 2 })
  await world.clock.advance(minutes(180))
  expect(world.codec.puts.length).toBeLessThan(12)
  const view = () => world.devices.find(world.admin, world.deviceId)
  expect(await view()).toMatchObject({ state: "failing", problem: { kind: "conflict", code: "device-not-kept" } })
  world.codec.keepsMost = 10
  await world.clock.advance(minutes(150))
  expect(world.codec.bookings).toHaveLength(3)
  await world.read()
  await world.clock.advance(1_000)
  expect(await view()).toMatchObject({ state: "well", problem: null })
  await world.stop()
})

test("a site that does not answer keeps no other device waiting for what its room has now", async () => {
  const world = await begun(1, {})
  const site = await world.addRoom("Lyra")
  for (let count = 0; count < 70; count++) {
    world.memory.at(`away-${count}`).isSilent = true
    await world.addDevice(site, `away-${count}`)
  }
  await settled()
  world.rooms.put({ accountId: world.account.accountId, roomId: site }, meetings(1))
  await settled()
  expect(world.memory.at("away-0").opened).toBe(1)
  await world.read(2)
  expect(world.codec.bookings).toHaveLength(2)
  await world.stop()
})

test("of more bookings than a device takes it is given the next, and is said to have those alone", async () => {
  const world = await begun(5_000, {})
  await world.clock.advance(checkMs)
  expect(world.codec.bookings.map(({ title }) => title)).toEqual(meetings(100).map(({ title }) => title))
  expect(await world.devices.find(world.admin, world.deviceId)).toMatchObject({ state: "well", given: { count: 100 } })
  await world.stop()
})
