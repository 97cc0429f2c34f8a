import { parseSchedule } from "@kalends/domain/schedule-json"
import { z } from "zod"

const instant = z.iso.datetime()
const id = z.uuid()

/** When a meeting takes place, as domain/schedule-json writes it. */
const schedule = z.unknown().transform((value, context) => {
  try {
    return parseSchedule(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    context.issues.push({ code: "custom", message: error.message, input: value })
    return z.NEVER
  }
})
const subject = z.string().trim().min(1).max(255)

/**
 * POST /v1/meetings — makes a meeting and, where the user's calendar may be written, its event. `key`: 32 random
 * hexadecimal digits of the caller's own; asking again with the same makes nothing and gives back the first.
 */
export const newMeetingSchema = z.object({ key: z.string().regex(/^[0-9a-f]{32}$/), subject, schedule })
export type NewMeetingInput = z.input<typeof newMeetingSchema>

/** PATCH /v1/meetings/:id. `version` as last read: when the event was changed since, nothing is written and both are shown. */
export const meetingChangeSchema = z.object({
  version: z.string().max(20_000),
  subject: subject.optional(),
  schedule: schedule.optional(),
})
export type MeetingChangeInput = z.input<typeof meetingChangeSchema>

/** A meeting as its owner sees it. Its title and times are the event's: the client reads them from the calendar. */
export const meetingSchema = z.object({
  meetingId: id,
  state: z.enum(["making", "live", "ending", "ended"]),
  joinUrl: z.string().nullable(),
  isRecurring: z.boolean(),
  createdAt: instant,
  /** When its id ends; null while an event without end carries its link. */
  endsAt: instant.nullable(),
  events: z.array(
    z.object({
      calendarId: id,
      eventId: z.string(),
      role: z.enum(["driver", "copy"]),
      /** The event vanished with many others, and the meeting is kept alive until somebody decides. */
      isHeld: z.boolean(),
    }),
  ),
})
export type MeetingView = z.infer<typeof meetingSchema>

/** GET /v1/meetings?before=<createdAt>: newest first, 100 at a time. */
export const meetingsSchema = z.object({ meetings: z.array(meetingSchema), before: instant.nullable() })
export const meetingsQuerySchema = z.object({ before: instant.optional() })

/** GET /v1/meetings/:id: with what the event says now (read from the calendar for this answer, kept nowhere) and why it is so. */
export const meetingDetailSchema = meetingSchema.extend({
  /** Null when there is no event, or it cannot be read now. */
  event: z
    .object({
      version: z.string(),
      subject: z.string(),
      schedule: z.record(z.string(), z.unknown()),
      canWrite: z.boolean(),
    })
    .nullable(),
  /** What was done with it and why, oldest first: machine words, no content. */
  history: z.array(z.object({ at: instant, action: z.string(), cause: z.string() })),
})
export type MeetingDetail = z.infer<typeof meetingDetailSchema>

/** POST /v1/meetings/held: what becomes of meetings whose events vanished together. */
export const heldDecisionSchema = z.object({ decision: z.enum(["end", "keep"]) })
export const heldAnswerSchema = z.object({ count: z.number().int() })
