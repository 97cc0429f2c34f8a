import { connectionStates } from "@kalends/domain/connection"
import { z } from "zod"

const providerName = z.string().regex(/^[a-z][a-z-]{1,31}$/)
const tenantId = z.string().min(1).max(320)
const count = z.number().int().nonnegative()
const instant = z.iso.datetime()

/** Whose connections: one, a group's, or all of a tenant at a provider. */
export const revocationScopeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("connection"), connectionId: z.uuid() }),
  z.object({ kind: z.literal("group"), groupId: z.uuid() }),
  z.object({ kind: z.literal("tenant"), provider: providerName, tenantId }),
])
export type RevocationScopeInput = z.infer<typeof revocationScopeSchema>

/** POST /v1/admin/revocations/preview: whom it would concern; changes nothing. */
export const previewInputSchema = z.object({
  scope: revocationScopeSchema,
  /** The page behind this address. */
  after: z.string().max(254).nullable(),
})

const ofPerson = {
  connectionId: z.uuid(),
  email: z.string(),
  displayName: z.string(),
  provider: z.string(),
  providerLabel: z.string(),
}

export const revocationPreviewSchema = z.object({
  count,
  /** The group's or the tenant's name; null for one connection. */
  name: z.string().nullable(),
  /** What must be typed to confirm; null where that is not needed. */
  phrase: z.string().nullable(),
  people: z.array(z.object({ ...ofPerson, state: z.enum(connectionStates) })),
  after: z.string().nullable(),
})
export type RevocationPreview = z.infer<typeof revocationPreviewSchema>

/** POST /v1/admin/revocations. When it is answered, the secrets are deleted, but those that are being refreshed at that moment. */
export const newRevocationSchema = z.object({
  scope: revocationScopeSchema,
  confirmation: z.string().max(320).nullable(),
})
export type NewRevocation = z.infer<typeof newRevocationSchema>

const grantOutcomes = ["revoked", "not-possible", "not-confirmed", "reconnected"] as const

export const revocationSchema = z.object({
  revocationId: z.uuid(),
  /** deleting: the last secrets; removing: connections; telling: providers. */
  state: z.enum(["deleting", "removing", "telling", "done"]),
  scope: z.object({
    kind: z.enum(["connection", "group", "tenant"]),
    id: z.string(),
    name: z.string().nullable(),
    provider: z.string().nullable(),
    providerLabel: z.string().nullable(),
  }),
  createdBy: z.string().nullable(),
  createdAt: instant,
  /** When the last secret was gone. */
  secretsDeletedAt: instant.nullable(),
  endedAt: instant.nullable(),
  total: count,
  removed: count,
  done: count,
  subscriptionsStopped: count,
  subscriptionsLeft: count,
  grants: z.object({ revoked: count, "not-possible": count, "not-confirmed": count, reconnected: count }),
})
export type RevocationView = z.infer<typeof revocationSchema>

/** GET /v1/admin/revocations: newest first. */
export const revocationsSchema = z.object({ revocations: z.array(revocationSchema) })

export const revocationStepsQuerySchema = z.object({ after: z.uuid().optional() })

/** GET /v1/admin/revocations/:revocationId/steps: what was done for each person. */
export const revocationStepsSchema = z.object({
  steps: z.array(
    z.object({
      ...ofPerson,
      state: z.enum(["waiting", "removed", "done"]),
      subscriptionsStopped: count,
      subscriptionsLeft: count,
      grantOutcome: z.enum(grantOutcomes).nullable(),
    }),
  ),
  after: z.string().nullable(),
})
export type RevocationSteps = z.infer<typeof revocationStepsSchema>
