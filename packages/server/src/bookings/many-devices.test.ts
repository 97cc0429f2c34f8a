import { Problem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import { deviceWorld } from "../testing/device-world.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { createManyDevices } from "./many-devices.ts"

async function listWorld() {
  const store = createMemoryStore()
  const world = await deviceWorld(store)
  const families = world.memory.families
  const many = createManyDevices({ store, families, devices: world.devices })
  const [orion, lyra] = [await world.addRoom("Orion"), await world.addRoom("Lyra")]
  return { ...world, store, families, many, orion, lyra }
}

test("a list is looked at before: by its room's name or address, what is here already, and what is refused", async () => {
  const { many, admin, addRoom, addDevice, inputFor, devices, orion, lyra } = await listWorld()
  await addDevice(orion, "codec.example.org")
  await devices.add(admin, { ...inputFor(lyra, ""), family: "asking", name: "Poly", address: null })
  await addRoom("Lyra minor")
  const listed = { family: "memory", name: "Codec", address: "other.example.org" }
  const { devices: found } = await many.preview(admin, {
    devices: [
      { ...listed, room: "oRION" },
      { ...listed, room: "lyra-1@Example.org" },
      { ...listed, room: "Lyra", address: "codec.example.org" },
      { ...listed, room: "Lyra", family: "asking", name: "Poly", address: null },
      { ...listed, room: "Orion", family: "asking", name: "Poly", address: null },
      { ...listed, room: "Draco" },
      { ...listed, room: "Orion", family: "unheard" },
    ],
  })
  expect(found).toEqual([
    { outcome: "new", roomId: orion, roomName: "Orion" },
    { outcome: "new", roomId: lyra, roomName: "Lyra" },
    { outcome: "known", name: "Codec codec.example.org", roomName: "Orion" },
    { outcome: "known", name: "Poly", roomName: "Lyra" },
    { outcome: "new", roomId: orion, roomName: "Orion" },
    { outcome: "refused", code: "no-room" },
    { outcome: "refused", code: "no-family" },
  ])
})

test("each of a list is made by itself: what is here is left alone, what is refused keeps no other from being made", async () => {
  const { many, store, admin, addDevice, inputFor, orion, memory, devices } = await listWorld()
  await addDevice(orion, "codec.example.org")
  memory.at("new.example.org")
  const asking = { ...inputFor(orion, ""), family: "asking", name: "Poly", address: null, password: null }
  const inputs = [
    inputFor(orion, "codec.example.org"),
    inputFor("0198f7a0-0000-7000-8000-000000000001", "lost.example.org"),
    { ...inputFor(orion, "bare.example.org"), password: null },
    inputFor(orion, "new.example.org"),
    asking,
    asking,
  ]
  const { outcomes } = await many.add(admin, inputs)
  expect(outcomes).toMatchObject([
    { outcome: "known" },
    { outcome: "refused", code: "no-room" },
    { outcome: "refused", code: "device-incomplete" },
    { outcome: "added", device: { address: "new.example.org" }, password: null },
    { outcome: "added", device: { name: "Poly" }, password: expect.stringMatching(/^[a-z2-9-]{29}$/) },
    { outcome: "known" },
  ])
  expect((await devices.list(admin, { roomId: null, after: null })).devices).toHaveLength(3)
  expect(JSON.stringify(store.everything())).not.toContain("right")
})

test("certificates of many are read at once; one that does not answer, or is one too many, is told by itself", async () => {
  const { store, families, devices } = await listWorld()
  const away = new Problem("unavailable", "Away.", { code: "device-silent" })
  const certificate = (address: string) =>
    address === "away.example.org" ? Promise.reject(away) : devices.certificate(address)
  const many = createManyDevices({ store, families, devices: { ...devices, certificate } })
  let left = 2
  const { certificates } = await many.certificates(
    ["codec.example.org", "away.example.org", "more.example.org"],
    () => left-- > 0,
  )
  expect(certificates).toMatchObject([
    { outcome: "shown", certificate: { sha256: "a".repeat(64) } },
    { outcome: "refused", code: "device-silent" },
    { outcome: "refused", code: "too-many-attempts" },
  ])
})
