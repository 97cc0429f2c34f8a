import { z } from "zod"

const instant = z.iso.datetime()
const id = z.uuid()

/** How a session was begun, and what was shown as second factor. */
export const signInKinds = ["password", "passkey", "provider", "hand-off", "set-up"] as const
export const secondFactors = ["totp", "recovery-code", "passkey", "provider"] as const

/** GET /v1/me/sign-in — what one signs in with, and what this session still needs. */
export const ownSignInSchema = z.object({
  /**
   * "shown": this session has one. "awaited": there is one, and nothing opens before it is shown. "wanted": the person's role
   * or organisation needs one, and there is none yet. "optional": there is none, and none is needed.
   */
  secondFactor: z.enum(["shown", "awaited", "wanted", "optional"]),
  /** Null without an authenticator app. */
  totpSince: instant.nullable(),
  passkeys: z.array(
    z.object({
      passkeyId: id,
      name: z.string(),
      createdAt: instant,
      usedAt: instant.nullable(),
      /** Copied to the person's other devices. */
      isBackedUp: z.boolean(),
    }),
  ),
  recoveryCodesLeft: z.number().int(),
  hasPassword: z.boolean(),
  /** The organisation asks everybody for a second factor: who wants one has nothing open before. */
  asksEverybody: z.boolean(),
  identities: z.array(
    z.object({
      identityId: z.string(),
      label: z.string(),
      /** False where an e-mail address alone says that it is theirs. */
      isConfirmed: z.boolean(),
      createdAt: instant,
      usedAt: instant,
    }),
  ),
})
export type OwnSignInView = z.infer<typeof ownSignInSchema>

/** PUT /v1/sign-in-policy (change-sign-in). */
export const signInPolicySchema = z.object({ asksEverybody: z.boolean() })

/**
 * GET /v1/sign-in-policy/preview (change-sign-in): whom asking everybody stops until they have set up a second factor. Who
 * looks after others is asked already; who shows one at their own sign-in service is not known here, and counted.
 */
export const signInPreviewSchema = z.object({
  withoutFactor: z.number().int(),
  /** The first of them, by e-mail address. */
  some: z.array(z.object({ userId: id, email: z.string() })),
})
export type SignInPreviewView = z.infer<typeof signInPreviewSchema>

/** POST /v1/me/totp — a seed for an authenticator app; PUT /v1/me/totp with a code of it confirms it. */
export const totpSeedSchema = z.object({
  /** Base32, for who cannot scan. */
  seed: z.string(),
  /** otpauth: address, for the QR code. */
  uri: z.string(),
})
export type TotpSeedView = z.infer<typeof totpSeedSchema>

/** What an authenticator app shows, or a recovery code; blanks and dashes are for the eye. */
const code = z
  .string()
  .max(60)
  .transform((text) => text.replace(/[\s-]/g, "").toLowerCase())
  .pipe(z.string().min(6).max(40))
export const codeSchema = z.object({ code })

/** The session goes on under a new token: in the cookie, or here for who came with a bearer token. */
export const raisedSchema = z.object({ token: z.string().nullable(), expiresAt: instant })
export type RaisedView = z.infer<typeof raisedSchema>
/** Recovery codes come with the first factor and are shown once. */
export const enrolledSchema = raisedSchema.extend({ recoveryCodes: z.array(z.string()).nullable() })
export type EnrolledView = z.infer<typeof enrolledSchema>
/** POST /v1/me/recovery-codes — new ones instead of the old ones. */
export const recoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()) })
/** PUT /v1/me/password — ends the person's other sessions. */
export const passwordChangeSchema = z.object({
  current: z.string().min(1).max(200),
  next: z.string().min(10).max(200),
})

const base64url = z.string().regex(/^[\w-]*$/)
/**
 * What navigator.credentials is given, as WebAuthn level 3 writes it in JSON, and the attempt to come back with:
 * POST /v1/me/passkeys/options for a new one, POST /v1/sessions/passkey/options to sign in or show a second factor.
 */
export const passkeyOptionsSchema = z.object({
  options: z.looseObject({ challenge: base64url }),
  attempt: z.string(),
})
export type PasskeyOptionsView = z.infer<typeof passkeyOptionsSchema>
const passkeyName = z.string().trim().min(1).max(120)
const answered = {
  id: base64url.min(1).max(1_400),
  rawId: base64url.min(1).max(1_400),
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}),
}
const attempt = base64url.max(2_000)
/** POST /v1/me/passkeys — the browser's answer. */
export const newPasskeySchema = z.object({
  attempt,
  name: passkeyName,
  response: z.object({
    ...answered,
    response: z.object({
      clientDataJSON: base64url.max(4_000),
      attestationObject: base64url.max(40_000),
      transports: z
        .array(z.string().regex(/^[\w-]{1,20}$/))
        .max(8)
        .exactOptional(),
    }),
  }),
})
/** POST /v1/sessions/second-factor/passkey — the second step with a passkey. */
export const passkeyAnswerSchema = z.object({
  attempt,
  response: z.object({
    ...answered,
    response: z.object({
      clientDataJSON: base64url.max(4_000),
      authenticatorData: base64url.max(8_000),
      signature: base64url.max(8_000),
      userHandle: base64url.max(100).exactOptional(),
    }),
  }),
})
/** POST /v1/sessions/passkey — signs in with nothing else, second factor included. */
export const passkeySignInSchema = passkeyAnswerSchema.extend({
  deviceName: z.string().trim().min(1).max(120),
  keep: z.enum(["cookie", "memory"]),
})
/** PATCH /v1/me/passkeys/:passkeyId */
export const passkeyNameSchema = z.object({ name: passkeyName })
