import { z } from "zod"

const pairs = z.array(z.tuple([z.string(), z.string()]))

/** What the check of a move found: ids alone, never content. */
export const foundSchema = z.object({
  /** Ours, and the name that the calendar has at the new provider. */
  calendars: pairs,
  /** Calendar of ours, event of before, event of now. */
  events: z.array(z.tuple([z.string(), z.string(), z.string()])),
  meetings: z.object({ found: z.number().int(), missing: z.number().int() }),
})
export type Found = z.infer<typeof foundSchema>

/** How a connection was before it was moved, to move it back. */
export const keptSchema = z.object({
  provider: z.string(),
  permission: z.enum(["read", "read-write"]),
  subjectEmail: z.string().nullable(),
  subjectId: z.string(),
  tenantId: z.string().nullable(),
  tenantConnectionId: z.string().nullable(),
  secretKind: z.enum(["refresh-token", "password", "tenant"]),
  accessExpiresAt: z.string().nullable(),
  refreshExpiresAt: z.string().nullable(),
  calendars: z.array(
    z.object({ calendarId: z.string(), providerCalendarId: z.string(), isPrimary: z.boolean(), canWrite: z.boolean() }),
  ),
})
export type Kept = z.infer<typeof keptSchema>
