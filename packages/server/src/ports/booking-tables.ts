import type { AccountId, RoomId } from "@kalends/domain/ids"

/** A room's bookings that end on one day (UTC), locked, with their key: what its devices are given while nothing can be read. */
export type RoomBookingRow = {
  readonly accountId: AccountId
  readonly roomId: RoomId
  /** 2026-12-01 */
  readonly day: string
  readonly lockedBookings: Uint8Array
  readonly sealedKey: Uint8Array
  /** When they were read. */
  readonly readAt: Temporal.Instant
}

/** Part of AccountTables. */
export interface BookingTables {
  /** In the order of days. */
  list(roomId: RoomId): Promise<readonly RoomBookingRow[]>
  /** Days of which something is kept. */
  days(roomId: RoomId): Promise<readonly string[]>
  /** Puts each in place of what was kept of its day. */
  put(rows: readonly RoomBookingRow[]): Promise<void>
  delete(roomId: RoomId, days: readonly string[]): Promise<void>
}

/** Part of SystemTables. */
export interface SystemBookingTables {
  /**
   * Deletes days before this one, and all of rooms that have no device to bring bookings to; how many rows. Their keys are gone
   * from every file with it, and those of what was kept of other days before.
   */
  purgeBookings(before: string): Promise<number>
}
