import { timingSafeEqual } from "node:crypto"
import type { KeyReason } from "@kalends/domain/audit-reason"
import type { AccountId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, AuditEntry, DataKeyRow } from "../ports/store.ts"
import type { Custodians } from "./custody-state.ts"
import { createKeyRing } from "./key-ring.ts"
import { type BoxKey, boxKey } from "./sealed-box.ts"

const dataKeyBytes = 32

export type DataKeysDeps = {
  readonly custodians: Custodians
  readonly clock: Clock
  readonly random: Random
  /** How long keys in use are kept while their custodian is away. */
  readonly graceMs: number
}

/** What a data key is bound to where it is wrapped. */
export function keyContext(accountId: AccountId, keyVersion: number): string {
  return `data-key\n${accountId}\n${keyVersion}`
}

/** The data keys of accounts: made, unwrapped, and held in memory for a while. */
export function createDataKeys(deps: DataKeysDeps) {
  const { custodians, clock, random } = deps
  const ring = createKeyRing(clock, deps.graceMs)

  async function unwrap(row: DataKeyRow): Promise<BoxKey> {
    const held = ring.find(row.accountId, row.keyVersion)
    if (held !== null) return held
    const source = {
      confirm: () => unwrapNow(custodians, row),
      awaySince: () => custodians.awaySince(row.custodyKeyId),
    }
    return ring.hold(row.accountId, await source.confirm(), source)
  }

  /** Throws Problem "unavailable" when the custodian that is to wrap it is away. */
  async function create(tables: AccountTables, actor: AuditEntry["actor"], reason: KeyReason): Promise<BoxKey> {
    const [newest] = await tables.listDataKeys()
    const keyVersion = (newest?.keyVersion ?? 0) + 1
    const dataKey = random.bytes(dataKeyBytes)
    const { bytes, keyId } = await custodians.wrap(dataKey, keyContext(tables.accountId, keyVersion))
    const key = boxKey(keyVersion, dataKey)
    dataKey.fill(0)
    await tables.insertDataKey({
      ...{ accountId: tables.accountId, keyVersion, wrappedKey: bytes, custodyKeyId: keyId },
      ...{ commitment: key.commitment, createdAt: clock.now(), destroyedAt: null },
    })
    await tables.appendAudit({ actor, action: "data-key-created", subjectId: tables.accountId, reason }, clock.now())
    return key
  }

  return {
    create,

    /** The newest key of the account, to seal with; made where there is none. */
    async newest(tables: AccountTables): Promise<BoxKey> {
      const row = await tables.keys.takeNewest()
      if (row !== null) return unwrap(row)
      // Two who make an account's first key at once: the second waits here, and then finds the first one's.
      await tables.lockAccount()
      const made = await tables.keys.takeNewest()
      return made === null ? create(tables, { kind: "service", part: "vault" }, "first-secret") : unwrap(made)
    },

    /** The same, but none is made. */
    async newestOrNull(tables: AccountTables): Promise<BoxKey | null> {
      const row = await tables.keys.takeNewest()
      return row === null ? null : unwrap(row)
    },

    /**
     * The key of a version, to open with. Throws Problem "auth-revoked" (code "keys-shredded") when it was destroyed, "malformed"
     * when it never was.
     */
    async ofVersion(tables: AccountTables, version: number): Promise<BoxKey> {
      const held = ring.find(tables.accountId, version)
      if (held !== null) return held
      const row = (await tables.listDataKeys()).find(({ keyVersion }) => keyVersion === version)
      if (row === undefined)
        throw new Problem("malformed", "The key of a stored secret is gone.", { code: "data-key-gone" })
      if (row.destroyedAt !== null)
        throw new Problem("auth-revoked", "The key of this secret was destroyed; connect again.", {
          code: "keys-shredded",
        })
      return unwrap(row)
    },

    drop: (accountId: AccountId) => ring.drop(accountId),
    clear: () => ring.clear(),
  }
}

export type DataKeys = ReturnType<typeof createDataKeys>

async function unwrapNow(custodians: Custodians, row: DataKeyRow): Promise<BoxKey> {
  const { accountId, keyVersion, wrappedKey, custodyKeyId, commitment } = row
  const wrapped = { bytes: wrappedKey, keyId: custodyKeyId }
  const dataKey = await custodians.unwrap(wrapped, keyContext(accountId, keyVersion))
  const key = boxKey(keyVersion, dataKey)
  dataKey.fill(0)
  if (!timingSafeEqual(key.commitment, commitment))
    throw new Problem("malformed", "A data key is not the one it should be.", { code: "data-key-damaged" })
  return key
}
