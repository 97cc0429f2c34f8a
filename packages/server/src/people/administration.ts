import { hasAbility, hasMoreThan, type Role } from "@kalends/domain/ability"
import type { AuditAction } from "@kalends/domain/audit"
import type { AuditReason } from "@kalends/domain/audit-reason"
import { type ConnectionId, parseUserId, type SessionId, type UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ConnectionRemover } from "../ports/connection-removal.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { type NewLink, putLink } from "./password-links.ts"
import { freshMinutes } from "./second-factor.ts"
import { type Asker, idsOfSessions, isFresh, type SessionsDeps } from "./sessions.ts"

export type AdministrationDeps = {
  readonly store: Store
  readonly fanOut: FanOut
  readonly remover: ConnectionRemover
  readonly sessions: Pick<SessionsDeps, "clock" | "random">
}

type PersonChanges = {
  readonly displayName?: string | undefined
  readonly email?: string | undefined
  readonly role?: Role | undefined
}
type Invited = Pick<UserRow, "email" | "displayName" | "role">

/** Nobody signs in with it: no password has this for a hash. */
const noPassword = "none"

/**
 * What administrators do with people. Nobody does it to somebody who may do what they may not, and an owner who may sign
 * in is left always: both are decided while the account is held, so that of two at once the second sees what the first did.
 * What gives power over a person, or cannot be taken back, needs a second factor shown within minutes; what takes power
 * away from them at once does not.
 */
