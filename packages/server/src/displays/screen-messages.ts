import type { Booking } from "@kalends/domain/booking"
import type { RoomId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { RoomAgenda } from "@kalends/domain/room-state"
import { roomTroubleOf } from "@kalends/domain/room-trouble"
import {
  type DisplayAgenda,
  type DisplayHello,
  displayBeatSeconds,
  type ScreenBooking,
  screenBookingsMost,
  screenHoursAhead,
} from "@kalends/protocol/display"
import { protocolVersion } from "@kalends/protocol/version"
import type { ListedDisplay } from "../ports/display-tables.ts"
import type { RoomRow } from "../ports/room-tables.ts"

const titleCharsMost = 200
const hostCharsMost = 100
/** Of an agenda's message; a screen drops those above 64 KB. */
const messageCharsMost = 48 * 1024

export type AgendaInput = {
  readonly roomId: RoomId
  readonly agenda: RoomAgenda
  readonly now: Temporal.Instant
  readonly checkInBy: (booking: Booking) => Temporal.Instant | null
  /** What the last try to read it anew met. */
  readonly problem: Problem | null
}

/**
 * What a screen is told of a room: what is not over, of the next two days. Where more is booked than it is told, what it knows
 * ends where the first that is left out begins, so that nothing left out is taken for free.
 */
export function agendaMessage({ roomId, agenda, now, checkInBy, problem }: AgendaInput): DisplayAgenda {
  const horizon = earlier(agenda.coversUntil, now.add({ hours: screenHoursAhead }))
  // They are by start: most of a month is behind the horizon, and not looked at.
  const beyond = agenda.bookings.findIndex(({ startsAt }) => !isAfter(horizon, startsAt))
  const coming = agenda.bookings
    .slice(0, beyond === -1 ? agenda.bookings.length : beyond)
    .filter(({ endsAt }) => isAfter(endsAt, now))
  const told: ScreenBooking[] = []
  let leftOut: Booking | null = null
  let chars = 0
  for (const booking of coming) {
    const shown = screenBooking(booking, checkInBy(booking))
    chars += JSON.stringify(shown).length
    if (told.length >= screenBookingsMost || chars > messageCharsMost) {
      leftOut = booking
      break
    }
    told.push(shown)
  }
  return {
    ...{ kind: "agenda", roomId, now: now.toString(), readAt: agenda.readAt.toString(), bookings: told },
    coversUntil: (leftOut === null ? horizon : earlier(horizon, leftOut.startsAt)).toString(),
    trouble: problem === null ? null : roomTroubleOf(problem),
  }
}

function screenBooking(booking: Booking, checkInBy: Temporal.Instant | null): ScreenBooking {
  const { id, startsAt, endsAt, isAllDay, isPrivate, title, host, join } = booking
  return {
    ...{ bookingId: id, startsAt: startsAt.toString(), endsAt: endsAt.toString(), isAllDay, isPrivate },
    title: title?.slice(0, titleCharsMost) ?? null,
    host: host?.slice(0, hostCharsMost) ?? null,
    join: join === null ? null : { vendor: join.vendor, url: join.url },
    checkInBy: checkInBy?.toString() ?? null,
  }
}

export type HelloInput = {
  readonly display: ListedDisplay
  readonly rooms: readonly RoomRow[]
  readonly now: Temporal.Instant
}

/** Which screen it is, and its rooms, by name. */
export function helloMessage({ display, rooms, now }: HelloInput): DisplayHello {
  const { displayId, name, kind, language, hours, look } = display
  return {
    ...{ kind: "hello", now: now.toString(), protocolVersion, beatSeconds: displayBeatSeconds },
    display: { displayId, name, kind, settings: { language, hours, look } },
    rooms: rooms.map((room) => ({
      ...{ roomId: room.roomId, name: room.name, zone: room.zone },
      checkInEarlyMinutes: room.checkIn.earlyMinutes,
      pageUrl: null,
    })),
  }
}

const isAfter = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) > 0
const earlier = (a: Temporal.Instant, b: Temporal.Instant) => (isAfter(a, b) ? b : a)
