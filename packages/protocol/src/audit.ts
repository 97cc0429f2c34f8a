import { auditActions, subjectKinds } from "@kalends/domain/audit"
import { isIanaZone } from "@kalends/domain/iana-zone"
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
  /** A machine word, as an entry has it. */
  reason: z.string().min(1).max(80).optional(),
  from: z.iso.datetime().optional(),
  /** Exclusive. */
  to: z.iso.datetime().optional(),
})
export type AuditQuery = z.infer<typeof auditQuerySchema>

const languages = ["en", "ja"] as const
export type AuditLanguage = (typeof languages)[number]

/** Query of GET /v1/audit/table: which entries, and how whoever reads them is told. */
export const auditTableQuerySchema = auditQuerySchema.omit({ before: true }).extend({
  language: z.enum(languages),
  /** On whose clock. */
  zone: z.string().max(64).refine(isIanaZone),
})
export type AuditTableQuery = z.infer<typeof auditTableQuerySchema>

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
  /** What the subject is called now; null where it is gone, or has no name. A calendar's is the name of whose it is. */
  about: z.object({ kind: z.enum(subjectKinds), name: z.string() }).nullable(),
  /** Why: a machine word. */
  reason: z.string(),
  /**
   * The piece of work it was done for: `request:` and the id that its answer bore as x-request-id, `job:` and its kind and
   * number, `stream:` and an id. Null where none was noted.
   */
  call: z.string().nullable(),
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
  /** Whether it does not fit the entry before it, or has not the signature that it should have. */
  brokenBy: z.enum(["entry", "signature"]).nullable(),
  /** Hash of the last entry, in hexadecimal: kept elsewhere, it shows later that nothing before it was cut off. */
  head: z.string(),
  /** The last entry that bears a signature, and how many do: nobody without the key can have changed what is before it. */
  signedUpTo: sequence.nullable(),
  signedCount: z.number().int(),
})
export type AuditVerdict = z.infer<typeof auditVerdictSchema>

/** GET /v1/audit/key: with which anybody checks the signatures of an export (Ed25519). */
export const auditKeySchema = z.object({ publicKey: z.string() })
export type AuditKeyView = z.infer<typeof auditKeySchema>

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** A line of the export: everything that its hash is made of. */
export const auditLineSchema = z.strictObject({
  accountId: z.uuid(),
  sequence,
  at: z.iso.datetime(),
  actorKind: z.enum(["user", "service"]),
  actor: z.string().max(200),
  action: z.string().max(80),
  subjectId: z.string().max(200),
  reason: z.string().max(200),
  /** These three are not there in exports that were made before entries had them. */
  call: z.string().max(120).nullable().default(null),
  format: z.union([z.literal(1), z.literal(2)]).default(1),
  previousHash: hash,
  hash,
  signature: z
    .string()
    .regex(/^[0-9a-f]{128}$/)
    .nullable()
    .default(null),
})
export type AuditLine = z.infer<typeof auditLineSchema>
