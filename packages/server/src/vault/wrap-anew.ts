import type { AccountId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { WrappedKey } from "../ports/key-custody.ts"
import type { DataKeyRow, Store } from "../ports/store.ts"
import type { Custodians } from "./custody-state.ts"
import { keyContext } from "./data-keys.ts"

export type WrapAnewDeps = { readonly store: Store; readonly custodians: Custodians; readonly clock: Clock }

/**
 * Wraps an account's data keys under what the current custodian wraps with now: another custodian, another key, a newer version
 * of it. What it gives is unwrapped once and compared before it takes the place of the only other copy. A key that a custodian
 * holds which is to become the current one is left there: this node's settings are older than those of whoever put it there.
 */
export function createWrapAnew({ store, custodians, clock }: WrapAnewDeps) {
  async function wrapped({ accountId, keyVersion, wrappedKey, custodyKeyId }: DataKeyRow): Promise<WrappedKey> {
    const context = keyContext(accountId, keyVersion)
    const dataKey = await custodians.unwrap({ bytes: wrappedKey, keyId: custodyKeyId }, context)
    try {
      const fresh = await custodians.wrap(dataKey, context)
      const back = await custodians.unwrap(fresh, context)
      const isSame = Buffer.from(back).equals(dataKey)
      back.fill(0)
      if (!isSame)
        throw new Problem("unavailable", "The keys cannot be moved at the moment.", { code: "custody-differs" })
      return fresh
    } finally {
      dataKey.fill(0)
    }
  }

  return async (accountId: AccountId): Promise<void> => {
    const rows = await store.inAccount(accountId, (tables) => tables.listDataKeys())
    for (const row of rows) {
      if (row.destroyedAt !== null || custodians.roleOf(row.custodyKeyId) === "next") continue
      const fresh = await wrapped(row)
      await store.inAccount(accountId, async (tables) => {
        await tables.lockAccount()
        if (!(await tables.keys.rewrap(row.keyVersion, row.custodyKeyId, fresh))) return
        await tables.appendAudit(
          {
            ...{ actor: { kind: "service", part: "vault" }, action: "data-keys-wrapped", subjectId: accountId },
            reason: "key-wrapped",
          },
          clock.now(),
        )
      })
    }
  }
}
