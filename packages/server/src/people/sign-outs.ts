import type { AuditReason } from "@kalends/domain/audit-reason"
import type { SessionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { SecondFactor } from "../ports/sign-in-tables.ts"
import type { AccountTables, SessionRow, Store, UserRow } from "../ports/store.ts"
import { idsOfSessions, isSignedIn, type SignedIn } from "./sessions.ts"

export type SignOutsDeps = { readonly store: Store; readonly fanOut: FanOut; readonly clock: Clock }

/** Where a person is signed in, and ending it. */
export function createSignOuts(deps: SignOutsDeps) {
  const { store, clock } = deps
  return {
    /** Ends the session; its change streams are told. */
    signOut: ({ user, session }: SignedIn): Promise<void> =>
      endSessions(deps, user, { reason: "asked", choose: async () => [session.sessionId] }),

    /** Where the person is signed in, newest first. Hand-off codes are not among them: nobody is signed in by one. */
    async sessions({ user }: SignedIn): Promise<readonly SessionRow[]> {
      const rows = await store.inAccount(user.accountId, (tables) => tables.listSessions(user.userId, clock.now()))
      return rows.filter(isSignedIn)
    },

    /** Ends one session of the same person. Throws Problem "not-found" where they have none of that id. */
    signOutOne: ({ user }: SignedIn, sessionId: SessionId): Promise<void> =>
      endSessions(deps, user, {
        reason: "asked",
        async choose(tables) {
          if ((await idsOfSessions(tables, user, clock.now())).includes(sessionId)) return [sessionId]
          throw new Problem("not-found", "There is no such session.", { code: "no-session" })
        },
      }),

    /** Ends every session of the person, and every hand-off code, but the session that asks. */
    signOutElsewhere: ({ user, session }: SignedIn): Promise<void> =>
      endSessions(deps, user, {
        reason: "everywhere",
        choose: async (tables) =>
          (await idsOfSessions(tables, user, clock.now())).filter((id) => id !== session.sessionId),
      }),

    /**
     * Ends the person's other sessions that rest on this factor, which they took away: it may be in other hands. Hand-off codes
     * that carry it go, too.
     */
    signOutShownBy: (by: SignedIn, factor: SecondFactor): Promise<void> => endShownBy(deps, by, factor),
  }
}

type Ending = {
  readonly reason: AuditReason
  readonly choose: (tables: AccountTables) => Promise<readonly SessionId[]>
}

/** Ends sessions of one person; their change streams are told once they are over. */
async function endSessions(
  { store, fanOut, clock }: SignOutsDeps,
  { accountId, userId }: UserRow,
  { reason, choose }: Ending,
): Promise<void> {
  const ended = await store.inAccount(accountId, async (tables) => {
    await tables.lockAccount()
    const chosen = [...(await choose(tables))].sort()
    for (const sessionId of chosen) {
      await tables.deleteSession(sessionId)
      const entry = { actor: { kind: "user", userId }, action: "signed-out", subjectId: sessionId, reason } as const
      await tables.appendAudit(entry, clock.now())
    }
    return chosen
  })
  for (const sessionId of ended) fanOut.publish({ kind: "session", accountId, sessionId }, { kind: "signed-out" })
}

/** Ends the person's other sessions that were signed in, or raised, by this factor. */
function endShownBy(deps: SignOutsDeps, { user, session }: SignedIn, factor: SecondFactor): Promise<void> {
  const isShownBy = ({ sessionId, signedInBy, secondFactor }: SessionRow) =>
    sessionId !== session.sessionId && (secondFactor === factor || signedInBy === factor)
  return endSessions(deps, user, {
    reason: "factor-removed",
    choose: async (tables) =>
      (await tables.listSessions(user.userId, deps.clock.now())).filter(isShownBy).map(({ sessionId }) => sessionId),
  })
}
