import type { AuditReason } from "@kalends/domain/audit-reason"
import type { AccountId, ConnectionId, UserId } from "@kalends/domain/ids"
import type { Call } from "./call.ts"
import type { AccountTables, AuditEntry, ConnectionRow } from "./store.ts"

/** A connection that is to be removed, by whomever and why. */
export type Removal = {
  readonly accountId: AccountId
  /** Whose it is. */
  readonly userId: UserId
  readonly connectionId: ConnectionId
  readonly actor: AuditEntry["actor"]
  /** For the audit log. One that is asked for once the connection is held may say null: then nothing is done. */
  readonly reason: AuditReason | ((tables: AccountTables, connection: ConnectionRow) => Promise<AuditReason | null>)
  readonly call: Call
  /** Written in the transaction that deletes it. */
  readonly alongside?: (tables: AccountTables, connection: ConnectionRow) => Promise<void>
}

/** What was done, said truthfully. */
export type Removed = {
  readonly secretsDeleted: true
  readonly subscriptionsStopped: number
  readonly subscriptionsLeftToExpire: number
  readonly grantRevoked: "revoked" | "not-possible" | "not-confirmed"
}

/** Removes many, of which it was decided together: a batch in each call, and then their providers are told. */
export interface RemovalOfMany {
  /**
   * Removes those for which `decide` gives a reason. It is asked once they and the account are held, and what it writes is
   * written with the removal. How many were left because a refresh held them.
   */
  remove(
    connectionIds: readonly ConnectionId[],
    decide: (
      tables: AccountTables,
      connections: readonly ConnectionRow[],
    ) => Promise<ReadonlyMap<ConnectionId, AuditReason>>,
  ): Promise<{ readonly busyCount: number }>
  /** Providers are told from now on, in the background. */
  end(): void
}

/** Removes many connections at once, for features that decide about many. */
export interface ManyRemover {
  begin(removal: {
    readonly accountId: AccountId
    readonly decidedBy: UserId
    /** Id of what was decided. */
    readonly decision: string
    readonly call: Call
  }): RemovalOfMany
}

/** Removes connections at once (SPEC 1.6), for features that are about people or policy. */
export interface ConnectionRemover {
  /** Null where it was not there, or not wanted, any more. */
  remove(removal: Removal): Promise<Removed | null>
}