export function createAdministration(deps: AdministrationDeps) {
  const { store } = deps
  const { clock, random } = deps.sessions

  /** Holds the account, and finds whom it is about. */
  async function begin(tables: AccountTables, by: Asker, userId: UserId): Promise<UserRow> {
    await tables.lockAccount()
    const person = await requirePerson(tables, userId)
    if (hasMoreThan(person.role, await roleNow(tables, by)))
      throw new Problem("forbidden", "This person may do more than you.", { code: "person-above" })
    return person
  }

  const on = <Result>(by: Asker, userId: UserId, work: (tables: AccountTables, person: UserRow) => Promise<Result>) =>
    store.inAccount(by.user.accountId, async (tables) => work(tables, await begin(tables, by, userId)))

  const { audit, refuseStale, endAll } = actsOf(deps)
  const { tell, rest } = tellingOf(deps)

  /** From now on they sign in nowhere, and their calendar rests. */
  async function lockOut(by: Asker, userId: UserId, reason: "person-suspended" | "person-removed"): Promise<UserRow> {
    const { person, ended, connectionId } = await on(by, userId, async (tables, person) => {
      refuseOneself(by, userId)
      await refuseLastOwner(tables, person)
      if (person.suspendedAt === null) {
        await tables.persons.updateUser(userId, { suspendedAt: clock.now() })
        await audit(tables, by, "user-changed", { subjectId: userId, reason })
      }
      await tables.persons.deletePasswordLink(userId)
      const connection = await tables.findConnectionOfUser(userId)
      return { person, ended: await endAll(tables, by, person), connectionId: connection?.connectionId ?? null }
    })
    tell(person, ended)
    if (connectionId !== null) rest(person, connectionId)
    return person
  }

  return {
    /** Throws Problem "forbidden" (code "not-allowed") for a role, without change-roles. */
    async edit(by: Asker, userId: UserId, { role, ...changes }: PersonChanges): Promise<UserRow> {
      if (role !== undefined || changes.email !== undefined) await refuseStale(by)
      return on(by, userId, async (tables, person) => {
        const named = definedOf(changes)
        if (Object.keys(named).length > 0) {
          await tables.persons.updateUser(userId, named)
          await audit(tables, by, "user-changed", { subjectId: userId, reason: "person-edited" })
        }
        if (role !== undefined && role !== person.role) {
          await refuseRole(tables, by, role)
          if (person.role === "owner") await refuseLastOwner(tables, person)
          await tables.persons.updateUser(userId, { role })
          await audit(tables, by, "user-changed", { subjectId: userId, reason: "role-changed" })
        }
        return requirePerson(tables, userId)
      })
    },

    /** Their connection is kept, sealed: nothing opens it, and nothing of it is read, until they are let in again. */
    suspend: async (by: Asker, userId: UserId): Promise<void> => void (await lockOut(by, userId, "person-suspended")),

    /** Lets them in again. Their calendar goes on where it stopped. */
    async restore(by: Asker, userId: UserId): Promise<void> {
      await refuseStale(by)
      await on(by, userId, async (tables, person) => {
        if (person.suspendedAt === null) return
        await tables.persons.updateUser(userId, { suspendedAt: null })
        await audit(tables, by, "user-changed", { subjectId: userId, reason: "person-restored" })
        await wake(tables, userId)
      })
    },

    /**
     * Locks the person out, removes their connection as any other (secrets first, then the provider is told), and deletes
     * the person. Whoever is interrupted leaves somebody suspended, and asks again.
     */
    async remove(by: Asker, userId: UserId): Promise<void> {
      await refuseStale(by)
      const { accountId } = await lockOut(by, userId, "person-removed")
      const connection = await store.inAccount(accountId, (tables) => tables.findConnectionOfUser(userId))
      const actor = { kind: "user", userId: by.user.userId } as const
      if (connection !== null)
        await deps.remover.remove({
          ...{ accountId, userId, connectionId: connection.connectionId, actor },
          ...{ reason: "person-removed", call: by.user.call },
        })
      await on(by, userId, async (tables) => {
        await tables.persons.deleteUser(userId)
        await audit(tables, by, "user-removed", { subjectId: userId, reason: "person-removed" })
      })
    },

    /** Ends all of their sessions; their change streams are told. */
    async signOut(by: Asker, userId: UserId): Promise<void> {
      const { person, ended } = await on(by, userId, async (tables, person) => ({
        person,
        ended: await endAll(tables, by, person),
      }))
      tell(person, ended)
    },

    /** As `invite` does before it makes somebody who may do more than their own, for whoever makes many. */
    requireFresh: refuseStale,

    /** Somebody new, who sets their password by the link. Throws Problem "conflict" (code "email-taken"). */
    async invite(by: Asker, input: Invited): Promise<{ readonly user: UserRow; readonly link: NewLink }> {
      const { accountId } = by.user
      if (input.role !== "user") await refuseStale(by)
      const user: UserRow = {
        ...{ accountId, userId: parseUserId(random.uuid()), ...input },
        ...{ passwordHash: noPassword, suspendedAt: null, createdAt: clock.now() },
      }
      return store.inAccount(accountId, async (tables) => {
        await tables.lockAccount()
        if (input.role !== "user") await refuseRole(tables, by, input.role)
        await tables.insertUser(user)
        await audit(tables, by, "user-created", { subjectId: user.userId, reason: "person-added" })
        return { user, link: await putLink(deps.sessions, tables, by, user.userId) }
      })
    },

    /** A link with which they set another password; the one before it is worth nothing. */
    async makeLink(by: Asker, userId: UserId): Promise<NewLink> {
      await refuseStale(by)
      return on(by, userId, (tables, person) => {
        if (person.suspendedAt !== null)
          throw new Problem("conflict", "Let this person in again first.", { code: "person-is-suspended" })
        return putLink(deps.sessions, tables, by, userId)
      })
    },

    /** For who has lost what they show second: all of it goes, and they set up another. */
    async removeFactors(by: Asker, userId: UserId): Promise<void> {
      await refuseStale(by)
      const { person, ended } = await on(by, userId, async (tables, person) => {
        refuseOneself(by, userId)
        const { signIn } = tables
        const about = (reason: "totp" | "passkey") => ({ subjectId: userId, reason })
        if ((await signIn.findTotp(userId)) !== null) {
          await signIn.deleteTotp(userId)
          await audit(tables, by, "factor-removed", about("totp"))
        }
        for (const { passkeyId } of await signIn.listPasskeys(userId))
          if (await signIn.deletePasskey(passkeyId)) await audit(tables, by, "factor-removed", about("passkey"))
        await signIn.putRecoveryCodes(userId, [], clock.now())
        return { person, ended: await endAll(tables, by, person) }
      })
      tell(person, ended)
    },
  }
}

export type Administration = ReturnType<typeof createAdministration>

