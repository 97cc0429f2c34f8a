import { parseSessionId } from "@kalends/domain/ids"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import { isSuspended, suspended } from "../ports/person-tables.ts"
import type { Random } from "../ports/random.ts"
import type { SecondFactor, SessionKind, SignInKind } from "../ports/sign-in-tables.ts"
import type { AccountTables, SessionRow, UserRow } from "../ports/store.ts"
import { newSessionToken, tokenHash } from "./session-token.ts"

/** Who is asking: the signed-in user and the session they came with. */
export type SignedIn = { readonly user: UserRow; readonly session: SessionRow }

/** A signed-in person, and the request by which they ask. */
export type Asker = Omit<SignedIn, "user"> & { readonly user: Caller }

/** A session just opened, or just raised. The token is shown once. */
export type OpenedSession = { readonly token: string; readonly expiresAt: Temporal.Instant; readonly user: UserRow }

export type SessionsDeps = { readonly clock: Clock; readonly random: Random; readonly sessionDays: number }

/** How somebody proved who they are. */
export type Proof = {
  readonly signedInBy: SignInKind
  /** Name of the issuer, where one of them did it. */
  readonly issuer?: string
  /** What came with it that counts as a second factor. */
  readonly secondFactor?: SecondFactor
  /** Left out: "person". */
  readonly kind?: SessionKind
}

/** A session whose second step is still to come ends after this long. */
const halfSessionSeconds = 15 * 60

/**
 * Opens a session. Where the person has a second factor and the proof brought none, the session opens nothing until they
 * have shown it. Throws Problem "forbidden" (code "person-suspended").
 */
export async function openSession(
  deps: SessionsDeps,
  tables: AccountTables,
  user: UserRow,
  { deviceName, ...proof }: Proof & { readonly deviceName: string },
): Promise<OpenedSession> {
  // Before the session holds its person's row, which whoever changes people wants next.
  await tables.lockAccount()
  const token = newSessionToken(deps.random)
  const awaitsSecondFactor = proof.secondFactor === undefined && (await tables.signIn.hasFactor(user.userId))
  const session: SessionRow = {
    ...newSession(deps, user, {
      deviceName,
      hash: tokenHash("session", token),
      seconds: awaitsSecondFactor ? halfSessionSeconds : deps.sessionDays * 86_400,
    }),
    kind: proof.kind ?? "person",
    signedInBy: proof.signedInBy,
    issuer: proof.issuer ?? null,
    secondFactor: proof.secondFactor ?? null,
    secondFactorAt: proof.secondFactor === undefined ? null : deps.clock.now(),
    awaitsSecondFactor,
  }
  await tables.insertSession(session)
  await tables.appendAudit(
    {
      actor: { kind: "user", userId: user.userId },
      action: "signed-in",
      subjectId: session.sessionId,
      reason: proof.signedInBy,
    },
    deps.clock.now(),
  )
  await refuseSuspended(tables, user)
  return { token, expiresAt: session.expiresAt, user }
}

/**
 * Asked last, once the audit record holds the account: whoever suspends holds it too, so that one of the two sees what the
 * other wrote. Throws Problem "forbidden" (code "person-suspended").
 */
export async function refuseSuspended(tables: AccountTables, { userId }: UserRow): Promise<void> {
  if (await isSuspended(tables, userId)) throw suspended()
}

/** A session that nobody has proved anything for. */
export function newSession(
  deps: Pick<SessionsDeps, "clock" | "random">,
  user: UserRow,
  input: { readonly deviceName: string; readonly hash: Uint8Array; readonly seconds: number },
): SessionRow {
  const createdAt = deps.clock.now()
  return {
    accountId: user.accountId,
    sessionId: parseSessionId(deps.random.uuid()),
    userId: user.userId,
    kind: "person",
    tokenHash: input.hash,
    deviceName: input.deviceName,
    signedInBy: "hand-off",
    issuer: null,
    secondFactor: null,
    secondFactorAt: null,
    awaitsSecondFactor: false,
    createdAt,
    expiresAt: createdAt.add({ seconds: input.seconds }),
  }
}

/** Notes that the person has shown a second factor. The session goes on under a new token, and the old one is worth nothing. */
export async function raiseSession(
  deps: SessionsDeps,
  tables: AccountTables,
  { user, session }: SignedIn,
  secondFactor: SecondFactor,
): Promise<OpenedSession> {
  const token = newSessionToken(deps.random)
  const now = deps.clock.now()
  const expiresAt = session.awaitsSecondFactor ? now.add({ seconds: deps.sessionDays * 86_400 }) : session.expiresAt
  await tables.signIn.updateSession(session.sessionId, {
    tokenHash: tokenHash("session", token),
    secondFactor,
    secondFactorAt: now,
    awaitsSecondFactor: false,
    expiresAt,
  })
  const entry = {
    actor: { kind: "user", userId: user.userId },
    action: "second-factor-given",
    subjectId: session.sessionId,
    reason: secondFactor,
  } as const
  await tables.appendAudit(entry, now)
  return { token, expiresAt, user }
}

/** Whether the person has shown a second factor within these minutes; for what should not be done on an old sign-in. */
export function isFresh({ secondFactorAt }: SessionRow, minutes: number, now: Temporal.Instant): boolean {
  return secondFactorAt !== null && Temporal.Instant.compare(secondFactorAt.add({ minutes }), now) > 0
}
