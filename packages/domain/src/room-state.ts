import type { Booking } from "./booking.ts"

/** What is known of a room: its bookings, and when they were read. */
export type RoomAgenda = {
  /** By start. */
  readonly bookings: readonly Booking[]
  readonly readAt: Temporal.Instant
  /** Days that `bookings` cover: beyond them nothing is known. */
  readonly coversUntil: Temporal.Instant
}

/**
 * What a room's door says. What could not be read is never free: where the agenda is missing, or too old to trust, a room
 * without a booking is unknown, and one with a booking stays taken, since meetings seldom vanish and a wrong "taken" costs
 * less than two meetings in one room.
 */
export type RoomState =
  | { readonly kind: "unknown" }
  | {
      readonly kind: "free"
      /** When the next booking starts; null when there is none as far as is known. */
      readonly until: Temporal.Instant | null
      /** The next booking starts within a few minutes. */
      readonly isSoonTaken: boolean
      readonly next: Booking | null
    }
  | {
      readonly kind: "taken"
      readonly booking: Booking
      /** When the room is free again: bookings that follow one another without a gap are taken together. */
      readonly until: Temporal.Instant
      readonly next: Booking | null
      /** By when somebody has to check in, which may be past while the room is not given up yet; null where nobody has to. */
      readonly checkInBy: Temporal.Instant | null
    }

/** How long an agenda is trusted to say "free" after it was read. Twice the longest that a change may take to be known. */
export const trustSeconds = 30 * 60
const soonMinutes = 10
/** Bookings a little apart are one for whoever stands before the door. */
const gapSeconds = 60

export type RoomNow = {
  readonly agenda: RoomAgenda | null
  readonly now: Temporal.Instant
  /** By when somebody has to check in to a booking; null where nobody has to, or somebody has. */
  readonly checkInBy: (booking: Booking) => Temporal.Instant | null
}

/** How old what is shown is, in whole seconds; null where nothing was ever read. */
export function ageSeconds(agenda: RoomAgenda | null, now: Temporal.Instant): number | null {
  return agenda === null ? null : Math.max(0, Math.floor(agenda.readAt.until(now).total("seconds")))
}

export function roomStateOf(room: RoomNow): RoomState {
  const { agenda, now } = room
  if (agenda === null) return { kind: "unknown" }
  const current = agenda.bookings.filter((booking) => isOn(booking, now)).at(-1)
  if (current !== undefined) return takenBy(current, room, agenda)
  const age = ageSeconds(agenda, now) ?? 0
  const isKnown = age <= trustSeconds && Temporal.Instant.compare(now, agenda.coversUntil) < 0
  if (!isKnown) return { kind: "unknown" }
  const next = nextAfter(agenda.bookings, now)
  const isSoonTaken = next !== null && now.until(next.startsAt).total("minutes") <= soonMinutes
  return { kind: "free", until: next?.startsAt ?? null, isSoonTaken, next }
}

function takenBy(booking: Booking, { now, checkInBy }: RoomNow, { bookings }: RoomAgenda): RoomState {
  const until = endOfChain(bookings, booking)
  return { kind: "taken", booking, until, next: nextAfter(bookings, now), checkInBy: checkInBy(booking) }
}

export const nobodyChecksIn = (): null => null

function isOn({ startsAt, endsAt }: Booking, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(startsAt, now) <= 0 && Temporal.Instant.compare(now, endsAt) < 0
}

function nextAfter(bookings: readonly Booking[], now: Temporal.Instant): Booking | null {
  return bookings.find(({ startsAt }) => Temporal.Instant.compare(startsAt, now) > 0) ?? null
}

/** Bookings are by start: each that starts before the end so far, or right after it, moves the end on. */
function endOfChain(bookings: readonly Booking[], first: Booking): Temporal.Instant {
  let end = first.endsAt
  for (const { startsAt, endsAt } of bookings)
    if (Temporal.Instant.compare(startsAt, end.add({ seconds: gapSeconds })) <= 0 && isLater(endsAt, end)) end = endsAt
  return end
}

const isLater = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) > 0
