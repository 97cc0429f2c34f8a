import type { DeviceId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { ageSeconds } from "@kalends/domain/room-state"
import type { AgendaListener, RoomAgendas, RoomRef } from "../ports/room-agendas.ts"
import { deadlineOf } from "./offers.ts"
import type { ReadRoom } from "./read-room.ts"
import { createWatches, renewSeconds, type Watch, type WatchesDeps } from "./watches.ts"

/** What was read is taken for new this long where nobody listens, and so no hint would come. */
const unheardSeconds = 60

/**
 * The agendas of this node. A reading is begun by a hint, by a timer, or by whoever wrote; all who ask before it begins
 * share it, and readings of one room follow one another. An outage leaves what is known as it is, and is tried again ever
 * more rarely; it ends by itself. Nothing is written anywhere.
 */
export function createRoomAgendas(deps: WatchesDeps) {
  const { clock, fanOut } = deps
  const { watchOf, renew, ...watches } = createWatches(deps)

  const isOld = (watch: Watch): boolean => {
    const age = ageSeconds(watch.known?.agenda ?? null, clock.now())
    if (age === null || watch.listeners.size === 0) return age === null || age > unheardSeconds
    // During an outage the timer asks, however often somebody reads.
    return watch.failures === 0 && age > renewSeconds
  }

  const agendas: RoomAgendas = {
    known: (ref) => watches.find(ref)?.known?.agenda ?? null,
    problem: (ref) => watches.find(ref)?.lastProblem ?? null,
    checkInBy(ref, booking) {
      const watch = watches.find(ref)
      return watch === null ? null : deadlineOf(watch, booking)
    },
    offerCheckIn(ref, signal) {
      if (signal.aborted || watches.isStopped()) return
      const watch = watchOf(ref)
      watches.offer(watch, 1)
      signal.addEventListener("abort", () => watches.offer(watch, -1), { once: true })
    },
    async read(ref, signal) {
      signal.throwIfAborted()
      const watch = watchOf(ref)
      if (isOld(watch)) await Promise.race([renew(watch), aborted(signal)])
      if (watch.known !== null) return watch.known.agenda
      throw watch.lastProblem ?? new Problem("unavailable", "The room's calendar cannot be read.")
    },
    listen(ref, listener, signal) {
      if (signal.aborted || watches.isStopped()) return
      const watch = watchOf(ref)
      // Each has its own place, should one listen twice.
      const own: AgendaListener = (agenda) => listener(agenda)
      watch.listeners.add(own)
      signal.addEventListener("abort", () => watches.leave(watch, own), { once: true })
      if (watch.known !== null) watches.tellOne(own, watch.known.agenda)
      watches.wire(watch)
      if (isOld(watch)) void renew(watch)
      else watches.setTimer(watch)
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
    /** Reads rooms that somebody looks at, for their next look; one that is listened to has its own timer. */
    peek(refs: readonly RoomRef[]): void {
      for (const watch of refs.map(watchOf)) if (watch.listeners.size === 0 && isOld(watch)) void renew(watch)
    },
    /** As it is known, with all that stands beside it. */
    watched: (ref: RoomRef): Watch | null => watches.find(ref),
    /** Rooms that one can check in to at a screen of this node. */
    offered: (): readonly Watch[] => watches.all().filter(({ offers }) => offers > 0),
    /** Something that is kept beside the calendar has changed: all nodes that listen read it anew. */
    touch({ accountId }: RoomRef, { calendarId }: Pick<ReadRoom, "calendarId">): void {
      const watermarkMs = clock.now().epochMilliseconds
      const hint = { kind: "calendar-changed", calendarId, watermarkMs, announcedAtMs: null } as const
      fanOut.publish({ kind: "calendar", accountId, calendarId }, hint)
    },
    /** What is set for the room was changed: its screens and systems look, on all nodes. */
    tellChanged({ accountId, roomId }: RoomRef): void {
      fanOut.publish({ kind: "user", accountId, userId: roomId }, { kind: "room-changed" })
    },
    /** These devices have no room any more, on all nodes. */
    tellLeft(deviceIds: readonly DeviceId[]): void {
      for (const deviceId of deviceIds) fanOut.publish({ kind: "devices" }, { kind: "device-changed", deviceId })
    },
    /** Reads those anew that are listened to here: what holds for all rooms of an organisation was changed. */
    renewAll(accountId: RoomRef["accountId"]): void {
      for (const watch of watches.all())
        if (watch.ref.accountId === accountId && watch.listeners.size > 0) void renew(watch)
    },
    stop: watches.stop,
  }
}

export type OwnRoomAgendas = ReturnType<typeof createRoomAgendas>

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Problem("unavailable", "The room was not read in time.")), {
      once: true,
    })
  })
}
