import type { RoomId } from "@kalends/domain/ids"
import { parseUserId } from "@kalends/domain/ids"
import type { NewDeviceInput } from "@kalends/protocol/devices"
import { createConnector } from "../bookings/connector.ts"
import { createDevices } from "../bookings/devices.ts"
import { createRoomShelves } from "../bookings/room-shelves.ts"
import { createStoredBookings } from "../bookings/stored-bookings.ts"
import { createProcessFanOut } from "../platform/process-fan-out.ts"
import type { RoomAgendas } from "../ports/room-agendas.ts"
import type { Store } from "../ports/store.ts"
import { createContentBox } from "../vault/content-box.ts"
import { createKeyFileCustody } from "../vault/custodians/key-file/index.ts"
import { fakeClock } from "./fake-clock.ts"
import { createMemoryDevices } from "./memory-device.ts"
import { memoryRooms } from "./memory-rooms.ts"
import { callerOf, sampleRows } from "./rows.ts"
import { sampleRoom } from "./sample-room.ts"
import { seededRandom } from "./seeded-random.ts"
import { vaultWith } from "./vault-with.ts"

const silent = { info() {}, warn() {}, error() {} }

/** An account with an administrator and rooms, and devices in memory to put into them. */
export async function deviceWorld(store: Store, seed = 1) {
  const clock = fakeClock()
  const random = seededRandom(seed)
  const { account, user } = sampleRows(seed)
  const memory = createMemoryDevices()
  const { vault, keys } = vaultWith(createKeyFileCustody(random.bytes(32), random), { clock, random })
  const shown = { sha256: "a".repeat(64), subject: "CN=codec", issuer: "CN=codec", isTrusted: false }
  const wire = { certificateOf: async () => ({ ...shown, validUntil: clock.now().add({ hours: 24 }) }) }
  const { families } = memory
  const box = createContentBox({ keys, random })
  const stored = createStoredBookings({ store, box })
  const fanOut = createProcessFanOut()
  const devices = createDevices({ store, vault, families, wire, stored, world: { clock, random, fanOut } })
  const rooms = memoryRooms(clock)
  /** A node's connector: another each time, as after a restart. */
  const node = (agendas: RoomAgendas = rooms) => {
    const shelves = createRoomShelves({ store, fanOut, agendas, stored, log: silent })
    const connector = createConnector({ link: { store, vault, families }, shelves, fanOut, clock, random, log: silent })
    fanOut.listen({ kind: "devices" }, (hint) => {
      if (hint.kind === "device-changed") connector.changed(hint.deviceId)
    })
    return connector
  }
  const admin = callerOf({ ...user, role: "room-admin" as const })
  const inAccount: Store["inAccount"] = (_accountId, work) => store.inAccount(account.accountId, work)
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(account.accountId, (tables) => tables.insertUser(user))

  async function addRoom(name: string): Promise<RoomId> {
    const roomId = parseUserId(random.uuid())
    const address = `${name.toLowerCase().replaceAll(" ", "-")}-${seed}@example.org`
    const room = sampleRoom(account.accountId, seed, { roomId, name, address })
    await inAccount(account.accountId, (tables) => tables.rooms.insert(room))
    return roomId
  }

  /** What is written of a device that is called at this address. */
  const inputFor = (roomId: string, address: string): NewDeviceInput => ({
    ...{ roomId, family: "memory", name: `Codec ${address}`, address, username: "integrator", password: "right" },
    ...{ certificate: null, keepsOthers: false, startBufferMinutes: 5, endBufferMinutes: 0 },
  })

  async function addDevice(roomId: RoomId, address: string) {
    memory.at(address)
    return (await devices.add(admin, inputFor(roomId, address))).device
  }

  return {
    ...{ clock, random, store, vault, memory, devices, admin, account, rooms, stored, fanOut },
    addRoom,
    addDevice,
    inputFor,
    node,
  }
}
export type DeviceWorld = Awaited<ReturnType<typeof deviceWorld>>
