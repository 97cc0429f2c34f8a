import { createHash } from "node:crypto"
import type { Booking } from "@kalends/domain/booking"
import type { DeviceOrder, DevicePush } from "../ports/device-family.ts"
import type { DeviceRow } from "../ports/device-tables.ts"

/** How a device is to be given its list. */
export type OrderSettings = Pick<DeviceRow, "keepsOthers" | "startBufferMinutes" | "endBufferMinutes"> &
  Pick<DeviceOrder, "language">
export type OrderLimits = Pick<DevicePush, "daysAhead" | "bookingsMost"> & { readonly now: Temporal.Instant }

/**
 * What a device is given of a room's bookings: whole days, so that the same bookings make the same order from midnight (UTC)
 * to midnight; one that began yesterday and goes on is part of it.
 */
export function orderOf(
  bookings: readonly Booking[],
  { now, daysAhead, bookingsMost }: OrderLimits,
  { keepsOthers, startBufferMinutes, endBufferMinutes, language }: OrderSettings,
): DeviceOrder {
  const today = now.toZonedDateTimeISO("UTC").startOfDay()
  const [from, to] = [today.toInstant(), today.add({ days: daysAhead + 1 }).toInstant()]
  return {
    bookings: bookings
      .filter(
        ({ startsAt, endsAt }) =>
          Temporal.Instant.compare(endsAt, from) > 0 && Temporal.Instant.compare(startsAt, to) < 0,
      )
      .slice(0, bookingsMost),
    ...{ keepsOthers, startBufferMinutes, endBufferMinutes, language },
  }
}

/** Two orders with one digest look the same on a device. The digest is all that is kept of an order. */
export function digestOf({ bookings, ...settings }: DeviceOrder): Uint8Array {
  const { keepsOthers, language, startBufferMinutes, endBufferMinutes } = settings
  const hash = createHash("sha256").update(
    JSON.stringify([keepsOthers, language, startBufferMinutes, endBufferMinutes]),
  )
  for (const { id, startsAt, endsAt, isPrivate, title, host, join, dial } of bookings)
    hash.update(
      JSON.stringify([
        ...[id, startsAt.epochMilliseconds, endsAt.epochMilliseconds, isPrivate, title, host, join?.vendor ?? null],
        dial.map(({ protocol, number }) => [protocol, number]),
      ]),
    )
  return hash.digest()
}
