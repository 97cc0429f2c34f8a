import { Problem } from "@kalends/domain/problem"
import type { Caller } from "../ports/call.ts"
import type { Passwords } from "../ports/passwords.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { SecondFactor } from "../ports/sign-in-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { hashChosen } from "./password-choice.ts"
import { newRecoveryCodes, recoveryCodeHash } from "./recovery-codes.ts"
import { type Asker, isFresh, type OpenedSession, raiseSession, type SessionsDeps, type SignedIn } from "./sessions.ts"
import { newTotpSeed, totpStep, totpUri } from "./totp.ts"

export type SecondFactorDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly passwords: Passwords
  readonly sessions: SessionsDeps
}

/** A session raised by a factor just set up. Recovery codes come with the first one, and are shown once. */
export type Enrolled = OpenedSession & { readonly recoveryCodes: readonly string[] | null }

/** How old a proof may be with which somebody changes what they sign in with. */
export const freshMinutes = 15

/** So many are named of those whom asking everybody would stop. */
const namedAtMost = 10

/** What a person proves themselves with besides a password: setting it up, showing it, taking it away. */
export function createSecondFactor(deps: SecondFactorDeps) {
  const { store, vault, sessions } = deps
  const { clock, random } = sessions
  const within = <Result>(user: UserRow, work: (tables: AccountTables) => Promise<Result>) =>
    store.inAccount(user.accountId, work)

  return {
    /** What the person has set up. */
    factors: ({ user }: SignedIn) =>
      within(user, async ({ signIn }) => ({
        totpSince: (await signIn.findTotp(user.userId))?.confirmedAt ?? null,
        passkeys: await signIn.listPasskeys(user.userId),
        recoveryCodesLeft: await signIn.countRecoveryCodes(user.userId),
        identities: await signIn.listIdentities(user.userId),
        asksEverybody: await signIn.asksEverybody(),
      })),

    /** Whether everybody of the organisation shows a second factor from now on, or only who has more than their own things. */
    askEverybody: (by: SignedIn, asks: boolean): Promise<void> =>
      within(by.user, async ({ signIn, appendAudit, lockAccount, accountId }) => {
        await lockAccount()
        if ((await signIn.asksEverybody()) === asks) return
        await signIn.askEverybody(asks)
        const reason = asks ? "factor-asked-of-all" : "factor-asked-of-some"
        const actor = { kind: "user", userId: by.user.userId } as const
        await appendAudit({ actor, action: "policy-changed", subjectId: accountId, reason }, clock.now())
      }),

    /** Whom asking everybody would stop until they have set one up. */
    peopleWithoutFactor: ({ user }: SignedIn) => within(user, ({ signIn }) => signIn.peopleWithoutFactor(namedAtMost)),

    /** As requireFreshProof, for acts of other features. */
    requireFresh: (by: SignedIn): Promise<void> => within(by.user, (tables) => requireFreshProof(deps, tables, by)),

    /** A seed for an authenticator app; it counts once the person has shown a code. */
    beginTotp: (by: SignedIn): Promise<{ readonly seed: string; readonly uri: string }> =>
      within(by.user, async (tables) => {
        await requireFreshProof(deps, tables, by)
        await tables.lockAccount()
        const { accountId, userId, email } = by.user
        if (((await tables.signIn.findTotp(userId))?.confirmedAt ?? null) !== null)
          throw new Problem("conflict", "There is an authenticator app already.", { code: "totp-known" })
        const seed = newTotpSeed(random)
        const sealedSecret = await vault.sealSecret(tables, { connectionId: userId, kind: "totp-seed" }, seed)
        const createdAt = clock.now()
        await tables.signIn.putTotp({ accountId, userId, sealedSecret, lastStep: 0, createdAt, confirmedAt: null })
        return { seed, uri: totpUri(seed, email) }
      }),

    /** Throws Problem "forbidden" (code "wrong-code") where the code is not right. */
    async confirmTotp(by: Asker, code: string): Promise<Enrolled> {
      const enrolled = await within(by.user, async (tables) => {
        await requireFreshProof(deps, tables, by)
        await tables.lockAccount()
        if (!(await isTotpRight(deps, tables, by.user, { code, isConfirmed: false }))) return null
        await tables.signIn.confirmTotp(by.user.userId, clock.now())
        return enrol(deps, tables, by, "totp")
      })
      if (enrolled === null) throw await refused(deps, by)
      return enrolled
    },

    removeTotp: (by: SignedIn): Promise<void> =>
      within(by.user, async (tables) => {
        await requireFreshProof(deps, tables, by)
        await tables.lockAccount()
        await tables.signIn.deleteTotp(by.user.userId)
        await noteRemoved(deps, tables, by, "totp")
      }),

    /** New recovery codes instead of the old ones, shown once. */
    renewRecoveryCodes: (by: SignedIn): Promise<readonly string[]> =>
      within(by.user, async (tables) => {
        await requireFreshProof(deps, tables, by)
        if (!(await tables.signIn.hasFactor(by.user.userId)))
          throw new Problem("conflict", "There is no second step to recover.", { code: "no-factor" })
        await tables.lockAccount()
        return makeRecoveryCodes(deps, tables, by)
      }),

    /** The second step: a code of the authenticator app, or a recovery code. Throws Problem "forbidden" (code "wrong-code"). */
    async giveCode(by: Asker, code: string): Promise<OpenedSession> {
      const raised = await within(by.user, async (tables) => {
        await tables.lockAccount()
        if (/^\d{6}$/.test(code)) {
          const isRight = await isTotpRight(deps, tables, by.user, { code, isConfirmed: true })
          return isRight ? raiseSession(sessions, tables, by, "totp") : null
        }
        const isUsed = await tables.signIn.useRecoveryCode(by.user.userId, recoveryCodeHash(by.user.userId, code))
        return isUsed ? raiseSession(sessions, tables, by, "recovery-code") : null
      })
      if (raised === null) throw await refused(deps, by)
      return raised
    },

    /** Throws Problem "forbidden" (code "wrong-present-password") where the present one is not right, else as hashChosen. */
    async changePassword(by: SignedIn, input: { readonly current: string; readonly next: string }): Promise<void> {
      if (!(await deps.passwords.isRight(input.current, by.user.passwordHash)))
        throw new Problem("forbidden", "The present password is not right.", { code: "wrong-present-password" })
      const organisation = await within(by.user, (tables) => tables.keys.accountName())
      const hash = await hashChosen(deps.passwords, input.next, { ...by.user, organisation })
      const actor = { kind: "user", userId: by.user.userId } as const
      await within(by.user, async (tables) => {
        await tables.lockAccount()
        await tables.signIn.setPassword(by.user.userId, hash)
        await tables.appendAudit(
          { actor, action: "password-changed", subjectId: by.user.userId, reason: "asked" },
          clock.now(),
        )
      })
    },
  }
}

