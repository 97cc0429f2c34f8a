import type { ConnectionState } from "@kalends/domain/connection"
import type { AccountId, ConnectionId, GroupId, ProviderName, TenantConnectionId, UserId } from "@kalends/domain/ids"
import type { ProblemKind } from "@kalends/domain/problem"
import type { ConnectionRow } from "./store.ts"

/** An organisation at a provider, as its connections name it. */
export type TenantName = { readonly provider: ProviderName; readonly tenantId: string }

/** How long each provider lets a grant lie unused. Providers that are not named never end one for that. */
export type IdleLives = readonly { readonly provider: ProviderName; readonly lifeMs: number }[]

/** Which connections; null for any. */
export type ConnectionFilter = {
  readonly state: ConnectionState | null
  readonly provider: ProviderName | null
  readonly groupId: GroupId | null
  readonly tenantId: string | null
  /** Only those whose grant ends before this, if nobody does anything. */
  readonly endsBefore: Temporal.Instant | null
  /** Part of the person's name or address, in any case of letters. */
  readonly search: string | null
}

/** A connection with whose it is, and what its calendars, subscriptions and grant say of its health. */
export type ListedConnection = ConnectionRow & {
  readonly email: string
  readonly displayName: string
  readonly groupId: GroupId | null
  readonly calendarCount: number
  /** When a pass last found changes, of whichever calendar. */
  readonly lastChangeAt: Temporal.Instant | null
  readonly lastPassAt: Temporal.Instant | null
  /** The last pass of the calendar that has waited longest; null where one was never read. */
  readonly oldestPassAt: Temporal.Instant | null
  /** Calendars with a subscription that lives. */
  readonly pushedCount: number
  readonly nextRenewalAt: Temporal.Instant | null
  readonly isListened: boolean
  /** When the grant ends if nobody does anything; null where that cannot be known, or it does not end. */
  readonly grantEndsAt: Temporal.Instant | null
}

export type ConnectionCount = {
  readonly provider: ProviderName
  readonly state: ConnectionState
  readonly count: number
}

/** The connections of one tenant, and how many of them it has shut. */
export type TenantCount = TenantName & {
  readonly count: number
  readonly disabledCount: number
  readonly disabledAt: Temporal.Instant | null
  readonly problemCode: string | null
}

/** One thing of a person's that ends on its own if nobody does anything. */
export type Ending = {
  readonly kind: "grant" | "subscription"
  readonly connectionId: ConnectionId
  readonly email: string
  readonly displayName: string
  readonly provider: ProviderName
  readonly state: ConnectionState
  readonly endsAt: Temporal.Instant
  /** A grant that is dying of disuse; false for an end that the provider named. */
  readonly isOfDisuse: boolean
}

export type EndingQuery = {
  readonly now: Temporal.Instant
  /** Exclusive. */
  readonly until: Temporal.Instant
  readonly idle: IdleLives
  readonly limit: number
}

export type Endings = {
  /** The soonest, up to the limit. */
  readonly soonest: readonly Ending[]
  /** Of all of them: on which day (UTC) how many. */
  readonly byDay: readonly {
    readonly day: string
    readonly kind: Ending["kind"]
    readonly count: number
  }[]
}

/** What one tenant's own removal of us does to its connections. */
export type TenantShut = {
  readonly problemKind: ProblemKind
  readonly problemCode: string | null
  readonly now: Temporal.Instant
}

export type MovedConnection = {
  readonly connectionId: ConnectionId
  readonly userId: UserId
  readonly was: ConnectionState
}

/** Connections of one account, many at a time. Part of AccountTables. */
export interface OverviewTables {
  /** In the order of people's addresses, from `after` (exclusive) on. */
  list(
    filter: ConnectionFilter,
    page: {
      readonly after: string | null
      readonly limit: number
      readonly now: Temporal.Instant
      readonly idle: IdleLives
    },
  ): Promise<readonly ListedConnection[]>
  find(
    connectionId: ConnectionId,
    at: { readonly now: Temporal.Instant; readonly idle: IdleLives },
  ): Promise<ListedConnection | null>
  countByState(): Promise<readonly ConnectionCount[]>
  countByTenant(): Promise<readonly TenantCount[]>
  /** Grants that end, and subscriptions that should have been renewed and were not. */
  endings(query: EndingQuery): Promise<Endings>
  /** Shuts all of a tenant's connections that are not shut yet, in one statement; which. */
  shutTenant(tenant: TenantName, shut: TenantShut): Promise<readonly MovedConnection[]>
  /** Opens all that `shutTenant` shut, in one statement, and makes their calendars due; which. */
  reopenTenant(tenant: TenantName, now: Temporal.Instant): Promise<readonly MovedConnection[]>
  /** Any one that the tenant has shut. */
  findShut(tenant: TenantName): Promise<ConnectionRow | null>
}

/** Part of SystemTables. */
export interface SystemOverviewTables {
  /** Accounts with connections of the tenant. */
  listAccountsOfTenant(tenant: TenantName): Promise<readonly AccountId[]>
}

/** A tenant connection as a forecast sees it. */
export type TenantEnding = {
  readonly tenantConnectionId: TenantConnectionId
  readonly provider: ProviderName
  readonly identity: string
  readonly endsAt: Temporal.Instant
}
