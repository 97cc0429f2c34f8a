import { auditActions } from "@kalends/domain/audit"
import { z } from "zod"

const sequence = z.number().int().positive()
const action = z.enum(auditActions)

/** Query of GET /v1/audit; whoever leaves a filter out sees everything. */
export const auditQuerySchema = z.object({
  /** Entries before this one; from the newest where absent. */
  before: z.coerce.number().int().positive().optional(),
  /** Of one person. */
  actor: z.uuid().optional(),
  action: action.optional(),
  /** Of one thing: a connection, a meeting, a person… */
  subject: z.string().min(1).max(120).optional(),
  from: z.iso.datetime().optional(),
  /** Exclusive. */
  to: z.iso.datetime().optional(),
})
export type AuditQuery = z.infer<typeof auditQuerySchema>

export const auditEntrySchema = z.object({
  /** Counts from 1 within the organisation, without gaps. */
  sequence,
  at: z.iso.datetime(),
  actor: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("user"), userId: z.uuid(), displayName: z.string().nullable() }),
    z.object({ kind: z.literal("service"), part: z.string() }),
  ]),
  action,
  subjectId: z.string(),
  reason: z.string(),
})
export type AuditEntryView = z.infer<typeof auditEntrySchema>

/** GET /v1/audit: newest first. */
export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  /** What to ask for as `before` to see more; null at the beginning of the log. */
  before: sequence.nullable(),
})
export type AuditPage = z.infer<typeof auditPageSchema>

/** POST /v1/audit/verification: whether the log is as it was written. */
export const auditVerdictSchema = z.object({
  isWhole: z.boolean(),
  /** Entries that were read until the end, or until the first that does not fit. */
  count: z.number().int(),
  /** The first that does not fit; null where all do. */
  brokenAt: sequence.nullable(),
  /** Hash of the last entry, in hexadecimal: kept elsewhere, it shows later that nothing before it was cut off. */
  head: z.string(),
})
export type AuditVerdict = z.infer<typeof auditVerdictSchema>

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** A line of the export: everything that its hash is made of. */
export const auditLineSchema = z.object({
  accountId: z.uuid(),
  sequence,
  at: z.iso.datetime(),
  actorKind: z.enum(["user", "service"]),
  actor: z.string().max(200),
  action: z.string().max(80),
  subjectId: z.string().max(200),
  reason: z.string().max(200),
  previousHash: hash,
  hash,
})
export type AuditLine = z.infer<typeof auditLineSchema>
