import { parseGroupId, parseUserId, type TenantConnectionId, type UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { DirectoryView, ImportedPeopleView, ImportPeopleInput } from "@kalends/protocol/tenants"
import type { Caller } from "../ports/call.ts"
import type { AccountTables, UserRow } from "../ports/store.ts"
import type { DirectoryEntry } from "../ports/tenant-source.ts"
import { actorOf, noTenant, opensOf, type TenantsDeps, tenantSourceOf } from "./deps.ts"

const timeoutMs = 20_000

/** Nobody signs in with it: no password has this for a hash. */
const noPassword = "none"

/** The organisation's own directory, read from the provider each time, and its people brought in. */
export function createDirectory(deps: TenantsDeps) {
  const { store, vault, world } = deps

  return {
    /** Throws Problem "unsupported" (code "no-directory") where it cannot be read. */
    async directory(
      user: Caller,
      id: TenantConnectionId,
      page: { readonly next: string | null; readonly search: string | null },
    ): Promise<DirectoryView> {
      const { accountId } = user
      const { secret, source, opens } = await store.inAccount(accountId, async (tables) => {
        const tenant = await tables.tenants.find(id)
        if (tenant === null) throw noTenant()
        const asked = { actor: actorOf(user), reason: "directory", call: user.call } as const
        const opening = { connectionId: id, kind: "tenant", ...asked } as const
        const secret = await vault.openSecret(tables, opening, tenant.sealedSecret)
        return { secret, source: tenantSourceOf(deps, tenant.provider), opens: opensOf(deps, tenant) }
      })
      if (source.directory === null || opens === "rooms")
        throw new Problem("unsupported", "This organisation's directory cannot be read.", { code: "no-directory" })
      const found = await source.directory(secret, { ...page, signal: AbortSignal.timeout(timeoutMs) })
      const entries = await store.inAccount(accountId, (tables) => known(tables, id, found.entries))
      return { entries, next: found.next }
    },

    /**
     * Makes them people of the organisation; those who are here already stay as they are. Into the group they are put
     * afterwards, which is a change of policy: whoever asks has that done for `userIds`.
     */
    importPeople: (
      user: UserRow,
      { people, groupId }: ImportPeopleInput,
    ): Promise<ImportedPeopleView & { readonly userIds: readonly UserId[] }> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const group = groupId === null ? null : parseGroupId(groupId)
        if (group !== null && !(await tables.groups.listGroups()).some((row) => row.groupId === group))
          throw new Problem("not-found", "There is no such group.")
        const userIds: UserId[] = []
        let added = 0
        for (const { email, displayName } of people) {
          const here = await tables.findUserByEmail(email)
          const userId = here?.userId ?? parseUserId(world.random.uuid())
          if (here === null) {
            added++
            await tables.insertUser({
              ...{ accountId: user.accountId, userId, email, displayName, role: "user" },
              ...{ passwordHash: noPassword, suspendedAt: null, createdAt: world.clock.now() },
            })
            const entry = {
              actor: actorOf(user),
              action: "user-created",
              subjectId: userId,
              reason: "directory",
            } as const
            await tables.appendAudit(entry, world.clock.now())
          }
          userIds.push(userId)
        }
        return { added, known: people.length - added, userIds }
      }),
  }
}

/** Whom of the directory we know, and how their calendar is opened. */
async function known(
  tables: AccountTables,
  id: TenantConnectionId,
  entries: readonly DirectoryEntry[],
): Promise<DirectoryView["entries"]> {
  const views: DirectoryView["entries"] = []
  for (const { email, displayName, kind } of entries) {
    const person = await tables.findUserByEmail(email.toLowerCase())
    const connection = person === null ? null : await tables.findConnectionOfUser(person.userId)
    views.push({
      ...{ email: email.toLowerCase(), displayName, kind },
      userId: person?.userId ?? null,
      connectionState: connection?.state ?? null,
      isByTenant: connection?.tenantConnectionId === id,
    })
  }
  return views
}
