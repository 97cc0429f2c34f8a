import { hiddenBy } from "@kalends/domain/booking"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { RoomAgenda } from "@kalends/domain/room-state"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import type { Log } from "../ports/log.ts"
import type { Random } from "../ports/random.ts"
import type { AgendaListener, RoomRef } from "../ports/room-agendas.ts"
import { createTurns } from "../ports/turns.ts"
import { seenSinceOf } from "./offers.ts"
import { isNowToldOf, type ReadRoom, type ReadRoomDeps, readRoom } from "./read-room.ts"
import { createRoomNotes } from "./room-notes.ts"

export type WatchesDeps = ReadRoomDeps & {
  readonly fanOut: FanOut
  readonly log: Log
  readonly random: Random
}

/** A room that is listened to is read again at the latest after this long, whatever was or was not heard of it. */
export const renewSeconds = 10 * 60
/** Of one whose provider tells nobody of changes: whoever stands at its door sees a booking after a minute at most. */
const polledSeconds = 60
/** All of them together are read no more often than so many times a minute: an account may ask 600 times (Google's limit). */
const polledPerMinute = 200
const firstRetrySeconds = 5
const longestRetrySeconds = 3 * 60
/** Rooms read at once by one node. */
const readsMost = 16
/** Rooms whose agendas are held, of those that nobody listens to. */
const idleMost = 2_000

/** One room as this node knows it. */
export type Watch = {
  readonly ref: RoomRef
  readonly listeners: Set<AgendaListener>
  known: ReadRoom | null
  /** When each booking that is known was first seen: nobody can check in to what no screen could show. By offers.ts. */
  seenSince: ReadonlyMap<string, Temporal.Instant>
  /** Screens at which one can check in, and since when there was one without a break; null while there is none. */
  offers: number
  offeredSince: Temporal.Instant | null
  /** A reading that waits for its turn, which serves all who ask meanwhile. */
  waiting: Promise<void> | null
  failures: number
  lastProblem: Problem | null
  /** The last change that was announced here, by the announcer's clock: its repetition once the pass is over says nothing new. */
  announcedMs: number
  cancelTimer: () => void
  unlisten: readonly (() => void)[]
  /** Which calendar is listened to. */
  wiredTo: string | null
}

