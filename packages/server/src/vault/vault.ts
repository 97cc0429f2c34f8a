import { timingSafeEqual } from "node:crypto"
import type { AccountId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { KeyCustody } from "../ports/key-custody.ts"
import type { Random } from "../ports/random.ts"
import type { Opening, SecretPlace, SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, DataKeyRow } from "../ports/store.ts"
import { createKeyRing } from "./key-ring.ts"
import { type BoxKey, boxKey, boxKeyVersion, open, seal } from "./sealed-box.ts"

const dataKeyBytes = 32

export type VaultDeps = { readonly custody: KeyCustody; readonly clock: Clock; readonly random: Random }

/**
 * Seals and opens secrets. Each account has a data key, wrapped by custody; each secret is bound to its account,
 * connection, kind and key version. Opening writes its audit record first, in the same transaction: no record, no secret.
 */
export function createVault(deps: VaultDeps): SecretVault & { forget(): void } {
  const keys = createKeyRing(deps.clock)
  const keyed = { ...deps, keys }
  return {
    async sealSecret(tables, place, text) {
      const key = await keyOf(keyed, tables, "newest")
      return seal(key, secretContext(tables.accountId, place), Buffer.from(text), deps.random)
    },

    async openSecret(tables, opening: Opening, sealed) {
      const entry = {
        actor: opening.actor,
        action: "secret-opened",
        subjectId: opening.connectionId,
        reason: opening.reason,
        call: opening.call,
      } as const
      await tables.appendAudit(entry, deps.clock.now())
      const key = await keyOf(keyed, tables, boxKeyVersion(sealed))
      const text = open(key, secretContext(tables.accountId, opening), sealed)
      const secret = text.toString("utf8")
      text.fill(0)
      return secret
    },

    /** Forgets all unwrapped keys and ends the timer that would have. */
    forget: () => keys.clear(),
  }
}

type Keyed = VaultDeps & { readonly keys: ReturnType<typeof createKeyRing> }

/** The account's data key of a version; the newest is made where there is none yet. */
async function keyOf(vault: Keyed, tables: AccountTables, version: number | "newest"): Promise<BoxKey> {
  const held = version === "newest" ? null : vault.keys.find(tables.accountId, version)
  if (held !== null) return held
  const rows = await tables.listDataKeys()
  const row = version === "newest" ? rows[0] : rows.find((known) => known.keyVersion === version)
  if (row === undefined && version !== "newest")
    throw new Problem("malformed", "The key of a stored secret is gone.", { code: "data-key-gone" })
  return row === undefined ? createFirstKey(vault, tables) : unwrap(vault, row)
}

async function unwrap({ custody, keys }: Keyed, row: DataKeyRow): Promise<BoxKey> {
  const held = keys.find(row.accountId, row.keyVersion)
  if (held !== null) return held
  const dataKey = await custody.unwrap(row.wrappedKey, keyContext(row.accountId, row.keyVersion), row.custodyKeyId)
  const key = boxKey(row.keyVersion, dataKey)
  dataKey.fill(0)
  if (!timingSafeEqual(key.commitment, row.commitment))
    throw new Problem("malformed", "A data key is not the one it should be.", { code: "data-key-damaged" })
  return keys.hold(row.accountId, key)
}

async function createFirstKey(vault: Keyed, tables: AccountTables): Promise<BoxKey> {
  const { custody, clock, random } = vault
  // Two who make an account's first key at once: the second waits here, and then finds the first one's.
  await tables.lockAccount()
  const [made] = await tables.listDataKeys()
  if (made !== undefined) return unwrap(vault, made)
  const keyVersion = 1
  const dataKey = random.bytes(dataKeyBytes)
  const wrappedKey = await custody.wrap(dataKey, keyContext(tables.accountId, keyVersion))
  const key = boxKey(keyVersion, dataKey)
  dataKey.fill(0)
  await tables.insertDataKey({
    accountId: tables.accountId,
    keyVersion,
    wrappedKey,
    custodyKeyId: custody.keyId,
    commitment: key.commitment,
    createdAt: clock.now(),
  })
  await tables.appendAudit(
    {
      actor: { kind: "service", part: "vault" },
      action: "data-key-created",
      subjectId: tables.accountId,
      reason: "first-secret",
    },
    clock.now(),
  )
  return key
}

function keyContext(accountId: AccountId, keyVersion: number): string {
  return `data-key\n${accountId}\n${keyVersion}`
}

function secretContext(accountId: AccountId, { connectionId, kind }: SecretPlace): string {
  return `secret\n${accountId}\n${connectionId}\n${kind}`
}
