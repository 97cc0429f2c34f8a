import type { Config } from "./config.ts"
import { type PlatformSecret, readKeyFile, readTextFile } from "./platform/platform-secret.ts"
import type { Clock } from "./ports/clock.ts"
import type { HttpClient } from "./ports/http-client.ts"
import type { Metrics } from "./ports/metrics.ts"
import type { Passwords } from "./ports/passwords.ts"
import type { Random } from "./ports/random.ts"
import type { Store } from "./ports/store.ts"
import { createContentBox } from "./vault/content-box.ts"
import { createConfiguredCustody } from "./vault/custodians/registry.ts"
import { createCustodians } from "./vault/custody-state.ts"
import { createDataKeys } from "./vault/data-keys.ts"
import { createKeyMinder } from "./vault/key-minder.ts"
import { createKeyWork, usualRowsPerBatch } from "./vault/key-work.ts"
import { createKeys } from "./vault/keys.ts"
import { createVault } from "./vault/vault.ts"

export type KeyFiles = Awaited<ReturnType<typeof readKeyFiles>>

/** Key files that wrap data keys, besides the one that everything is derived from. */
export async function readKeyFiles({ custodyKeyFile, otherCustodyKeyFiles }: Config) {
  return {
    custodyKey: custodyKeyFile === null ? null : await readKeyFile(custodyKeyFile),
    formerCustodyKeys: await Promise.all(otherCustodyKeyFiles.map(readKeyFile)),
  }
}

type KeyParts = {
  readonly store: Store
  readonly http: HttpClient
  readonly secret: PlatformSecret
  readonly passwords: Passwords
  readonly keyFiles: KeyFiles
  readonly world: { readonly clock: Clock; readonly random: Random; readonly metrics: Metrics }
}

/** Who keeps the keys, and what is sealed with them. */
export function createKeyParts(config: Config, { store, http, secret, passwords, keyFiles, world }: KeyParts) {
  const { clock, random } = world
  const derivedKey = secret.derive("key-encryption")
  const configured = createConfiguredCustody(
    { http, clock, readFile: readTextFile, random, derivedKey, ...keyFiles },
    config,
  )
  const custodians = createCustodians({ ...configured, world })
  const graceMs = config.custodyGraceMinutes * 60_000
  const keys = createDataKeys({ custodians, clock, random, graceMs })
  const keyWork = createKeyWork({ store, keys, custodians, rowsPerBatch: usualRowsPerBatch, world })
  const keyMinder = createKeyMinder({ store, custodians, work: keyWork, clock })
  const keysWorld = { clock, graceMinutes: config.custodyGraceMinutes }
  const keysFeature = createKeys({ store, custodians, keys, work: keyWork, passwords, world: keysWorld })
  const contentBox = createContentBox({ keys, random })
  return { keysFeature, keyWork, keyMinder, contentBox, vault: createVault({ keys, clock, random }) }
}
