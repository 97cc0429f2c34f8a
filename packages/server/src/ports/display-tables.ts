import type { DisplayKind, DisplaySettings } from "@kalends/domain/display"
import type { AccountId, DisplayId, RoomId, UserId } from "@kalends/domain/ids"

/** A paired screen. */
export type DisplayRow = DisplaySettings & {
  readonly accountId: AccountId
  readonly displayId: DisplayId
  /** SHA-256 of its token, which itself is never stored. */
  readonly tokenHash: Uint8Array
  readonly name: string
  readonly kind: DisplayKind
  /** As the device named itself. */
  readonly deviceName: string
  readonly pairedBy: UserId
  readonly pairedAt: Temporal.Instant
  readonly lastSeenAt: Temporal.Instant | null
}

export type ListedDisplay = DisplayRow & {
  /** By name. */
  readonly rooms: readonly { readonly roomId: RoomId; readonly name: string }[]
}

/** A code that a screen shows, which nobody has typed yet. */
export type PairingRow = {
  readonly accountId: AccountId
  readonly tokenHash: Uint8Array
  readonly codeHash: Uint8Array
  readonly deviceName: string
  readonly expiresAt: Temporal.Instant
}

export type DisplayChanges = Partial<Pick<DisplayRow, "name" | "language" | "hours" | "look">>

export type DisplayQuery = {
  /** The last that was shown; null for the first page. */
  readonly after: DisplayId | null
  /** Those that show this room; null for all. */
  readonly roomId: RoomId | null
  /** Part of its name, or of a name or an address of its rooms, in any case of letters; null for all. */
  readonly search: string | null
  /** Those alone that are in trouble: not seen since, or without a room; null for all. */
  readonly troubledSince: Temporal.Instant | null
  readonly limit: number
}

/** Part of AccountTables. */
export interface DisplayTables {
  /** Codes that are over are deleted. False where there are `most` already. */
  insertPairing(row: PairingRow, now: Temporal.Instant, most: number): Promise<boolean>
  /** Takes a code that is not over, once; null where there is none. */
  takePairing(codeHash: Uint8Array, now: Temporal.Instant): Promise<PairingRow | null>
  insert(row: DisplayRow, roomIds: readonly RoomId[]): Promise<void>
  find(displayId: DisplayId): Promise<ListedDisplay | null>
  /** By name. */
  list(query: DisplayQuery): Promise<readonly ListedDisplay[]>
  update(displayId: DisplayId, changes: DisplayChanges): Promise<void>
  /** In place of those it had. */
  setRooms(displayId: DisplayId, roomIds: readonly RoomId[]): Promise<void>
  /** False where there was none. */
  delete(displayId: DisplayId): Promise<boolean>
  touch(displayIds: readonly DisplayId[], at: Temporal.Instant): Promise<void>
  /** Those of them that were not seen since. */
  listUnseen(displayIds: readonly DisplayId[], since: Temporal.Instant): Promise<readonly DisplayId[]>
}

/** Part of SystemTables: a screen says no more than its token. */
export interface SystemDisplayTables {
  findDisplay(tokenHash: Uint8Array): Promise<Pick<DisplayRow, "accountId" | "displayId"> | null>
  /** Whether the screen still waits for its code to be typed. */
  hasPairing(tokenHash: Uint8Array, now: Temporal.Instant): Promise<boolean>
}
