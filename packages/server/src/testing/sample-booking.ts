import type { Booking } from "@kalends/domain/booking"
import { parseProviderEventId } from "@kalends/domain/ids"

/** A booking as readers make it; joined by Zoom unless it is said otherwise. */
export function bookingOf(title: string | null, startsAt: string, more: Partial<Booking> = {}): Booking {
  const start = Temporal.Instant.from(startsAt)
  return {
    id: parseProviderEventId(`event of ${title ?? "somebody"} at ${startsAt}`),
    ...{ seriesId: null, version: "1", isAllDay: false, isPrivate: false, title, host: "Ada Lovelace" },
    ...{ startsAt: start, endsAt: start.add({ hours: 1 }) },
    join: { vendor: "Zoom", url: "https://zoom.us/j/1234567890" },
    dial: [
      { protocol: "sip", number: "1234567890@zoomcrc.com" },
      { protocol: "h323", number: "162.255.37.11##1234567890" },
    ],
    ...more,
  }
}
