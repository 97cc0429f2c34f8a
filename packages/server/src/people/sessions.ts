import { parseSessionId, type SessionId } from "@kalends/domain/ids"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import { isSuspended, suspended } from "../ports/person-tables.ts"
import type { Random } from "../ports/random.ts"
import type { SessionLives } from "../ports/session-lives.ts"
import type { SecondFactor, SessionKind, SessionUse, SignInKind } from "../ports/sign-in-tables.ts"
import type { AccountTables, SessionRow, UserRow } from "../ports/store.ts"
import { newSessionToken, tokenHash } from "./session-token.ts"

/** Who is asking: the signed-in user and the session they came with. */
export type SignedIn = { readonly user: UserRow; readonly session: SessionRow }

/** A signed-in person, and the request by which they ask. */
export type Asker = Omit<SignedIn, "user"> & { readonly user: Caller }

/** A session just opened, or just raised. The token is shown once. */
export type OpenedSession = { readonly token: string; readonly expiresAt: Temporal.Instant; readonly user: UserRow }

export type SessionsDeps = { readonly clock: Clock; readonly random: Random; readonly lives: SessionLives }

/** How somebody proved who they are. */
export type Proof = {
  readonly signedInBy: SignInKind
  /** Name of the issuer, where one of them did it. */
  readonly issuer?: string
  /** When the issuer saw the person, where it says so. */
  readonly authenticatedAt?: Temporal.Instant
  /** What came with it that counts as a second factor. */
  readonly secondFactor?: SecondFactor
  /** Left out: "person". */
  readonly kind?: SessionKind
}

/** A session whose second step is still to come ends after this long. */
const halfSessionMinutes = 15

/** How often, at most, a use of a session is written down. */
export const useNotedMinutes = 10

/**
 * Opens a session. Where the person has a second factor and the proof brought none, the session opens nothing until they
 * have shown it. Throws Problem "forbidden" (code "person-suspended").
 */
export async function openSession(
  deps: SessionsDeps,
  tables: AccountTables,
  user: UserRow,
  { deviceName, kind = "person", ...proof }: Proof & { readonly deviceName: string },
): Promise<OpenedSession> {
  await tables.lockAccount()
  const token = newSessionToken(deps.random)
  const { secondFactor = null, issuer = null } = proof
  const now = deps.clock.now()
  const provedAt = earlier(proof.authenticatedAt ?? now, now)
  const awaitsSecondFactor = secondFactor === null && (await tables.signIn.hasFactor(user.userId))
  const endsAt = awaitsSecondFactor
    ? now.add({ minutes: halfSessionMinutes })
    : latestEnd(deps, { issuer, since: provedAt })
  const session: SessionRow = {
    ...newSession(deps, user, { deviceName, kind, endsAt, hash: tokenHash("session", token) }),
    ...{ signedInBy: proof.signedInBy, issuer, secondFactor, awaitsSecondFactor },
    secondFactorAt: secondFactor === null ? null : provedAt,
  }
  await putSession(deps, tables, session)
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
  return { token, expiresAt: session.endsAt, user }
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
  deps: Pick<SessionsDeps, "clock" | "random" | "lives">,
  user: UserRow,
  input: Pick<SessionRow, "deviceName" | "endsAt"> & { readonly hash: Uint8Array; readonly kind?: SessionKind },
): SessionRow {
  const createdAt = deps.clock.now()
  const { deviceName, endsAt, hash, kind = "person" } = input
  return {
    ...{ accountId: user.accountId, sessionId: parseSessionId(deps.random.uuid()), userId: user.userId },
    ...{ kind, tokenHash: hash, deviceName, signedInBy: "hand-off", issuer: null },
    ...{ secondFactor: null, secondFactorAt: null, awaitsSecondFactor: false },
    ...{ createdAt, usedAt: createdAt, endsAt },
    expiresAt: earlier(endsAt, unusedUntil(deps)[kind]),
  }
}

/** All sessions of a person and their hand-off codes, in the order in which they are held. */
export async function idsOfSessions(
  tables: AccountTables,
  { userId }: UserRow,
  now: Temporal.Instant,
): Promise<readonly SessionId[]> {
  return (await tables.listSessions(userId, now)).map(({ sessionId }) => sessionId).sort()
}

