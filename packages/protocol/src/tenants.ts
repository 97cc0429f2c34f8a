import { connectionStates } from "@kalends/domain/connection"
import { z } from "zod"

const id = z.uuid()
const instant = z.iso.datetime()
const permission = z.enum(["read", "read-write"])
const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())

/** What an administrator may be asked for, whatever the calendar service. Screens have words for each. */
export const tenantFieldNames = [
  "tenant", // Entra: tenant id or a domain of it
  "clientId",
  "clientSecret",
  "secretEndsOn", // the day a secret ends, as shown where it was made
  "certificate", // PEM
  "privateKey", // PEM, PKCS #8
  "keyFile", // Google: the JSON file of a service account's key
  "domain",
  "administrator", // whose view of the directory is used
  "server",
  "username",
  "password",
  "mailbox", // one to try it on
  "refreshToken", // of a service account that signed in elsewhere
] as const

/** GET /v1/tenants/methods (administrators): how organisations can be connected here. */
export const tenantMethodsSchema = z.object({
  providers: z.array(
    z.object({
      provider: z.string(),
      label: z.string(),
      hasDirectory: z.boolean(),
      methods: z.array(
        z.object({
          /** "registration", "client-secret", "certificate", "service-account"… */
          name: z.string(),
          /** A service account signs in at the provider's own page (POST /v1/tenants/sign-in), and opens rooms alone. */
          isBySignIn: z.boolean(),
          fields: z.array(
            z.object({
              name: z.enum(tenantFieldNames),
              kind: z.enum(["text", "secret", "long-secret", "long-text"]),
              isOptional: z.boolean(),
            }),
          ),
        }),
      ),
    }),
  ),
})
export type TenantMethodsView = z.infer<typeof tenantMethodsSchema>

const given = z.partialRecord(z.enum(tenantFieldNames), z.string().max(16_384))

/** POST /v1/tenants (administrators): connects a whole organisation. */
export const newTenantSchema = z.object({
  provider: z.string().max(32),
  method: z.string().max(40),
  /** The most that a connection of its people may do. */
  permission,
  given,
})
export type NewTenantInput = z.input<typeof newTenantSchema>

/** PUT /v1/tenants/:tenantConnectionId/secret: another secret for the same organisation. */
export const tenantSecretSchema = newTenantSchema.pick({ method: true, given: true })
export type TenantSecretInput = z.input<typeof tenantSecretSchema>

/**
 * POST /v1/tenants/sign-in: a service account is to sign in. The browser goes to `authorizeUrl` and comes back to the
 * portal. With `tenantConnectionId`, it signs in anew for that connection.
 */
export const tenantSignInSchema = z.object({
  provider: z.string().max(32),
  permission,
  /** Which account is proposed there. */
  account: email,
  /** Whether rooms are to be found in the organisation's directory, which one of its administrators has to allow. */
  hasDirectory: z.boolean(),
  tenantConnectionId: id.nullable(),
})
export type TenantSignInInput = z.input<typeof tenantSignInSchema>
export const tenantSignInAnswerSchema = z.object({ authorizeUrl: z.url() })

export const tenantSchema = z.object({
  tenantConnectionId: id,
  provider: z.string(),
  providerLabel: z.string(),
  method: z.string(),
  permission,
  /** rooms: a service account signed in, and opens what is shared with it. */
  opens: z.enum(["everybody", "rooms"]),
  /** The provider's name of the organisation. */
  tenantId: z.string(),
  /** Who signs in: an application's id, a service account's name. */
  identity: z.string(),
  /** When what was given ends; null when unknown. */
  secretExpiresAt: instant.nullable(),
  createdAt: instant,
  lastOkAt: instant.nullable(),
  /** What is wrong for everybody; null while it is well. */
  problem: z.object({ kind: z.string(), code: z.string().nullable(), at: instant }).nullable(),
  /** People whose calendars are opened by it. */
  connectionCount: z.number().int(),
  /** Rooms whose calendars are opened by it. */
  roomCount: z.number().int(),
  hasDirectory: z.boolean(),
})
export type TenantView = z.infer<typeof tenantSchema>
/** GET /v1/tenants (administrators). */
export const tenantsSchema = z.object({ tenants: z.array(tenantSchema) })
export type TenantsView = z.infer<typeof tenantsSchema>

