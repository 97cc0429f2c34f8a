import { parseDeviceId } from "@kalends/domain/ids"
import { expect, test } from "vitest"
import { deviceWorld } from "../testing/device-world.ts"
import { settled } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { createDeviceDoor } from "./device-door.ts"

const log = { info() {}, warn() {}, error() {} }

async function doorWorld() {
  const world = await deviceWorld(createMemoryStore())
  const { store, vault, clock, devices, admin } = world
  const room = await world.addRoom("Orion")
  const input = { ...world.inputFor(room, "ignored.example.org"), family: "asking", password: null }
  const { device, password } = await devices.add(admin, input)
  const door = createDeviceDoor({ store, vault, families: new Set(["asking"]), clock, log })
  const openings = async () => {
    const log = await store.inAccount(world.account.accountId, (tables) => tables.listAuditOf(device.deviceId, 20))
    return log.filter(({ action }) => action === "secret-opened").length
  }
  return { ...world, door, device, password, room, openings, deviceId: parseDeviceId(device.deviceId) }
}

test("a device is known by its name, with its room and its password, opened once", async () => {
  const { door, device, password, room, openings, clock } = await doorWorld()
  const known = await door.who(device.username.toUpperCase())
  expect(known).toMatchObject({ deviceId: device.deviceId, room: { roomId: room }, roomName: "Orion", password })
  await Promise.all([door.who(device.username), door.who(device.username)])
  await clock.advance(31_000)
  await door.who(device.username)
  expect(await openings()).toBe(1)
  await clock.advance(3_700_000)
  await door.who(device.username)
  expect(await openings()).toBe(2)
})

test("nobody's name, what is no name, and devices of another kind are nobody", async () => {
  const { door, store, vault, clock, device } = await doorWorld()
  expect(await door.who("room-unknown")).toBeNull()
  expect(await door.who("' or 1=1 --")).toBeNull()
  const other = createDeviceDoor({ store, vault, families: new Set(["others"]), clock, log })
  expect(await other.who(device.username)).toBeNull()
})

test("another password and a removal are known within half a minute", async () => {
  const { door, devices, admin, device, deviceId, clock, openings } = await doorWorld()
  await door.who(device.username)
  const { password } = await devices.renewPassword(admin, deviceId)
  await clock.advance(31_000)
  expect(await door.who(device.username)).toMatchObject({ password })
  expect(await openings()).toBe(2)
  await devices.remove(admin, deviceId)
  await clock.advance(31_000)
  expect(await door.who(device.username)).toBeNull()
})

test("that it was given its bookings is written for administrators, not with every request", async () => {
  const { door, devices, admin, device, deviceId, clock } = await doorWorld()
  const known = await door.who(device.username)
  if (known === null) throw new Error("it is known")
  const lastOk = async () => (await devices.find(admin, deviceId)).lastOkAt
  await door.given(known)
  const first = await lastOk()
  expect(first).toBe(clock.now().toString())
  await clock.advance(60_000)
  await door.given(known)
  expect(await lastOk()).toBe(first)
  await clock.advance(300_000)
  await door.given(known)
  expect(await lastOk()).toBe(clock.now().toString())
})

test("another password and a removal count at once where it is said that the device was changed", async () => {
  const { door, devices, admin, device, deviceId, fanOut } = await doorWorld()
  fanOut.listen({ kind: "devices" }, (hint) => hint.kind === "device-changed" && door.forget(hint.deviceId))
  await door.who(device.username)
  const { password } = await devices.renewPassword(admin, deviceId)
  expect(await door.who(device.username)).toMatchObject({ password })
  await devices.change(admin, deviceId, { isEnabled: false })
  expect(await door.who(device.username)).toBeNull()
  await devices.change(admin, deviceId, { isEnabled: true })
  expect(await door.who(device.username)).not.toBeNull()
  await devices.remove(admin, deviceId)
  expect(await door.who(device.username)).toBeNull()
})

test("wrong passwords are counted for administrators until another is made, however many come at once", async () => {
  const { door, devices, admin, device, deviceId, clock } = await doorWorld()
  const known = await door.who(device.username)
  if (known === null) throw new Error("it is known")
  expect((await devices.find(admin, deviceId)).wrongPasswords).toBeNull()
  for (let count = 0; count < 5; count++) door.refused(known)
  await settled()
  door.refused(known)
  await settled()
  const counted = { count: 6, at: clock.now().toString() }
  expect((await devices.find(admin, deviceId)).wrongPasswords).toEqual(counted)
  expect((await devices.renewPassword(admin, deviceId)).device.wrongPasswords).toBeNull()
})
