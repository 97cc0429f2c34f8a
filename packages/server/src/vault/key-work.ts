import type { KeyReason } from "@kalends/domain/audit-reason"
import type { AccountId, UserId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import { type KeyWorkRow, sealedPlaces } from "../ports/key-tables.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import type { Custodians } from "./custody-state.ts"
import type { DataKeys } from "./data-keys.ts"
import { type Outcome, resealRow } from "./reseal-row.ts"
import { createWrapAnew } from "./wrap-anew.ts"

export type KeyWorkDeps = {
  readonly store: Store
  readonly keys: DataKeys
  readonly custodians: Custodians
  /** Sealed anew in one transaction. */
  readonly rowsPerBatch: number
  readonly world: { readonly clock: Clock; readonly random: Random; readonly metrics: Metrics }
}

/** Enough in one transaction to be quick, and few enough that nobody waits for long for one of them. */
export const usualRowsPerBatch = 1_000
/** So many are sealed before others get their turn in this process. */
const rowsPerTurn = 50
/** After this long the job ends and another goes on, so that a node can stop and others get their turn. */
const jobMs = 30_000
/** A row that somebody else holds is looked for again after this long. */
const restMs = 2_000

const actor = { kind: "service", part: "vault" } as const

/** Where a pass over everything sealed stands. */
type Pass = { readonly isWhole: boolean; resealed: number }
type Batch = { readonly kind: "done" | "end" | "over"; readonly resealed: number }

/**
 * The work on an account's keys, while everything goes on as before: wraps its data keys anew under the current custodian,
 * seals what is under older data keys anew under the newest, and destroys those that nothing needs any more. What was sealed
 * under a key that was destroyed is removed.
 *
 * Any number of workers may be at it, and any may be killed at any point: a batch and its place are one transaction, rows
 * that somebody holds are passed over and found by the next pass, and a key is destroyed only in the transaction that sees
 * that nothing is under it. No row is changed but in its sealed columns, so that whoever reads meanwhile opens what they
 * have read, with whichever key it names.
 */
export function createKeyWork({ store, keys, custodians, rowsPerBatch, world }: KeyWorkDeps) {
  const { clock, random, metrics } = world
  const wrapAnew = createWrapAnew({ store, custodians, clock })

  async function batch(accountId: AccountId): Promise<Batch> {
    // The record comes first, in a transaction of its own: the account's row is not held while the batch is sealed.
    await store.inAccount(accountId, (tables) => note(tables, "secrets-resealed", "secrets-batch"))
    return store.inAccount(accountId, async (tables) => {
      const work = await tables.keys.findWork()
      if (work?.state !== "running") return { kind: "over", resealed: 0 }
      const { place, afterId } = work
      const newest = await keys.newestOrNull(tables)
      const olderThan = newest?.version ?? (await nextVersion(tables))
      const rows = await tables.keys.takeSealed({ place, after: afterId, limit: rowsPerBatch, olderThan })
      const outcomes: Outcome[] = []
      for (const row of rows) {
        outcomes.push(await resealRow({ keys, random, tables, newest }, row))
        if (outcomes.length % rowsPerTurn === 0) await new Promise<void>((resolve) => setImmediate(resolve))
      }
      const now = clock.now()
      await tables.keys.putSealed(
        place,
        outcomes.flatMap(({ row }) => row ?? []),
        now,
      )
      const failed = outcomes.filter(({ isFailed }) => isFailed).length
      const resealed = rows.length - failed
      await tables.keys.countDone(resealed, failed)
      const next = rows.length < rowsPerBatch ? nextPlace(work) : { place, afterId: rows.at(-1)?.rowId ?? afterId }
      await tables.keys.moveWork(["running"], { ...(next ?? { place, afterId }), touchedAt: now })
      metrics.count("secrets_resealed_total", {}, resealed)
      return { kind: next === null ? "end" : "done", resealed }
    })
  }

  /** Destroys what is not needed, and ends the work; false when there is more to seal. */
  async function finish(accountId: AccountId, pass: Pass): Promise<boolean> {
    const { left, failed, old } = await store.inAccount(accountId, async (tables) => {
      const newest = await tables.keys.takeNewest()
      const olderThan = newest?.keyVersion ?? (await nextVersion(tables))
      const live = (await tables.listDataKeys()).filter(({ destroyedAt }) => destroyedAt === null)
      return {
        left: await tables.keys.countSealed(olderThan),
        failed: (await tables.keys.findWork())?.failed ?? 0,
        old: live.filter(({ keyVersion }) => keyVersion < olderThan).map(({ keyVersion }) => keyVersion),
      }
    })
    // What cannot be opened stays as it is, and its key with it.
    const isStuck = pass.isWhole && pass.resealed === 0 && failed >= left
    if (left > 0 && !isStuck) return false
    let isKept = false
    for (const keyVersion of left > 0 ? [] : old) isKept ||= !(await destroy(accountId, keyVersion))
    if (isKept) return false
    await store.inAccount(accountId, async (tables) => {
      await tables.lockAccount()
      const now = clock.now()
      if (await tables.keys.moveWork(["running"], { state: "done", touchedAt: now, endedAt: now }))
        await note(tables, "key-work-changed", left > 0 ? "key-work-done-but-some" : "key-work-done")
    })
    return true
  }

  /** False when somebody sealed with it to the last. */
  async function destroy(accountId: AccountId, keyVersion: number): Promise<boolean> {
    await store.inAccount(accountId, (tables) => note(tables, "data-key-destroyed", "key-unused"))
    return store.inAccount(accountId, (tables) => tables.keys.destroyUnused(keyVersion, clock.now()))
  }

  const note = (
    tables: AccountTables,
    action: "secrets-resealed" | "data-key-destroyed" | "key-work-changed",
    reason: KeyReason,
  ) => tables.appendAudit({ actor, action, subjectId: tables.accountId, reason }, clock.now())

  /** Goes on until it is done, paused, or somebody else's turn; when it is to go on. */
  async function work(accountId: AccountId): Promise<Temporal.Instant | null> {
    const startedAt = clock.now()
    const begun = await store.inAccount(accountId, (tables) => tables.keys.findWork())
    if (begun?.state !== "running") return null
    const isAtStart = begun.place === sealedPlaces[0] && begun.afterId === null
    if (isAtStart) await wrapAnew(accountId)
    let pass: Pass = { isWhole: isAtStart, resealed: 0 }
    for (;;) {
      const { kind, resealed } = await batch(accountId)
      pass.resealed += resealed
      if (kind === "over") return null
      if (kind === "end") {
        if (await finish(accountId, pass)) return null
        await startOver(accountId)
        // Only what others hold is left: they are given time.
        if (pass.isWhole && pass.resealed === 0) return clock.now().add({ milliseconds: restMs })
        pass = { isWhole: true, resealed: 0 }
      }
      if (startedAt.until(clock.now()).total("milliseconds") >= jobMs) return clock.now()
    }
  }

  const startOver = (accountId: AccountId) =>
    store.inAccount(accountId, (tables) =>
      tables.keys.moveWork(["running"], { place: sealedPlaces[0], afterId: null, touchedAt: clock.now(), failed: 0 }),
    )

  return {
    /** Begins it anew, in the caller's transaction; what was under way is taken in. */
    async begin(tables: AccountTables, startedBy: UserId | null, reason: KeyReason): Promise<void> {
      await tables.lockAccount()
      const now = clock.now()
      const newest = await tables.keys.takeNewest()
      const total = await tables.keys.countSealed(newest?.keyVersion ?? (await nextVersion(tables)))
      await tables.keys.beginWork({
        ...{ accountId: tables.accountId, state: "running", startedBy, startedAt: now, touchedAt: now, endedAt: null },
        ...{ total, done: 0, failed: 0, place: sealedPlaces[0], afterId: null },
      })
      await tables.addJobs([{ kind: "keys", accountId: tables.accountId }])
      const by = startedBy === null ? actor : ({ kind: "user", userId: startedBy } as const)
      await tables.appendAudit({ actor: by, action: "key-work-changed", subjectId: tables.accountId, reason }, now)
    },

    /** The job: begins where the last one ended. While custody is away it waits. */
    async run(accountId: AccountId): Promise<void> {
      let again: Temporal.Instant | null
      try {
        again = await work(accountId)
      } catch (error) {
        if (!isProblem(error, "unavailable")) throw error
        again = error.retryAt ?? clock.now().add({ milliseconds: restMs })
      }
      if (again !== null)
        await store.inAccount(accountId, (tables) => tables.addJobs([{ kind: "keys", accountId }], again))
    },
  }
}

export type KeyWork = ReturnType<typeof createKeyWork>

/** Above all that there ever were: everything is under an older one. */
async function nextVersion(tables: AccountTables): Promise<number> {
  return ((await tables.listDataKeys())[0]?.keyVersion ?? 0) + 1
}

function nextPlace({ place }: KeyWorkRow): Pick<KeyWorkRow, "place" | "afterId"> | null {
  const next = sealedPlaces[sealedPlaces.indexOf(place) + 1]
  return next === undefined ? null : { place: next, afterId: null }
}