/** DELETE /v1/tenants/:tenantConnectionId: what was done. */
export const tenantRemovalSchema = z.object({
  secretsDeleted: z.literal(true),
  connectionsRemoved: z.number().int(),
  /** As which revocation it goes on, and says what was done: GET /v1/admin/revocations/:revocationId. */
  revocationId: id,
})
export type TenantRemovalView = z.infer<typeof tenantRemovalSchema>

/** GET /v1/tenants/:tenantConnectionId/directory?next&search: read from the provider each time, never kept. */
export const directoryQuerySchema = z.object({
  next: z.string().max(4096).optional(),
  search: z.string().trim().max(120).optional(),
})
export const directorySchema = z.object({
  entries: z.array(
    z.object({
      email: z.string(),
      displayName: z.string(),
      kind: z.enum(["person", "room"]),
      /** Who they are here; null when nobody. */
      userId: id.nullable(),
      connectionState: z.enum(connectionStates).nullable(),
      /** True when this organisation's connection opens their calendar. */
      isByTenant: z.boolean(),
    }),
  ),
  next: z.string().nullable(),
})
export type DirectoryView = z.infer<typeof directorySchema>

/** POST /v1/tenants/:tenantConnectionId/people: people of the directory become people here. They have no password yet. */
export const importPeopleSchema = z.object({
  people: z
    .array(z.object({ email, displayName: z.string().trim().min(1).max(120) }))
    .min(1)
    .max(500),
  /** Which group they are put into; null leaves it. */
  groupId: id.nullable(),
})
export type ImportPeopleInput = z.input<typeof importPeopleSchema>
export const importedPeopleSchema = z.object({ added: z.number().int(), known: z.number().int() })
export type ImportedPeopleView = z.infer<typeof importedPeopleSchema>

export const rolloutStates = ["checking", "checked", "running", "done", "undoing", "undone", "stopped"] as const
export const stepStates = ["waiting", "checked", "done", "skipped", "failed", "undone"] as const

/**
 * POST /v1/rollouts (administrators). connect: the calendars of many people, at once. migrate: people who are connected
 * elsewhere are moved to this organisation's connection, after a check that changes nothing.
 */
export const newRolloutSchema = z.object({
  kind: z.enum(["connect", "migrate"]),
  tenantConnectionId: id,
  permission,
  scope: z.object({
    groupId: id.nullable(),
    /** By address; null: not by address. With groupId null as well: everybody. */
    emails: z.array(email).min(1).max(5000).nullable(),
  }),
})
export type NewRolloutInput = z.input<typeof newRolloutSchema>

const count = z.number().int()
export const rolloutSchema = z.object({
  rolloutId: id,
  kind: z.enum(["connect", "migrate"]),
  state: z.enum(rolloutStates),
  tenantConnectionId: id,
  permission,
  /** Who began it; null for somebody who is gone. */
  createdBy: z.string().nullable(),
  createdAt: instant,
  /** When it was last worked on. */
  touchedAt: instant,
  endedAt: instant.nullable(),
  counts: z.object({
    waiting: count,
    checked: count,
    done: count,
    skipped: count,
    failed: count,
    undone: count,
    all: count,
  }),
  /** The commonest problems, the commonest first. */
  problems: z.array(z.object({ kind: z.string(), code: z.string().nullable(), count })),
  /** What an administrator can do now. */
  actions: z.array(z.enum(["start", "stop", "retry", "undo"])),
})
export type RolloutView = z.infer<typeof rolloutSchema>
/** GET /v1/rollouts: the newest twenty. */
export const rolloutsSchema = z.object({ rollouts: z.array(rolloutSchema) })

/** POST /v1/rollouts/:rolloutId/actions. */
export const rolloutActionSchema = z.object({ action: z.enum(["start", "stop", "retry", "undo"]) })
export type RolloutAction = z.infer<typeof rolloutActionSchema>["action"]

/** GET /v1/rollouts/:rolloutId/steps?state&after: 200 at a time. */
export const stepsQuerySchema = z.object({ state: z.enum(stepStates).optional(), after: id.optional() })
export const stepsSchema = z.object({
  steps: z.array(
    z.object({
      userId: id,
      email: z.string(),
      displayName: z.string(),
      state: z.enum(stepStates),
      problem: z.object({ kind: z.string(), code: z.string().nullable() }).nullable(),
      triedAt: instant.nullable(),
      /** Of a migration: meetings whose events were found again, and those that were not. */
      meetings: z.object({ found: count, missing: count }).nullable(),
    }),
  ),
  after: id.nullable(),
})
export type StepsView = z.infer<typeof stepsSchema>
