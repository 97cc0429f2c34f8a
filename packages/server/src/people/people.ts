import type { AuditReason } from "@kalends/domain/audit-reason"
import { parseAccountId, parseUserId, type SessionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Passwords } from "../ports/passwords.ts"
import { suspended } from "../ports/person-tables.ts"
import type { Random } from "../ports/random.ts"
import type { SessionKind } from "../ports/sign-in-tables.ts"
import type { AccountTables, FoundSession, SessionRow, Store, UserRow } from "../ports/store.ts"
import { hashChosen } from "./password-choice.ts"
import { newSessionToken, tokenHash } from "./session-token.ts"
import {
  handoffSeconds,
  newSession,
  type OpenedSession,
  openSession,
  passedOnEnd,
  putSession,
  refuseSuspended,
  type SessionsDeps,
  type SignedIn,
  unusedUntil,
  useNotedMinutes,
} from "./sessions.ts"
import { createSignOuts } from "./sign-outs.ts"

export type PeopleDeps = {
  readonly store: Store
  readonly passwords: Passwords
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
  readonly lives: SessionsDeps["lives"]
}

export type NewUser = Pick<UserRow, "email" | "displayName" | "role"> & { readonly password: string }

/** What was asked for, by the route's pattern, and why it was refused. */
export type RefusedAccess = {
  readonly route: string
  readonly reason: "not-allowed" | "second-factor-needed" | "tool-session"
}

/** People and their sessions: first set-up, sign-in, sign-out, and passing a sign-in on to an app. */
export function createPeople(deps: PeopleDeps) {
  const { store, passwords, clock } = deps

  const userOf = async (accountId: UserRow["accountId"], organisation: string, input: NewUser): Promise<UserRow> => ({
    accountId,
    userId: parseUserId(deps.random.uuid()),
    email: input.email,
    displayName: input.displayName,
    role: input.role,
    passwordHash: await hashChosen(passwords, input.password, { ...input, organisation }),
    suspendedAt: null,
    createdAt: clock.now(),
  })

  const useSessions = (accountId: UserRow["accountId"], sessionIds: readonly SessionId[]) =>
    store.inAccount(accountId, (tables) =>
      tables.signIn.useSessions(sessionIds, { usedAt: clock.now(), unusedUntil: unusedUntil(deps) }),
    )

  return {
    /** Makes the organisation and its first administrator. Throws Problem "conflict" when there is one already, else as hashChosen. */
    async setUp(input: {
      readonly organisation: string
      readonly administrator: NewUser
      readonly deviceName: string
    }): Promise<OpenedSession> {
      if (await store.asSystem((tables) => tables.hasAccounts()))
        throw new Problem("conflict", "This service is set up already.", { code: "set-up-already" })
      const accountId = parseAccountId(deps.random.uuid())
      const user = await userOf(accountId, input.organisation, input.administrator)
      await store.asSystem((tables) =>
        tables.insertAccount({ accountId, name: input.organisation, createdAt: clock.now() }),
      )
      return store.inAccount(accountId, async (tables) => {
        await addFirstUser(tables, user, clock.now())
        return openSession(deps, tables, user, { deviceName: input.deviceName, signedInBy: "set-up" })
      })
    },

    /** Throws Problem "conflict" when the address is taken, else as hashChosen. */
    async addUser(by: SignedIn, input: NewUser): Promise<UserRow> {
      const { accountId } = by.user
      const organisation = await store.inAccount(accountId, (tables) => tables.keys.accountName())
      const user = await userOf(accountId, organisation, input)
      await store.inAccount(accountId, (tables) =>
        addUser(tables, user, { kind: "user", userId: by.user.userId }, clock.now()),
      )
      return user
    },

    /**
     * Throws Problem "auth-revoked" (code "wrong-sign-in"), the same for an unknown address as for a wrong password, and
     * after the same work: how long it takes does not say who is known. With the right password of somebody suspended,
     * "forbidden" (code "person-suspended").
     */
    async signIn(input: {
      readonly email: string
      readonly password: string
      readonly deviceName: string
      readonly kind?: SessionKind | undefined
    }): Promise<OpenedSession> {
      const { user, home } = await store.asSystem(async (tables) => ({
        user: await tables.findUserByEmail(input.email),
        home: await tables.findAccountId(),
      }))
      const isRight = await passwords.isRight(input.password, user?.passwordHash ?? null)
      if (user === null || !isRight) {
        await auditRefusal(deps, user, home)
        throw new Problem("auth-revoked", "The e-mail address or the password is not right.", { code: "wrong-sign-in" })
      }
      if (user.suspendedAt !== null) {
        await auditRefusal(deps, user, home, "person-suspended")
        throw suspended()
      }
      const { deviceName, kind = "person" } = input
      return store.inAccount(user.accountId, (tables) =>
        openSession(deps, tables, user, { deviceName, signedInBy: "password", kind }),
      )
    },

    /** Who holds this session token; null when it is unknown or over. It is then in use, which is written down now and then. */
    async findSignedIn(token: string): Promise<FoundSession | null> {
      const found = await store.asSystem((tables) => tables.findSession(tokenHash("session", token), clock.now()))
      if (found !== null && isNoteDue(found.session, clock.now()))
        await useSessions(found.session.accountId, [found.session.sessionId])
      return found
    },

    /** Notes that these sessions are in use. Which of them were not over. */
    useSessions,

    /** Puts into the log that somebody signed in asked for what they may not have. */
    async noteRefusedAccess({ accountId, userId, call }: Caller, refused: RefusedAccess): Promise<void> {
      const actor = { kind: "user", userId } as const
      const entry = { actor, action: "access-refused", subjectId: refused.route, reason: refused.reason, call } as const
      await store.inAccount(accountId, (tables) => tables.appendAudit(entry, clock.now()))
    },

    ...createSignOuts(deps),

    /** A code, good once and for 60 s, with which an app of the same person opens a session of its own. */
    async handOff({
      user,
      session,
    }: SignedIn): Promise<{ readonly code: string; readonly expiresAt: Temporal.Instant }> {
      const code = newSessionToken(deps.random)
      const { secondFactor, secondFactorAt, issuer, endsAt } = session
      const hash = tokenHash("handoff", code)
      const row = {
        ...newSession(deps, user, { deviceName: "hand-off", hash, endsAt }),
        ...{ secondFactor, secondFactorAt, issuer, expiresAt: clock.now().add({ seconds: handoffSeconds }) },
      }
      await store.inAccount(user.accountId, (tables) => tables.insertSession(row))
      return { code, expiresAt: row.expiresAt }
    },

    /** Opens a session for a hand-off code. Throws Problem "auth-revoked" (code "code-used") when it is unknown, over or used. */
    async exchange(code: string, deviceName: string): Promise<OpenedSession> {
      const found = await store.asSystem((tables) => tables.findSession(tokenHash("handoff", code), clock.now()))
      const used = () =>
        new Problem("auth-revoked", "This link has been used or is too old; open it again from the portal.", {
          code: "code-used",
        })
      if (found === null) throw used()
      return store.inAccount(found.user.accountId, async (tables) => {
        await tables.lockAccount()
        if (!(await tables.deleteSession(found.session.sessionId))) throw used()
        return takeOver(deps, tables, found, deviceName)
      })
    },
  }
}

