import type { Clock } from "../ports/clock.ts"
import type { DeviceDoor } from "../ports/device-door.ts"
import type { DeviceFamily } from "../ports/device-family.ts"
import type { DeviceWire } from "../ports/device-wire.ts"
import type { Random } from "../ports/random.ts"
import type { RoomAgendas } from "../ports/room-agendas.ts"
import { createCisco } from "./cisco/index.ts"
import { lifesizeFamily, polyFamily } from "./poly/family.ts"
import { createPolyFront } from "./poly/index.ts"
import { pullFamily } from "./pull/family.ts"
import { createRoomPull } from "./pull/index.ts"

export type DeviceDeps = { readonly wire: DeviceWire }

/** The kinds of video systems: one line each. */
const registry: readonly ((deps: DeviceDeps) => DeviceFamily)[] = [
  createCisco,
  () => polyFamily,
  () => lifesizeFamily,
  () => pullFamily,
]

export function createFamilies(deps: DeviceDeps): ReadonlyMap<string, DeviceFamily> {
  return new Map(registry.map((create) => create(deps)).map((family) => [family.name, family]))
}

export type FrontDeps = {
  readonly agendas: RoomAgendas
  /** Who devices of these kinds are. */
  readonly doorOf: (families: ReadonlySet<string>) => DeviceDoor
  readonly clock: Clock
  readonly random: Random
  /** Signs tokens; the same on every node. */
  readonly key: Uint8Array
}

/** The ways in which devices ask for their bookings by themselves, each for its kinds of devices alone. */
export function createFronts({ agendas, doorOf, clock, random, key }: FrontDeps) {
  const mailboxDoor = doorOf(new Set([polyFamily.name, lifesizeFamily.name]))
  const pullDoor = doorOf(new Set([pullFamily.name]))
  const front = createPolyFront({ agendas, door: mailboxDoor, clock, random })
  return {
    front,
    pull: createRoomPull({ agendas, door: pullDoor, clock, key }),
    /** A device was changed or taken away. */
    shut(deviceId: string): void {
      for (const door of [mailboxDoor, pullDoor]) door.forget(deviceId)
      front.shut(deviceId)
    },
  }
}
