import type { Booking } from "@kalends/domain/booking"
import { isPassing, isProblem, Problem } from "@kalends/domain/problem"
import type { RoomLanguage } from "@kalends/domain/room-words"
import type { Clock } from "../ports/clock.ts"
import type { DeviceLink, DeviceOrder } from "../ports/device-family.ts"
import type { DeviceNote, DeviceRow } from "../ports/device-tables.ts"
import { calendarTrouble, isCalendarTrouble } from "./calendar-trouble.ts"
import { callMs, checkMs, clearMs, firstLookMs, hopelessRetryMs, retryLeastMs, retryMostMs } from "./connector-pace.ts"
import { familyOf, type LinkDeps, openLink } from "./open-link.ts"
import { digestOf, orderOf } from "./order.ts"
import type { RoomShelves } from "./room-shelves.ts"
import type { Turns } from "./turns.ts"

export type DeviceLineDeps = {
  readonly link: LinkDeps
  readonly shelves: RoomShelves
  readonly note: (note: DeviceNote) => void
  readonly leave: DeviceLeaving
  readonly world: {
    /** How many devices are called at once. */
    readonly turns: Turns
    readonly clock: Clock
    /** In [0, 1). */
    readonly fraction: () => number
  }
}

/** What becomes of a device that is to have no list any more. */
export type DeviceLeaving = {
  /** False where somebody changed the device meanwhile. Throws Problem where it cannot be written now. */
  cleared(row: DeviceRow): Promise<boolean>
  /** It was tried for long enough. */
  givenUp(row: DeviceRow): void
}

export type DeviceLine = { readonly row: DeviceRow; stop(): void }

/**
 * Brings one device its room's bookings, until it is stopped. One call at a time; whatever changes meanwhile is given with
 * the next, the newest alone. A device is given its list
 *
 *   when its bookings change (their digest is another than that of what it was last given),
 *   whenever a line to it was opened, since it may have been restarted,
 *   when it says that it lost its bookings, or is found to have.
 *
 * Before anything is known of the room nothing is given: an empty list would say that the room is free. What fails is tried
 * again, ever more rarely.
 *
 * A device that has what is not for it any more (it was given another room, switched off, or removed) has it taken away before
 * anything else: an empty list, once. Of one that was removed that is tried for a day.
 */
export function startDeviceLine(deps: DeviceLineDeps, row: DeviceRow): DeviceLine {
  const { clock, turns } = deps.world
  const ending = new AbortController()
  const { push } = familyOf(deps.link.families, row.family)
  const isGiven = row.isEnabled && row.removedAt === null
  let bookings: readonly Booking[] | null = null
  let readAt: Temporal.Instant | null = null
  let language: RoomLanguage = "en"
  let mustClear = row.mustClear
  let link: DeviceLink | null = null
  /** The digest of what it has; null where that may be anything. */
  let given: Uint8Array | null = null
  /** Something came since it was last seen to what it should have. */
  let isDue = false
  let isRunning = false
  let hasLooked = false
  let failures = 0
  const wake = () => void run()
  const retry = jitteredTimer(deps.world, wake)
  const checks = jitteredTimer(deps.world, () => void check())
  const bounded = withinCallTime(clock, ending.signal)
  const { note, noteCalendar } = createNotes(row, deps.note)

  async function opened(): Promise<DeviceLink> {
    if (link !== null) return link
    const onNeed = () => {
      forget()
      wake()
    }
    const opening = { actor, call: `device:${row.deviceId}`, onNeed } as const
    const fresh = await bounded((signal) => openLink(deps.link, row, { ...opening, signal }))
    link = fresh
    given = null
    void fresh.ended.then(() => {
      if (link === fresh) link = null
      // At once for the first time: most lines are cut by a restart, after which the device has nothing.
      if (!ending.signal.aborted) retry.after(retryLeastMs)
    })
    if (ending.signal.aborted) fresh.close()
    return fresh
  }

  function forget(): void {
    given = null
    isDue = true
  }

  async function give(): Promise<void> {
    const line = await opened()
    isDue = false
    if (bookings === null) return
    const order = currentOrder(bookings)
    const digest = digestOf(order)
    if (isSame(given, digest)) return
    await bounded((signal) => line.put(order, signal))
    // What came meanwhile may have been about what it had before.
    given = isDue ? null : digest
    failures = 0
    const now = clock.now()
    const list = { givenHash: digest, givenCount: order.bookings.length, givenAt: now }
    note({ ...standing(), ...list, lastOkAt: now, ...line.facts })
  }

  /** Takes away what it has; what is known by then is given after that. */
  async function clear(): Promise<void> {
    const line = await opened()
    await bounded((signal) => line.put(currentOrder([]), signal))
    const isOurs = await deps.leave.cleared(row)
    mustClear = false
    if (!isOurs) return
    forget()
    failures = 0
    if (row.removedAt === null) note({ ...standing(), ...nothing, lastOkAt: clock.now(), ...line.facts })
    if (!isGiven) line.close()
  }

  const currentOrder = (known: readonly Booking[]): DeviceOrder =>
    orderOf(known, { now: clock.now(), daysAhead: push?.daysAhead ?? 30 }, { ...row, language })

  const isWanted = () => mustClear || (isGiven && bookings !== null && (link === null || isDue))

  async function run(): Promise<void> {
    if (isRunning) return
    isRunning = true
    retry.cancel()
    try {
      while (isWanted() && !ending.signal.aborted) await turns.take(mustClear ? clear : give)
    } catch (error) {
      fail(asProblem(error))
    } finally {
      isRunning = false
    }
  }

  function fail(problem: Problem): void {
    if (ending.signal.aborted) return
    forget()
    note({ problemKind: problem.kind, problemCode: problem.code, problemAt: clock.now() })
    if (isTriedForLong(row, clock.now())) return deps.leave.givenUp(row)
    retry.after(retryMs(problem, failures++))
  }

  /** How it is with a device that does what it is told: as well as what is known of its room. */
  const standing = () => (isGiven ? calendarTrouble({ isKnown: bookings !== null, readAt }, clock.now()) : well)

  /** A device that was wiped without a word, or a line that is dead without one, is found. */
  async function check(): Promise<void> {
    const [line, known] = [link, bookings]
    // Not at the first, which says how the room stands: after a start there are thousands of devices.
    if (hasLooked && line !== null && known !== null && !isRunning && failures === 0) {
      const has = await bounded((signal) => line.has(currentOrder(known), signal)).catch(() => "lost" as const)
      if (has === "lost") line.close()
      else if (has === false) given = null
    }
    hasLooked = true
    if (ending.signal.aborted) return
    noteCalendar(standing())
    // A day may have passed.
    isDue = true
    if (failures === 0) wake()
    checks.after(checkMs)
  }

  const hear = (known: readonly Booking[], spoken: RoomLanguage, when: Temporal.Instant | null) => {
    bookings = known
    language = spoken
    readAt = when
    isDue = true
    // While it begins, what was kept stands in for what is about to be read.
    if (when !== null) noteCalendar(standing())
    // While a device cannot be reached, its retry takes what is known then.
    if (failures === 0) wake()
  }
  if (isGiven && row.roomId !== null) {
    checks.after(firstLookMs)
    deps.shelves.watch({ accountId: row.accountId, roomId: row.roomId }, hear, ending.signal)
  }
  if (mustClear) wake()
  return {
    row,
    stop() {
      ending.abort()
      for (const timer of [retry, checks]) timer.cancel()
      link?.close()
    },
  }
}

