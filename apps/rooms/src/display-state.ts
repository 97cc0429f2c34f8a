import type { Booking } from "@kalends/domain/booking"
import { parseProviderEventId } from "@kalends/domain/ids"
import type { RoomAgenda } from "@kalends/domain/room-state"
import type { RoomTrouble } from "@kalends/domain/room-trouble"
import type {
  DisplayAgenda,
  DisplayHello,
  DisplayMessage,
  Pairing,
  ScreenBooking,
  ScreenRoom,
} from "@kalends/protocol/display"
import {
  type DeviceTime,
  elapsedMs,
  firstMark,
  nextMark,
  serviceNow,
  serviceNowAtLeast,
  type TimeMark,
} from "./service-time.ts"

/** What was read of a room, and how old it was when it came. Its age goes on by the device's clocks, whatever the service's does. */
type Read = {
  readonly bookings: readonly Booking[]
  /** By when somebody has to check in, of the bookings that somebody has to. */
  readonly checkInBy: ReadonlyMap<string, Temporal.Instant>
  readonly coversUntil: Temporal.Instant
  readonly agedMs: number
  readonly cameAt: DeviceTime
}

/** A room of this screen. */
export type KnownRoom = {
  readonly room: ScreenRoom
  readonly read: Read | null
  /** Why the service cannot read it, as far as it said so. */
  readonly trouble: RoomTrouble | null
}

/**
 * pairing: a code is shown, or being asked for. starting: there is a token, and the service was not reached yet. paired: what
 * was told is shown, and stays through an outage.
 */
export type DisplayState = {
  readonly phase: "pairing" | "starting" | "paired"
  /** The code to show; null where none could be had yet. */
  readonly pairing: Pick<Pairing, "code"> | null
  readonly hello: DisplayHello | null
  readonly rooms: readonly KnownRoom[]
  readonly mark: TimeMark | null
  /** Whether the service is heard. */
  readonly isLinked: boolean
}

export const nothingKnown: DisplayState = {
  ...{ phase: "pairing", pairing: null, hello: null, rooms: [], mark: null, isLinked: false },
}

export type Heard = {
  readonly message: DisplayMessage
  readonly device: DeviceTime
  /** When the stream was asked for. */
  readonly askedTicksMs: number
}

/** What is known after a message. The one place where what the service tells becomes what the screen knows. */
export function afterMessage(state: DisplayState, { message, device, askedTicksMs }: Heard): DisplayState {
  if (message.kind === "removed") return nothingKnown
  const said = Temporal.Instant.from(message.now)
  const isFirst = message.kind === "hello" && !state.isLinked
  const mark =
    isFirst || state.mark === null ? firstMark(said, askedTicksMs, device) : nextMark(state.mark, said, device)
  const linked = { ...state, mark }
  switch (message.kind) {
    case "hello":
      return {
        ...linked,
        phase: "paired",
        pairing: null,
        isLinked: true,
        hello: message,
        rooms: roomsAfter(state, message),
      }
    case "agenda":
      return {
        ...linked,
        rooms: state.rooms.map((known) =>
          known.room.roomId === message.roomId ? readAnew(known, message, device) : known,
        ),
      }
    case "unread":
      return {
        ...linked,
        rooms: state.rooms.map((known) =>
          known.room.roomId === message.roomId ? { ...known, trouble: message.trouble } : known,
        ),
      }
    case "beat":
      return linked
  }
}

/** Rooms that stay keep what was read of them. */
function roomsAfter(state: DisplayState, { rooms }: DisplayHello): readonly KnownRoom[] {
  const known = new Map(state.rooms.map((one) => [one.room.roomId, one]))
  return rooms.map((room) => ({ read: null, trouble: null, ...known.get(room.roomId), room }))
}

/** Nobody serves this long without a look: such an agenda says that nothing stands behind the room any more. */
const neverReadHours = 24 * 366

function readAnew(known: KnownRoom, agenda: DisplayAgenda, device: DeviceTime): KnownRoom {
  const readAt = Temporal.Instant.from(agenda.readAt)
  const { room } = known
  if (readAt.until(Temporal.Instant.from(agenda.now)).total("hours") > neverReadHours)
    return { room, read: null, trouble: agenda.trouble }
  const agedMs = Math.max(0, readAt.until(Temporal.Instant.from(agenda.now)).total("milliseconds"))
  return {
    room,
    trouble: agenda.trouble,
    read: {
      bookings: agenda.bookings.map(bookingOf),
      checkInBy: new Map(
        agenda.bookings.flatMap(({ bookingId, checkInBy }) =>
          checkInBy === null ? [] : [[bookingId, Temporal.Instant.from(checkInBy)] as const],
        ),
      ),
      coversUntil: Temporal.Instant.from(agenda.coversUntil),
      agedMs,
      cameAt: device,
    },
  }
}

function bookingOf({ bookingId, startsAt, endsAt, isAllDay, isPrivate, title, host, join }: ScreenBooking): Booking {
  return {
    ...{ id: parseProviderEventId(bookingId), seriesId: null, version: "", dial: [] },
    ...{ startsAt: Temporal.Instant.from(startsAt), endsAt: Temporal.Instant.from(endsAt) },
    ...{ isAllDay, isPrivate, title, host },
    // Followed by a touch: nothing but an address of the web.
    join: join !== null && /^https?:\/\//.test(join.url) ? join : null,
  }
}

/** The service's time, and what it may be instead; null before the service was ever heard. */
export type Nows = { readonly now: Temporal.Instant; readonly atLeast: Temporal.Instant }

export function nowsOf({ mark }: DisplayState, device: DeviceTime): Nows | null {
  return mark === null ? null : { now: serviceNow(mark, device), atLeast: serviceNowAtLeast(mark, device) }
}

/** A room's agenda as of now, its age counted by the device. */
export function agendaOf({ read }: KnownRoom, now: Temporal.Instant, device: DeviceTime): RoomAgenda | null {
  if (read === null) return null
  const ageMs = Math.round(read.agedMs + elapsedMs(read.cameAt, device))
  return { bookings: read.bookings, coversUntil: read.coversUntil, readAt: now.subtract({ milliseconds: ageMs }) }
}