/** The rooms that this node knows: who listens, what was read, and when it is read again. */
export function createWatches(deps: WatchesDeps) {
  const { clock, fanOut, log } = deps
  const watches = new Map<string, Watch>()
  const turn = createTurns(readsMost)
  const stopped = new AbortController()
  const tellOne = createTellOne(log)
  const notes = createRoomNotes(deps)

  function watchOf(ref: RoomRef): Watch {
    const key = keyOf(ref)
    const watch = watches.get(key) ?? newWatch(ref)
    // The last that were asked for stand at the end.
    watches.delete(key)
    watches.set(key, watch)
    if (watches.size > idleMost) forgetIdle(watches, watch)
    return watch
  }

  function tell(watch: Watch): void {
    if (watch.known === null) return
    for (const listener of watch.listeners) tellOne(listener, watch.known.agenda)
  }

  /** What is to be hidden from now on is gone at once, whether the calendar can be read or not. */
  async function hide(watch: Watch): Promise<void> {
    try {
      watch.known = await withLess(deps, watch)
      tell(watch)
    } catch (error) {
      log.warn("what is set for a room could not be read", { problem: isProblem(error) ? error.kind : "unknown" })
    }
  }

  /** No calendar stands behind the room any more: what was read of it is nobody's to show. */
  function forget(watch: Watch): void {
    if (watch.known === null) return
    watch.known = null
    for (const listener of watch.listeners) tellOne(listener, nothingKnown)
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
    let noted = Promise.resolve()
    try {
      const read = await readRoom(deps, watch.ref, stopped.signal)
      const isMended = watch.failures > 0
      succeed(watch, read)
      if (isMended) tryOthers(watch)
      noted = notes.isRead(watch.ref, read.room)
    } catch (error) {
      if (stopped.signal.aborted) return
      const problem = fail(watch, error, log)
      if (isGone(problem)) forget(watch)
      noted = notes.isNotRead(watch.ref, problem)
    }
    wire(watch)
    setTimer(watch)
    tell(watch)
    await noted
  }

  /** A calendar answers again: those that failed as it did are not to wait until their own next try. */
  function tryOthers({ ref }: Watch): void {
    for (const other of watches.values())
      if (other.ref.accountId === ref.accountId && other.listeners.size > 0 && isOutage(other)) void renew(other)
  }

  function setTimer(watch: Watch): void {
    watch.cancelTimer()
    if (watch.listeners.size === 0 || stopped.signal.aborted || watch.waiting !== null) return
    const nextMs = Math.round(nextSeconds(deps, watch, intervalOf(watch)) * 1000)
    watch.cancelTimer = clock.after(nextMs, () => void (isPolled(watch) ? poll(watch) : renew(watch)))
  }

  /** Not read where somebody has begun to tell of changes: what was missed until then, its first pass tells. */
  async function poll(watch: Watch): Promise<void> {
    const { known } = watch
    if (known === null || !(await isNowToldOf(deps, watch.ref).catch(() => false))) return renew(watch)
    if (watch.known === known) watch.known = { ...known, isPolled: false }
    setTimer(watch)
  }

  const intervalOf = (watch: Watch) =>
    isPolled(watch) ? polledIntervalSeconds([...watches.values()].filter(isPolled).length) : renewSeconds

  /** Listens for the room's connection, and for its calendar once that is known. */
  function wire(watch: Watch): void {
    const { accountId, roomId } = watch.ref
    const calendarId = watch.known?.calendarId ?? null
    const wanted = watch.listeners.size === 0 ? null : (calendarId ?? "none")
    if (wanted === watch.wiredTo) return
    for (const end of watch.unlisten) end()
    watch.wiredTo = wanted
    const again = (hint: Hint) => {
      if (hint.kind === "room-changed") void hide(watch)
      if (isNews(watch, hint)) void renew(watch)
    }
    watch.unlisten = wanted === null ? [] : listenTo(fanOut, { accountId, roomId, calendarId }, again)
  }

  /** A screen at which one can check in came, or went. Where that changes by when one has to, all are told. */
  function offer(watch: Watch, change: 1 | -1): void {
    const before = watch.offers
    watch.offers += change
    if (before > 0 && watch.offers > 0) return
    watch.offeredSince = watch.offers > 0 ? clock.now() : null
    tell(watch)
  }

  function leave(watch: Watch, listener: AgendaListener): void {
    watch.listeners.delete(listener)
    if (watch.listeners.size > 0) return
    watch.cancelTimer()
    wire(watch)
  }

  return {
    ...{ watchOf, renew, wire, leave, offer, setTimer, tellOne },
    find: (ref: RoomRef): Watch | null => watches.get(keyOf(ref)) ?? null,
    all: (): readonly Watch[] => [...watches.values()],
    isStopped: () => stopped.signal.aborted,
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

const isPolled = ({ listeners, known }: Watch) => listeners.size > 0 && known?.isPolled === true

/** How often each of so many rooms is read of whose changes nobody tells. */
export function polledIntervalSeconds(count: number): number {
  return Math.min(renewSeconds, Math.max(polledSeconds, (60 * count) / polledPerMinute))
}

/** However many rooms are listened to, those that nobody listens to are no more than so many; the asked one is about to be. */
function forgetIdle(watches: Map<string, Watch>, asked: Watch): void {
  const idle = [...watches].filter(
    ([, watch]) => watch !== asked && watch.listeners.size + watch.offers === 0 && watch.waiting === null,
  )
  for (const [key] of idle.slice(0, Math.max(0, idle.length - idleMost))) watches.delete(key)
}

const keyOf = ({ accountId, roomId }: RoomRef) => `${accountId}/${roomId}`

/** A screen that went away takes nothing from the others. */
function createTellOne(log: Log) {
  return (listener: AgendaListener, agenda: RoomAgenda): void => {
    try {
      listener(agenda)
    } catch (error) {
      log.warn("a listener of a room failed", { error: error instanceof Error ? error.name : "unknown" })
    }
  }
}

type Heard = RoomRef & { readonly calendarId: ReadRoom["calendarId"] | null }

/** To the room's connection, and its calendar where that is known. */
function listenTo(
  fanOut: FanOut,
  { accountId, roomId, calendarId }: Heard,
  hear: (hint: Hint) => void,
): Watch["unlisten"] {
  return [
    fanOut.listen({ kind: "user", accountId, userId: roomId }, hear),
    ...(calendarId === null ? [] : [fanOut.listen({ kind: "calendar", accountId, calendarId }, hear)]),
  ]
}

/** What is known of a room without what it hides as it is set now. */
async function withLess({ store }: WatchesDeps, watch: Watch): Promise<ReadRoom | null> {
  const { accountId, roomId } = watch.ref
  const room = await store.inAccount(accountId, (tables) => tables.rooms.find(roomId))
  const { known } = watch
  if (room === null || known === null) return known
  return { ...known, agenda: { ...known.agenda, bookings: hiddenBy(known.agenda.bookings, room.privacy) } }
}

/** Whether a hint says what was not heard before. Whoever heard it the first time has read, or is about to. */
function isNews(watch: Watch, hint: Hint): boolean {
  // Its calendar is said to be changed, too, since more may be shown than before.
  if (hint.kind === "room-changed") return false
  if (hint.kind !== "calendar-changed") return true
  if (hint.announcedAtMs !== null) return hint.announcedAtMs > watch.announcedMs
  watch.announcedMs = Math.max(watch.announcedMs, hint.watermarkMs)
  return true
}

/** When a room is tried again: ever more rarely while it cannot be read, and never all rooms at once. */
function nextSeconds({ clock, random }: WatchesDeps, { failures, lastProblem }: Watch, interval: number): number {
  const spread = 0.5 + random.fraction()
  if (failures === 0) return interval * (0.75 + random.fraction() / 4)
  const own = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** Math.min(failures - 1, 10)) * spread
  const told = lastProblem?.retryAt == null ? 0 : clock.now().until(lastProblem.retryAt).total("seconds")
  return Math.min(Math.max(own, told), longestRetrySeconds * 1.5)
}

function newWatch(ref: RoomRef): Watch {
  return {
    ...{ ref, listeners: new Set<AgendaListener>(), known: null, seenSince: new Map(), offers: 0, offeredSince: null },
    ...{
      waiting: null,
      failures: 0,
      lastProblem: null,
      announcedMs: 0,
      cancelTimer: () => {},
      unlisten: [],
      wiredTo: null,
    },
  }
}

/** Read so long ago that nobody trusts it. */
const never = Temporal.Instant.fromEpochMilliseconds(0)
const nothingKnown: RoomAgenda = { bookings: [], readAt: never, coversUntil: never }

/** Nothing but an outage of what many rooms are read from; what asks to be left alone for a time is. */
const isOutage = ({ failures, lastProblem }: Watch) =>
  failures > 0 && lastProblem?.kind === "unavailable" && lastProblem.retryAt === null

function succeed(watch: Watch, read: ReadRoom): void {
  watch.seenSince = seenSinceOf(watch.seenSince, read)
  watch.known = read
  watch.failures = 0
  watch.lastProblem = null
}

function fail(watch: Watch, error: unknown, log: Log): Problem {
  const problem = problemOf(error)
  const { roomId } = watch.ref
  watch.failures += 1
  watch.lastProblem = problem
  if (!isProblem(error)) log.error("reading a room failed", { error: error instanceof Error ? error.name : "unknown" })
  if (watch.failures === 1) log.warn("a room cannot be read", { roomId, problem: problem.kind, code: problem.code })
  return problem
}

const isGone = ({ kind, code }: Problem) => kind === "not-found" || code === "room-not-connected"

function problemOf(error: unknown): Problem {
  return isProblem(error) ? error : new Problem("unavailable", "The room's calendar cannot be read.", { cause: error })
}
