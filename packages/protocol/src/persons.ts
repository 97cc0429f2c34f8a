import { roles } from "@kalends/domain/ability"
import { z } from "zod"
import { sessionsSchema, userSchema } from "./api.ts"
import { connectionOverviewSchema } from "./overview.ts"
import { ownPolicySchema } from "./policy.ts"
import { ownSignInSchema } from "./sign-in.ts"

const instant = z.iso.datetime()
const id = z.uuid()
const email = z
  .email()
  .max(254)
  .transform((text) => text.toLowerCase())
const displayName = z.string().trim().min(1).max(120)

/** GET /v1/users/:userId — one person, as those see them who look after people. */
export const personSchema = z.object({
  user: userSchema,
  createdAt: instant,
  /** Since when they may not sign in, and their calendar rests; null for who may. */
  suspendedAt: instant.nullable(),
  isYou: z.boolean(),
  /** Whether whoever asks may do anything to them; not so where the person may do more. */
  mayChange: z.boolean(),
  /** The only owner who may sign in: stays one. */
  isLastOwner: z.boolean(),
  group: z.object({ groupId: id, name: z.string() }).nullable(),
  /** Null for who may not read connections, or where there is none (`hasConnection`). */
  connection: connectionOverviewSchema.nullable(),
  hasConnection: z.boolean(),
  /** Null for who may not read policy. */
  policy: ownPolicySchema.nullable(),
  sessions: z.array(sessionsSchema.shape.sessions.element.omit({ isCurrent: true })),
  /** An identity's label is its issuer's address. */
  signIn: ownSignInSchema.omit({ secondFactor: true, asksEverybody: true }),
  /** Until when a link for setting a password can be followed; null without one. */
  linkExpiresAt: instant.nullable(),
})
export type PersonView = z.infer<typeof personSchema>

/** PATCH /v1/users/:userId — what is left out stays. A role needs change-roles. */
export const personChangesSchema = z.object({
  displayName: displayName.optional(),
  email: email.optional(),
  role: z.enum(roles).optional(),
})

/** POST /v1/invitations — somebody new, who sets their password by a link. */
export const invitationSchema = z.object({ email, displayName, role: z.enum(roles) })

/** Shown once, for the person alone: whoever follows it sets their password. */
export const passwordLinkSchema = z.object({ url: z.string(), expiresAt: instant })
export const invitedSchema = z.object({ user: userSchema, link: passwordLinkSchema })

/** POST /v1/invitations/batch — several at once, each on its own: one that is refused keeps nobody else out. */
export const invitationsSchema = z.object({
  people: z.array(z.object({ email, displayName })).min(1).max(50),
  role: z.enum(roles),
})
/** What came of each, in the order that they were given in. */
export const invitationsAnswerSchema = z.object({
  outcomes: z.array(
    z.discriminatedUnion("outcome", [
      z.object({ outcome: z.literal("invited"), email: z.string(), ...invitedSchema.shape }),
      z.object({ outcome: z.literal("refused"), email: z.string(), code: z.string() }),
    ]),
  ),
})
export type InvitationOutcome = z.infer<typeof invitationsAnswerSchema>["outcomes"][number]

const token = z.string().regex(/^[\w-]{43}$/)
/** POST /v1/password-links/look — what stands after `#password/` in the link's address. */
export const linkTokenSchema = z.object({ token })
export const linkPersonSchema = z.object({ email: z.string(), displayName: z.string() })
/** POST /v1/password-links/spend — good once; ends every session of the person. */
export const linkPasswordSchema = z.object({ token, password: z.string().min(10).max(200) })
