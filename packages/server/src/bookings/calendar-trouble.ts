import { trustSeconds } from "@kalends/domain/room-state"
import type { DeviceNote } from "../ports/device-tables.ts"

type Trouble = Pick<DeviceNote, "problemKind" | "problemCode" | "problemAt">
export type CalendarKnown = {
  readonly isKnown: boolean
  /** When the calendar was read for it; null where it was not since this node began. */
  readonly readAt: Temporal.Instant | null
}

/**
 * room-unread: nothing is known of the room, so that a device is given nothing. room-old: it has, and is given again, what was
 * read last; the calendar may say otherwise by now.
 */
const codes = ["room-unread", "room-old"] as const

/** What a device has to do without since its room's calendar cannot be read; nulls where it can. */
export function calendarTrouble({ isKnown, readAt }: CalendarKnown, now: Temporal.Instant): Trouble {
  const isFresh = readAt !== null && readAt.until(now).total("seconds") <= trustSeconds
  if (isKnown && isFresh) return { problemKind: null, problemCode: null, problemAt: null }
  const problemCode: (typeof codes)[number] = isKnown ? "room-old" : "room-unread"
  return { problemKind: "unavailable", problemCode, problemAt: now }
}

/** Whether it is the calendar that is not well, and not the device. */
export const isCalendarTrouble = (code: string | null): boolean => codes.some((known) => known === code)
