import type { Booking } from "@kalends/domain/booking"
import { checkInBy } from "@kalends/domain/check-in"
import type { ReadRoom } from "./read-room.ts"
import type { Watch } from "./watches.ts"

/** Of a booking that was moved nothing is said by when it was seen at its former time. */
const nameOf = ({ id, startsAt }: Booking) => `${id} ${startsAt.epochMilliseconds}`

/** When each booking was first seen where it is: what was known before keeps its instant. */
export function seenSinceOf(before: Watch["seenSince"], { agenda }: ReadRoom): Watch["seenSince"] {
  return new Map(agenda.bookings.map(nameOf).map((name) => [name, before.get(name) ?? agenda.readAt]))
}

/** Since when a screen of this node could take a check-in to the booking; null where none can. */
export function offeredSinceOf({ seenSince, offeredSince }: Watch, booking: Booking): Temporal.Instant | null {
  const seen = seenSince.get(nameOf(booking))
  if (offeredSince === null || seen === undefined) return null
  return Temporal.Instant.compare(seen, offeredSince) > 0 ? seen : offeredSince
}

/** By when somebody has to check in; null where nobody has to, somebody has, or nobody could. */
export function deadlineOf(watch: Watch, booking: Booking): Temporal.Instant | null {
  const { known } = watch
  const since = offeredSinceOf(watch, booking)
  if (known === null || since === null || known.marks.has(booking.id)) return null
  return checkInBy(known.room.checkIn, booking, since)
}
