import type { ProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { ageSeconds, type RoomAgenda } from "@kalends/domain/room-state"
import type { FanOut } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { Random } from "../ports/random.ts"
import type { AgendaListener, RoomAgendas, RoomRef } from "../ports/room-agendas.ts"
import { type ReadRoom, type ReadRoomDeps, readRoom } from "./read-room.ts"
import { createTurns } from "./turns.ts"

export type RoomAgendasDeps = ReadRoomDeps & {
  readonly fanOut: FanOut
  readonly log: Log
  readonly random: Random
}

/** A room that is listened to is read again at the latest after this long, whatever was or was not heard of it. */
const renewSeconds = 10 * 60
/** What was read is taken for new this long where nobody listens, and so no hint would come. */
const unheardSeconds = 60
const firstRetrySeconds = 5
const longestRetrySeconds = 5 * 60
/** Rooms read at once by one node. */
const readsMost = 16
/** Rooms whose agendas are held, of those that nobody listens to. */
const idleMost = 2_000

/** One room as this node knows it. */
export type Watch = {
  readonly ref: RoomRef
  readonly listeners: Set<AgendaListener>
  known: ReadRoom | null
  /** When each booking that is known was first seen: nobody can check in to what no screen could show. */
  seenSince: ReadonlyMap<ProviderEventId, Temporal.Instant>
  /** Since when somebody has listened without a break; null while nobody does. */
  listenedSince: Temporal.Instant | null
  /** A reading that waits for its turn, which serves all who ask meanwhile. */
  waiting: Promise<void> | null
  failures: number
  lastProblem: Problem | null
  cancelTimer: () => void
  unlisten: readonly (() => void)[]
  /** Which calendar is listened to. */
  wiredTo: string | null
}

/**
 * The agendas of this node. A reading is begun by a hint, by a timer, or by whoever wrote; all who ask before it begins
 * share it, and readings of one room follow one another. An outage leaves what is known as it is, and is tried again ever
 * more rarely; it ends by itself. Nothing is written anywhere.
 */
export function createRoomAgendas(deps: RoomAgendasDeps) {
  const { clock, random, fanOut, log } = deps
  const watches = new Map<string, Watch>()
  const turn = createTurns(readsMost)
  const stopped = new AbortController()
  const keyOf = ({ accountId, roomId }: RoomRef) => `${accountId}/${roomId}`

  function watchOf(ref: RoomRef): Watch {
    const key = keyOf(ref)
    const watch = watches.get(key) ?? newWatch(ref)
    // The last that were asked for stand at the end.
    watches.delete(key)
    watches.set(key, watch)
    forgetIdle()
    return watch
  }

  function forgetIdle(): void {
    if (watches.size <= idleMost) return
    for (const [key, watch] of watches) {
      if (watch.listeners.size === 0 && watch.waiting === null) watches.delete(key)
      if (watches.size <= idleMost) return
    }
  }

  function tell(watch: Watch): void {
    if (watch.known === null) return
    for (const listener of watch.listeners) tellOne(listener, watch.known.agenda)
  }

  /** No calendar stands behind the room any more: what was read of it is nobody's to show. */
  function forget(watch: Watch): void {
    if (watch.known === null) return
    watch.known = null
    for (const listener of watch.listeners) tellOne(listener, nothingKnown)
  }

  function tellOne(listener: AgendaListener, agenda: RoomAgenda): void {
    try {
      listener(agenda)
    } catch (error) {
      // A screen that went away takes nothing from the others.
      log.warn("a listener of a room failed", { error: error instanceof Error ? error.name : "unknown" })
    }
  }

  /** Reads after this instant; resolves when it was tried. */
  function renew(watch: Watch): Promise<void> {
    if (watch.waiting !== null) return watch.waiting
    watch.cancelTimer()
    const before = lastOf(watch)
    const reading = before.then(() =>
      turn(async () => {
        watch.waiting = null
        await readOnce(watch)
      }),
    )
    watch.waiting = reading
    readings.set(watch, reading)
    return reading
  }
  const readings = new WeakMap<Watch, Promise<void>>()
  const lastOf = (watch: Watch) => readings.get(watch) ?? Promise.resolve()

  async function readOnce(watch: Watch): Promise<void> {
    if (stopped.signal.aborted) return
    try {
      const read = await readRoom(deps, watch.ref, stopped.signal)
      watch.seenSince = seenSince(watch, read)
      watch.known = read
      watch.failures = 0
      watch.lastProblem = null
    } catch (error) {
      if (stopped.signal.aborted) return
      watch.failures += 1
      watch.lastProblem = problemOf(error)
      if (!isProblem(error))
        log.error("reading a room failed", { error: error instanceof Error ? error.name : "unknown" })
      if (isGone(watch.lastProblem)) forget(watch)
      if (watch.failures === 1)
        log.warn("a room cannot be read", {
          roomId: watch.ref.roomId,
          problem: watch.lastProblem.kind,
          code: watch.lastProblem.code,
        })
    }
    wire(watch)
    setTimer(watch)
    tell(watch)
  }

  function setTimer(watch: Watch): void {
    watch.cancelTimer()
    if (watch.listeners.size === 0 || stopped.signal.aborted || watch.waiting !== null) return
    watch.cancelTimer = clock.after(Math.round(nextSeconds(watch) * 1000), () => void renew(watch))
  }

  function nextSeconds({ failures, lastProblem }: Watch): number {
    const spread = 0.5 + random.fraction()
    if (failures === 0) return renewSeconds * (0.75 + random.fraction() / 4)
    const own = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** Math.min(failures - 1, 10)) * spread
    const told = lastProblem?.retryAt == null ? 0 : clock.now().until(lastProblem.retryAt).total("seconds")
    return Math.min(Math.max(own, told), longestRetrySeconds * 1.5)
  }

  /** Listens for the room's connection, and for its calendar once that is known. */
  function wire(watch: Watch): void {
    const { accountId, roomId } = watch.ref
    const calendarId = watch.known?.calendarId ?? null
    const wanted = watch.listeners.size === 0 ? null : (calendarId ?? "none")
    if (wanted === watch.wiredTo) return
    for (const end of watch.unlisten) end()
    watch.wiredTo = wanted
    const again = () => void renew(watch)
    watch.unlisten =
      wanted === null
        ? []
        : [
            fanOut.listen({ kind: "user", accountId, userId: roomId }, again),
            ...(calendarId === null ? [] : [fanOut.listen({ kind: "calendar", accountId, calendarId }, again)]),
          ]
  }

  function leave(watch: Watch, listener: AgendaListener): void {
    watch.listeners.delete(listener)
    if (watch.listeners.size > 0) return
    watch.listenedSince = null
    watch.cancelTimer()
    wire(watch)
  }

  const isOld = (watch: Watch): boolean => {
    const age = ageSeconds(watch.known?.agenda ?? null, clock.now())
    if (age === null || watch.listeners.size === 0) return age === null || age > unheardSeconds
    // During an outage the timer asks, however often somebody reads.
    return watch.failures === 0 && age > renewSeconds
  }

  const agendas: RoomAgendas = {
    known: (ref) => watches.get(keyOf(ref))?.known?.agenda ?? null,
    isCheckedIn: (ref, booking) => watches.get(keyOf(ref))?.known?.marks.get(booking) === "checked-in",
    async read(ref, signal) {
      signal.throwIfAborted()
      const watch = watchOf(ref)
      if (isOld(watch)) await Promise.race([renew(watch), aborted(signal)])
      if (watch.known !== null) return watch.known.agenda
      throw watch.lastProblem ?? new Problem("unavailable", "The room's calendar cannot be read.")
    },
    listen(ref, listener, signal) {
      if (signal.aborted || stopped.signal.aborted) return
      const watch = watchOf(ref)
      // Each has its own place, should one listen twice.
      const own: AgendaListener = (agenda) => listener(agenda)
      watch.listeners.add(own)
      watch.listenedSince ??= clock.now()
      signal.addEventListener("abort", () => leave(watch, own), { once: true })
      if (watch.known !== null) tellOne(own, watch.known.agenda)
      wire(watch)
      if (isOld(watch)) void renew(watch)
      else setTimer(watch)
    },
  }

  return {
    ...agendas,
    /** Reads the room after this instant, whoever else asked before. Throws Problem where it cannot be read. */
    async readAnew(ref: RoomRef): Promise<ReadRoom> {
      const watch = watchOf(ref)
      await renew(watch)
      if (watch.known !== null && watch.lastProblem === null) return watch.known
      throw watch.lastProblem ?? new Problem("unavailable", "The room's calendar cannot be read.")
    },
    /** As it is known, with all that stands beside it. */
    watched: (ref: RoomRef): Watch | null => watches.get(keyOf(ref)) ?? null,
    /** Rooms that somebody listens to here. */
    listened: (): readonly Watch[] => [...watches.values()].filter(({ listeners }) => listeners.size > 0),
    /** Something that is kept beside the calendar has changed: all nodes that listen read it anew. */
    touch({ accountId }: RoomRef, { calendarId }: Pick<ReadRoom, "calendarId">): void {
      const watermarkMs = clock.now().epochMilliseconds
      const hint = { kind: "calendar-changed", calendarId, watermarkMs, announcedAtMs: null } as const
      fanOut.publish({ kind: "calendar", accountId, calendarId }, hint)
    },
    /** Reads those anew that are listened to here: what holds for all rooms of an organisation was changed. */
    renewAll(accountId: RoomRef["accountId"]): void {
      for (const watch of watches.values())
        if (watch.ref.accountId === accountId && watch.listeners.size > 0) void renew(watch)
    },
    stop(): void {
      stopped.abort()
      for (const watch of watches.values()) {
        watch.cancelTimer()
        watch.listeners.clear()
        wire(watch)
      }
    },
  }
}

export type OwnRoomAgendas = ReturnType<typeof createRoomAgendas>

function newWatch(ref: RoomRef): Watch {
  return {
    ...{ ref, listeners: new Set<AgendaListener>(), known: null, seenSince: new Map(), listenedSince: null },
    ...{ waiting: null, failures: 0, lastProblem: null, cancelTimer: () => {}, unlisten: [], wiredTo: null },
  }
}

/** Read so long ago that nobody trusts it. */
const never = Temporal.Instant.fromEpochMilliseconds(0)
const nothingKnown: RoomAgenda = { bookings: [], readAt: never, coversUntil: never }

const isGone = ({ kind, code }: Problem) => kind === "not-found" || code === "room-not-connected"

function seenSince({ seenSince: before }: Watch, { agenda }: ReadRoom): Watch["seenSince"] {
  return new Map(agenda.bookings.map(({ id }) => [id, before.get(id) ?? agenda.readAt]))
}

function problemOf(error: unknown): Problem {
  return isProblem(error) ? error : new Problem("unavailable", "The room's calendar cannot be read.", { cause: error })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Problem("unavailable", "The room was not read in time.")), {
      once: true,
    })
  })
}