const actor = { kind: "service", part: "bookings" } as const
const nothing = { givenHash: null, givenCount: null, givenAt: null } as const
const well = { problemKind: null, problemCode: null, problemAt: null } as const

/** What is said of one device. */
function createNotes(row: DeviceRow, tell: (note: DeviceNote) => void) {
  let state = noteOf(row)
  const note = (changes: Partial<DeviceNote>) => {
    state = { ...state, ...changes }
    tell(state)
  }
  return {
    note,
    /** What is wrong with the calendar is said of a device with which nothing else is. */
    noteCalendar(trouble: Pick<DeviceNote, keyof typeof well>): void {
      if (state.problemKind !== null && !isCalendarTrouble(state.problemCode)) return
      if (trouble.problemCode !== state.problemCode) note(trouble)
    },
  }
}

const isTriedForLong = ({ removedAt }: DeviceRow, now: Temporal.Instant) =>
  removedAt !== null && removedAt.until(now).total("milliseconds") >= clearMs

/** What passes by itself is tried ever more rarely; what only a person can mend, rarely from the first. */
const retryMs = (problem: Problem, failures: number) =>
  isPassing(problem) ? Math.min(retryMostMs, retryLeastMs * 2 ** failures) : hopelessRetryMs

/** Goes off once, about then: devices that went together do not come back together. */
function jitteredTimer({ clock, fraction }: DeviceLineDeps["world"], work: () => void) {
  let cancel = () => {}
  return {
    after(delayMs: number): void {
      cancel()
      cancel = clock.after(Math.round(delayMs * (0.75 + fraction() / 2)), work)
    },
    cancel: () => cancel(),
  }
}

/** No call goes on for longer than a call may, or than the line is kept. */
function withinCallTime(clock: Clock, ending: AbortSignal) {
  return async <Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const call = new AbortController()
    const cancel = clock.after(callMs, () => call.abort())
    try {
      return await work(AbortSignal.any([call.signal, ending]))
    } finally {
      cancel()
    }
  }
}

/** What is noted of a device, and nothing else of its row. */
function noteOf(row: DeviceRow): DeviceNote {
  const { accountId, deviceId, lastOkAt, problemKind, problemCode, problemAt } = row
  const { givenHash, givenCount, givenAt, model, software } = row
  return {
    ...{ accountId, deviceId, lastOkAt, problemKind, problemCode, problemAt },
    ...{ givenHash, givenCount, givenAt, model, software },
  }
}

const isSame = (a: Uint8Array | null, b: Uint8Array) => a !== null && Buffer.compare(a, b) === 0

/** What is no Problem is a mistake of ours: it is told as such, and tried again rarely. */
const asProblem = (error: unknown): Problem =>
  isProblem(error) ? error : new Problem("malformed", "It failed here.", { code: "device-failed", cause: error })
