import type { CalendarId, RoomId } from "@kalends/domain/ids"
import type { RoomChanges, RoomRow } from "./room-tables.ts"

export type RoomChoiceQuery = {
  /** Part of the name or the address, in any case of letters; null for all. */
  readonly search: string | null
  /** Exactly; null for any. */
  readonly building: string | null
  readonly floor: string | null
  readonly limit: number
}

export type RoomPlaceCount = Pick<RoomRow, "building" | "floor"> & { readonly count: number }

/** What can be set for many rooms at once: nothing that a user's row has. */
export type ManyRoomChanges = Omit<RoomChanges, "name" | "address">

/** Part of AccountTables: rooms that are set together. */
export interface ManyRoomTables {
  /** By name. */
  choose(query: RoomChoiceQuery): Promise<readonly RoomRow[]>
  /** Where rooms are, in order. */
  places(limit: number): Promise<readonly RoomPlaceCount[]>
  /** Those that there are, in no order. */
  findAll(roomIds: readonly RoomId[]): Promise<readonly RoomRow[]>
  /** By the whole name, in any case of letters, or by the address; in no order. */
  findNamed(names: readonly string[], limit: number): Promise<readonly RoomRow[]>
  /** Those that are gone are passed over. Whoever calls it holds the account. */
  updateAll(roomIds: readonly RoomId[], changes: ManyRoomChanges): Promise<void>
  /** The calendars of those that are connected. */
  calendarsOf(
    roomIds: readonly RoomId[],
  ): Promise<readonly { readonly roomId: RoomId; readonly calendarId: CalendarId }[]>
}
