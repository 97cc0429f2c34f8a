import type { RoomId } from "@kalends/domain/ids"
import type { AccountTables } from "./store.ts"

/**
 * Seals and opens what is kept of a room's bookings, under the account's key and bound to its room. Unlike a secret it opens
 * nothing else, and is opened by the service alone; so the log has no entry of it.
 */
export interface ContentBox {
  sealBookings(tables: AccountTables, roomId: RoomId, text: string): Promise<Uint8Array>
  /** Throws Problem "malformed" when it was changed or moved, "unavailable" when custody is away. */
  openBookings(tables: AccountTables, roomId: RoomId, sealed: Uint8Array): Promise<string>
}
