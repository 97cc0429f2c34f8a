import type { Booking } from "@kalends/domain/booking"
import type { AccountId, ProviderEventId, RoomId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { RoomAgenda } from "@kalends/domain/room-state"

/** Which room, of whose. */
export type RoomRef = { readonly accountId: AccountId; readonly roomId: RoomId }

/** Told of each new agenda; what it throws is nobody's but its own. */
export type AgendaListener = (agenda: RoomAgenda) => void

/** One agenda per room, in memory only. Whoever listens makes the room be read; nobody listening, it is read when asked. */
export interface RoomAgendas {
  /** What is known now; null where nothing was ever read. Never waits. */
  known(room: RoomRef): RoomAgenda | null
  /** What the last try to read it met; null where it was read, or was not tried. Never waits. */
  problem(room: RoomRef): Problem | null
  /** What is known, read first where nothing is or it is old. Throws Problem where it cannot be read and nothing is known. */
  read(room: RoomRef, signal: AbortSignal): Promise<RoomAgenda>
  /** Told of each new agenda at once, and of the known one first; ends with the signal. An agenda that could not be renewed is told of again, with its old `readAt`; one of a room that was disconnected is empty and was never read. */
  listen(room: RoomRef, listener: AgendaListener, signal: AbortSignal): void
  /** One can check in to the room at a screen here, until the signal: only then do the minutes run within which one has to. */
  offerCheckIn(room: RoomRef, signal: AbortSignal): void
  /**
   * By when somebody has to check in to a booking of the agenda that is known; null where nobody has to, somebody has, or
   * nobody could. Past, it still can be checked in to until it is given up. Who listens is told of the agenda again when
   * that changes.
   */
  checkInBy(room: RoomRef, booking: Booking): Temporal.Instant | null
}

/** What people do at a screen. Each is one write with a precondition; throws Problem "conflict" where the calendar says otherwise by now. */
export interface RoomDesk {
  book(
    room: RoomRef,
    wanted: { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant },
  ): Promise<Booking>
  /** Moves the end; earlier than now + 1 min is an end now. Throws "conflict" (code "room-taken") where another booking is in the way. */
  end(room: RoomRef, booking: ProviderEventId, endsAt: Temporal.Instant): Promise<Booking>
  checkIn(room: RoomRef, booking: ProviderEventId): Promise<void>
}
