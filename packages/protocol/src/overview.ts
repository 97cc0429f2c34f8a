import { auditActions } from "@kalends/domain/audit"
import { connectionStates } from "@kalends/domain/connection"
import { z } from "zod"
import { connectionSchema } from "./api.ts"

const state = z.enum(connectionStates)
const providerName = z.string().regex(/^[a-z][a-z-]{1,31}$/)
const tenantId = z.string().min(1).max(320)
const count = z.number().int().nonnegative()
const instant = z.iso.datetime()

/** Query of GET /v1/admin/connections; whoever leaves a filter out sees everything. */
export const connectionListQuerySchema = z.object({
  state: state.optional(),
  provider: providerName.optional(),
  group: z.uuid().optional(),
  tenant: tenantId.optional(),
  /** Only those whose grant ends within so many days if nobody does anything. */
  endsWithinDays: z.coerce.number().int().min(1).max(366).optional(),
  /** Part of a name or an address. */
  search: z.string().max(120).optional(),
  /** The page behind this address. */
  after: z.string().max(254).optional(),
})
export type ConnectionListQuery = z.infer<typeof connectionListQuerySchema>

/** A connection as those see it who answer for all of them. */
export const connectionOverviewSchema = connectionSchema.omit({ grantExpiresAt: true }).extend({
  userId: z.uuid(),
  email: z.string(),
  displayName: z.string(),
  groupId: z.uuid().nullable(),
  tenantId: z.string().nullable(),
  /** True where an administrator's connection to the organisation opens it. */
  isByTenant: z.boolean(),
  lastPassAt: instant.nullable(),
  /** Whether every calendar was looked at within the staleness bound; null before the first look. */
  isWithinBound: z.boolean().nullable(),
  /** When the grant ends if nobody does anything; null where that cannot be known, or it does not end. */
  grantEndsAt: instant.nullable(),
})
export type ConnectionOverview = z.infer<typeof connectionOverviewSchema>

/** GET /v1/admin/connections. */
export const connectionPageSchema = z.object({
  connections: z.array(connectionOverviewSchema),
  /** What to ask for as `after` to see more; null at the end. */
  after: z.string().nullable(),
})
export type ConnectionPage = z.infer<typeof connectionPageSchema>

/** GET /v1/admin/connections/:connectionId: newest first. */
export const connectionDetailSchema = z.object({
  connection: connectionOverviewSchema,
  timeline: z.array(
    z.object({
      sequence: z.number().int().positive(),
      at: instant,
      action: z.enum(auditActions),
      reason: z.string(),
      /** A person's name; null for the service, and for somebody who is gone. */
      by: z.string().nullable(),
      /** The part of the service that did it; null for a person. */
      part: z.string().nullable(),
    }),
  ),
})
export type ConnectionDetail = z.infer<typeof connectionDetailSchema>

const ofProvider = { provider: z.string(), providerLabel: z.string() }

export const toDoItemSchema = z.discriminatedUnion("kind", [
  /** A tenant has removed this service. */
  z.object({
    kind: z.literal("tenant-shut"),
    ...ofProvider,
    tenantId: z.string(),
    count,
    at: instant.nullable(),
    code: z.string().nullable(),
  }),
  /** An administrator's connection to an organisation does not work. */
  z.object({
    kind: z.literal("tenant-broken"),
    ...ofProvider,
    tenantConnectionId: z.uuid(),
    identity: z.string(),
    at: instant.nullable(),
    code: z.string().nullable(),
  }),
  /** A client secret or certificate; without a tenant connection, it is this service's own. */
  z.object({
    kind: z.literal("secret-ends"),
    ...ofProvider,
    tenantConnectionId: z.uuid().nullable(),
    identity: z.string().nullable(),
    endsAt: instant,
  }),
  z.object({
    kind: z.enum(["reconnect", "consent", "unreachable", "grants-end", "subscriptions-end"]),
    count,
  }),
])
export type ToDoItem = z.infer<typeof toDoItemSchema>

/** GET /v1/admin/connections/summary. */
export const connectionSummarySchema = z.object({
  at: instant,
  isWell: z.boolean(),
  total: count,
  counts: z.array(z.object({ ...ofProvider, state, count })),
  tenants: z.array(z.object({ ...ofProvider, tenantId: z.string(), count, disabledCount: count })),
  /** The most pressing first; three at most. */
  toDo: z.array(toDoItemSchema),
  moreCount: count,
})
export type ConnectionSummary = z.infer<typeof connectionSummarySchema>

/** GET /v1/admin/connections/forecast: what ends within 30 days if nobody does anything. */
export const connectionForecastSchema = z.object({
  from: instant,
  until: instant,
  /** Each day (UTC), the first being today. */
  days: z.array(z.object({ day: z.iso.date(), grants: count, subscriptions: count, secrets: count })),
  /** Of tenant connections and of this service itself. */
  secrets: z.array(
    z.object({
      ...ofProvider,
      tenantConnectionId: z.uuid().nullable(),
      identity: z.string().nullable(),
      endsAt: instant,
    }),
  ),
  /** The soonest of people's own. */
  people: z.array(
    z.object({
      kind: z.enum(["grant", "subscription"]),
      connectionId: z.uuid(),
      email: z.string(),
      displayName: z.string(),
      ...ofProvider,
      state,
      endsAt: instant,
      /** True for a grant that nobody uses; false for an end that the provider named. */
      isOfDisuse: z.boolean(),
    }),
  ),
  peopleCount: count,
})
export type ConnectionForecast = z.infer<typeof connectionForecastSchema>

/** POST /v1/admin/connections/reopened: a tenant that had shut us out lets us in again. */
export const tenantNameSchema = z.object({ provider: providerName, tenantId })
export type TenantNameInput = z.infer<typeof tenantNameSchema>

export const reopenAnswerSchema = z.object({ reopened: count })
export type ReopenAnswer = z.infer<typeof reopenAnswerSchema>
