import type { Role } from "@kalends/domain/ability"
import type { AuditAction, SubjectKind } from "@kalends/domain/audit"
import type { AuditReason } from "@kalends/domain/audit-reason"
import type { ConnectionState } from "@kalends/domain/connection"
import type {
  AccountId,
  CalendarId,
  ConnectionId,
  CredentialId,
  GroupId,
  MeetingId,
  ProviderCalendarId,
  ProviderName,
  SessionId,
  SubscriptionId,
  TenantConnectionId,
  UserId,
} from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { ContactsPermission } from "@kalends/domain/policy"
import type { ProblemKind } from "@kalends/domain/problem"
import type { BookingTables, SystemBookingTables } from "./booking-tables.ts"
import type { Cursor } from "./calendar-provider.ts"
import type { Call } from "./call.ts"
import type { DeviceTables, SystemDeviceTables } from "./device-tables.ts"
import type { DisplayTables, SystemDisplayTables } from "./display-tables.ts"
import type { FigureTables, SystemFigureTables } from "./figure-tables.ts"
import type { KeyTables, SystemKeyTables } from "./key-tables.ts"
import type { ListeningTables, SystemListeningTables } from "./listening-tables.ts"
import type { ManyRoomTables } from "./many-room-tables.ts"
import type { GroupTables, MeetingTables, SystemMeetingTables } from "./meeting-tables.ts"
import type { OverviewTables, SystemOverviewTables } from "./overview-tables.ts"
import type { PersonTables, SystemPersonTables } from "./person-tables.ts"
import type { PolicyChangeTables, PolicyTables, SystemPolicyTables } from "./policy-tables.ts"
import type { RevocationTables, SystemRevocationTables } from "./revocation-tables.ts"
import type { RolloutTables, SystemRolloutTables } from "./rollout-tables.ts"
import type { RoomTables, SystemRoomTables } from "./room-tables.ts"
import type { SecondFactor, SessionKind, SignInKind, SignInTables, SystemSignInTables } from "./sign-in-tables.ts"
import type { TenantTables } from "./tenant-tables.ts"
import type { SystemToolTables, ToolTables } from "./tool-tables.ts"
import type { TroubleTables } from "./trouble-tables.ts"

export type AccountRow = { readonly accountId: AccountId; readonly name: string; readonly createdAt: Temporal.Instant }

export type UserRow = {
  readonly accountId: AccountId
  readonly userId: UserId
  /** Lower case; the sign-in name. Unique over all accounts. */
  readonly email: string
  readonly displayName: string
  readonly role: Role
  /** scrypt, see platform/password.ts. */
  readonly passwordHash: string
  /** Since when they sign in nowhere and their calendar rests; null for who may. */
  readonly suspendedAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
}

export type UserPage = {
  readonly after: string | null
  readonly limit: number
  /** Part of the name or the address, in any case of letters; null for all. */
  readonly search: string | null
  /** Members of one group; null: everybody. */
  readonly group: GroupId | null
  /** In which state their connection is, "none" for those without one; left out for any. */
  readonly state?: ConnectionState | "none" | undefined
  readonly role?: Role | undefined
  /** Whether they have a second factor of their own here; left out for any. */
  readonly hasFactor?: boolean | undefined
}

export type ListedUser = UserRow & {
  readonly connectionState: ConnectionState | null
  readonly groupId: GroupId | null
}

export type SessionRow = {
  readonly accountId: AccountId
  readonly sessionId: SessionId
  readonly userId: UserId
  /** tool: a scheduling tool's, which opens what is for tools and nothing else. */
  readonly kind: SessionKind
  /** SHA-256 of the session token; the token itself is never stored. */
  readonly tokenHash: Uint8Array
  /** What the person called the device or the browser named itself; at most 120 characters. */
  readonly deviceName: string
  readonly signedInBy: SignInKind
  /** Name of the issuer, where one of them signed the person in. */
  readonly issuer: string | null
  readonly secondFactor: SecondFactor | null
  readonly secondFactorAt: Temporal.Instant | null
  /** The person has a second factor and has not shown it yet: the session opens nothing. */
  readonly awaitsSecondFactor: boolean
  readonly createdAt: Temporal.Instant
  /** When it was used last, give or take some minutes. */
  readonly usedAt: Temporal.Instant
  /** When it ends unless it is used; never after endsAt. */
  readonly expiresAt: Temporal.Instant
  /** When it ends however much it is used. Of a hand-off code: when the session ends that it came from. */
  readonly endsAt: Temporal.Instant
}

