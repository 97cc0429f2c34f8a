import type { Booking } from "@kalends/domain/booking"
import type { ProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Random } from "../ports/random.ts"
import type { RoomDesk, RoomRef } from "../ports/room-agendas.ts"
import type { ReadRoom, ReadRoomDeps } from "./read-room.ts"
import type { OwnRoomAgendas } from "./room-agendas.ts"
import { requireRoomPlace } from "./room-place.ts"
import { createRoomTurns } from "./room-turns.ts"
import { createWalkUp, moveEnd, takeOut, type Written } from "./write-booking.ts"

export type DeskDeps = Pick<ReadRoomDeps, "store" | "broker" | "providerOf" | "digest" | "clock"> & {
  readonly agendas: OwnRoomAgendas
  readonly random: Random
}

const hoursMost = 24
const shortestSeconds = 60
/** An event that ends where another begins is in nobody's way. */
const { compare } = Temporal.Instant

/**
 * What people do at a screen. Before each write the calendar is read, and after it, so that two who book one room at once
 * from two places are not both told yes: who finds the other there takes their own back. Those who press at screens of one
 * node wait for each other, so that one of them has the room.
 */
export function createDesk(deps: DeskDeps): RoomDesk {
  const { store, broker, agendas, clock, random } = deps
  const inTurn = createRoomTurns()

  async function writingTo(ref: RoomRef) {
    const place = await store.inAccount(ref.accountId, (tables) => requireRoomPlace(tables, ref, deps.providerOf))
    return { broker, place }
  }

  async function book(ref: RoomRef, { startsAt, endsAt }: Times): Promise<Booking> {
    const before = await agendas.readAnew(ref)
    refuseTaken(before, { startsAt, endsAt, id: null })
    const writing = await writingTo(ref)
    const key = Buffer.from(random.bytes(16)).toString("hex")
    const id = await createWalkUp(writing, { startsAt, endsAt }, key)
    await checkIn(deps, ref, { booking: walkUp(id, { startsAt, endsAt }), origin: null })
    const after = await agendas.readAnew(ref)
    const booking = after.agenda.bookings.find((one) => one.id === id) ?? walkUp(id, { startsAt, endsAt })
    const met = inTheWay(after, { startsAt, endsAt, id: booking.id })
    if (met !== undefined) {
      await takeOut(writing, { booking, origin: null }, false)
      await agendas.readAnew(ref)
      throw taken()
    }
    agendas.touch(ref, after)
    return booking
  }

  async function end(ref: RoomRef, id: ProviderEventId, endsAt: Temporal.Instant): Promise<Booking> {
    const before = await agendas.readAnew(ref)
    const { booking, origin } = requireBooking(before, id)
    const end = requireEnd(booking, endsAt, clock.now())
    if (compare(end, booking.endsAt) > 0) refuseTaken(before, { startsAt: booking.endsAt, endsAt: end, id })
    if (!end.equals(booking.endsAt)) await moveEnd(await writingTo(ref), { booking, origin }, end)
    const after = await agendas.readAnew(ref)
    agendas.touch(ref, after)
    return after.agenda.bookings.find((one) => one.id === id) ?? { ...booking, endsAt: end }
  }

  return {
    book: (ref, wanted) => inTurn(ref, () => book(ref, requireTimes(wanted))),
    end: (ref, id, endsAt) => inTurn(ref, () => end(ref, id, endsAt)),

    async checkIn(ref, id) {
      const known = agendas.watched(ref)?.known ?? (await agendas.readAnew(ref))
      const written = requireBooking(known, id)
      const opensAt = written.booking.startsAt.subtract({ minutes: known.room.checkIn.earlyMinutes })
      if (compare(clock.now(), opensAt) < 0)
        throw new Problem("conflict", "It is too early to check in.", { code: "too-early" })
      await checkIn(deps, ref, written)
      // Nobody needs the calendar to check in; where it answers, it may say that the booking is gone.
      const after = await agendas.readAnew(ref).catch(() => null)
      agendas.touch(ref, known)
      if (after !== null) requireBooking(after, id)
    },
  }
}

