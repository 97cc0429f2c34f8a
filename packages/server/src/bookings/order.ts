import { createHash } from "node:crypto"
import type { Booking } from "@kalends/domain/booking"
import type { DeviceOrder } from "../ports/device-family.ts"

/**
 * What a device is given of a room's bookings: whole days, so that the same bookings make the same order from midnight (UTC)
 * to midnight.
 */
export function orderOf(
  bookings: readonly Booking[],
  {
    now,
    daysAhead,
    keepsOthers,
  }: { readonly now: Temporal.Instant; readonly daysAhead: number; readonly keepsOthers: boolean },
): DeviceOrder {
  const today = now.toZonedDateTimeISO("UTC").startOfDay()
  const [from, to] = [today.toInstant(), today.add({ days: daysAhead + 1 }).toInstant()]
  return {
    bookings: bookings.filter(
      ({ startsAt, endsAt }) =>
        Temporal.Instant.compare(endsAt, from) > 0 && Temporal.Instant.compare(startsAt, to) < 0,
    ),
    keepsOthers,
  }
}

/** Two orders with one digest look the same on a device. The digest is all that is kept of an order. */
export function digestOf({ bookings, keepsOthers }: DeviceOrder): Uint8Array {
  const hash = createHash("sha256").update(keepsOthers ? "merge" : "replace")
  for (const { id, startsAt, endsAt, isPrivate, title, host, join, dial } of bookings)
    hash.update(
      JSON.stringify([
        ...[id, startsAt.epochMilliseconds, endsAt.epochMilliseconds, isPrivate, title, host, join?.vendor ?? null],
        dial.map(({ protocol, number }) => [protocol, number]),
      ]),
    )
  return hash.digest()
}