function actsOf({ store, sessions: { clock } }: AdministrationDeps) {
  const audit = (tables: AccountTables, by: Asker, action: AuditAction, about: About) =>
    tables.appendAudit({ actor: { kind: "user", userId: by.user.userId }, action, ...about }, clock.now())
  return {
    audit,
    /** Whoever has no second factor here brought it from where they signed in, and can show it there alone. */
    async refuseStale({ user, session }: Asker): Promise<void> {
      if (isFresh(session, freshMinutes, clock.now())) return
      if (await store.inAccount(user.accountId, ({ signIn }) => signIn.hasFactor(user.userId)))
        throw new Problem("forbidden", "Show your second factor again first.", { code: "fresh-factor-needed" })
      throw new Problem("forbidden", "Sign in again first.", { code: "fresh-sign-in-needed" })
    },
    /** Ends all of a person's sessions in this transaction; `tell` when it is over. */
    async endAll(tables: AccountTables, by: Asker, user: UserRow): Promise<readonly SessionId[]> {
      const ended = await idsOfSessions(tables, user, clock.now())
      for (const sessionId of ended) {
        await tables.deleteSession(sessionId)
        await audit(tables, by, "signed-out", { subjectId: sessionId, reason: "administrator" })
      }
      return ended
    },
  }
}

function tellingOf({ fanOut }: AdministrationDeps) {
  return {
    tell({ accountId }: UserRow, ended: readonly SessionId[]): void {
      for (const sessionId of ended) fanOut.publish({ kind: "session", accountId, sessionId }, { kind: "signed-out" })
    },
    /** Whoever listens at the provider for the person hears that nobody is to. */
    rest({ accountId, userId }: UserRow, connectionId: ConnectionId): void {
      const hint = { kind: "connection-changed", connectionId, state: "disabled" } as const
      fanOut.publish({ kind: "user", accountId, userId }, hint)
    },
  }
}

type About = { readonly subjectId: string; readonly reason: AuditReason }

/** As the account's holder sees it: whoever asks may have lost their role since they were let in. */
async function roleNow(tables: AccountTables, { user }: Asker): Promise<Role> {
  const now = await tables.findUser(user.userId)
  if (now === null || now.suspendedAt !== null || !hasAbility(now.role, "change-people"))
    throw new Problem("forbidden", "Your role does not allow this.", { code: "not-allowed" })
  return now.role
}

async function refuseRole(tables: AccountTables, by: Asker, role: Role): Promise<void> {
  const own = await roleNow(tables, by)
  if (!hasAbility(own, "change-roles") || hasMoreThan(role, own))
    throw new Problem("forbidden", "Your role does not allow this.", { code: "not-allowed" })
}

export async function requirePerson(tables: AccountTables, userId: UserId): Promise<UserRow> {
  const person = await tables.findUser(userId)
  if (person === null) throw new Problem("not-found", "There is no such person.", { code: "no-person" })
  return person
}

function refuseOneself({ user }: Asker, userId: UserId): void {
  if (user.userId === userId) throw new Problem("conflict", "Not to yourself.", { code: "person-is-you" })
}

async function refuseLastOwner(tables: AccountTables, { userId }: UserRow): Promise<void> {
  const owners = await tables.persons.listOwners()
  if (owners.length === 1 && owners[0] === userId)
    throw new Problem("conflict", "The organisation needs another owner first.", { code: "last-owner" })
}

/** What rested goes on: passes, and what tells us of changes. */
async function wake(tables: AccountTables, userId: UserId): Promise<void> {
  const connection = await tables.findConnectionOfUser(userId)
  if (connection === null) return
  const { accountId } = tables
  const calendars = await tables.listCalendars(connection.connectionId)
  await tables.addJobs(
    calendars.flatMap(({ calendarId }) => [
      { kind: "pass", accountId, calendarId, noticedAtMs: null } as const,
      { kind: "subscribe", accountId, calendarId } as const,
    ]),
  )
}

function definedOf({ displayName, email }: Omit<PersonChanges, "role">): { displayName?: string; email?: string } {
  return { ...(displayName === undefined ? {} : { displayName }), ...(email === undefined ? {} : { email }) }
}
