import type { AccountId, ConnectionId, ProviderName, TenantConnectionId, UserId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { ProblemKind } from "@kalends/domain/problem"
import type { Changes } from "./store.ts"

/** The method of a service account that signs in; it opens rooms alone. */
export const serviceSignInMethod = "service-sign-in"

/** Which connections may not be there twice: those of one such text. */
export const tenantKey = ({ provider, tenantId, method, identity }: TenantName): string =>
  [provider, tenantId, ...(method === serviceSignInMethod ? [identity] : [])].join(" ")
type TenantName = Pick<TenantConnectionRow, "provider" | "tenantId" | "method" | "identity">

/** An administrator's connection to a whole organisation. Connections of its people refer to it. */
export type TenantConnectionRow = {
  readonly accountId: AccountId
  readonly tenantConnectionId: TenantConnectionId
  readonly provider: ProviderName
  /** One of the provider's methods. */
  readonly method: string
  /** The most that a connection of its people may do. */
  readonly permission: Permission
  readonly tenantId: string
  readonly identity: string
  readonly sealedSecret: Uint8Array
  /** Counts up each time the secret is replaced. */
  readonly version: number
  readonly secretExpiresAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
  readonly lastOkAt: Temporal.Instant | null
  /** What is wrong for all; null while it is well. */
  readonly problemKind: ProblemKind | null
  readonly problemCode: string | null
  readonly problemAt: Temporal.Instant | null
}

/** Part of AccountTables. */
export interface TenantTables {
  /**
   * Throws Problem "conflict" (code "tenant-known") when this organisation is connected already: once by what opens everybody's
   * calendar, and once by each service account.
   */
  insert(row: TenantConnectionRow): Promise<void>
  /** Throws as insert. */
  update(tenantConnectionId: TenantConnectionId, changes: Changes<TenantConnectionRow>): Promise<void>
  /** Seals what signing in gave anew, unless another secret was given meanwhile: then nothing is written. */
  renewSecret(
    at: Pick<TenantConnectionRow, "tenantConnectionId" | "version">,
    sealedSecret: TenantConnectionRow["sealedSecret"],
  ): Promise<void>
  find(tenantConnectionId: TenantConnectionId): Promise<TenantConnectionRow | null>
  /** Oldest first. */
  list(): Promise<readonly TenantConnectionRow[]>
  /** Throws where connections still refer to it. */
  delete(tenantConnectionId: TenantConnectionId): Promise<void>
  /** Connections that get their access by it, by their ids, from `after` (exclusive) on. */
  listConnections(
    tenantConnectionId: TenantConnectionId,
    page: { readonly after: ConnectionId | null; readonly limit: number },
  ): Promise<readonly { readonly connectionId: ConnectionId; readonly userId: UserId }[]>
  countConnections(tenantConnectionId: TenantConnectionId): Promise<{ readonly people: number; readonly rooms: number }>
}
