import { abilities, roles } from "@kalends/domain/ability"
import { connectionStates } from "@kalends/domain/connection"
import { z } from "zod"
import { issuerSchema } from "./provider-sign-in.ts"
import { secondFactors, signInKinds } from "./sign-in.ts"

const instant = z.iso.datetime()
const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())
const password = z.string().min(10).max(200)
const permission = z.enum(["read", "read-write"])
const contacts = z.enum(["none", "read", "read-write"])
const id = z.uuid()

/** GET /v1/service — what this deployment offers; needs no sign-in. */
export const serviceSchema = z.object({
  name: z.string(),
  version: z.string(),
  protocolVersion: z.number().int(),
  /** True until the first administrator exists. */
  needsSetup: z.boolean(),
  /** Address of the demo organisation's page; null in production. */
  demoUrl: z.string().nullable(),
  /** What people sign in with besides a password. */
  signInIssuers: z.array(issuerSchema).optional(),
  providers: z.array(
    z.object({
      name: z.string(),
      /** For people, e.g. "Microsoft 365". */
      label: z.string(),
      signIn: z.enum(["oauth", "password"]),
      /** False when the operator has not set it up. */
      isConfigured: z.boolean(),
      hasAdminConsent: z.boolean(),
      /** Whether contacts can be asked for with it. */
      hasContacts: z.boolean().optional(),
    }),
  ),
})
export type ServiceView = z.infer<typeof serviceSchema>

/** POST /v1/setup — makes the organisation and its first administrator, once. */
export const setupSchema = z.object({
  /** Printed on the console at first start; proves that the caller runs the machine. */
  setupCode: z.string().min(8).max(64),
  organisation: z.string().trim().min(1).max(120),
  displayName: z.string().trim().min(1).max(120),
  email,
  password,
})
export type SetupInput = z.input<typeof setupSchema>

/**
 * POST /v1/sessions. `keep: "cookie"` sets an HttpOnly cookie (portal); `keep: "memory"` returns the session token in
 * the body for a client that holds it in RAM.
 */
export const signInSchema = z.object({
  email,
  password: z.string().min(1).max(200),
  deviceName: z.string().trim().min(1).max(120),
  keep: z.enum(["cookie", "memory"]),
  /** "tool": a scheduling tool's session, which opens /v1/tools/… and its own sign-out, and nothing else. */
  kind: z.enum(["person", "tool"]).optional(),
})
export type SignInInput = z.input<typeof signInSchema>

export const userSchema = z.object({
  userId: id,
  accountId: id,
  email: z.string(),
  displayName: z.string(),
  role: z.enum(roles),
  /** What the role gives. */
  abilities: z.array(z.enum(abilities)),
})
export type UserView = z.infer<typeof userSchema>

/** Answer of POST /v1/setup, /v1/sessions and /v1/sessions/exchange. */
export const sessionSchema = z.object({
  /** Bearer token; null when it went into a cookie. */
  token: z.string().nullable(),
  expiresAt: instant,
  user: userSchema,
})
export type SessionView = z.infer<typeof sessionSchema>

/** GET /v1/sessions: where the person is signed in, newest first. DELETE /v1/sessions ends all but the one that asks. */
export const sessionsSchema = z.object({
  sessions: z.array(
    z.object({
      sessionId: id,
      /** As the browser or the app named it. */
      deviceName: z.string(),
      signedInBy: z.enum(signInKinds).optional(),
      /** For people: who vouched for them, where an issuer did. */
      issuerLabel: z.string().nullable().optional(),
      secondFactor: z.enum(secondFactors).nullable().optional(),
      createdAt: instant,
      /** When it was used last, give or take some minutes. */
      usedAt: instant.optional(),
      /** When it ends unless it is used before. */
      expiresAt: instant,
      /** tool: a scheduling tool's, which opens nothing else. */
      kind: z.enum(["person", "tool"]).optional(),
      /** The one that asks. */
      isCurrent: z.boolean(),
    }),
  ),
})
export type SessionsView = z.infer<typeof sessionsSchema>

/** POST /v1/sessions/handoff → a code, good once and for 60 s, that a page passes to an app in the URL fragment. */
export const handoffSchema = z.object({ code: z.string(), expiresAt: instant })
/** POST /v1/sessions/exchange — the code for a session token of the app's own. */
export const exchangeSchema = z.object({
  code: z.string().min(20).max(100),
  deviceName: z.string().trim().min(1).max(120),
})

/** GET /v1/users (administrators), POST /v1/users. */
export const newUserSchema = z.object({
  email,
  displayName: z.string().trim().min(1).max(120),
  role: z.enum(roles),
  password,
})
export type NewUserInput = z.input<typeof newUserSchema>
/**
 * GET /v1/users?after=<e-mail address>: 200 at a time, by e-mail address. `search`: part of a name or an address.
 * `groupId`: members of a group.
 */
