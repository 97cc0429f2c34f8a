import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import { type ConnectionLife, stateAfter } from "../ports/connection-life.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { Changes, ConnectionRow, Store } from "../ports/store.ts"

export type LifeDeps = { readonly store: Store; readonly fanOut: FanOut; readonly clock: Clock; readonly log: Log }

/** "Provider answered well" is written at most this often, so that a healthy calendar costs no write for each pass. */
const lastOkEveryMs = 60_000

/**
 * The life of a connection (states in domain/connection.ts). This is the one place that changes the state:
 *
 *   connecting ──well──▶ healthy ◀──well── unreachable
 *   healthy ──lasting silence──▶ unreachable
 *   any ──dead grant, wrong password──▶ needs-reauth
 *   any ──permission withdrawn──▶ needs-consent
 *   any ──tenant removed us──▶ disabled, with all of the tenant's connections at once
 *   needs-…, disabled ──anything but a removal by the tenant──▶ stays
 *   needs-…, disabled ──user reconnects──▶ connecting (connections.ts replaces the credential)
 *
 * A change is audited in the same transaction, and the user's clients are told after it.
 */
export function createConnectionLife({ store, fanOut, clock, log }: LifeDeps): ConnectionLife {
  async function move(
    accountId: AccountId,
    connectionId: ConnectionId,
    next: (row: ConnectionRow) => Changes<ConnectionRow> | null,
  ): Promise<void> {
    const moved = await store.inAccount(accountId, async (tables) => {
      const row = await tables.findConnection(connectionId)
      const changes = row === null ? null : next(row)
      if (row === null || changes === null) return null
      await tables.updateConnection(connectionId, changes)
      if (changes.state === undefined || changes.state === row.state) return null
      await tables.appendAudit(
        {
          actor: { kind: "service", part: "connections" },
          action: "connection-state-changed",
          subjectId: connectionId,
          reason: `${row.state}-to-${changes.state}`,
        },
        clock.now(),
      )
      return { userId: row.userId, state: changes.state }
    })
    if (moved === null) return
    fanOut.publish(
      { kind: "user", accountId, userId: moved.userId },
      { kind: "connection-changed", connectionId, state: moved.state },
    )
  }

  const fail = (accountId: AccountId, connectionId: ConnectionId, problem: Problem, isLasting: boolean) =>
    move(accountId, connectionId, (row) => {
      const state = stateAfter(problem, isLasting)
      // What a person must mend stays as it is: a lesser problem, or our own refusal to try, does not hide it.
      const waitsForPerson = row.state === "needs-reauth" || row.state === "needs-consent" || row.state === "disabled"
      if (waitsForPerson && state !== "disabled") return null
      return state === null
        ? null
        : {
            state,
            problemKind: problem.kind,
            problemCode: problem.code,
            problemAt: row.state === state ? row.problemAt : clock.now(),
          }
    })

  return {
    isWell: (accountId, connectionId) =>
      move(accountId, connectionId, (row) => {
        const now = clock.now()
        const isHealed = row.state === "connecting" || row.state === "unreachable"
        const isStale = row.lastOkAt === null || row.lastOkAt.until(now).total("milliseconds") >= lastOkEveryMs
        if (isHealed) return { state: "healthy", lastOkAt: now, problemKind: null, problemCode: null, problemAt: null }
        return isStale && row.state === "healthy" ? { lastOkAt: now } : null
      }),

    async isTroubled(accountId, connectionId, problem, isLasting) {
      const row = await store.inAccount(accountId, (tables) => tables.findConnection(connectionId))
      if (row === null) return
      if (problem.kind === "misconfigured")
        log.error("a provider refuses our set-up; users' connections are left alone", {
          provider: row.provider,
          code: problem.code,
        })
      const { tenantId, provider } = row
      if (!problem.isTenantWide || tenantId === null) return fail(accountId, connectionId, problem, isLasting)
      const all = await store.asSystem((tables) => tables.listConnectionsOfTenant(provider, tenantId))
      log.warn("a tenant has removed Kalends; all of its connections are disabled", {
        provider,
        connections: all.length,
      })
      for (const one of all) await fail(one.accountId, one.connectionId, problem, isLasting)
    },
  }
}
