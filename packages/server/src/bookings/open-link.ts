import { Problem } from "@kalends/domain/problem"
import type { Call } from "../ports/call.ts"
import type { DeviceFamily, DeviceLink } from "../ports/device-family.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AuditEntry, Store } from "../ports/store.ts"

export type LinkDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly families: ReadonlyMap<string, DeviceFamily>
}

export type Opened = {
  readonly actor: AuditEntry["actor"]
  readonly call: Call
  readonly onNeed: () => void
  readonly signal: AbortSignal
}

/** Throws Problem "unsupported" (code "no-family"). */
export function familyOf(families: ReadonlyMap<string, DeviceFamily>, name: string): DeviceFamily {
  const family = families.get(name)
  if (family === undefined)
    throw new Problem("unsupported", "Video systems of this kind are not known here.", { code: "no-family" })
  return family
}

/**
 * Signs in at a device. Its password is opened for this alone, and the log says so. Throws Problem as DevicePush.open does,
 * "unsupported" where its kind is not called.
 */
export async function openLink(
  { store, vault, families }: LinkDeps,
  row: DeviceRow,
  { actor, call, onNeed, signal }: Opened,
): Promise<DeviceLink> {
  const { push } = familyOf(families, row.family)
  const { accountId, deviceId, address, certificate, username } = row
  if (push === null || address === null)
    throw new Problem("unsupported", "This video system signs in here.", { code: "device-asks" })
  const opening = { connectionId: deviceId, kind: "device-password", actor, reason: "device", call } as const
  const password = await store.inAccount(accountId, (tables) => vault.openSecret(tables, opening, row.sealedSecret))
  return push.open({ address, certificate, username, password }, onNeed, signal)
}