export const usersQuerySchema = z.object({
  after: z.string().max(254).optional(),
  search: z.string().trim().max(120).optional(),
  groupId: id.optional(),
  /** Of their connection; "none": those without one. */
  state: z.enum([...connectionStates, "none"]).optional(),
  role: z.enum(roles).optional(),
  /** Whether they have a second step of their own here: an authenticator app or a passkey. */
  secondStep: z.enum(["some", "none"]).optional(),
})
export const usersSchema = z.object({
  users: z.array(
    userSchema.extend({
      connectionState: z.enum(connectionStates).nullable(),
      groupId: id.nullable().optional(),
      /** Since when they may not sign in; null for who may. */
      suspendedAt: instant.nullable().optional(),
    }),
  ),
  /** What to ask for the next page with; null on the last. */
  after: z.string().nullable(),
})
export type UsersView = z.infer<typeof usersSchema>

/** One connection as its owner sees it. */
export const connectionSchema = z.object({
  connectionId: id,
  provider: z.string(),
  providerLabel: z.string(),
  permission,
  /** What the person's apps may do with their contacts. */
  contacts: contacts.optional(),
  state: z.enum(connectionStates),
  /** The mailbox that was connected. */
  subjectEmail: z.string().nullable(),
  createdAt: instant,
  /** When the provider last answered well. */
  lastOkAt: instant.nullable(),
  /** When a change was last seen. */
  lastChangeAt: instant.nullable(),
  /** How changes are heard: pushed by the provider, or asked for. */
  hears: z.enum(["push", "polling"]),
  /** When the subscription is renewed next; null without push. */
  nextRenewalAt: instant.nullable(),
  /** Whatever is lost, a change is known after this many seconds at the latest. */
  stalenessBoundSeconds: z.number().int(),
  /** When the grant dies if nothing happens; null when unknown or never. */
  grantExpiresAt: instant.nullable(),
  problem: z.object({ kind: z.string(), code: z.string().nullable(), at: instant }).nullable(),
  calendarCount: z.number().int(),
})
export type ConnectionView = z.infer<typeof connectionSchema>
/** GET /v1/connections: the user's own, and what may be asked for of contacts (`most`), as proposed (`proposed`). */
export const connectionsSchema = z.object({
  connections: z.array(connectionSchema),
  contacts: z.object({ most: contacts, proposed: contacts }).optional(),
})
export type ConnectionsView = z.infer<typeof connectionsSchema>

/** POST /v1/connections — begins (or repeats, to reconnect) a connection. */
export const connectSchema = z.discriminatedUnion("signIn", [
  z.object({
    signIn: z.literal("oauth"),
    provider: z.string().max(32),
    permission,
    /** Contacts are asked for beside the calendar; left out: not at all. */
    contacts: contacts.optional(),
  }),
  z.object({
    signIn: z.literal("password"),
    provider: z.string().max(32),
    permission,
    contacts: contacts.optional(),
    /** What the person typed: a host name or an address. */
    server: z.string().trim().min(1).max(2048),
    username: z.string().min(1).max(320),
    password: z.string().min(1).max(1024),
  }),
])
export type ConnectInput = z.input<typeof connectSchema>
/** Where to send the browser (OAuth), or the finished connection (password). */
export const connectAnswerSchema = z.discriminatedUnion("next", [
  z.object({ next: z.literal("authorize"), authorizeUrl: z.url() }),
  z.object({ next: z.literal("done"), connection: connectionSchema }),
])
export type ConnectAnswer = z.infer<typeof connectAnswerSchema>

/** What was done when a connection was removed (DELETE /v1/connections/:id). */
export const removalSchema = z.object({
  secretsDeleted: z.literal(true),
  subscriptionsStopped: z.number().int(),
  subscriptionsLeftToExpire: z.number().int(),
  /** "not-possible" where the provider cannot revoke a single grant; "not-confirmed" when it did not answer. */
  grantRevoked: z.enum(["revoked", "not-possible", "not-confirmed"]),
})
export type RemovalView = z.infer<typeof removalSchema>

/** POST /v1/connections/:id/access — what a client needs to read the calendar itself. */
export const accessRequestSchema = z.object({
  /** Browsers get a read-through where the provider sends no CORS headers; native apps go direct. */
  reach: z.enum(["browser", "native"]),
  /** Digest (base64url SHA-256) of an access token that the provider has just refused; it is replaced, not handed out again. */
  refusedTokenDigest: z.string().max(64).optional(),
})
export const accessAnswerSchema = z.object({
  connectionId: id,
  provider: z.string(),
  permission,
  calendars: z.array(
    z.object({ calendarId: id, providerCalendarId: z.string(), isPrimary: z.boolean(), canWrite: z.boolean() }),
  ),
  access: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("bearer"), token: z.string(), expiresAt: instant, apiBase: z.url() }),
    z.object({
      kind: z.literal("password"),
      server: z.url(),
      username: z.string(),
      password: z.string(),
      apiBase: z.url(),
    }),
    /** Read GET /v1/connections/:id/calendars/:calendarId/window?from&to&zone: the provider's own answer, streamed through. */
    z.object({ kind: z.literal("read-through"), apiBase: z.string() }),
  ]),
  /** Where an app reads the person's contacts with the same access; null or left out where it may not. */
  contacts: z.object({ permission, apiBase: z.url() }).nullable().optional(),
})
export type AccessAnswer = z.infer<typeof accessAnswerSchema>

/** Query of the read-through. At most 800 days. */
export const readThroughSchema = z.object({ from: instant, to: instant, zone: z.string().max(64) })
