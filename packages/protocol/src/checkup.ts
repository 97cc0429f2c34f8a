import { z } from "zod"

/**
 * POST /v1/tenants/:tenantConnectionId/checkup (administrators): looks at an organisation's settings and names each wrong
 * one. Read-only: nothing is changed at the provider, nor here.
 */
export const checkupInputSchema = z.object({
  /** Mailboxes to look at; empty takes a few that are connected. */
  mailboxes: z.array(z.email().max(254)).max(20),
})
export type CheckupInput = z.input<typeof checkupInputSchema>

/**
 * One setting that was looked at. `code`: a machine word from a closed list, for which screens and the command line have
 * the name of the setting, what is wrong with it and how to mend it.
 */
const check = z.object({
  code: z.string().max(60),
  outcome: z.enum(["right", "wrong", "doubtful", "not-checked"]),
  /** What it was looked at on: this service, the organisation, or one mailbox. */
  subject: z.enum(["service", "tenant", "mailbox"]),
  /** The mailbox's address; null for the others. */
  mailbox: z.string().nullable(),
  /** Numbers and names that the words are filled with: an expiry date, a missing role. Never content. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type CheckView = z.infer<typeof check>

export const checkupSchema = z.object({
  checkedAt: z.iso.datetime(),
  /** Wrong ones first, then doubtful ones, those that could not be looked at, and those that are right. */
  checks: z.array(check),
})
export type CheckupView = z.infer<typeof checkupSchema>
