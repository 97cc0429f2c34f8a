import { timingSafeEqual } from "node:crypto"
import type { AccountId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { KeyCustody } from "../ports/key-custody.ts"
import type { Random } from "../ports/random.ts"
import type { Opening, SecretPlace, SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables, DataKeyRow } from "../ports/store.ts"
import { type BoxKey, boxKey, boxKeyVersion, open, seal } from "./sealed-box.ts"

/** An unwrapped data key is forgotten after this long; then custody is asked again. */
export const keyLifeMs = 10 * 60_000
const keysInMemoryMost = 10_000
const dataKeyBytes = 32

export type VaultDeps = { readonly custody: KeyCustody; readonly clock: Clock; readonly random: Random }

/**
 * Seals and opens secrets. Each account has a data key, wrapped by custody; each secret is bound to its account,
 * connection, kind and key version. Opening writes its audit record first, in the same transaction: no record, no secret.
 */
export function createVault({ custody, clock, random }: VaultDeps): SecretVault & { forget(): void } {
  const keys = createKeyRing(clock)

  async function keyOf(tables: AccountTables, version: number | "newest"): Promise<BoxKey> {
    const held = version === "newest" ? null : keys.find(tables.accountId, version)
    if (held !== null) return held
    const rows = await tables.listDataKeys()
    const row = version === "newest" ? rows[0] : rows.find((known) => known.keyVersion === version)
    if (row === undefined && version !== "newest")
      throw new Problem("malformed", "The key of a stored secret is gone.", { code: "data-key-gone" })
    return row === undefined ? createFirstKey(tables) : unwrap(row)
  }

  async function unwrap(row: DataKeyRow): Promise<BoxKey> {
    const held = keys.find(row.accountId, row.keyVersion)
    if (held !== null) return held
    const key = boxKey(
      row.keyVersion,
      await custody.unwrap(row.wrappedKey, keyContext(row.accountId, row.keyVersion), row.custodyKeyId),
    )
    if (!timingSafeEqual(key.commitment, row.commitment))
      throw new Problem("malformed", "A data key is not the one it should be.", { code: "data-key-damaged" })
    return keys.hold(row.accountId, key)
  }

  async function createFirstKey(tables: AccountTables): Promise<BoxKey> {
    // Two who make an account's first key at once: the second waits here, and then finds the first one's.
    await tables.lockAccount()
    const [made] = await tables.listDataKeys()
    if (made !== undefined) return unwrap(made)
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

  return {
    async sealSecret(tables, place, text) {
      const key = await keyOf(tables, "newest")
      return seal(key, secretContext(tables.accountId, place), Buffer.from(text), random)
    },

    async openSecret(tables, opening: Opening, sealed) {
      const entry = {
        actor: opening.actor,
        action: "secret-opened",
        subjectId: opening.connectionId,
        reason: opening.reason,
      } as const
      await tables.appendAudit(entry, clock.now())
      const key = await keyOf(tables, boxKeyVersion(sealed))
      return Buffer.from(open(key, secretContext(tables.accountId, opening), sealed)).toString("utf8")
    },

    /** Forgets all unwrapped keys. */
    forget: () => keys.clear(),
  }
}

function keyContext(accountId: AccountId, keyVersion: number): string {
  return `data-key\n${accountId}\n${keyVersion}`
}

function secretContext(accountId: AccountId, { connectionId, kind }: SecretPlace): string {
  return `secret\n${accountId}\n${connectionId}\n${kind}`
}

/** Unwrapped keys, for a while; zeroed when they go. */
function createKeyRing(clock: Clock) {
  const held = new Map<string, { readonly key: BoxKey; readonly untilMs: number }>()
  const name = (accountId: AccountId, version: number) => `${accountId}:${version}`
  const drop = (at: string) => {
    held.get(at)?.key.encryption.fill(0)
    held.delete(at)
  }
  return {
    find(accountId: AccountId, version: number): BoxKey | null {
      const found = held.get(name(accountId, version))
      if (found === undefined) return null
      if (clock.now().epochMilliseconds < found.untilMs) return found.key
      drop(name(accountId, version))
      return null
    },
    hold(accountId: AccountId, key: BoxKey): BoxKey {
      const [oldest] = held.keys()
      if (held.size >= keysInMemoryMost && oldest !== undefined) drop(oldest)
      held.set(name(accountId, key.version), { key, untilMs: clock.now().epochMilliseconds + keyLifeMs })
      return key
    },
    clear: () => [...held.keys()].forEach(drop),
  }
}