/** A session with whose it is, and whether everybody of their organisation shows a second factor: one look for each request. */
export type FoundSession = { readonly session: SessionRow; readonly user: UserRow; readonly asksEverybody: boolean }

export type ConnectionRow = {
  readonly accountId: AccountId
  readonly connectionId: ConnectionId
  readonly userId: UserId
  readonly provider: ProviderName
  readonly permission: Permission
  /** For the person's own app; the service reads no contacts. */
  readonly contactsPermission: ContactsPermission
  readonly state: ConnectionState
  /** The mailbox the provider says was connected. */
  readonly subjectEmail: string | null
  readonly subjectId: string
  readonly tenantId: string | null
  /** The administrator's connection that opens it; null where its person signed in. */
  readonly tenantConnectionId: TenantConnectionId | null
  readonly createdAt: Temporal.Instant
  readonly lastOkAt: Temporal.Instant | null
  readonly problemKind: ProblemKind | null
  /** Machine word of the last problem, from a closed list. */
  readonly problemCode: string | null
  readonly problemAt: Temporal.Instant | null
}

/**
 * refresh-token, access-token: OAuth. password: server, user name and password as one sealed JSON text. tenant: what an
 * administrator gave for everybody. totp-seed: what an authenticator app makes codes of. device-password: with which a
 * video system is signed in at, or signs in here. room-bookings: no secret, but sealed as one.
 */
export type SecretKind =
  | "refresh-token"
  | "access-token"
  | "password"
  | "tenant"
  | "totp-seed"
  | "device-password"
  | "room-bookings"

/** A connection's secrets, sealed. One row per connection; `version` grows with each change and settles refresh races. */
export type CredentialRow = {
  readonly accountId: AccountId
  readonly connectionId: ConnectionId
  readonly credentialId: CredentialId
  readonly version: number
  /** Refresh token, or the password record; empty where the tenant connection has it. */
  readonly sealedSecret: Uint8Array
  readonly secretKind: "refresh-token" | "password" | "tenant"
  readonly sealedAccessToken: Uint8Array | null
  readonly accessExpiresAt: Temporal.Instant | null
  readonly refreshExpiresAt: Temporal.Instant | null
  readonly usedAt: Temporal.Instant
}

export type CalendarRow = {
  readonly accountId: AccountId
  readonly calendarId: CalendarId
  readonly connectionId: ConnectionId
  readonly providerCalendarId: ProviderCalendarId
  readonly isPrimary: boolean
  readonly canWrite: boolean
  readonly cursor: Cursor | null
  /** True until the first listing came to its end (STYLE, sync law 6). */
  readonly isFirstListing: boolean
  /** The window the cursor began with; null before the first listing. */
  readonly cursorWindowStartsAt: Temporal.Instant | null
  readonly cursorWindowEndsAt: Temporal.Instant | null
  /** When the next reconcile pass is due. */
  readonly dueAt: Temporal.Instant
  readonly lastPassAt: Temporal.Instant | null
  /** When a pass last found changes: the watermark clients compare. */
  readonly changedAt: Temporal.Instant | null
  /** Passes that failed one after the other. */
  readonly failureCount: number
}

export type SubscriptionRow = {
  readonly accountId: AccountId
  readonly subscriptionId: SubscriptionId
  readonly calendarId: CalendarId
  readonly provider: ProviderName
  readonly providerSubscriptionId: string
  readonly providerResourceId: string | null
  readonly expiresAt: Temporal.Instant
  readonly renewAt: Temporal.Instant
  readonly createdAt: Temporal.Instant
}

export type DataKeyRow = {
  readonly accountId: AccountId
  /** Counts from 1. */
  readonly keyVersion: number
  readonly wrappedKey: Uint8Array
  readonly custodyKeyId: string
  /** Public fingerprint of the data key, so that a ciphertext commits to one key. */
  readonly commitment: Uint8Array
  readonly createdAt: Temporal.Instant
  /** When its wrapped key was destroyed, which is empty since. */
  readonly destroyedAt: Temporal.Instant | null
}

/** One content-free entry of the tenant's log. */
export type AuditEntry = {
  readonly actor:
    | { readonly kind: "user"; readonly userId: UserId }
    | { readonly kind: "service"; readonly part: string }
  readonly action: AuditAction
  /** Id of the thing acted on: a connection, user, session; of a refused access the route's pattern. Never a name or address. */
  readonly subjectId: string
  readonly reason: AuditReason
  /** The piece of work it was done for. A secret is never opened without it. */
  readonly call?: Call
}