/** When a session that is used now ends without another use. */
export const unusedUntil = ({ clock, lives }: Pick<SessionsDeps, "clock" | "lives">): SessionUse["unusedUntil"] => ({
  person: clock.now().add({ hours: lives.idleHours }),
  tool: clock.now().add({ hours: lives.toolIdleHours }),
})

type Begun = { readonly issuer: string | null; readonly since: Temporal.Instant }

/** When a session ends that was proved then. Whom an issuer vouched for is sent there again sooner. */
function latestEnd({ clock, lives }: SessionsDeps, { issuer, since }: Begun): Temporal.Instant {
  const end = clock.now().add({ hours: lives.days * 24 })
  return issuer === null ? end : earlier(end, since.add({ hours: lives.issuedHours }))
}

/** When a session of the same person's other app or tool ends, to which this one is passed on: an issuer's word gets no older so. */
export const passedOnEnd = (deps: SessionsDeps, { issuer, endsAt }: Pick<SessionRow, "issuer" | "endsAt">) =>
  issuer === null ? latestEnd(deps, { issuer, since: deps.clock.now() }) : endsAt

/** Puts a session in place, and ends the one that was unused for longest where there would be too many. */
export async function putSession(deps: SessionsDeps, tables: AccountTables, session: SessionRow): Promise<void> {
  await makeRoom(deps, tables, session)
  await tables.insertSession(session)
}

/** Whether somebody is signed in by it: a hand-off code is a row of the same table. */
export const isSignedIn = ({ createdAt, expiresAt }: SessionRow): boolean =>
  createdAt.until(expiresAt).total("seconds") > handoffSeconds

export const handoffSeconds = 60

/**
 * Sessions whose second step is still to come end none but their like: whoever has the password alone signs nobody out. The
 * change streams of one that ends here are told when they next note that they are in use.
 */
async function makeRoom(
  { clock, lives }: SessionsDeps,
  tables: AccountTables,
  { userId, kind, awaitsSecondFactor }: Pick<SessionRow, "userId" | "kind" | "awaitsSecondFactor">,
): Promise<void> {
  const now = clock.now()
  const alike = (await tables.listSessions(userId, now)).filter(
    (row) => row.kind === kind && row.awaitsSecondFactor === awaitsSecondFactor && isSignedIn(row),
  )
  const oldest = alike.toSorted((a, b) => Temporal.Instant.compare(a.usedAt, b.usedAt))
  for (const { sessionId } of oldest.slice(0, Math.max(0, alike.length - lives.most + 1))) {
    await tables.deleteSession(sessionId)
    const actor = { kind: "user", userId } as const
    await tables.appendAudit({ actor, action: "signed-out", subjectId: sessionId, reason: "too-many-sessions" }, now)
  }
}

const earlier = (a: Temporal.Instant, b: Temporal.Instant) => (Temporal.Instant.compare(a, b) < 0 ? a : b)

/**
 * Notes that the person has shown a second factor. The session goes on under a new token, and the old one is worth nothing.
 * The caller holds the account.
 */
export async function raiseSession(
  deps: SessionsDeps,
  tables: AccountTables,
  { user, session }: SignedIn,
  secondFactor: SecondFactor,
): Promise<OpenedSession> {
  const token = newSessionToken(deps.random)
  const now = deps.clock.now()
  const { issuer, createdAt: since, awaitsSecondFactor } = session
  if (awaitsSecondFactor) await makeRoom(deps, tables, { ...session, awaitsSecondFactor: false })
  const endsAt = awaitsSecondFactor ? latestEnd(deps, { issuer, since }) : session.endsAt
  await tables.signIn.updateSession(session.sessionId, {
    ...{ tokenHash: tokenHash("session", token), secondFactor, secondFactorAt: now, awaitsSecondFactor: false },
    ...{ endsAt, expiresAt: earlier(endsAt, unusedUntil(deps)[session.kind]) },
  })
  const entry = {
    actor: { kind: "user", userId: user.userId },
    action: "second-factor-given",
    subjectId: session.sessionId,
    reason: secondFactor,
  } as const
  await tables.appendAudit(entry, now)
  return { token, expiresAt: endsAt, user }
}

/** Whether the person has shown a second factor within these minutes; for what should not be done on an old sign-in. */
export function isFresh({ secondFactorAt }: SessionRow, minutes: number, now: Temporal.Instant): boolean {
  return secondFactorAt !== null && Temporal.Instant.compare(secondFactorAt.add({ minutes }), now) > 0
}
