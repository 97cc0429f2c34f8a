import { parseDeviceId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { deviceAddressSchema } from "@kalends/protocol/devices"
import { expect, test } from "vitest"
import { deviceWorld } from "../testing/device-world.ts"
import { createMemoryStore } from "../testing/memory-store.ts"

test("a device is added with its password sealed, and listed with its room", async () => {
  const store = createMemoryStore()
  const { devices, admin, addRoom, addDevice } = await deviceWorld(store)
  const room = await addRoom("Orion")
  await addDevice(room, "codec.example.org")
  const { devices: listed, after } = await devices.list(admin, { roomId: room, after: null })
  expect(listed).toMatchObject([
    { address: "codec.example.org", state: "new", room: { displayName: "Orion" }, isCalled: true, given: null },
  ])
  expect(after).toBeNull()
  expect(JSON.stringify(store.everything())).not.toContain("right")
})

test("an address has one device; whose room is not there is refused", async () => {
  const { devices, admin, addRoom, addDevice, inputFor } = await deviceWorld(createMemoryStore())
  const room = await addRoom("Orion")
  await addDevice(room, "codec.example.org")
  await expect(addDevice(room, "codec.example.org")).rejects.toMatchObject({ code: "device-known" })
  const nowhere = inputFor("0198f7a0-0000-7000-8000-000000000001", "other.example.org")
  await expect(devices.add(admin, nowhere)).rejects.toMatchObject({ code: "no-room" })
  await expect(devices.add(admin, { ...nowhere, family: "unheard" })).rejects.toMatchObject({ code: "no-family" })
})

test("an address is the same however it is written, so that no codec is added twice", () => {
  const typed = ["codec.example.org", " Codec.Example.org. ", "codec.example.org:443", "codec.example.org.:443"]
  expect(new Set(typed.map((one) => deviceAddressSchema.parse(one)))).toEqual(new Set(["codec.example.org"]))
  expect(deviceAddressSchema.parse("10.0.0.7:8443")).toBe("10.0.0.7:8443")
  expect(deviceAddressSchema.parse("[2001:db8::443]")).toBe("[2001:db8::443]")
})

test("a device that asks is given a name and a password, which are shown once", async () => {
  const { devices, admin, addRoom, inputFor } = await deviceWorld(createMemoryStore())
  const given = { ...inputFor(await addRoom("Orion"), "ignored.example.org"), family: "asking", password: null }
  const { device, password } = await devices.add(admin, given)
  expect(device).toMatchObject({ isCalled: false, address: null })
  expect(password).toMatch(/^(?:[a-z2-9]{5}-){4}[a-z2-9]{5}$/)
  const renewed = await devices.renewPassword(admin, parseDeviceId(device.deviceId))
  expect(renewed.password).not.toBe(password)
  await expect(devices.change(admin, parseDeviceId(device.deviceId), { password: "own" })).rejects.toMatchObject({
    code: "device-asks",
  })
})

test("a device that has not asked for an hour is silent, and among those that need somebody", async () => {
  const { devices, admin, addRoom, inputFor, store, account, clock } = await deviceWorld(createMemoryStore())
  const given = { ...inputFor(await addRoom("Orion"), "ignored.example.org"), family: "asking" }
  const deviceId = parseDeviceId((await devices.add(admin, given)).device.deviceId)
  const troubled = async () => (await devices.list(admin, { roomId: null, after: null, isTroubled: true })).devices
  expect(await troubled()).toMatchObject([{ state: "new" }])
  const lastOkAt = clock.now()
  await store.inAccount(account.accountId, (tables) => tables.devices.update(deviceId, { lastOkAt }))
  expect([await troubled(), (await devices.find(admin, deviceId)).state]).toEqual([[], "well"])
  await clock.advance(61 * 60_000)
  expect(await troubled()).toMatchObject([{ state: "silent" }])
})

test("testing signs in once and keeps what the device says it is; a wrong password is told", async () => {
  const { devices, admin, addRoom, addDevice, memory } = await deviceWorld(createMemoryStore())
  const { deviceId: text } = await addDevice(await addRoom("Orion"), "codec.example.org")
  const deviceId = parseDeviceId(text)
  expect(await devices.test(admin, deviceId)).toEqual({ isWell: true, problem: null, model: "Memory", software: "1.0" })
  expect(await devices.find(admin, deviceId)).toMatchObject({ model: "Memory", software: "1.0", state: "new" })
  await devices.change(admin, deviceId, { password: "wrong", name: "Codec of Orion" })
  expect(await devices.test(admin, deviceId)).toMatchObject({
    isWell: false,
    problem: { kind: "auth-revoked", code: "device-password" },
  })
  memory.at("codec.example.org").trouble = new Problem("unavailable", "Away.")
  expect(await devices.test(admin, deviceId)).toMatchObject({ isWell: false, problem: { kind: "unavailable" } })
})

test("what is done to devices is in the log, and each opening of a password with its reason", async () => {
  const world = await deviceWorld(createMemoryStore())
  const { deviceId: text } = await world.addDevice(await world.addRoom("Orion"), "codec.example.org")
  const deviceId = parseDeviceId(text)
  await world.devices.change(world.admin, deviceId, { name: "Codec of Orion" })
  await world.devices.change(world.admin, deviceId, { password: "right" })
  await world.devices.test(world.admin, deviceId)
  await world.devices.remove(world.admin, deviceId)
  const log = await world.store.inAccount(world.account.accountId, (tables) => tables.listAuditOf(text, 20))
  expect(log.map(({ action, reason }) => `${action} ${reason}`)).toEqual([
    "device-changed device-added",
    "device-changed device-changed",
    "device-changed device-secret",
    "secret-opened device",
    "device-changed device-removed",
  ])
  await expect(world.devices.find(world.admin, deviceId)).rejects.toMatchObject({ kind: "not-found" })
})