/** As it was written, by this version of the service or by one before, which may have had other words. */
export type AuditRow = Omit<AuditEntry, "reason" | "call"> & {
  readonly accountId: AccountId
  readonly reason: string
  readonly call: string | null
  /** Which fields the hash is of: see audit-chain.ts. */
  readonly format: AuditFormat
  /** Counts from 1 within the account, without gaps. */
  readonly sequence: number
  readonly at: Temporal.Instant
  readonly previousHash: Uint8Array
  readonly hash: Uint8Array
  /** The service's signature of the hash, on some entries: see audit-chain.ts. */
  readonly signature: Uint8Array | null
}

export type AuditFormat = 1 | 2

/** Which entries; null for any. */
export type AuditFilter = {
  /** Sequence, exclusive. */
  readonly before: number | null
  /** A person's id. */
  readonly actor: string | null
  readonly action: AuditAction | null
  readonly subjectId: string | null
  readonly reason: string | null
  readonly from: Temporal.Instant | null
  /** Exclusive. */
  readonly to: Temporal.Instant | null
}

/** What an entry of the log is about, as people know it. */
export type NamedSubject = {
  readonly subjectId: string
  readonly kind: SubjectKind
  readonly name: string
}

/** Fields that change in an update; undefined ones stay. */
export type Changes<Row> = Partial<Omit<Row, "accountId">>

/** The people of one account, and where they are signed in. Rooms are none of them: room-tables.ts. */
export interface PeopleTables {
  insertUser(row: UserRow): Promise<void>
  findUser(userId: UserId): Promise<UserRow | null>
  /** Those of them that there are. */
  findUsers(userIds: readonly UserId[]): Promise<readonly UserRow[]>
  /** `email` in lower case. */
  findUserByEmail(email: string): Promise<UserRow | null>
  /** By e-mail address, from `after` (exclusive) on, each with the state of their connection and their group; null without. */
  listUsers(page: UserPage): Promise<readonly ListedUser[]>
  insertSession(row: SessionRow): Promise<void>
  /** Whether the session is there and not over. */
  hasSession(sessionId: SessionId, now: Temporal.Instant): Promise<boolean>
  /** A person's that are not over, newest first. */
  listSessions(userId: UserId, now: Temporal.Instant): Promise<readonly SessionRow[]>
  /** False when there was none: of two who delete at once, one is told true. */
  deleteSession(sessionId: SessionId): Promise<boolean>
}

/**
 * The tables of one account within one transaction. Row-level security refuses rows of any other account. Names say
 * the contract: find… may return null, require… throws Problem "not-found".
 */
export interface AccountTables extends PeopleTables {
  readonly accountId: AccountId
  /** Holds the account's row until the transaction ends: one at a time. */
  lockAccount(): Promise<void>
  /** Throws Problem "conflict" when the user has a connection already. */
  insertConnection(row: ConnectionRow): Promise<void>
  updateConnection(connectionId: ConnectionId, changes: Changes<ConnectionRow>): Promise<void>
  findConnection(connectionId: ConnectionId): Promise<ConnectionRow | null>
  findConnectionOfUser(userId: UserId): Promise<ConnectionRow | null>
  /** Deletes the connection with its credential, calendars, subscriptions and listening, and what rollouts kept of older secrets. */
  deleteConnection(connectionId: ConnectionId): Promise<void>
  upsertCredential(row: CredentialRow): Promise<void>
  findCredential(connectionId: ConnectionId): Promise<CredentialRow | null>
  /** As findCredential, holding the row until the transaction ends: one refresh in flight in the whole cluster. */
  lockCredential(connectionId: ConnectionId): Promise<CredentialRow | null>
  insertCalendar(row: CalendarRow): Promise<void>
  updateCalendar(calendarId: CalendarId, changes: Changes<CalendarRow>): Promise<void>
  /** Deletes the calendar with its subscriptions. */
  deleteCalendar(calendarId: CalendarId): Promise<void>
  findCalendar(calendarId: CalendarId): Promise<CalendarRow | null>
  listCalendars(connectionId: ConnectionId): Promise<readonly CalendarRow[]>
  insertSubscription(row: SubscriptionRow): Promise<void>
  updateSubscription(subscriptionId: SubscriptionId, changes: Changes<SubscriptionRow>): Promise<void>
  deleteSubscription(subscriptionId: SubscriptionId): Promise<void>
  listSubscriptions(calendarId: CalendarId): Promise<readonly SubscriptionRow[]>
  insertDataKey(row: DataKeyRow): Promise<void>
  /** Newest first, destroyed ones too. */
  listDataKeys(): Promise<readonly DataKeyRow[]>
  /** Chains and appends; the hash covers everything else in the row and the previous hash. */
  appendAudit(entry: AuditEntry, at: Temporal.Instant): Promise<void>
  /** As appendAudit, of many at once in their order: they cost the chain one look and the database a few statements. */
  appendAudits(entries: readonly AuditEntry[], at: Temporal.Instant): Promise<void>
  /** The last `limit` entries about one thing, in order. */
  listAuditOf(subjectId: string, limit: number): Promise<readonly AuditRow[]>
  /** From `after` (exclusive, 0 for the beginning) in order. */
  listAudit(page: { readonly after: number; readonly limit: number }): Promise<readonly AuditRow[]>
  /** Newest first. */
  searchAudit(filter: AuditFilter & { readonly limit: number }): Promise<readonly AuditRow[]>
  /** What these are called: those that there still are, of the kinds that have a name. */
  nameSubjects(ids: readonly string[]): Promise<readonly NamedSubject[]>
  readonly groups: GroupTables
  readonly troubles: TroubleTables
  readonly policy: PolicyTables
  readonly policyChanges: PolicyChangeTables
  readonly meetings: MeetingTables
  readonly listening: ListeningTables
  readonly tenants: TenantTables
  readonly keys: KeyTables
  readonly rollouts: RolloutTables
  readonly overview: OverviewTables
  readonly figures: FigureTables
  readonly signIn: SignInTables
  readonly revocations: RevocationTables
  readonly persons: PersonTables
  readonly devices: DeviceTables
  readonly bookings: BookingTables
  readonly rooms: RoomTables
  readonly manyRooms: ManyRoomTables
  readonly displays: DisplayTables
  readonly tools: ToolTables
  /** Adds jobs in this transaction: they exist if and only if it commits. */
  addJobs(jobs: readonly import("./job-queue.ts").Job[], runAt?: Temporal.Instant): Promise<void>
}

