import type {
  AccountId,
  ConnectionId,
  GroupId,
  ProviderName,
  RevocationId,
  TenantConnectionId,
  UserId,
} from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { TenantName } from "./overview-tables.ts"
import type { Changes, ConnectionRow, CredentialRow, SubscriptionRow } from "./store.ts"

/** Whose connections are revoked. */
export type RevocationScope =
  | { readonly kind: "connection"; readonly connectionId: ConnectionId }
  | { readonly kind: "group"; readonly groupId: GroupId }
  | ({
      readonly kind: "tenant"
      /** Only what this connection of an administrator opens; null: all that is of the tenant. */
      readonly tenantConnectionId: TenantConnectionId | null
    } & TenantName)

/**
 * deleting: secrets are being deleted. removing: all are, and the connections go, a batch at a time. telling: providers are
 * told, one connection at a time. done.
 */
export type RevocationState = "deleting" | "removing" | "telling" | "done"

export type RevocationRow = {
  readonly accountId: AccountId
  readonly revocationId: RevocationId
  /** policy: connections that a change of policy removed; shown to nobody, and deleted when providers are told. */
  readonly scopeKind: RevocationScope["kind"] | "policy"
  /** Id of the connection, group or change, or the provider's name of the tenant. */
  readonly scopeId: string
  /** Of a tenant. */
  readonly provider: ProviderName | null
  /** Of a tenant: where only what this connection of an administrator opened is revoked. */
  readonly tenantConnectionId: TenantConnectionId | null
  readonly state: RevocationState
  readonly createdBy: UserId
  readonly createdAt: Temporal.Instant
  /** When the last secret was gone. */
  readonly secretsDeletedAt: Temporal.Instant | null
  /** When a worker last said that it is at it. */
  readonly touchedAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
  /** What was done in all, once it is done; null before. */
  readonly counts: RevocationCounts | null
}

/**
 * What became of the grant at its provider. reconnected: its person had connected again by then, and telling the provider
 * would have ended the new grant, too.
 */
export type GrantOutcome = "revoked" | "not-possible" | "not-confirmed" | "reconnected"

/** What the provider must still be told with, except secrets; forgotten once it is told. */
export type Farewell = {
  readonly permission: Permission
  readonly contactsPermission: ConnectionRow["contactsPermission"]
  readonly tenantConnectionId: TenantConnectionId | null
  readonly mailbox: string | null
  readonly subscriptions: readonly Pick<SubscriptionRow, "providerSubscriptionId" | "providerResourceId">[]
}

/** waiting: its secret is deleted, the connection is not. removed: the provider is to be told. */
export type RevocationStepState = "waiting" | "removed" | "done"

/** One connection's part. */
export type RevocationStepRow = {
  readonly accountId: AccountId
  readonly revocationId: RevocationId
  readonly connectionId: ConnectionId
  readonly userId: UserId
  readonly provider: ProviderName
  readonly state: RevocationStepState
  readonly farewell: Farewell | null
  readonly subscriptionsStopped: number
  readonly subscriptionsLeft: number
  readonly grantOutcome: GrantOutcome | null
}

export type ListedRevocationStep = RevocationStepRow & { readonly email: string; readonly displayName: string }

/** Whom a revocation would concern. */
export type Concerned = Pick<ConnectionRow, "connectionId" | "userId" | "provider" | "state"> & {
  readonly email: string
  readonly displayName: string
}

export type RevocationCounts = {
  readonly waiting: number
  readonly removed: number
  readonly done: number
  readonly subscriptionsStopped: number
  readonly subscriptionsLeft: number
  readonly grants: Readonly<Record<GrantOutcome, number>>
}

/** A deleted credential, as sealed as it was: in memory, and nowhere else any more. */
export type TakenCredential = Pick<
  CredentialRow,
  "connectionId" | "sealedSecret" | "secretKind" | "sealedAccessToken" | "accessExpiresAt"
>

export type DoneStep = Pick<
  RevocationStepRow,
  "connectionId" | "subscriptionsStopped" | "subscriptionsLeft" | "grantOutcome"
>

/** Part of AccountTables. */
export interface RevocationTables {
  insert(row: RevocationRow): Promise<void>
  /** Changes it only while it is in this state; false when it is not. */
  updateIf(revocationId: RevocationId, state: RevocationState, changes: Changes<RevocationRow>): Promise<boolean>
  find(revocationId: RevocationId): Promise<RevocationRow | null>
  /** Those that somebody asked for, newest first. */
  list(limit: number): Promise<readonly RevocationRow[]>
  /** With its steps. */
  delete(revocationId: RevocationId): Promise<void>
  /** In the order of people's addresses, from `after` (exclusive) on. */
  listConcerned(
    scope: RevocationScope,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Concerned[]>
  countConcerned(scope: RevocationScope): Promise<number>
  /** A waiting step for each connection of the scope that has none; how many. */
  addSteps(revocationId: RevocationId, scope: RevocationScope): Promise<number>
  /**
   * Holds these connections, what goes with them, and the account, as long as the transaction lasts. Those whose credential somebody holds
   * (a refresh, mostly) are left out and counted; those that a revocation has to remove are left to it.
   */
  hold(
    connectionIds: readonly ConnectionId[],
  ): Promise<{ readonly connections: readonly ConnectionRow[]; readonly busyCount: number }>
  /** A waiting step for each of these connections. */
  addStepsOf(revocationId: RevocationId, connectionIds: readonly ConnectionId[]): Promise<void>
  /**
   * Deletes the credentials of waiting steps, and what rollouts had kept of these people's older secrets, in two statements
   * whatever their number. Those that a refresh holds are left out, or waited for. Holds the account then.
   */
  takeCredentials(revocationId: RevocationId, held: "left-out" | "waited-for"): Promise<readonly TakenCredential[]>
  /**
   * Removes up to `limit` connections of waiting steps, with their calendars and subscriptions, which the steps remember
   * until their providers are told. A connection that has a credential again is left to its person, and one that somebody else
   * removed is only told of. None twice.
   */
  removeSome(
    revocationId: RevocationId,
    limit: number,
  ): Promise<readonly (Pick<RevocationStepRow, "connectionId" | "userId"> & { readonly isRemoved: boolean })[]>
  /**
   * In the order of their connections' ids, from `after` (exclusive) on. Of people who were removed since, those in `state`
   * alone, without address and name.
   */
  listSteps(
    revocationId: RevocationId,
    page: {
      readonly state: RevocationStepState | null
      readonly after: ConnectionId | null
      readonly limit: number
    },
  ): Promise<readonly ListedRevocationStep[]>
  /** Writes what was done of steps that are "removed"; which of them were. */
  endSteps(revocationId: RevocationId, done: readonly DoneStep[]): Promise<readonly ConnectionId[]>
  count(revocationId: RevocationId): Promise<RevocationCounts>
}

/** Part of SystemTables. */
export interface SystemRevocationTables {
  /** Revocations at work whose worker has said nothing since `untouchedSince`: it died. Each is touched, so that no two nodes wake it. */
  takeStalledRevocations(input: {
    readonly untouchedSince: Temporal.Instant
    readonly now: Temporal.Instant
    readonly limit: number
  }): Promise<readonly { readonly accountId: AccountId; readonly revocationId: RevocationId }[]>
}
