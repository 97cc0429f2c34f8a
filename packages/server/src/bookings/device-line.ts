import type { Booking } from "@kalends/domain/booking"
import { isPassing, isProblem, Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { DeviceLink, DeviceOrder } from "../ports/device-family.ts"
import type { DeviceNote, DeviceRow } from "../ports/device-tables.ts"
import { callMs, checkMs, hopelessRetryMs, retryLeastMs, retryMostMs } from "./connector-pace.ts"
import { familyOf, type LinkDeps, openLink } from "./open-link.ts"
import { digestOf, orderOf } from "./order.ts"
import type { RoomShelves } from "./room-shelves.ts"
import type { Turns } from "./turns.ts"

export type DeviceLineDeps = {
  readonly link: LinkDeps
  readonly shelves: RoomShelves
  readonly note: (note: DeviceNote) => void
  /** How many devices are called at once. */
  readonly turns: Turns
  readonly clock: Clock
  /** In [0, 1). */
  readonly fraction: () => number
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
 */
export function startDeviceLine(deps: DeviceLineDeps, row: DeviceRow): DeviceLine {
  const { clock, turns, fraction } = deps
  const ending = new AbortController()
  const { push } = familyOf(deps.link.families, row.family)
  let bookings: readonly Booking[] | null = null
  let link: DeviceLink | null = null
  let given = row.givenHash
  let state = noteOf(row)
  let isForced = false
  let isRunning = false
  let failures = 0
  let cancelRetry = () => {}
  let cancelCheck = () => {}

  function note(changes: Partial<DeviceNote>): void {
    state = { ...state, ...changes }
    deps.note(state)
  }

  async function bounded<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const call = new AbortController()
    const cancel = clock.after(callMs, () => call.abort())
    try {
      return await work(AbortSignal.any([call.signal, ending.signal]))
    } finally {
      cancel()
    }
  }

  async function opened(): Promise<DeviceLink> {
    if (link !== null) return link
    const actor = { kind: "service", part: "bookings" } as const
    const call = `device:${row.deviceId}` as const
    const onNeed = () => {
      isForced = true
      wake()
    }
    const fresh = await bounded((signal) => openLink(deps.link, row, { actor, call, onNeed, signal }))
    link = fresh
    isForced = true
    void fresh.ended.then(() => {
      if (link === fresh) link = null
      // At once for the first time: most lines are cut by a restart, after which the device has nothing.
      if (!ending.signal.aborted) retryAfter(retryLeastMs)
    })
    if (ending.signal.aborted) fresh.close()
    return fresh
  }

  async function give(known: readonly Booking[]): Promise<void> {
    const line = await opened()
    const order = currentOrder(known)
    const digest = digestOf(order)
    if (!isForced && isSame(given, digest)) return
    isForced = false
    await bounded((signal) => line.put(order, signal))
    given = digest
    failures = 0
    const now = clock.now()
    note({
      ...{ lastOkAt: now, problemKind: null, problemCode: null, problemAt: null },
      ...{ givenHash: digest, givenCount: order.bookings.length, givenAt: now, ...line.facts },
    })
  }

  const currentOrder = (known: readonly Booking[]): DeviceOrder =>
    orderOf(known, { now: clock.now(), daysAhead: push?.daysAhead ?? 30, keepsOthers: row.keepsOthers })

  const isWanted = () =>
    bookings !== null && (link === null || isForced || !isSame(given, digestOf(currentOrder(bookings))))

  async function run(): Promise<void> {
    if (isRunning) return
    isRunning = true
    cancelRetry()
    try {
      while (bookings !== null && isWanted() && !ending.signal.aborted) {
        const known = bookings
        await turns.take(() => give(known))
      }
    } catch (error) {
      fail(asProblem(error))
    } finally {
      isRunning = false
    }
  }

  function fail(problem: Problem): void {
    if (ending.signal.aborted) return
    isForced = true
    note({ problemKind: problem.kind, problemCode: problem.code, problemAt: clock.now() })
    const grown = Math.min(retryMostMs, retryLeastMs * 2 ** failures++)
    retryAfter(isPassing(problem) ? grown : hopelessRetryMs)
  }

  /** So that devices that went together do not come back together. */
  const jittered = (delayMs: number) => Math.round(delayMs * (0.75 + fraction() / 2))

  function retryAfter(delayMs: number): void {
    cancelRetry()
    cancelRetry = clock.after(jittered(delayMs), wake)
  }

  function wake(): void {
    void run()
  }

  /** A device that was wiped without a word, or a line that is dead without one, is found. */
  async function check(): Promise<void> {
    const [line, known] = [link, bookings]
    if (line !== null && known !== null && !isRunning && failures === 0) {
      const has = await bounded((signal) => line.has(currentOrder(known), signal)).catch(() => "lost" as const)
      if (has === "lost") line.close()
      else if (has === false) isForced = true
    }
    if (ending.signal.aborted) return
    if (failures === 0) wake()
    checkLater()
  }

  function checkLater(): void {
    cancelCheck = clock.after(jittered(checkMs), () => void check())
  }

  const room = { accountId: row.accountId, roomId: row.roomId }
  const hear = (known: readonly Booking[]) => {
    bookings = known
    // While a device cannot be reached, its retry takes what is known then.
    if (failures === 0) wake()
  }
  checkLater()
  deps.shelves.watch(room, hear, ending.signal)
  return {
    row,
    stop() {
      ending.abort()
      cancelRetry()
      cancelCheck()
      link?.close()
    },
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
