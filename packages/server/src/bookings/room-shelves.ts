import type { Booking } from "@kalends/domain/booking"
import { isProblem } from "@kalends/domain/problem"
import type { RoomAgenda } from "@kalends/domain/room-state"
import type { RoomLanguage } from "@kalends/domain/room-words"
import type { FanOut } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { RoomAgendas, RoomRef } from "../ports/room-agendas.ts"
import type { Store } from "../ports/store.ts"
import type { DaysKept, StoredBookings } from "./stored-bookings.ts"

export type RoomShelvesDeps = {
  readonly store: Store
  readonly fanOut: Pick<FanOut, "listen">
  readonly agendas: Pick<RoomAgendas, "listen">
  readonly stored: StoredBookings
  readonly log: Log
}

const usualLanguage = "en"

/** `readAt`: when the calendar was read for it; null for what was kept before this node began, since nothing was read yet. */
type Listener = (bookings: readonly Booking[], language: RoomLanguage, readAt: Temporal.Instant | null) => void

type Shelf = {
  readonly listeners: Set<Listener>
  readonly ending: AbortController
  bookings: readonly Booking[] | null
  /** As the room is set; null before that was read, until when nobody is told anything. */
  language: RoomLanguage | null
  /** Read from the provider since this node began. */
  agenda: RoomAgenda | null
  /** As this node wrote it; null before. */
  kept: DaysKept | null
  isSaving: boolean
  needsSaving: boolean
}

/**
 * The bookings of rooms with devices: what was last read from the provider, and before anything was, what is kept of it. One
 * for each room, however many devices it has; whatever is read is kept, one writing at a time, the newest alone.
 */
export function createRoomShelves({ store, fanOut, agendas, stored, log }: RoomShelvesDeps) {
  const shelves = new Map<string, Shelf>()

  function tell({ bookings, language, listeners, agenda }: Shelf): void {
    if (bookings === null || language === null) return
    for (const listener of [...listeners]) listener(bookings, language, agenda?.readAt ?? null)
  }

  function hold(shelf: Shelf, bookings: readonly Booking[]): void {
    shelf.bookings = bookings
    tell(shelf)
  }

  async function readLanguage({ accountId, roomId }: RoomRef, shelf: Shelf): Promise<void> {
    try {
      const room = await store.inAccount(accountId, (tables) => tables.rooms.find(roomId))
      shelf.language = room?.language ?? usualLanguage
    } catch (error) {
      // It is read again when the room is.
      log.warn("a room's language could not be read", { problem: isProblem(error) ? error.kind : "unknown" })
      shelf.language ??= usualLanguage
    }
    tell(shelf)
  }

  async function save(room: RoomRef, shelf: Shelf): Promise<void> {
    shelf.needsSaving = true
    if (shelf.isSaving) return
    shelf.isSaving = true
    try {
      while (shelf.needsSaving && shelf.agenda !== null && !shelf.ending.signal.aborted) {
        shelf.needsSaving = false
        shelf.kept = await stored.save(room, shelf.agenda, shelf.kept)
      }
    } catch (error) {
      // The next agenda is kept whole; devices have this one all the same.
      shelf.kept = null
      log.warn("a room's bookings could not be kept", { problem: isProblem(error) ? error.kind : "unknown" })
    } finally {
      shelf.isSaving = false
    }
  }

  async function load(room: RoomRef, shelf: Shelf): Promise<void> {
    try {
      const kept = await stored.load(room)
      if (kept !== null && shelf.agenda === null) hold(shelf, kept.bookings)
    } catch (error) {
      log.warn("a room's kept bookings could not be read", { problem: isProblem(error) ? error.kind : "unknown" })
    }
  }

  function open(room: RoomRef): Shelf {
    const shelf: Shelf = {
      ...{ listeners: new Set(), ending: new AbortController(), bookings: null, language: null },
      ...{ agenda: null, kept: null, isSaving: false, needsSaving: false },
    }
    const take = (agenda: RoomAgenda) => {
      // One that covers no time says that nothing is known, not that the room is free.
      if (Temporal.Instant.compare(agenda.coversUntil, agenda.readAt) <= 0) return
      const isNews = agenda !== shelf.agenda
      shelf.agenda = agenda
      hold(shelf, agenda.bookings)
      if (isNews) void save(room, shelf)
    }
    const { accountId, roomId } = room
    const unlisten = fanOut.listen({ kind: "user", accountId, userId: roomId }, ({ kind }) => {
      if (kind === "room-changed") void readLanguage(room, shelf)
    })
    shelf.ending.signal.addEventListener("abort", unlisten, { once: true })
    void readLanguage(room, shelf)
    agendas.listen(room, take, shelf.ending.signal)
    if (shelf.agenda === null) void load(room, shelf)
    return shelf
  }

  return {
    /** Told of the room's bookings at once where they are known, and of each change, until the signal. */
    watch(room: RoomRef, listener: Listener, signal: AbortSignal): void {
      if (signal.aborted) return
      const key = `${room.accountId} ${room.roomId}`
      const shelf = shelves.get(key) ?? open(room)
      shelves.set(key, shelf)
      shelf.listeners.add(listener)
      signal.addEventListener(
        "abort",
        () => {
          shelf.listeners.delete(listener)
          if (shelf.listeners.size > 0) return
          shelf.ending.abort()
          if (shelves.get(key) === shelf) shelves.delete(key)
        },
        { once: true },
      )
      if (shelf.bookings !== null && shelf.language !== null)
        listener(shelf.bookings, shelf.language, shelf.agenda?.readAt ?? null)
    },
  }
}
export type RoomShelves = ReturnType<typeof createRoomShelves>
