import { createConnector } from "./bookings/connector.ts"
import { createDevices } from "./bookings/devices.ts"
import { createManyDevices } from "./bookings/many-devices.ts"
import { createRoomShelves } from "./bookings/room-shelves.ts"
import { createStoredBookings } from "./bookings/stored-bookings.ts"
import type { Config } from "./config.ts"
import { createFamilies } from "./devices/registry.ts"
import { createDeviceWire } from "./platform/device-wire.ts"
import type { PlatformSecret } from "./platform/platform-secret.ts"
import type { Clock } from "./ports/clock.ts"
import type { ContentBox } from "./ports/content-box.ts"
import type { FanOut } from "./ports/fan-out.ts"
import type { Log } from "./ports/log.ts"
import type { Random } from "./ports/random.ts"
import type { RoomAgendas } from "./ports/room-agendas.ts"
import type { SecretVault } from "./ports/secret-vault.ts"
import type { Store } from "./ports/store.ts"
import { createDeviceFronts } from "./wire-device-fronts.ts"

export type DeviceParts = {
  readonly store: Store
  readonly vault: SecretVault
  readonly contentBox: ContentBox
  readonly secret: PlatformSecret
  readonly agendas: RoomAgendas
  readonly fanOut: FanOut
  readonly world: { readonly clock: Clock; readonly random: Random; readonly log: Log }
}

/** Video systems of rooms, and what brings them their bookings. */
export function createDeviceParts(config: Config, parts: DeviceParts) {
  const { store, vault, contentBox, agendas, fanOut, world } = parts
  const wire = createDeviceWire(config.deviceNetworks)
  const families = createFamilies({ wire })
  const stored = createStoredBookings({ store, box: contentBox })
  const shelves = createRoomShelves({ store, fanOut, agendas, stored, log: world.log })
  const { deviceFronts } = createDeviceFronts(config, parts)
  const connector = createConnector({ link: { store, vault, families }, shelves, fanOut, ...world })
  // For as long as the process: who is stopped does nothing with it.
  fanOut.listen({ kind: "devices" }, (hint) => {
    if (hint.kind !== "device-changed") return
    connector.changed(hint.deviceId)
    deviceFronts.shut(hint.deviceId)
  })
  const devices = createDevices({ store, vault, families, wire, stored, world: { ...world, fanOut } })
  return {
    devices,
    manyDevices: createManyDevices({ store, families, devices }),
    ...{ deviceFronts, connector },
  }
}
