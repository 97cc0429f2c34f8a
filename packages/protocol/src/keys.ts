import { z } from "zod"

const instant = z.iso.datetime()

export const custodianSchema = z.object({
  /** key-file, aws-kms, transit. */
  name: z.string(),
  label: z.string(),
  /** current: wraps. next: can be read from, and is to be changed to. former: can still be read from. */
  role: z.enum(["current", "next", "former"]),
  state: z.enum(["answers", "away", "refuses", "unasked"]),
  awaySince: instant.nullable(),
  retryAt: instant.nullable(),
  /** Until when keys in use are kept while it is away. */
  graceEndsAt: instant.nullable(),
  /** A machine word. */
  problemCode: z.string().nullable(),
  /** Data keys of the whole service under it: when a former one has none, it may be taken away. */
  keyCount: z.number().int(),
})

export const dataKeySchema = z.object({
  version: z.number().int().positive(),
  /** The key-encryption key, with its version where the custodian shows one. */
  custodyKeyId: z.string(),
  createdAt: instant,
  destroyedAt: instant.nullable(),
})

export const keyWorkSchema = z.object({
  state: z.enum(["running", "paused", "done"]),
  startedAt: instant,
  touchedAt: instant,
  endedAt: instant.nullable(),
  total: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
})

/** The keys of one organisation, as the node that answers sees them. */
export const keysViewSchema = z.object({
  at: instant,
  organisation: z.string(),
  graceMinutes: z.number().int(),
  custodians: z.array(custodianSchema),
  /** Newest first. */
  dataKeys: z.array(dataKeySchema),
  /** The last work on them, or the one under way. */
  work: keyWorkSchema.nullable(),
})
export type KeysView = z.infer<typeof keysViewSchema>
export type CustodianView = KeysView["custodians"][number]
export type KeyWorkView = NonNullable<KeysView["work"]>

export const keyActionSchema = z.object({ action: z.enum(["rotate", "rewrap", "pause", "resume"]) })
export type KeyAction = z.infer<typeof keyActionSchema>["action"]

/** What must be typed before everything of the organisation is made unreadable for good. */
export const shredSchema = z.object({
  organisation: z.string().min(1).max(200),
  password: z.string().min(1).max(200),
})
export type ShredInput = z.infer<typeof shredSchema>
