import type { AuditReason } from "@kalends/domain/audit-reason"
import { type PasskeyId, parsePasskeyId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from "@simplewebauthn/server"
import { z } from "zod"
import type { PasskeyRow } from "../ports/sign-in-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { type AttemptBox, openAttempt, sealAttempt, spend } from "./attempt.ts"
import { checkAssertion, checkRegistration, passkeyRefused, type Site } from "./passkey-answers.ts"
import { type Enrolled, enrol, noteRemoved, requireFreshProof } from "./second-factor.ts"
import { type OpenedSession, openSession, raiseSession, type SessionsDeps, type SignedIn } from "./sessions.ts"

export type PasskeysDeps = {
  readonly store: Store
  readonly sessions: SessionsDeps
  readonly box: AttemptBox
  readonly site: Site
}

/** What a browser needs to begin with, and the attempt to come back with. */
export type Begun<Options> = { readonly options: Options; readonly attempt: string }
export type RegistrationInput = {
  readonly attempt: string
  readonly response: RegistrationResponseJSON
  readonly name: string
}
export type AssertionInput = { readonly attempt: string; readonly response: AuthenticationResponseJSON }

const attemptMs = 5 * 60_000
export const passkeysMost = 20
const attemptSchema = z.object({
  use: z.enum(["register", "sign-in"]),
  challenge: z.string(),
  /** Whose session registers; null for whoever signs in. */
  sessionId: z.string().nullable(),
  expiresAtMs: z.number(),
})
type Attempt = z.infer<typeof attemptSchema>

/**
 * Passkeys (WebAuthn): each is discoverable, so that nothing has to be typed, and is used with the person verified by
 * their device; it is a sign-in and a second factor in one.
 */
export function createPasskeys(deps: PasskeysDeps) {
  const { store, sessions, site } = deps
  const within = <Result>({ accountId }: UserRow, work: (tables: AccountTables) => Promise<Result>) =>
    store.inAccount(accountId, work)

  return {
    /** Throws Problem "conflict" (code "passkeys-full") where the person has as many as they may. */
    beginRegistration: (by: SignedIn): Promise<Begun<PublicKeyCredentialCreationOptionsJSON>> =>
      within(by.user, async (tables) => {
        await requireFreshProof(deps, tables, by)
        const options = await registrationOptions(deps, by.user, await roomForOne(tables, by))
        return { options, attempt: sealed(deps, "register", options.challenge, by.session.sessionId) }
      }),

    /** Throws Problem "forbidden" (code "passkey-refused" or "challenge-expired") where the answer does not hold. */
    async register(by: SignedIn, { attempt: given, response, name }: RegistrationInput): Promise<Enrolled> {
      const attempt = openAttempt(deps.box, attemptSchema, { sealed: given, clock: sessions.clock })
      if (attempt.use !== "register" || attempt.sessionId !== by.session.sessionId) throw passkeyRefused()
      const made = await checkRegistration(site, attempt.challenge, response)
      const { accountId, userId } = by.user
      const passkeyId = parsePasskeyId(sessions.random.uuid())
      return within(by.user, async (tables) => {
        await requireFreshProof(deps, tables, by)
        await tables.lockAccount()
        await spend(tables, attempt.challenge, attempt)
        await roomForOne(tables, by)
        const createdAt = sessions.clock.now()
        await tables.signIn.insertPasskey({ accountId, passkeyId, userId, ...made, name, createdAt, usedAt: null })
        return enrol(deps, tables, by, "passkey")
      })
    },

    /** Throws Problem "not-found" where the person has none of that id. */
    rename: (by: SignedIn, passkeyId: PasskeyId, name: string): Promise<void> =>
      within(by.user, async (tables) => {
        await requireOwn(tables, by, passkeyId)
        await tables.signIn.renamePasskey(passkeyId, name)
      }),

    /** Throws Problem "not-found" where the person has none of that id. */
    remove: (by: SignedIn, passkeyId: PasskeyId): Promise<void> =>
      within(by.user, async (tables) => {
        await requireFreshProof(deps, tables, by)
        await requireOwn(tables, by, passkeyId)
        await tables.lockAccount()
        await tables.signIn.deletePasskey(passkeyId)
        await noteRemoved(deps, tables, by, "passkey")
      }),

    /** For anybody: nothing is asked of the database, and nothing kept. */
    async beginSignIn(): Promise<Begun<PublicKeyCredentialRequestOptionsJSON>> {
      const options = await generateAuthenticationOptions({
        ...{ rpID: site.rpId, userVerification: "required", challenge: newChallenge(deps) },
      })
      return { options, attempt: sealed(deps, "sign-in", options.challenge, null) }
    },

    /** Throws Problem "forbidden" (code "passkey-unknown", "passkey-refused" or "challenge-expired"). */
    async signIn(input: AssertionInput & { readonly deviceName: string }): Promise<OpenedSession> {
      const shown = await verify(deps, input)
      const proof = { signedInBy: "passkey", secondFactor: "passkey", deviceName: input.deviceName } as const
      return use(deps, shown, (tables) => openSession(sessions, tables, shown.user, proof))
    },

    /** The second step, with a passkey of the same person. Throws as `signIn` does. */
    async show(by: SignedIn, input: AssertionInput): Promise<OpenedSession> {
      const shown = await verify(deps, input)
      if (shown.user.userId !== by.user.userId) throw passkeyRefused()
      return use(deps, shown, (tables) => raiseSession(sessions, tables, by, "passkey"))
    },
  }
}

export type Passkeys = ReturnType<typeof createPasskeys>

/** A passkey whose signature holds, and what its counter says now. */
type Shown = {
  readonly user: UserRow
  readonly attempt: Attempt
  readonly passkey: PasskeyRow
  readonly used: Awaited<ReturnType<typeof checkAssertion>>
}

async function verify(deps: PasskeysDeps, { attempt: given, response }: AssertionInput): Promise<Shown> {
  const { store, sessions, site } = deps
  const attempt = openAttempt(deps.box, attemptSchema, { sealed: given, clock: sessions.clock })
  if (attempt.use !== "sign-in") throw passkeyRefused()
  const credentialId = new Uint8Array(Buffer.from(response.id, "base64url"))
  const passkey = await store.asSystem((tables) => tables.findPasskey(credentialId))
  if (passkey === null) throw unknown()
  const user = await store.inAccount(passkey.accountId, (tables) => tables.findUser(passkey.userId))
  if (user === null) throw unknown()
  try {
    const { userHandle } = response.response
    if (userHandle !== undefined && userHandle !== base64url(handleOf(user))) throw passkeyRefused()
    const { challenge } = attempt
    return { user, attempt, passkey, used: await checkAssertion(site, passkey, { challenge, response }) }
  } catch (error) {
    await noteRefusal(deps, user, "wrong-passkey")
    throw error
  }
}

/**
 * Spends the attempt and notes the passkey's use, in the transaction of what it is used for. A counter that did not go on
 * means that there are two of it: it is refused, and the log says so.
 */
async function use<Result>(
  deps: PasskeysDeps,
  { user, attempt, passkey, used }: Shown,
  work: (tables: AccountTables) => Promise<Result>,
): Promise<Result> {
  const copied = passkeyRefused()
  try {
    return await deps.store.inAccount(user.accountId, async (tables) => {
      await tables.lockAccount()
      await spend(tables, attempt.challenge, attempt)
      const usedAt = deps.sessions.clock.now()
      if (!(await tables.signIn.usePasskey(passkey.passkeyId, { ...used, usedAt }))) throw copied
      return work(tables)
    })
  } catch (error) {
    if (error === copied) await noteRefusal(deps, user, "passkey-copied")
    throw error
  }
}

function registrationOptions(
  deps: PasskeysDeps,
  user: UserRow,
  known: readonly PasskeyRow[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    ...{ rpName: "Kalends", rpID: deps.site.rpId, attestationType: "none" },
    ...{ userName: user.email, userDisplayName: user.displayName, userID: handleOf(user) },
    challenge: newChallenge(deps),
    excludeCredentials: known.map(({ credentialId }) => ({ id: base64url(credentialId) })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  })
}

async function roomForOne(tables: AccountTables, { user }: SignedIn): Promise<readonly PasskeyRow[]> {
  const known = await tables.signIn.listPasskeys(user.userId)
  if (known.length < passkeysMost) return known
  throw new Problem("conflict", "There are too many passkeys; remove one first.", { code: "passkeys-full" })
}

async function requireOwn(tables: AccountTables, { user }: SignedIn, passkeyId: PasskeyId): Promise<void> {
  const own = await tables.signIn.listPasskeys(user.userId)
  if (own.every((row) => row.passkeyId !== passkeyId))
    throw new Problem("not-found", "There is no such passkey.", { code: "no-passkey" })
}

function sealed(
  { box, sessions }: PasskeysDeps,
  forUse: Attempt["use"],
  challenge: string,
  sessionId: string | null,
): string {
  const expiresAtMs = sessions.clock.now().epochMilliseconds + attemptMs
  return sealAttempt(box, { use: forUse, challenge, sessionId, expiresAtMs })
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url")
const newChallenge = ({ sessions }: PasskeysDeps) => new Uint8Array(sessions.random.bytes(32))

/** What a passkey keeps of its person: 16 random bytes, and neither name nor address. */
const handleOf = ({ userId }: UserRow) => new Uint8Array(Buffer.from(userId.replaceAll("-", ""), "hex"))

async function noteRefusal({ store, sessions }: PasskeysDeps, user: UserRow, reason: AuditReason): Promise<void> {
  const actor = { kind: "service", part: "people" } as const
  const entry = { actor, action: "sign-in-refused", subjectId: user.userId, reason } as const
  await store.inAccount(user.accountId, (tables) => tables.appendAudit(entry, sessions.clock.now()))
}

function unknown(): Problem {
  return new Problem("forbidden", "This passkey is not known here.", { code: "passkey-unknown" })
}
