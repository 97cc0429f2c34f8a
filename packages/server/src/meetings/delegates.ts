import { hasMoreThan } from "@kalends/domain/ability"
import type { UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { Delegates } from "@kalends/protocol/tools"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { DelegateRow } from "../ports/tool-tables.ts"

export type DelegatesDeps = { readonly store: Store; readonly clock: Clock }

export type GivenDelegate = { readonly email: string; readonly managesPrivate: boolean }

const delegatesMost = 50

/**
 * Who may schedule for whom. A host says so, or an administrator who may do no less than the host: whoever may be given a
 * person's meetings could else give themselves those of somebody above them.
 */
export function createDelegates({ store, clock }: DelegatesDeps) {
  async function requireHost(tables: AccountTables, by: Caller, hostId: UserId): Promise<UserRow> {
    const host = await tables.findUser(hostId)
    if (host === null) throw new Problem("not-found", "There is no such person.", { code: "no-person" })
    if (hasMoreThan(host.role, by.role))
      throw new Problem("forbidden", "Your role does not allow this.", { code: "not-allowed" })
    return host
  }

  async function audit(tables: AccountTables, by: Caller, hostId: UserId, reason: "delegate-given" | "delegate-taken") {
    const actor = { kind: "user", userId: by.userId } as const
    await tables.appendAudit({ actor, action: "delegate-changed", subjectId: hostId, reason }, clock.now())
  }

  return {
    /** Those who may schedule for the host. Throws Problem "not-found" (code "no-person"). */
    list: (by: Caller, hostId: UserId): Promise<Delegates> =>
      store.inAccount(by.accountId, async (tables) => {
        if (hostId !== by.userId && (await tables.findUser(hostId)) === null)
          throw new Problem("not-found", "There is no such person.", { code: "no-person" })
        return viewOf(tables, hostId)
      }),

    /**
     * Lets somebody schedule for the host, or says anew whether private events, too. Throws Problem "not-found" (code
     * "no-person"), "conflict" (codes "own-delegate", "too-many-delegates"), "forbidden" (code "not-allowed").
     */
    give: (by: Caller, hostId: UserId, { email, managesPrivate }: GivenDelegate): Promise<Delegates> =>
      store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        const host = await requireHost(tables, by, hostId)
        const delegate = await tables.findUserByEmail(email.toLowerCase())
        if (delegate === null) throw new Problem("not-found", "There is no such person.", { code: "no-person" })
        if (delegate.userId === hostId)
          throw new Problem("conflict", "Everybody schedules for themselves.", { code: "own-delegate" })
        const known = await tables.tools.listDelegates(hostId)
        if (known.length >= delegatesMost && !known.some(({ delegateId }) => delegateId === delegate.userId))
          throw new Problem("conflict", "So many may schedule for one person, and no more.", {
            code: "too-many-delegates",
          })
        await tables.tools.putDelegate({
          ...{ accountId: by.accountId, hostId: host.userId, delegateId: delegate.userId, managesPrivate },
          ...{ givenBy: by.userId, givenAt: clock.now() },
        })
        await audit(tables, by, hostId, "delegate-given")
        return viewOf(tables, hostId)
      }),

    /** Throws Problem "not-found" (code "no-delegate"), "forbidden" (code "not-allowed"). */
    take: (by: Caller, hostId: UserId, delegateId: UserId): Promise<Delegates> =>
      store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        await requireHost(tables, by, hostId)
        if (!(await tables.tools.deleteDelegate(hostId, delegateId)))
          throw new Problem("not-found", "They may not schedule for this person.", { code: "no-delegate" })
        await audit(tables, by, hostId, "delegate-taken")
        return viewOf(tables, hostId)
      }),
  }
}

export type DelegatesFeature = ReturnType<typeof createDelegates>

async function viewOf(tables: AccountTables, hostId: UserId): Promise<Delegates> {
  const rows = await tables.tools.listDelegates(hostId)
  const people = await tables.findUsers(rows.map(({ delegateId }) => delegateId))
  return {
    delegates: rows.flatMap(({ delegateId, managesPrivate, givenAt, givenBy }) => {
      const person = people.find(({ userId }) => userId === delegateId)
      if (person === undefined) return []
      const { userId, email, displayName } = person
      const isGivenByHost = givenBy === hostId
      return [{ userId, email, displayName, managesPrivate, givenAt: givenAt.toString(), isGivenByHost }]
    }),
  }
}

/** For whom somebody may schedule; those who are suspended rest. */
export async function listHosts(
  tables: AccountTables,
  { userId }: Pick<UserRow, "userId">,
): Promise<readonly (Pick<DelegateRow, "managesPrivate"> & { readonly host: UserRow })[]> {
  const rows = await tables.tools.listHosts(userId)
  const hosts = await tables.findUsers(rows.map(({ hostId }) => hostId))
  return rows.flatMap(({ hostId, managesPrivate }) => {
    const host = hosts.find((person) => person.userId === hostId)
    return host === undefined || host.suspendedAt !== null ? [] : [{ host, managesPrivate }]
  })
}

/** Whose meeting it is to be: their own, or of somebody who lets them. Throws Problem "forbidden" (code "not-delegate"). */
export async function requireHostFor(tables: AccountTables, by: Caller, email: string | undefined): Promise<UserRow> {
  const wanted = email?.toLowerCase()
  if (wanted === undefined || wanted === by.email) return by
  const hosts = await listHosts(tables, by)
  for (const { host } of hosts) if (host.email === wanted) return host
  // Tools know people by the address of their mailbox, which need not be what they sign in here with.
  for (const host of [by, ...hosts.map((one) => one.host)]) {
    const connection = await tables.findConnectionOfUser(host.userId)
    if (connection?.subjectEmail?.toLowerCase() === wanted) return host
  }
  throw new Problem("forbidden", "You may not schedule for this person; they can allow it in the portal.", {
    code: "not-delegate",
  })
}
