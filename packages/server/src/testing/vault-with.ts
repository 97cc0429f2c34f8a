import type { Clock } from "../ports/clock.ts"
import type { KeyCustody } from "../ports/key-custody.ts"
import type { Random } from "../ports/random.ts"
import { createCustodians } from "../vault/custody-state.ts"
import { createDataKeys } from "../vault/data-keys.ts"
import { createVault } from "../vault/vault.ts"
import { silentMetrics } from "./silent-metrics.ts"

export type VaultWorld = {
  readonly clock: Clock
  readonly random: Random
  readonly former?: readonly KeyCustody[]
  readonly next?: readonly KeyCustody[]
  readonly graceMs?: number
}

/** A node's vault with `current` as its custodian, and what it is made of. */
export function vaultWith(
  current: KeyCustody,
  { clock, random, former = [], next = [], graceMs = 3_600_000 }: VaultWorld,
) {
  const custodians = createCustodians({ current, next, former, world: { clock, metrics: silentMetrics } })
  const keys = createDataKeys({ custodians, clock, random, graceMs })
  return { custodians, keys, vault: createVault({ keys, clock, random }) }
}