/** That somebody came; what was missed of the series before counts no more. Throws "conflict" where it was given up. */
async function checkIn({ store, digest, clock }: DeskDeps, ref: RoomRef, { booking, origin }: Written): Promise<void> {
  const bookingDigest = digest(ref, "booking", booking.id)
  const now = clock.now()
  await store.inAccount(ref.accountId, async ({ rooms }) => {
    const row = { ...ref, bookingDigest, mark: "checked-in", markedAt: now, keptUntil: keptUntil(booking) } as const
    const isNew = await rooms.mark(row, now)
    const marks = isNew ? [] : await rooms.listMarks(ref.roomId, now)
    const isGivenUp = marks.some(
      (one) => one.mark === "given-up" && Buffer.from(one.bookingDigest).equals(bookingDigest),
    )
    if (isGivenUp) throw new Problem("conflict", "This booking was given up.", { code: "given-up" })
    if (origin !== null) await rooms.deleteMiss(ref.roomId, digest(ref, "series", origin.seriesId))
  })
}

/** A mark outlives its booking, which may be made longer. */
export const keptUntil = ({ endsAt }: Booking) => endsAt.add({ hours: hoursMost })

export function requireBooking({ agenda, origins }: ReadRoom, id: ProviderEventId): Written {
  const booking = agenda.bookings.find((one) => one.id === id)
  if (booking === undefined) throw new Problem("not-found", "This booking is gone.", { code: "no-booking" })
  return { booking, origin: origins.get(id) ?? null }
}

type Times = Pick<Booking, "startsAt" | "endsAt">

function requireTimes({ startsAt, endsAt }: Times): Times {
  const seconds = startsAt.until(endsAt).total("seconds")
  if (seconds < shortestSeconds || seconds > hoursMost * 3600)
    throw new Problem("malformed", "A booking lasts a minute to a day.", { code: "booking-length" })
  return { startsAt, endsAt }
}

/** An end that is as good as now is now; nothing ends before it has lasted a minute. */
function requireEnd(
  { startsAt, isAllDay }: Booking,
  endsAt: Temporal.Instant,
  now: Temporal.Instant,
): Temporal.Instant {
  if (isAllDay)
    throw new Problem("unsupported", "A booking of whole days is changed in the calendar.", { code: "all-day" })
  const wanted = compare(endsAt, now.add({ minutes: 1 })) < 0 ? now : endsAt
  if (compare(now, startsAt) < 0) throw new Problem("conflict", "This booking has not begun.", { code: "not-begun" })
  const soonest = startsAt.add({ seconds: shortestSeconds })
  const whole = wanted.round({ smallestUnit: "second", roundingMode: "floor" })
  const end = compare(whole, soonest) < 0 ? soonest : whole
  requireTimes({ startsAt, endsAt: end })
  return end
}

type Span = Times & { readonly id: ProviderEventId | null }

function inTheWay({ agenda }: ReadRoom, span: Span): Booking | undefined {
  return agenda.bookings.find(
    ({ id, startsAt, endsAt }) =>
      id !== span.id && compare(startsAt, span.endsAt) < 0 && compare(span.startsAt, endsAt) < 0,
  )
}

function refuseTaken(room: ReadRoom, span: Span): void {
  if (inTheWay(room, span) !== undefined) throw taken()
}

const taken = () => new Problem("conflict", "Another booking is in the way.", { code: "room-taken" })

/** A calendar that does not show yet what was just written into it. */
function walkUp(id: ProviderEventId, times: Times): Booking {
  return {
    ...{ id, seriesId: null, version: "", ...times, isAllDay: false, isPrivate: false },
    ...{ title: null, host: null, join: null, dial: [] },
  }
}
