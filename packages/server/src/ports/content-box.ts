import type { RoomId } from "@kalends/domain/ids"
import type { AccountTables } from "./store.ts"

/** A text locked with a key of its own, and that key, sealed under the account's. */
export type LockedText = { readonly lockedBookings: Uint8Array; readonly sealedKey: Uint8Array }

/**
 * Locks and opens what is kept of a room's bookings, bound to its room: each text with another key, so that whatever is left
 * of the text anywhere is nobody's to read once the key is deleted. Unlike a secret it opens nothing else, and is opened by the
 * service alone; so the log has no entry of it.
 */
export interface ContentBox {
  lockBookings(tables: AccountTables, roomId: RoomId, text: string): Promise<LockedText>
  /** Throws Problem "malformed" when either was changed or moved, or they do not belong together, "unavailable" when custody is away. */
  openBookings(tables: AccountTables, roomId: RoomId, locked: LockedText): Promise<string>
}
