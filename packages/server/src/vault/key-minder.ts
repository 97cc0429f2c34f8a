import type { Clock } from "../ports/clock.ts"
import type { Store } from "../ports/store.ts"
import type { Custodians } from "./custody-state.ts"
import type { KeyWork } from "./key-work.ts"

/** A worker that says nothing of its work for this long is dead. */
const silenceSeconds = 90
const accountsPerTick = 200

export type KeyMinderDeps = {
  readonly store: Store
  readonly custodians: Custodians
  readonly work: Pick<KeyWork, "begin">
  readonly clock: Clock
}

/**
 * What a timer does for keys: takes up work whose worker was killed, and begins it for accounts that still have a key under a
 * former custodian. Any number of nodes may do it at once.
 */
export function createKeyMinder({ store, custodians, work, clock }: KeyMinderDeps) {
  return {
    async tick(): Promise<void> {
      const now = clock.now()
      const untouchedSince = now.subtract({ seconds: silenceSeconds })
      const stalled = await store.asSystem((tables) =>
        tables.takeStalledKeyWork({ untouchedSince, now, limit: accountsPerTick }),
      )
      for (const { accountId } of stalled)
        await store.inAccount(accountId, (tables) => tables.addJobs([{ kind: "keys", accountId }]))
      const counts = await store.asSystem((tables) => tables.countByCustody())
      const former = counts.filter(({ keyId, count }) => count > 0 && custodians.roleOf(keyId) === "former")
      if (former.length === 0) return
      const keyIds = former.map(({ keyId }) => keyId)
      const accounts = await store.asSystem((tables) => tables.listAccountsUnder(keyIds, accountsPerTick))
      for (const accountId of accounts)
        await store.inAccount(accountId, async (tables) => {
          await tables.lockAccount()
          const known = await tables.keys.findWork()
          if (known === null || known.state === "done") await work.begin(tables, null, "custodian-changed")
        })
    },
  }
}

export type KeyMinder = ReturnType<typeof createKeyMinder>
