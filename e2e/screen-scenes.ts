import type { RoomTrouble } from "@kalends/domain/room-trouble"
import type { DisplayHello, DisplayMessage, ScreenBooking } from "@kalends/protocol/display"

/** What the service tells screens, in every state that a room can be in: for tests of them, and for pictures. */

export const roomIdOf = (number: number) => `00000000-0000-4000-8000-000000000${String(number).padStart(3, "0")}`

type Look = { readonly language?: "en" | "ja"; readonly hours?: 12 | 24; readonly look?: "light" | "dark" | "e-paper" }
export type ScreenKind = DisplayHello["display"]["kind"]
type Told = { readonly room?: number; readonly agedMinutes?: number; readonly trouble?: RoomTrouble | null }

/** A state of a room: its name, the word of it that a screen shows in English, and what the service tells. */
type RoomScene = readonly [name: string, shows: string, message: () => DisplayMessage]

/** Messages as of whenever `now` says. */
export function screenScenes(now: () => Temporal.Instant) {
  function hello(
    kind: ScreenKind,
    { language = "en", hours = 24, look = "light" }: Look = {},
    rooms = 1,
  ): DisplayHello {
    return {
      ...{ kind: "hello", now: now().toString(), protocolVersion: 3, beatSeconds: 20 },
      display: { displayId: roomIdOf(999), name: "Screen", kind, settings: { language, hours, look } },
      rooms: Array.from({ length: rooms }, (_, at) => ({
        ...{ roomId: roomIdOf(at + 1), name: `Andromeda ${at + 1}`, zone: "Europe/Berlin" },
        ...{ checkInEarlyMinutes: 5, pageUrl: null },
      })),
    }
  }

  function booking(startsIn: number, minutes: number, title: string | null = "Harbour timetable"): ScreenBooking {
    const startsAt = now().add({ minutes: startsIn })
    return {
      ...{ bookingId: `${startsIn}`, startsAt: startsAt.toString(), endsAt: startsAt.add({ minutes }).toString() },
      ...{ isAllDay: false, isPrivate: title === null, title, host: title === null ? null : "Ada" },
      checkInBy: startsAt.add({ minutes: 10 }).toString(),
      join: title === null ? null : { vendor: "Jitsi Meet", url: "https://meet.jit.si/harbour7xw4c6yb8n9dfghj" },
    }
  }

  function agenda(
    bookings: readonly ScreenBooking[],
    { room = 1, agedMinutes = 0, trouble = null }: Told = {},
  ): DisplayMessage {
    return {
      ...{ kind: "agenda", roomId: roomIdOf(room), now: now().toString(), bookings: [...bookings] },
      readAt: now().subtract({ minutes: agedMinutes }).toString(),
      trouble,
      coversUntil: now().add({ hours: 48 }).toString(),
    }
  }

  const states: readonly RoomScene[] = [
    ["free", "Free", () => agenda([booking(120, 30)])],
    ["soon taken", "Taken soon", () => agenda([booking(6, 30)])],
    ["taken", "In use", () => agenda([booking(-20, 45), booking(120, 30, null)])],
    ["waiting for somebody to come", "Check in", () => agenda([booking(-2, 45)])],
    ["old", "As of 20 minutes ago", () => agenda([booking(-20, 45)], { agedMinutes: 20, trouble: "not-allowed" })],
    ["unknown", "Unknown", () => agenda([booking(120, 30)], { agedMinutes: 40, trouble: "silent" })],
  ]
  return { hello, booking, agenda, states }
}
