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

/** Removes connections at once (SPEC 1.6), for features that are about people or policy. */
export interface ConnectionRemover {
  /** Null where it was not there, or not wanted, any more. */
  remove(removal: Removal): Promise<Removed | null>
}
