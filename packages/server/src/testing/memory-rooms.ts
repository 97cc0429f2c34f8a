import type { Booking } from "@kalends/domain/booking"
import { type ProviderEventId, parseProviderEventId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { RoomAgenda } from "@kalends/domain/room-state"
import type { Clock } from "../ports/clock.ts"
import type { AgendaListener, RoomAgendas, RoomDesk, RoomRef } from "../ports/room-agendas.ts"

/** Rooms whose agendas are put in by hand, and a desk that writes into them: what screens and devices are tested with. */
export type MemoryRooms = RoomAgendas &
  RoomDesk & {
    /** What is read from now on, and told to who listens. */
    put(room: RoomRef, bookings: readonly Booking[]): void
    /** The room cannot be read, or can be again. Who listens is told of what is known, as after a try that failed. */
    setReadable(room: RoomRef, isReadable: boolean): void
    readonly checkedIn: ReadonlySet<ProviderEventId>
    /** How many listen, over all rooms: zero after a clean stop. */
    readonly listenerCount: number
  }

type Place = { agenda: RoomAgenda | null; isReadable: boolean; readonly listeners: Set<AgendaListener> }

export function memoryRooms(clock: Clock): MemoryRooms {
  const places = new Map<string, Place>()
  const checkedIn = new Set<ProviderEventId>()
  let made = 0
  const placeOf = ({ accountId, roomId }: RoomRef): Place => {
    const key = `${accountId}/${roomId}`
    const place = places.get(key) ?? { agenda: null, isReadable: true, listeners: new Set() }
    places.set(key, place)
    return place
  }
  const tell = ({ agenda, listeners }: Place) => {
    if (agenda !== null) for (const listener of listeners) listener(agenda)
  }
  const put = (place: Place, bookings: readonly Booking[]) => {
    const readAt = clock.now()
    const sorted = [...bookings].sort((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt))
    place.agenda = { bookings: sorted, readAt, coversUntil: readAt.add({ hours: 30 * 24 }) }
    tell(place)
  }
  const booked = (place: Place, booking: Booking) => {
    const others = place.agenda?.bookings.filter(({ id }) => id !== booking.id) ?? []
    if (!place.isReadable) throw new Problem("unavailable", "The room's calendar cannot be reached.")
    if (others.some((other) => doOverlap(other, booking)))
      throw new Problem("conflict", "Another booking is in the way.", { code: "room-taken" })
    put(place, [...others, booking])
    return booking
  }
  const requireBooking = (place: Place, id: ProviderEventId) => {
    const booking = place.agenda?.bookings.find((one) => one.id === id)
    if (booking === undefined) throw new Problem("not-found", "There is no such booking.")
    return booking
  }
  return {
    ...agendasOf({ placeOf, tell }),
    put: (room, bookings) => put(placeOf(room), bookings),
    checkedIn,
    get listenerCount() {
      return [...places.values()].reduce((sum, { listeners }) => sum + listeners.size, 0)
    },
    async book(room, { startsAt, endsAt }) {
      made += 1
      return booked(placeOf(room), walkUp(`walk-up-${made}`, { startsAt, endsAt }))
    },
    async end(room, id, endsAt) {
      const [place, now] = [placeOf(room), clock.now()]
      const isNow = Temporal.Instant.compare(endsAt, now.add({ minutes: 1 })) < 0
      const booking = requireBooking(place, id)
      return booked(place, { ...booking, version: `${booking.version}+`, endsAt: isNow ? now : endsAt })
    },
    async checkIn(room, id) {
      const place = placeOf(room)
      checkedIn.add(requireBooking(place, id).id)
      tell(place)
    },
  }
}

type Shared = {
  readonly placeOf: (room: RoomRef) => Place
  readonly tell: (place: Place) => void
}

function agendasOf({ placeOf, tell }: Shared): RoomAgendas & Pick<MemoryRooms, "setReadable"> {
  return {
    known: (room) => placeOf(room).agenda,
    problem: (room) => (placeOf(room).isReadable ? null : cannotRead()),
    offerCheckIn: () => {},
    checkInBy: () => null,
    async read(room, signal) {
      signal.throwIfAborted()
      const { agenda } = placeOf(room)
      if (agenda === null) throw cannotRead()
      return agenda
    },
    listen(room, listener, signal) {
      if (signal.aborted) return
      const { agenda, listeners } = placeOf(room)
      listeners.add(listener)
      signal.addEventListener("abort", () => listeners.delete(listener), { once: true })
      if (agenda !== null) listener(agenda)
    },
    setReadable(room, isReadable) {
      const place = placeOf(room)
      place.isReadable = isReadable
      tell(place)
    },
  }
}

const cannotRead = () => new Problem("unavailable", "The room's calendar cannot be read.")

function walkUp(id: string, times: Pick<Booking, "startsAt" | "endsAt">): Booking {
  return {
    ...{ id: parseProviderEventId(id), seriesId: null, version: "1", ...times, isAllDay: false, isPrivate: false },
    ...{ title: null, host: null, join: null, dial: [] },
  }
}

function doOverlap(a: Booking, b: Booking): boolean {
  return Temporal.Instant.compare(a.startsAt, b.endsAt) < 0 && Temporal.Instant.compare(b.startsAt, a.endsAt) < 0
}
