import { parseAccountId, parseConnectionId, parseCredentialId, parseUserId } from "@kalends/domain/ids"
import type { KeyCustody } from "../ports/key-custody.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { createKeyFileCustody } from "../vault/custodians/key-file/index.ts"
import { createKeyMinder } from "../vault/key-minder.ts"
import { createKeyWork } from "../vault/key-work.ts"
import { fakeClock } from "./fake-clock.ts"
import { sampleRows } from "./rows.ts"
import { seededRandom } from "./seeded-random.ts"
import { silentMetrics } from "./silent-metrics.ts"
import { vaultWith } from "./vault-with.ts"

/** Small, so that few people are several batches. */
export const rowsPerBatch = 10

export type NodeCustody = {
  readonly current: KeyCustody
  readonly former?: readonly KeyCustody[]
  readonly next?: readonly KeyCustody[]
}

/** An account with `count` connected people, each with two secrets, and nodes on one store with whatever custodians. */
export async function keyWorld(store: Store, { count, seed = 1 }: { readonly count: number; readonly seed?: number }) {
  const clock = fakeClock()
  const random = seededRandom(seed)
  const rows = sampleRows(seed)
  const accountId = parseAccountId(rows.account.accountId)
  const [first, second] = [1, 2].map(() => createKeyFileCustody(random.bytes(32), random))
  if (first === undefined || second === undefined) throw new Error("two were made")

  function node({ current, former = [], next = [] }: NodeCustody, on = store) {
    const parts = vaultWith(current, { clock, random, former, next })
    const world = { clock, random, metrics: silentMetrics }
    const work = createKeyWork({ store: on, keys: parts.keys, custodians: parts.custodians, rowsPerBatch, world })
    const minder = createKeyMinder({ store: on, custodians: parts.custodians, work, clock })
    return { ...parts, work, minder }
  }

  const inAccount = <Result>(job: (tables: AccountTables) => Promise<Result>) => store.inAccount(accountId, job)
  const { vault } = node({ current: first })
  const connectionIds = Array.from({ length: count }, () => parseConnectionId(random.uuid()))
  await store.asSystem((tables) => tables.insertAccount(rows.account))
  await inAccount(async (tables) => {
    for (const [index, connectionId] of connectionIds.entries()) {
      const userId = parseUserId(random.uuid())
      await tables.insertUser({ ...rows.user, userId, email: `p${index}-${seed}@example.org` })
      await tables.insertConnection({ ...rows.connection, connectionId, userId })
      await tables.upsertCredential({
        ...{ ...rows.credential, connectionId, credentialId: parseCredentialId(random.uuid()) },
        sealedSecret: await vault.sealSecret(tables, { connectionId, kind: "refresh-token" }, `refresh ${index}`),
        sealedAccessToken: await vault.sealSecret(tables, { connectionId, kind: "access-token" }, `access ${index}`),
      })
    }
  })

  /** Everything that a node opens, in order. Throws where it cannot. */
  const openAll = (by: ReturnType<typeof node>) =>
    inAccount(async (tables) => {
      const actor = { kind: "service", part: "test" } as const
      const texts: string[] = []
      for (const connectionId of connectionIds) {
        const credential = await tables.findCredential(connectionId)
        if (credential === null || credential.sealedAccessToken === null) throw new Error("it is gone")
        const opening = { connectionId, actor, reason: "checkup", call: "request:test" } as const
        texts.push(await by.vault.openSecret(tables, { ...opening, kind: "refresh-token" }, credential.sealedSecret))
        texts.push(
          await by.vault.openSecret(tables, { ...opening, kind: "access-token" }, credential.sealedAccessToken),
        )
      }
      return texts
    })
  const whole = connectionIds.flatMap((_, index) => [`refresh ${index}`, `access ${index}`])

  /** A new data key, and the work on what is under the old one. */
  const rotate = (by: ReturnType<typeof node>) =>
    inAccount(async (tables) => {
      await by.keys.create(tables, { kind: "service", part: "test" }, "key-rotation")
      await by.work.begin(tables, null, "key-rotation")
    })

  return {
    clock,
    random,
    rows,
    accountId,
    store,
    node,
    first,
    second,
    connectionIds,
    inAccount,
    openAll,
    whole,
    rotate,
  }
}

export type KeyWorld = Awaited<ReturnType<typeof keyWorld>>
