import type { RoomPrivacy } from "@kalends/domain/booking"
import type { CheckInPolicy } from "@kalends/domain/check-in"
import type { ConnectionState } from "@kalends/domain/connection"
import type { DialRule } from "@kalends/domain/dial-rule"
import type { AccountId, ProviderName, RoomId, TenantConnectionId } from "@kalends/domain/ids"
import type { ProblemKind } from "@kalends/domain/problem"

/** What administrators set for a room. */
export type RoomSettings = {
  readonly name: string
  readonly building: string | null
  readonly floor: string | null
  readonly capacity: number | null
  /** IANA. */
  readonly zone: string
  readonly privacy: RoomPrivacy
  readonly checkIn: CheckInPolicy
  /** What its displays show. */
  readonly language: "en" | "ja"
  readonly clockHours: 12 | 24
}

export type RoomRow = RoomSettings & {
  readonly accountId: AccountId
  readonly roomId: RoomId
  /** Lower case: the mailbox's, or whatever people know its calendar by. Unique among people and rooms. */
  readonly address: string
  /** The administrator's connection that is to open it; null where it has its own sign-in, or is not connected. */
  readonly tenantConnectionId: TenantConnectionId | null
  /** What the last try to connect it met, or to read it where that does not pass by itself; null when nothing did. */
  readonly problemKind: ProblemKind | null
  readonly problemCode: string | null
  /** Since when; null for what was noted before that was. */
  readonly problemAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
}

export type ListedRoom = RoomRow & {
  readonly connectionState: ConnectionState | null
  readonly provider: ProviderName | null
}

export type RoomPosition = Pick<RoomRow, "name" | "roomId">

export type RoomQuery = {
  /** The last that was shown; null for the first page. */
  readonly after: RoomPosition | null
  readonly limit: number
  /** Part of the name or the address, in any case of letters; null for all. */
  readonly search: string | null
  /** In which state their connection is, "none" for those without one, "trouble" for those that need somebody (domain/in-trouble.ts); null for any. */
  readonly state: ConnectionState | "none" | "trouble" | null
}

export type RoomChanges = Partial<Omit<RoomRow, "accountId" | "roomId" | "createdAt">>

/** checked-in: somebody came. given-up: nobody did, and the booking was taken out of the calendar. */
export type RoomMark = "checked-in" | "given-up"

export type RoomMarkRow = {
  readonly accountId: AccountId
  readonly roomId: RoomId
  /** Of the booking's name in the calendar; keyed. */
  readonly bookingDigest: Uint8Array
  readonly mark: RoomMark
  readonly markedAt: Temporal.Instant
  /** The end of the booking, or later. */
  readonly keptUntil: Temporal.Instant
}

export type RoomMissRow = {
  readonly accountId: AccountId
  readonly roomId: RoomId
  readonly seriesDigest: Uint8Array
  readonly missed: number
  readonly missedAt: Temporal.Instant
}

/** Part of AccountTables: rooms, what happened in them that no calendar knows, and the organisation's dial rules. */
export interface RoomTables {
  /** Throws Problem "conflict" (code "address-taken") where a person or another room has the address. */
  insert(row: RoomRow): Promise<void>
  /** Throws as insert. */
  update(roomId: RoomId, changes: RoomChanges): Promise<void>
  find(roomId: RoomId): Promise<RoomRow | null>
  /** The names of those that there are. */
  namesOf(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, string>>
  /** With these addresses, in no order. */
  findByAddresses(addresses: readonly string[]): Promise<readonly ListedRoom[]>
  /** By name. */
  list(query: RoomQuery): Promise<readonly ListedRoom[]>
  count(): Promise<number>
  /** Deletes the room with its connection and all that is kept of it; false when there was none. */
  delete(roomId: RoomId): Promise<boolean>
  /**
   * Marks a booking that has no mark. False where it has another, or the same since `retriedBefore`: of two who give up one
   * booking at once, one is told true, and what it left half done can be done again later.
   */
  mark(row: RoomMarkRow, retriedBefore: Temporal.Instant): Promise<boolean>
  /** Takes back a mark that could not be acted on. */
  unmark(roomId: RoomId, bookingDigest: Uint8Array): Promise<void>
  /** That are still kept. */
  listMarks(roomId: RoomId, now: Temporal.Instant): Promise<readonly RoomMarkRow[]>
  findMiss(roomId: RoomId, seriesDigest: Uint8Array): Promise<RoomMissRow | null>
  putMiss(row: RoomMissRow): Promise<void>
  deleteMiss(roomId: RoomId, seriesDigest: Uint8Array): Promise<void>
  /** The organisation's own; none where it has none. */
  dialRules(): Promise<readonly DialRule[]>
  setDialRules(rules: readonly DialRule[], at: Temporal.Instant): Promise<void>
}

/** Part of SystemTables. */
export interface SystemRoomTables {
  /** Marks of bookings that are over, and misses that are older than `missedBefore`. */
  deleteOldRoomMarks(now: Temporal.Instant, missedBefore: Temporal.Instant): Promise<number>
}
