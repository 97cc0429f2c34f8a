import { type ConnectionState, statesForPerson } from "@kalends/domain/connection"
import type { AccountId, ConnectionId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { FigureCounts } from "../ports/metrics.ts"
import type { MovedConnection, TenantName } from "../ports/overview-tables.ts"
import type { AccountTables, AuditEntry, ConnectionRow, Store } from "../ports/store.ts"

export type TenantLifeDeps = {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: FigureCounts
  readonly log: Log
}

type Actor = AuditEntry["actor"]
const service: Actor = { kind: "service", part: "connections" }

/** What a tenant is called in the audit log. */
export const tenantSubject = ({ provider, tenantId }: TenantName): string => `${provider}:${tenantId}`.slice(0, 120)

/**
 * What a whole tenant does to its connections: it shuts them when it removes us, and they are opened together when it lets
 * us in again. One transaction for each account, whatever their number: one statement moves them, one entry of the log says
 * so of the tenant, and one for each connection follows in the same appending.
 */
export function createTenantLife({ store, fanOut, clock, metrics, log }: TenantLifeDeps) {
  function tell(accountId: AccountId, moved: readonly MovedConnection[], state: ConnectionState): void {
    for (const { userId, connectionId } of moved)
      fanOut.publish({ kind: "user", accountId, userId }, { kind: "connection-changed", connectionId, state })
  }

  function record(tables: AccountTables, moved: readonly MovedConnection[], what: Recorded): Promise<void> {
    const { actor, tenant, reason, state } = what
    const ofTenant = { actor, action: "tenant-state-changed", subjectId: tenantSubject(tenant), reason } as const
    const ofEach = moved.map(({ connectionId, was }): AuditEntry => {
      return { actor, action: "connection-state-changed", subjectId: connectionId, reason: `${was}-to-${state}` }
    })
    return tables.appendAudits([ofTenant, ...ofEach], clock.now())
  }

  async function shutIn(
    tables: AccountTables,
    tenant: TenantName,
    { kind, code }: Problem,
  ): Promise<readonly MovedConnection[]> {
    await tables.lockAccount()
    const moved = await tables.overview.shutTenant(tenant, { problemKind: kind, problemCode: code, now: clock.now() })
    if (moved.length > 0) await record(tables, moved, { actor: service, tenant, reason: "shut", state: "disabled" })
    const lost = moved.filter(({ was }) => !statesForPerson.includes(was)).length
    metrics.countFor({ accountId: tables.accountId, provider: tenant.provider }, "grants-lost", lost)
    return moved
  }

  return {
    /**
     * Shuts all of the tenant's connections, of every account, after one of them met the problem: the others are not tried.
     * Only the first to find out does anything, so that there is one notice.
     */
    async shut(met: ConnectionRow, credentialVersion: number | null, problem: Problem): Promise<void> {
      if (met.tenantId === null) return
      const tenant = { provider: met.provider, tenantId: met.tenantId }
      const moved = await store.inAccount(met.accountId, async (tables) => {
        const credential = await tables.lockCredential(met.connectionId)
        const current = await tables.findConnection(met.connectionId)
        // A grant that was replaced meanwhile is not judged by what its predecessor met.
        const isJudged = credential?.version === credentialVersion
        return current === null || current.state === "disabled" || !isJudged ? [] : shutIn(tables, tenant, problem)
      })
      if (moved.length === 0) return
      tell(met.accountId, moved, "disabled")
      let count = moved.length
      for (const accountId of await store.asSystem((tables) => tables.listAccountsOfTenant(tenant))) {
        if (accountId === met.accountId) continue
        const others = await store.inAccount(accountId, (tables) => shutIn(tables, tenant, problem))
        tell(accountId, others, "disabled")
        count += others.length
      }
      log.warn("a tenant has removed Kalends; all of its connections are disabled", {
        provider: tenant.provider,
        connections: count,
      })
    },

    /** One of them, to find out whether the tenant lets us in again; null where none is shut. */
    async tryOne(accountId: AccountId, actor: Actor, tenant: TenantName): Promise<ConnectionId | null> {
      const tried = await store.inAccount(accountId, async (tables) => {
        const row = await tables.overview.findShut(tenant)
        if (row === null) return null
        await tables.lockCredential(row.connectionId)
        await tables.lockAccount()
        const fresh = { state: "connecting", problemKind: null, problemCode: null, problemAt: null } as const
        await tables.updateConnection(row.connectionId, fresh)
        const entry = { actor, action: "connection-state-changed", subjectId: row.connectionId } as const
        await tables.appendAudit({ ...entry, reason: "disabled-to-connecting" }, clock.now())
        return { connectionId: row.connectionId, userId: row.userId, was: row.state }
      })
      if (tried === null) return null
      tell(accountId, [tried], "connecting")
      metrics.countFor({ accountId, provider: tenant.provider }, "grants-mended")
      return tried.connectionId
    },

    /** All that are shut; how many. */
    async reopen(accountId: AccountId, actor: Actor, tenant: TenantName): Promise<number> {
      const moved = await store.inAccount(accountId, async (tables) => {
        await tables.lockAccount()
        const reopened = await tables.overview.reopenTenant(tenant, clock.now())
        await record(tables, reopened, { actor, tenant, reason: "reopened", state: "connecting" })
        return reopened
      })
      tell(accountId, moved, "connecting")
      metrics.countFor({ accountId, provider: tenant.provider }, "grants-mended", moved.length)
      return moved.length
    },
  }
}

export type TenantLife = ReturnType<typeof createTenantLife>

type Recorded = {
  readonly actor: Actor
  readonly tenant: TenantName
  readonly reason: "shut" | "reopened"
  readonly state: ConnectionState
}