export type People = ReturnType<typeof createPeople>

async function addFirstUser(tables: AccountTables, user: UserRow, at: Temporal.Instant): Promise<void> {
  const actor = { kind: "service", part: "people" } as const
  const entry = { actor, action: "account-created", subjectId: user.accountId, reason: "set-up" } as const
  await tables.appendAudit(entry, at)
  await addUser(tables, user, actor, at)
}

async function addUser(
  tables: AccountTables,
  user: UserRow,
  actor: Parameters<AccountTables["appendAudit"]>[0]["actor"],
  at: Temporal.Instant,
): Promise<void> {
  await tables.lockAccount()
  await tables.insertUser(user)
  await tables.appendAudit({ actor, action: "user-created", subjectId: user.userId, reason: "asked" }, at)
}

/** An address that nobody has is in the log, too, without the address. `home`: the organisation that is here. */
async function auditRefusal(
  { store, clock }: PeopleDeps,
  user: UserRow | null,
  home: UserRow["accountId"] | null,
  known: AuditReason = "wrong-password",
): Promise<void> {
  const accountId = user?.accountId ?? home
  if (accountId === null) return
  const entry = {
    actor: { kind: "service", part: "people" },
    action: "sign-in-refused",
    subjectId: user?.userId ?? accountId,
    reason: user === null ? "unknown-address" : known,
  } as const
  await store.inAccount(accountId, (tables) => tables.appendAudit(entry, clock.now()))
}

/** A session of an app's own, as much proved as the one whose code it came with. */
async function takeOver(
  deps: PeopleDeps,
  tables: AccountTables,
  { user, session: from }: SignedIn,
  deviceName: string,
): Promise<OpenedSession> {
  const token = newSessionToken(deps.random)
  const endsAt = passedOnEnd(deps, from)
  const { secondFactor, secondFactorAt, issuer } = from
  const session = {
    ...newSession(deps, user, { deviceName, hash: tokenHash("session", token), endsAt }),
    ...{ secondFactor, secondFactorAt, issuer },
  }
  await putSession(deps, tables, session)
  const actor = { kind: "user", userId: user.userId } as const
  await tables.appendAudit(
    { actor, action: "signed-in", subjectId: session.sessionId, reason: "hand-off" },
    deps.clock.now(),
  )
  await refuseSuspended(tables, user)
  return { token, expiresAt: endsAt, user }
}

const isNoteDue = ({ usedAt }: SessionRow, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(usedAt.add({ minutes: useNotedMinutes }), now) <= 0
