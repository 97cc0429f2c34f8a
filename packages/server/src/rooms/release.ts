import type { Booking } from "@kalends/domain/booking"
import { checkInVerdict, missedAfter } from "@kalends/domain/check-in"
import { isProblem } from "@kalends/domain/problem"
import type { Log } from "../ports/log.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import { type DeskDeps, keptUntil, requireBooking } from "./desk.ts"
import { offeredSinceOf } from "./offers.ts"
import type { ReadRoom } from "./read-room.ts"
import { requireRoomPlace } from "./room-place.ts"
import type { Watch } from "./watches.ts"
import { takeOut, type Written } from "./write-booking.ts"

export type ReleaseDeps = Omit<DeskDeps, "random"> & { readonly log: Log }

const lookSeconds = 15
/** What a node that died left half done, another does again after this long. */
const retryMinutes = 2

/**
 * Gives up bookings that nobody came to, in rooms where that is set. Only of rooms that have a screen here at which one
 * can check in, which no television and no video system is; and the minutes within which one must are counted from when such
 * a screen could first show the booking: an outage, ours or the provider's, takes the room from nobody. Right before, the
 * calendar is read anew; where that cannot be done, nothing is given up. Nodes agree by the mark of the booking, of which there
 * is one.
 */
export function createRelease(deps: ReleaseDeps) {
  const { agendas, clock, log } = deps

  async function look(): Promise<void> {
    for (const watch of agendas.offered())
      for (const booking of dueOf(watch)) await giveUp(watch, booking).catch((error: unknown) => note(watch, error))
  }

  /** Bookings of a room that seem to be due, by what is known without asking. */
  function dueOf(watch: Watch): readonly Booking[] {
    const { known, failures } = watch
    // During an outage the agenda's own timer asks, ever more rarely.
    if (failures > 0 || known === null || known.room.checkIn.withinMinutes === null) return []
    return known.agenda.bookings.filter((booking) => verdictOf(watch, known, booking, 0) !== "keep")
  }

  function verdictOf(watch: Watch, { room, marks }: ReadRoom, booking: Booking, missed: number) {
    const offeredSince = offeredSinceOf(watch, booking)
    if (offeredSince === null) return "keep"
    const isCheckedIn = marks.get(booking.id) === "checked-in"
    const { kind } = checkInVerdict(room.checkIn, { booking, offeredSince, now: clock.now(), isCheckedIn, missed })
    return kind === "release" || kind === "release-series" ? kind : "keep"
  }

  async function giveUp(watch: Watch, { id }: Booking): Promise<void> {
    const { ref } = watch
    const read = await agendas.readAnew(ref)
    const written = requireBooking(read, id)
    const missed = await missedBefore(ref, written)
    const verdict = verdictOf(watch, read, written.booking, missed)
    if (verdict === "keep" || !(await claim(ref, written))) return
    try {
      const place = await deps.store.inAccount(ref.accountId, (tables) =>
        requireRoomPlace(tables, ref, deps.providerOf),
      )
      await takeOut({ broker: deps.broker, place }, written, verdict === "release-series")
    } catch (error) {
      await unclaim(ref, written)
      throw error
    }
    await count(ref, written, missedAfter(missed, verdict, false))
    await deps.store.inAccount(ref.accountId, (tables) => tables.appendAudit(released(ref), clock.now()))
    const after = await agendas.readAnew(ref)
    // A mark that stays says that it was left half done. Should the room be invited again, its minutes begin anew.
    if (after.agenda.bookings.every((booking) => booking.id !== id)) await unclaim(ref, written)
    agendas.touch(ref, after)
  }

  const digestOf = (ref: RoomRef, { booking }: Written) => deps.digest(ref, "booking", booking.id)

  /** True for the one node that gives it up. */
  function claim(ref: RoomRef, written: Written): Promise<boolean> {
    const now = clock.now()
    const row = {
      ...{ ...ref, bookingDigest: digestOf(ref, written), markedAt: now, keptUntil: keptUntil(written.booking) },
      mark: "given-up",
    } as const
    return deps.store.inAccount(ref.accountId, ({ rooms }) => rooms.mark(row, now.subtract({ minutes: retryMinutes })))
  }

  const unclaim = (ref: RoomRef, written: Written): Promise<void> =>
    deps.store.inAccount(ref.accountId, ({ rooms }) => rooms.unmark(ref.roomId, digestOf(ref, written)))

  async function missedBefore(ref: RoomRef, { origin }: Written): Promise<number> {
    if (origin === null) return 0
    const series = deps.digest(ref, "series", origin.seriesId)
    return (await deps.store.inAccount(ref.accountId, ({ rooms }) => rooms.findMiss(ref.roomId, series)))?.missed ?? 0
  }

  async function count(ref: RoomRef, { origin }: Written, missed: number): Promise<void> {
    if (origin === null) return
    const row = { ...ref, seriesDigest: deps.digest(ref, "series", origin.seriesId), missed, missedAt: clock.now() }
    await deps.store.inAccount(ref.accountId, ({ rooms }) => rooms.putMiss(row))
  }

  function note({ ref: { roomId } }: Watch, error: unknown): void {
    const problem = isProblem(error) ? error.kind : "unknown"
    // Gone, or changed meanwhile: there is nothing to give up.
    if (problem !== "not-found" && problem !== "conflict") log.warn("a booking was not given up", { roomId, problem })
  }

  return {
    look,
    /** Looks every few seconds until it is stopped. */
    start(): () => Promise<void> {
      let isStopped = false
      let cancel = () => {}
      let running: Promise<void> = Promise.resolve()
      const again = () => {
        if (isStopped) return
        cancel = clock.after(lookSeconds * 1000, () => {
          running = look().then(again)
        })
      }
      again()
      return async () => {
        isStopped = true
        cancel()
        await running
      }
    },
  }
}

function released({ roomId }: RoomRef) {
  const actor = { kind: "service", part: "rooms" } as const
  return { actor, action: "room-released", subjectId: roomId, reason: "nobody-came" } as const
}
