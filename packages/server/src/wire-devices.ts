import { createDevices } from "./bookings/devices.ts"
import type { Config } from "./config.ts"
import { createFamilies } from "./devices/registry.ts"
import { createDeviceWire } from "./platform/device-wire.ts"
import type { Clock } from "./ports/clock.ts"
import type { Random } from "./ports/random.ts"
import type { SecretVault } from "./ports/secret-vault.ts"
import type { Store } from "./ports/store.ts"

export type DeviceParts = {
  readonly store: Store
  readonly vault: SecretVault
  readonly clock: Clock
  readonly random: Random
}

/** Video systems of rooms. */
export function createDeviceParts({ deviceNetworks }: Config, { store, vault, clock, random }: DeviceParts) {
  const wire = createDeviceWire(deviceNetworks)
  const families = createFamilies({ wire })
  return { devices: createDevices({ store, vault, families, wire, clock, random }) }
}