/** What must look across accounts; each is one indexed statement. Used by sign-in, timers and join links only. */
export interface SystemTables
  extends SystemBookingTables,
    SystemDeviceTables,
    SystemKeyTables,
    SystemListeningTables,
    SystemMeetingTables,
    SystemOverviewTables,
    SystemPersonTables,
    SystemRevocationTables,
    SystemRolloutTables,
    SystemRoomTables,
    SystemDisplayTables,
    SystemPolicyTables,
    SystemFigureTables,
    SystemSignInTables,
    SystemToolTables {
  insertAccount(row: AccountRow): Promise<void>
  hasAccounts(): Promise<boolean>
  findUserByEmail(email: string): Promise<UserRow | null>
  findSession(tokenHash: Uint8Array, now: Temporal.Instant): Promise<FoundSession | null>
  deleteExpiredSessions(now: Temporal.Instant): Promise<number>
  /** Takes up to `limit` calendars whose reconcile is due, moves their dueAt to `nextDueAt`, and returns them: two nodes never take the same. */
  takeDueCalendars(input: {
    readonly now: Temporal.Instant
    readonly limit: number
    readonly nextDueAt: Temporal.Instant
  }): Promise<readonly { readonly accountId: AccountId; readonly calendarId: CalendarId }[]>
  /** Calendars with a subscription to renew (renewAt passed), moved to `nextRenewAt` likewise. */
  takeDueRenewals(input: {
    readonly now: Temporal.Instant
    readonly limit: number
    readonly nextRenewAt: Temporal.Instant
  }): Promise<readonly { readonly accountId: AccountId; readonly calendarId: CalendarId }[]>
  /** Takes up to `limit` meetings whose review is due, moved to `nextReviewAt` likewise. */
  takeDueReviews(input: {
    readonly now: Temporal.Instant
    readonly limit: number
    readonly nextReviewAt: Temporal.Instant
  }): Promise<readonly { readonly accountId: AccountId; readonly meetingId: MeetingId }[]>
  /** Connections whose grant was not used since `unusedSince`, the longest unused first; none that waits for a person. */
  listIdleConnections(input: {
    readonly unusedSince: Temporal.Instant
    readonly limit: number
  }): Promise<readonly { readonly accountId: AccountId; readonly connectionId: ConnectionId }[]>
  countConnectionsByState(): Promise<
    readonly { readonly provider: ProviderName; readonly state: ConnectionState; readonly count: number }[]
  >
}

/** The database. Each call is one transaction; it is rolled back when `work` throws. */
export interface Store {
  inAccount<Result>(accountId: AccountId, work: (tables: AccountTables) => Promise<Result>): Promise<Result>
  asSystem<Result>(work: (tables: SystemTables) => Promise<Result>): Promise<Result>
}
