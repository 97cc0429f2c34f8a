import type { UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { FanOut } from "../ports/fan-out.ts"
import type { Passwords } from "../ports/passwords.ts"
import type { PasswordLinkRow } from "../ports/person-tables.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { type Chooser, hashChosen } from "./password-choice.ts"
import { newSessionToken, tokenHash } from "./session-token.ts"
import { type Asker, idsOfSessions, type SessionsDeps } from "./sessions.ts"

/** The token is in the link and shown once; its hash is kept. */
export type NewLink = { readonly token: string; readonly expiresAt: Temporal.Instant }

const linkHours = 24

/** Instead of one that was there. */
export async function putLink(
  { clock, random }: Pick<SessionsDeps, "clock" | "random">,
  tables: AccountTables,
  { user }: Asker,
  userId: UserId,
): Promise<NewLink> {
  const token = newSessionToken(random)
  const createdAt = clock.now()
  const expiresAt = createdAt.add({ hours: linkHours })
  await tables.persons.putPasswordLink({
    ...{ accountId: tables.accountId, userId, tokenHash: tokenHash("password-link", token) },
    ...{ createdBy: user.userId, createdAt, expiresAt },
  })
  const actor = { kind: "user", userId: user.userId } as const
  await tables.appendAudit({ actor, action: "user-changed", subjectId: userId, reason: "password-link" }, createdAt)
  return { token, expiresAt }
}

export type PasswordLinksDeps = {
  readonly store: Store
  readonly passwords: Passwords
  readonly fanOut: FanOut
  readonly clock: SessionsDeps["clock"]
}

/** Links with which people set a password: their first, or another. Nobody is signed in by one. */
export function createPasswordLinks({ store, passwords, fanOut, clock }: PasswordLinksDeps) {
  /** Throws Problem "auth-revoked": code "link-expired" for as long as one that is over is known, else "link-used". */
  async function requireLink(token: string): Promise<PasswordLinkRow> {
    const link = await store.asSystem((tables) => tables.findPasswordLinkByHash(tokenHash("password-link", token)))
    if (link === null) throw used()
    if (Temporal.Instant.compare(link.expiresAt, clock.now()) <= 0)
      throw new Problem("auth-revoked", "This link is too old; ask for another.", { code: "link-expired" })
    return link
  }

  const requireChooser = ({ accountId, userId }: PasswordLinkRow): Promise<Chooser> =>
    store.inAccount(accountId, async (tables) => {
      const person = await tables.findUser(userId)
      if (person === null || person.suspendedAt !== null) throw used()
      const { email, displayName } = person
      return { email, displayName, organisation: await tables.keys.accountName() }
    })

  return {
    /**
     * Whose it is, for the page that it opens. Throws Problem "auth-revoked": code "link-expired", or "link-used" for one that
     * is spent, replaced, unknown, or somebody's who is suspended.
     */
    async look(token: string): Promise<{ readonly email: string; readonly displayName: string }> {
      const link = await requireLink(token)
      const { email, displayName } = await requireChooser(link)
      return { email, displayName }
    },

    /**
     * Sets the password, and ends every session there is. Good once. Throws as `look`, and as hashChosen: the link is then still
     * good.
     */
    async spend(token: string, password: string): Promise<void> {
      const link = await requireLink(token)
      const { accountId } = link
      const passwordHash = await hashChosen(passwords, password, await requireChooser(link))
      const ended = await store.inAccount(accountId, async (tables) => {
        await tables.lockAccount()
        const userId = await tables.persons.takePasswordLink(tokenHash("password-link", token), clock.now())
        if (userId === null) throw used()
        const person = await tables.findUser(userId)
        if (person === null || person.suspendedAt !== null) throw used()
        await tables.signIn.setPassword(userId, passwordHash)
        const actor = { kind: "user", userId } as const
        const changed = { actor, action: "password-changed", subjectId: userId, reason: "password-set" } as const
        const sessions = await idsOfSessions(tables, person, clock.now())
        for (const sessionId of sessions) await tables.deleteSession(sessionId)
        const out = { actor, action: "signed-out", reason: "everywhere" } as const
        await tables.appendAudits([changed, ...sessions.map((subjectId) => ({ ...out, subjectId }))], clock.now())
        return sessions
      })
      for (const sessionId of ended) fanOut.publish({ kind: "session", accountId, sessionId }, { kind: "signed-out" })
    },
  }
}

export type PasswordLinks = ReturnType<typeof createPasswordLinks>

function used(): Problem {
  return new Problem("auth-revoked", "This link has been used, or replaced by another.", { code: "link-used" })
}
