import { parseRevocationId, type RevocationId } from "@kalends/domain/ids"
import type { Clock } from "../ports/clock.ts"
import type { ManyRemover, RemovalOfMany } from "../ports/connection-removal.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, ConnectionRow, Store } from "../ports/store.ts"
import type { Farewells } from "./farewells.ts"
import type { RunRevocation } from "./run-revocation.ts"

export type RemoveManyDeps = {
  readonly store: Store
  readonly fanOut: FanOut
  readonly farewells: Farewells
  readonly runs: Pick<RunRevocation, "start">
  readonly clock: Clock
  readonly random: Random
}

/**
 * Removes connections that a decision is about, a batch in each transaction: their secrets, themselves, what is noted of it
 * and what their providers must still be told are one. Telling is a revocation's (run-revocation.ts), which nobody asked for
 * and which goes when it is done: it goes on wherever this node is killed.
 *
 * What a refresh holds is left for another time.
 */
export function createManyRemover(deps: RemoveManyDeps): ManyRemover {
  const { store, fanOut, farewells, runs, clock, random } = deps
  return {
    begin({ accountId, decidedBy, decision, call }): RemovalOfMany {
      let telling: RevocationId | null = null

      /** What is told of together; another where a node that found it silent has begun to tell of it. */
      async function tellingIn(tables: AccountTables): Promise<RevocationId> {
        const now = clock.now()
        if (telling !== null && (await tables.revocations.updateIf(telling, "removing", { touchedAt: now })))
          return telling
        const revocationId = parseRevocationId(random.uuid())
        await tables.revocations.insert({
          ...{ accountId, revocationId, scopeKind: "policy", scopeId: decision, provider: null },
          ...{ tenantConnectionId: null, state: "removing", createdBy: decidedBy, createdAt: now },
          ...{ secretsDeletedAt: now, touchedAt: now, endedAt: null, counts: null },
        })
        return revocationId
      }

      async function removeIn(tables: AccountTables, gone: readonly ConnectionRow[]) {
        const revocationId = await tellingIn(tables)
        await tables.revocations.addStepsOf(
          revocationId,
          gone.map(({ connectionId }) => connectionId),
        )
        const taken = await tables.revocations.takeCredentials(revocationId, "waited-for")
        await tables.revocations.removeSome(revocationId, gone.length)
        return { revocationId, gone, taken }
      }

      return {
        async remove(connectionIds, decide) {
          const { removed, busyCount } = await store.inAccount(accountId, async (tables) => {
            const held = await tables.revocations.hold(connectionIds)
            const reasons = await decide(tables, held.connections)
            const gone = held.connections.filter(({ connectionId }) => reasons.has(connectionId))
            const done = gone.length === 0 ? null : await removeIn(tables, gone)
            const actor = { kind: "user", userId: decidedBy } as const
            const entries = [...reasons].map(
              ([subjectId, reason]) => ({ actor, action: "connection-removed", subjectId, reason }) as const,
            )
            await tables.appendAudits(entries, clock.now())
            return { removed: done, busyCount: held.busyCount }
          })
          if (removed !== null) {
            telling = removed.revocationId
            farewells.keep(removed.taken)
            for (const { connectionId, userId } of removed.gone)
              fanOut.publish(
                { kind: "user", accountId, userId },
                { kind: "connection-changed", connectionId, state: "gone" },
              )
          }
          return { busyCount }
        },
        end() {
          if (telling !== null) runs.start(accountId, telling, call)
        },
      }
    },
  }
}
