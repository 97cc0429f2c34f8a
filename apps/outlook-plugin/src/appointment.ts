import { findZone } from "@kalends/domain/zone"
import type { IpcChange, IpcSchedule } from "@kalends/protocol/ipc"
import { z } from "zod"

/**
 * All that the core is ever shown of an appointment. Body, attendees and organizer are not among it: the shell appends the
 * block that it is given and reads nothing. Strict, so that a shell that sends more is refused.
 */
export const appointmentSchema = z.strictObject({
  /** AppointmentItem.Subject; may be empty while somebody writes. */
  subject: z.string().max(1_000),
  /** StartInStartTimeZone: on the clock of `zone`. */
  start: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/),
  /** StartTimeZone.ID, as Windows names zones, or an IANA name. */
  zone: z.string().min(1).max(100),
  isAllDay: z.boolean(),
  /** Of RecurrenceState: an occurrence is one date of a series, opened or moved by itself. */
  recurrence: z.enum(["none", "series", "occurrence"]),
  /** Whose calendar it is in, where that is not one's own. */
  host: z.email().max(254).nullable(),
})
export type Appointment = z.infer<typeof appointmentSchema>

/** What is kept with the appointment itself, in two properties of the item. */
export const marksSchema = z.strictObject({
  /** Names the request, so that however often it is sent one meeting is made. */
  key: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  meetingId: z.uuid().nullable(),
})
export type Marks = z.infer<typeof marksSchema>

/** When and what, as the service is told. Null where the zone is none that anybody else would know. */
export type Face = Omit<IpcSchedule, "key" | "templateId" | "for">

const subjectMost = 255

export function faceOf({ subject, start, zone, isAllDay, recurrence }: Appointment, unnamed: string): Face | null {
  const found = findZone(zone)
  if (found === null) return null
  const named = subject.replace(/\s+/g, " ").trim().slice(0, subjectMost).trim()
  return {
    subject: named === "" ? unnamed : named,
    date: start.slice(0, 10),
    time: isAllDay ? null : start.slice(11, 16),
    zone: found,
    isRecurring: recurrence !== "none",
  }
}

/** What is different now; null when nothing is. */
export function changeOf(meetingId: string, before: Face | null, now: Face): IpcChange | null {
  if (before === null) return { meetingId, ...now }
  const change: IpcChange = {
    meetingId,
    ...(before.subject === now.subject ? {} : { subject: now.subject }),
    // The parts of a time are told together: half of one says nothing.
    ...(before.date === now.date && before.time === now.time && before.zone === now.zone
      ? {}
      : { date: now.date, time: now.time, zone: now.zone }),
    ...(before.isRecurring === now.isRecurring ? {} : { isRecurring: now.isRecurring }),
  }
  return Object.keys(change).length === 1 ? null : change
}

/** The location with ours in it, once: what somebody wrote there, such as a room, stays. */
export function withLocation(written: string, ours: string): string {
  if (written.includes(ours)) return written
  return written.trim() === "" ? ours : `${written.trim()}; ${ours}`
}
