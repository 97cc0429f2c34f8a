import type { RoomAgenda } from "@kalends/domain/room-state"
import type { Clock } from "../../ports/clock.ts"
import type { RoomAgendas, RoomRef } from "../../ports/room-agendas.ts"
import { type FrontItem, itemsOf } from "./front-item.ts"

/** What is known of a room, as items. */
export type Seen = {
  readonly items: readonly FrontItem[]
  readonly byId: ReadonlyMap<string, FrontItem>
  readonly agenda: RoomAgenda
}

export type ItemChange = { readonly kind: "Created" | "Modified" | "Deleted"; readonly item: FrontItem }
/** Null: the room is watched no more, and what follows is not told. */
export type ChangeListener = (changes: readonly ItemChange[] | null) => void

/** A room is listened to for as long after the last request as devices need to ask again. */
export const watchedMs = 35 * 60_000

type Watch = { seen: Seen | null; usedAtMs: number; readonly end: AbortController; readonly told: Set<ChangeListener> }

export type RoomWatches = ReturnType<typeof createRoomWatches>

/**
 * Rooms that devices ask for: listened to while they do, so that an answer waits for no provider, and compared with what
 * was seen before, so that devices can be told what changed. In memory alone.
 */
export function createRoomWatches({ agendas, clock }: { readonly agendas: RoomAgendas; readonly clock: Clock }) {
  const watches = new Map<string, Watch>()
  const nowMs = () => clock.now().epochMilliseconds

  function watchOf(room: RoomRef): Watch {
    const key = keyOf(room)
    const known = watches.get(key)
    if (known !== undefined) {
      known.usedAtMs = nowMs()
      return known
    }
    const made: Watch = { seen: null, usedAtMs: nowMs(), end: new AbortController(), told: new Set() }
    watches.set(key, made)
    agendas.listen(room, (agenda) => take(room, made, agenda), made.end.signal)
    lookLater(key, made)
    return made
  }

  function lookLater(key: string, watch: Watch): void {
    const cancel = clock.after(watchedMs, () => {
      watch.end.signal.removeEventListener("abort", cancel)
      if (nowMs() - watch.usedAtMs < watchedMs) return lookLater(key, watch)
      endWatch(key, watch)
    })
    watch.end.signal.addEventListener("abort", cancel, { once: true })
  }

  function endWatch(key: string, watch: Watch): void {
    watches.delete(key)
    watch.end.abort()
    for (const listener of watch.told) listener(null)
  }

  return {
    /** What is known of the room. Throws Problem where nothing is, and it cannot be read. */
    async look(room: RoomRef, signal: AbortSignal): Promise<Seen> {
      const watch = watchOf(room)
      const agenda = await agendas.read(room, signal)
      return take(room, watch, agenda)
    },
    /** Told of what changes from now on; returns what ends that. */
    follow(room: RoomRef, listener: ChangeListener): () => void {
      const watch = watchOf(room)
      watch.told.add(listener)
      return () => void watch.told.delete(listener)
    },
    stop(): void {
      for (const [key, watch] of watches) endWatch(key, watch)
    },
  }
}

function take(room: RoomRef, watch: Watch, agenda: RoomAgenda): Seen {
  const before = watch.seen
  if (Temporal.Instant.compare(agenda.coversUntil, agenda.readAt) <= 0) {
    // A room that was disconnected: nothing is known of it, and what changes meanwhile will not be either.
    watch.seen = null
    for (const listener of watch.told) listener(null)
    return { items: [], byId: new Map(), agenda }
  }
  if (before !== null && (agenda === before.agenda || isOlder(agenda, before.agenda))) return before
  const items = itemsOf(room, agenda.bookings, { before: before?.byId ?? new Map(), readAt: agenda.readAt })
  const seen = { items, byId: new Map(items.map((item) => [item.id, item])), agenda }
  watch.seen = seen
  const changes = before === null ? [] : changesBetween(before, seen)
  if (changes.length > 0) for (const listener of watch.told) listener(changes)
  return seen
}

function changesBetween(before: Seen, after: Seen): readonly ItemChange[] {
  const came = after.items.flatMap((item): readonly ItemChange[] => {
    const known = before.byId.get(item.id)
    if (known === undefined) return [{ kind: "Created", item }]
    return known.changeKey === item.changeKey ? [] : [{ kind: "Modified", item }]
  })
  const went = before.items
    .filter(({ id, booking }) => !after.byId.has(id) && isAhead(booking.endsAt, after.agenda.readAt))
    .map((item): ItemChange => ({ kind: "Deleted", item }))
  return [...came, ...went]
}

const isOlder = (one: RoomAgenda, other: RoomAgenda) => Temporal.Instant.compare(one.readAt, other.readAt) < 0

/** What is over leaves the agenda by itself: nobody deleted it. */
const isAhead = (endsAt: Temporal.Instant, now: Temporal.Instant) => Temporal.Instant.compare(endsAt, now) > 0

const keyOf = ({ accountId, roomId }: RoomRef): string => `${accountId}/${roomId}`
