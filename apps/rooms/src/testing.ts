import type { DisplayAgenda, DisplayHello, ScreenBooking, ScreenRoom } from "@kalends/protocol/display"

/** Messages as the service sends them, for tests. */

export const roomId = "00000000-0000-4000-8000-0000000000a1"
export const nine = Temporal.Instant.from("2026-11-30T09:00:00Z")

export const sampleRoom: ScreenRoom = {
  ...{ roomId, name: "Andromeda", zone: "UTC", checkInEarlyMinutes: 5 },
  pageUrl: null,
}

export function booking(startsIn: number, minutes: number, changes: Partial<ScreenBooking> = {}): ScreenBooking {
  const startsAt = nine.add({ minutes: startsIn })
  return {
    bookingId: `event-${startsIn}`,
    ...{ startsAt: startsAt.toString(), endsAt: startsAt.add({ minutes }).toString() },
    ...{ isAllDay: false, isPrivate: false, title: "Stand-up", host: "Ada", join: null, checkInBy: null },
    ...changes,
  }
}

export function hello(
  now: Temporal.Instant,
  display: Partial<DisplayHello["display"]> = {},
  rooms: readonly ScreenRoom[] = [sampleRoom],
): DisplayHello {
  return {
    ...{ kind: "hello", now: now.toString(), protocolVersion: 3, beatSeconds: 20, rooms: [...rooms] },
    display: {
      ...{ displayId: "00000000-0000-4000-8000-0000000000d1", name: "Door", kind: "door" },
      settings: { language: "en", hours: 24, look: "system" },
      ...display,
    },
  }
}

export function agenda(
  now: Temporal.Instant,
  bookings: readonly ScreenBooking[],
  { agedMs = 0, of = roomId }: { readonly agedMs?: number; readonly of?: string } = {},
): DisplayAgenda {
  return {
    ...{ kind: "agenda", roomId: of, now: now.toString(), bookings: [...bookings] },
    readAt: now.subtract({ milliseconds: agedMs }).toString(),
    trouble: null,
    coversUntil: now.add({ hours: 48 }).toString(),
  }
}
