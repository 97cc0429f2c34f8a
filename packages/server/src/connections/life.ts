import { statesForPerson } from "@kalends/domain/connection"
import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import { type ConnectionLife, type Met, stateAfter } from "../ports/connection-life.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { FigureCounts } from "../ports/metrics.ts"
import type { AccountTables, Changes, ConnectionRow, Store } from "../ports/store.ts"
import { createTenantLife } from "./tenant-life.ts"

export type LifeDeps = {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: FigureCounts
  readonly log: Log
}

/** "Provider answered well" is written at most this often, so that a healthy calendar costs no write for each pass. */
const lastOkEveryMs = 60_000

/**
 * The life of a connection (states in domain/connection.ts). This and tenant-life.ts, for all of a tenant's, are the places that change the state:
 *
 *   connecting ──well──▶ healthy ◀──well── unreachable
 *   healthy ──lasting silence──▶ unreachable
 *   any ──dead grant, wrong password──▶ needs-reauth
 *   any ──permission withdrawn──▶ needs-consent
 *   any ──tenant removed us──▶ disabled, with all of the tenant's connections at once
 *   disabled ──administrator says that the tenant is back──▶ connecting, likewise
 *   needs-…, disabled ──anything but a removal by the tenant──▶ stays
 *   needs-…, disabled ──user reconnects──▶ connecting (connections.ts replaces the credential)
 *
 * A change is audited in the same transaction, and the user's clients are told after it. Rows are locked in the order
 * credential, connection, account (which the audit takes), as everywhere: nobody can wait in a circle.
 */
export function createConnectionLife({ store, fanOut, clock, metrics, log }: LifeDeps): ConnectionLife {
  const move = createMove({ store, fanOut, clock, metrics })
  const tenantLife = createTenantLife({ store, fanOut, clock, metrics, log })

  const fail = (accountId: AccountId, connectionId: ConnectionId, problem: Problem, met: Met) =>
    move(accountId, connectionId, (row, credentialVersion) => {
      const state = stateAfter(problem, met.isLasting)
      // What a person must mend stays as it is: a lesser problem, or our own refusal to try, does not hide it.
      if (state === null || (statesForPerson.includes(row.state) && state !== "disabled")) return null
      // A grant that was replaced meanwhile is not judged by what its predecessor met.
      if (statesForPerson.includes(state) && met.credentialVersion !== credentialVersion) return null
      return {
        state,
        problemKind: problem.kind,
        problemCode: problem.code,
        problemAt: row.state === state ? row.problemAt : clock.now(),
      }
    })

  return {
    async isWell(accountId, connectionId) {
      await move(accountId, connectionId, (row) => {
        const now = clock.now()
        const isHealed = row.state === "connecting" || row.state === "unreachable"
        const isStale = row.lastOkAt === null || row.lastOkAt.until(now).total("milliseconds") >= lastOkEveryMs
        if (isHealed) return { state: "healthy", lastOkAt: now, problemKind: null, problemCode: null, problemAt: null }
        return isStale && row.state === "healthy" ? { lastOkAt: now } : null
      })
    },

    async isTroubled(accountId, connectionId, problem, met) {
      const row = await store.inAccount(accountId, (tables) => tables.findConnection(connectionId))
      if (row === null) return
      if (problem.kind === "misconfigured")
        log.error("a provider refuses our set-up; users' connections are left alone", {
          provider: row.provider,
          code: problem.code,
        })
      const isOfTenant = problem.isTenantWide && stateAfter(problem, met.isLasting) === "disabled"
      if (isOfTenant && row.tenantId !== null) await tenantLife.shut(row, met.credentialVersion, problem)
      else await fail(accountId, connectionId, problem, met)
    },
  }
}

type Next = (row: ConnectionRow, credentialVersion: number | null) => Changes<ConnectionRow> | null

/** Changes one connection's row as `next` says; true when that moved it to another state. */
function createMove({ store, fanOut, clock, metrics }: Omit<LifeDeps, "log">) {
  /** Reads under the credential's lock, so that no reconnect comes between what is decided and what is written. */
  async function moveIn(tables: AccountTables, connectionId: ConnectionId, next: Next) {
    const credential = await tables.lockCredential(connectionId)
    const row = await tables.findConnection(connectionId)
    const changes = row === null ? null : next(row, credential?.version ?? null)
    if (row === null || changes === null) return null
    const isMoved = changes.state !== undefined && changes.state !== row.state
    if (isMoved) await tables.lockAccount()
    await tables.updateConnection(connectionId, changes)
    if (changes.state === undefined || !isMoved) return null
    await tables.appendAudit(
      {
        actor: { kind: "service", part: "connections" },
        action: "connection-state-changed",
        subjectId: connectionId,
        reason: `${row.state}-to-${changes.state}`,
      },
      clock.now(),
    )
    return { row, state: changes.state }
  }

  return async (accountId: AccountId, connectionId: ConnectionId, next: Next): Promise<boolean> => {
    const moved = await store.inAccount(accountId, async (tables) => {
      // Most passes change nothing: those neither lock nor wait for a refresh under way.
      const row = await tables.findConnection(connectionId)
      const credential = row === null ? null : await tables.findCredential(connectionId)
      if (row === null || next(row, credential?.version ?? null) === null) return null
      return moveIn(tables, connectionId, next)
    })
    if (moved === null) return false
    const { row } = moved
    if (statesForPerson.includes(moved.state) && !statesForPerson.includes(row.state)) {
      metrics.countFor(row, "grants-lost")
      metrics.spreadFor(row, "grant-silence", (row.lastOkAt ?? row.createdAt).until(clock.now()).total("milliseconds"))
    }
    fanOut.publish(
      { kind: "user", accountId, userId: row.userId },
      { kind: "connection-changed", connectionId, state: moved.state },
    )
    return true
  }
}
