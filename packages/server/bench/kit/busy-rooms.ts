import type { Booking } from "@kalends/domain/booking"
import { parseAccountId, parseProviderEventId, parseUserId } from "@kalends/domain/ids"
import { systemClock as clock } from "../../src/platform/clock.ts"

const bookingsEach = 60
/** The last group of an id. */
export const pad = (value: number) => value.toString(16).padStart(12, "0")
export const accountId = parseAccountId(`0000000a-0000-4000-8000-${pad(1)}`)
export const roomOf = (number: number) => ({ accountId, roomId: parseUserId(`0000000b-0000-4000-8000-${pad(number)}`) })

/** Two meetings a day for a month, the first with this title. */
export function bookingsOf(number: number, title: string, dial: Booking["dial"]): readonly Booking[] {
  const from = clock.now().round({ smallestUnit: "hour" })
  return Array.from({ length: bookingsEach }, (_, index) => {
    const startsAt = from.add({ hours: 2 + index * 12 })
    return {
      ...{ id: parseProviderEventId(`event-${number}-${index}`), seriesId: null, version: "1", isAllDay: false },
      ...{ isPrivate: false, startsAt, endsAt: startsAt.add({ minutes: 45 }), host: "Ada Lovelace", dial },
      title: index === 0 ? title : `Meeting ${index} of room ${number}`,
      join: { vendor: "Zoom", url: "https://zoom.us/j/1234567890" },
    }
  })
}
