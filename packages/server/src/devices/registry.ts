import type { DeviceFamily } from "../ports/device-family.ts"
import type { DeviceWire } from "../ports/device-wire.ts"
import { createCisco } from "./cisco/index.ts"
import { lifesizeFamily, polyFamily } from "./poly/family.ts"
import { pullFamily } from "./pull/family.ts"

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