export type SecondFactorFeature = ReturnType<typeof createSecondFactor>

type Checked = { readonly code: string; readonly isConfirmed: boolean }

/** Whether the code is right, and of a step that none was taken of yet; it is then taken. */
async function isTotpRight(
  { vault, sessions }: SecondFactorDeps,
  tables: AccountTables,
  { userId, call }: Caller,
  { code, isConfirmed }: Checked,
): Promise<boolean> {
  const row = await tables.signIn.findTotp(userId)
  if (row === null || row.sealedSecret.length === 0 || (row.confirmedAt !== null) !== isConfirmed) return false
  const actor = { kind: "user", userId } as const
  const opening = { connectionId: userId, kind: "totp-seed", actor, reason: "second-factor", call } as const
  const seed = await vault.openSecret(tables, opening, row.sealedSecret)
  const step = totpStep(seed, code, sessions.clock.now())
  return step !== null && tables.signIn.takeTotpStep(userId, step)
}

/** Raises the session by a factor just set up; with the first, recovery codes are made. */
export async function enrol(
  deps: Pick<SecondFactorDeps, "sessions">,
  tables: AccountTables,
  by: SignedIn,
  factor: SecondFactor,
): Promise<Enrolled> {
  const { userId } = by.user
  const { clock } = deps.sessions
  await tables.appendAudit(
    { actor: { kind: "user", userId }, action: "factor-added", subjectId: userId, reason: factor },
    clock.now(),
  )
  const hasCodes = (await tables.signIn.countRecoveryCodes(userId)) > 0
  const recoveryCodes = hasCodes ? null : await makeRecoveryCodes(deps, tables, by)
  return { ...(await raiseSession(deps.sessions, tables, by, factor)), recoveryCodes }
}

async function makeRecoveryCodes(
  { sessions }: Pick<SecondFactorDeps, "sessions">,
  tables: AccountTables,
  { user: { userId } }: SignedIn,
): Promise<readonly string[]> {
  const codes = newRecoveryCodes(sessions.random)
  const now = sessions.clock.now()
  const hashes = codes.map((code) => recoveryCodeHash(userId, code))
  await tables.signIn.putRecoveryCodes(userId, hashes, now)
  await tables.appendAudit(
    { actor: { kind: "user", userId }, action: "recovery-codes-made", subjectId: userId, reason: "asked" },
    now,
  )
  return codes
}

/** Notes that a factor is gone; recovery codes go with the last one. */
export async function noteRemoved(
  { sessions }: Pick<SecondFactorDeps, "sessions">,
  tables: AccountTables,
  { user: { userId } }: SignedIn,
  factor: SecondFactor,
): Promise<void> {
  const now = sessions.clock.now()
  if (!(await tables.signIn.hasFactor(userId))) await tables.signIn.putRecoveryCodes(userId, [], now)
  await tables.appendAudit(
    { actor: { kind: "user", userId }, action: "factor-removed", subjectId: userId, reason: factor },
    now,
  )
}

/**
 * What somebody signs in with is changed on a fresh proof only, and so is what concerns many at once: the second factor where there is one, else the sign-in
 * itself. A session that was handed over is as old as what it came from, whenever it was begun. Throws Problem "forbidden"
 * (code "fresh-factor-needed" or "fresh-sign-in-needed").
 */
export async function requireFreshProof(
  { sessions }: Pick<SecondFactorDeps, "sessions">,
  tables: AccountTables,
  { user, session }: SignedIn,
): Promise<void> {
  const now = sessions.clock.now()
  if (await tables.signIn.hasFactor(user.userId)) {
    if (isFresh(session, freshMinutes, now)) return
    throw new Problem("forbidden", "Show your second factor again first.", { code: "fresh-factor-needed" })
  }
  const isYoung = Temporal.Instant.compare(session.createdAt.add({ minutes: freshMinutes }), now) > 0
  if (isYoung && session.signedInBy !== "hand-off") return
  throw new Problem("forbidden", "Sign in again first.", { code: "fresh-sign-in-needed" })
}

async function refused({ store, sessions }: SecondFactorDeps, { user, session }: SignedIn): Promise<Problem> {
  const entry = {
    actor: { kind: "user", userId: user.userId },
    action: "second-factor-refused",
    subjectId: session.sessionId,
    reason: "wrong-code",
  } as const
  await store.inAccount(user.accountId, (tables) => tables.appendAudit(entry, sessions.clock.now()))
  return new Problem("forbidden", "The code is not right, or it was used before.", { code: "wrong-code" })
}
