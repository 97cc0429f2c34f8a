import type { Booking } from "@kalends/domain/booking"
import { isPassing, isProblem, Problem } from "@kalends/domain/problem"
import type { RoomLanguage } from "@kalends/domain/room-words"
import type { Clock } from "../ports/clock.ts"
import type { DeviceLink, DeviceOrder } from "../ports/device-family.ts"
import type { DeviceNote, DeviceRow } from "../ports/device-tables.ts"
import type { Turns } from "../ports/turns.ts"
import * as pace from "./connector-pace.ts"
import { createDeviceHealth } from "./device-health.ts"
import { createKeptLink } from "./kept-link.ts"
import { familyOf, type LinkDeps, openLink } from "./open-link.ts"
import { digestOf, orderOf } from "./order.ts"
import { createOnceMore, createTimer, type TimerWorld } from "./pacing.ts"
import type { RoomShelves } from "./room-shelves.ts"

export type DeviceLineDeps = {
  readonly link: LinkDeps
  readonly shelves: RoomShelves
  readonly note: (note: DeviceNote) => void
  readonly leave: DeviceLeaving
  readonly world: TimerWorld & {
    /**
     * How many are called at once: those to which there is no line by themselves, so that a site that does not answer keeps
     * nobody else waiting.
     */
    readonly turns: { readonly opening: Turns; readonly giving: Turns }
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
 * again over a new line, ever more rarely. So it is with a device that asks for its list, or whose line is cut, again and
 * again, and with one that does not keep what it is given.
 *
 * A device that has what is not for it any more (it was given another room, switched off, or removed) has it taken away before
 * anything else: an empty list, once. Of one that was removed that is tried for a day.
 */
export function startDeviceLine(deps: DeviceLineDeps, row: DeviceRow): DeviceLine {
  const { clock, turns } = deps.world
  const ending = new AbortController()
  const isGiven = row.isEnabled && row.removedAt === null
  let bookings: readonly Booking[] | null = null
  let readAt: Temporal.Instant | null = null
  let language: RoomLanguage = "en"
  let mustClear = row.mustClear
  /** The digest of what it has; null where that may be anything. */
  let given: Uint8Array | null = null
  /** Something came since it was last seen to what it should have. */
  let isDue = false
  let isRunning = false
  let hasLooked = false
  let failures = 0
  const wake = () => void run()
  const retry = createTimer(deps.world, wake)
  const checks = createTimer(deps.world, () => void check())
  const asked = createOnceMore(deps.world, giveAnew)
  const bounded = withinCallTime(clock, ending.signal)
  const link = createKeptLink({ world: deps.world, open, onOpened, onRested: wake })
  const health = createDeviceHealth({ clock, note: deps.note, known }, row)

  function open() {
    const opening = { actor, call: `device:${row.deviceId}`, onNeed: asked.again } as const
    return turns.opening(() => bounded((signal) => openLink(deps.link, row, { ...opening, signal })))
  }

  function onOpened(): void {
    given = null
    if (ending.signal.aborted) link.letGo()
  }

  /** What it has may be anything: it is given its list again, now or by whoever is at it. */
  function giveAnew(): void {
    given = null
    isDue = true
    wake()
  }

  function known() {
    return isGiven ? { isKnown: bookings !== null, readAt } : null
  }

  async function give(): Promise<void> {
    const line = await link.opened()
    await turns.giving(() => giveOver(line))
  }

  async function giveOver(line: DeviceLink): Promise<void> {
    isDue = false
    if (bookings === null) return
    const order = currentOrder(bookings)
    const digest = digestOf(order)
    if (isSame(given, digest)) return
    await bounded((signal) => line.put(order, signal))
    // What came meanwhile may have been about what it had before.
    given = isDue ? null : digest
    failures = 0
    health.did({ givenHash: digest, givenCount: order.bookings.length, givenAt: clock.now(), ...line.facts })
  }

  /** Takes away what it has; what is known by then is given after that. */
  async function clear(): Promise<void> {
    const line = await link.opened()
    await turns.giving(() => bounded((signal) => line.put(currentOrder([]), signal)))
    const isOurs = await deps.leave.cleared(row)
    mustClear = false
    if (!isOurs) return
    giveAnew()
    failures = 0
    if (row.removedAt === null) health.did({ ...nothing, ...line.facts })
    if (!isGiven) link.letGo()
  }

  const currentOrder = (known: readonly Booking[]): DeviceOrder =>
    orderOf(
      known,
      { daysAhead: 0, bookingsMost: 0, ...familyOf(deps.link.families, row.family).push, now: clock.now() },
      { ...row, language },
    )

  const isWanted = () => mustClear || (isGiven && bookings !== null && (isDue || link.isMissing))

  async function run(): Promise<void> {
    if (isRunning || !isWanted()) return
    isRunning = true
    retry.cancel()
    try {
      while (isWanted() && !ending.signal.aborted) await (mustClear ? clear() : give())
    } catch (error) {
      fail(asProblem(error))
    } finally {
      isRunning = false
    }
  }

  function fail(problem: Problem): void {
    if (ending.signal.aborted) return
    giveAnew()
    // A line on which something went wrong may be dead without a word.
    link.letGo()
    health.failed(problem)
    if (isTriedForLong(row, clock.now())) return deps.leave.givenUp(row)
    retry.after(retryMs(problem, failures++))
  }

  /** A device that was wiped without a word, or a line that is dead without one, is found. */
  async function check(): Promise<void> {
    const [line, known] = [link.current, bookings]
    // Not at the first, which says how the room stands: after a start there are thousands of devices.
    if (hasLooked && line !== null && known !== null && !isRunning && failures === 0) {
      const order = currentOrder(known)
      const has = await bounded((signal) => line.has(order, clock.now(), signal)).catch(() => "lost" as const)
      if (has === "lost") line.close()
      health.looked(has !== false)
      if (has === false) given = null
    }
    hasLooked = true
    if (ending.signal.aborted) return
    health.stand()
    // A day may have passed.
    isDue = true
    if (failures === 0) wake()
    checks.after(health.nextLookMs())
  }

  function stop(): void {
    ending.abort()
    for (const timer of [retry, checks, asked]) timer.cancel()
    link.letGo()
  }

  const hear = (known: readonly Booking[], spoken: RoomLanguage, when: Temporal.Instant | null) => {
    bookings = known
    language = spoken
    readAt = when
    isDue = true
    // While it begins, what was kept stands in for what is about to be read.
    if (when !== null) health.stand()
    // While a device cannot be reached, its retry takes what is known then.
    if (failures === 0) wake()
  }
  if (isGiven && row.roomId !== null) {
    checks.after(pace.firstLookMs)
    deps.shelves.watch({ accountId: row.accountId, roomId: row.roomId }, hear, ending.signal)
  }
  if (mustClear) wake()
  return { row, stop }
}

const actor = { kind: "service", part: "bookings" } as const
const nothing = { givenHash: null, givenCount: null, givenAt: null } as const

const isTriedForLong = ({ removedAt }: DeviceRow, now: Temporal.Instant) =>
  removedAt !== null && removedAt.until(now).total("milliseconds") >= pace.clearMs

/** What passes by itself is tried ever more rarely; what only a person can mend, rarely from the first. */
const retryMs = (problem: Problem, failures: number) =>
  isPassing(problem) ? Math.min(pace.retryMostMs, pace.retryLeastMs * 2 ** failures) : pace.hopelessRetryMs

/** No call goes on for longer than a call may, or than the line is kept. */
function withinCallTime(clock: Clock, ending: AbortSignal) {
  return async <Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const call = new AbortController()
    const cancel = clock.after(pace.callMs, () => call.abort())
    try {
      return await work(AbortSignal.any([call.signal, ending]))
    } finally {
      cancel()
    }
  }
}

const isSame = (a: Uint8Array | null, b: Uint8Array) => a !== null && Buffer.compare(a, b) === 0

/** What is no Problem is a mistake of ours: it is told as such, and tried again rarely. */
const asProblem = (error: unknown): Problem =>
  isProblem(error) ? error : new Problem("malformed", "It failed here.", { code: "device-failed", cause: error })
