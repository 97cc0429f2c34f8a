import type { GroupId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { GroupInput, GroupsView, GroupView } from "@kalends/protocol/groups"
import type { Clock } from "../ports/clock.ts"
import type { GroupRow } from "../ports/meeting-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"

export type GroupsDeps = { readonly store: Store; readonly clock: Clock }

/**
 * The groups that there are, and their names. What is set for a group, who is in it, and that it is dissolved, are changes
 * of policy (policy.ts): they can disconnect people.
 */
export function createGroups({ store, clock }: GroupsDeps) {
  return {
    list: (user: UserRow): Promise<GroupsView> => store.inAccount(user.accountId, readGroups),

    /** Makes a group, or names it anew. Throws Problem "conflict" where another has this name. */
    put: (user: UserRow, groupId: GroupId, { name }: GroupInput): Promise<GroupView> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const groups = await tables.groups.listGroups()
        const isKnown = groups.some((group) => group.groupId === groupId)
        refuseName(groups, { groupId, name })
        await tables.groups.putGroup({ accountId: user.accountId, groupId, name })
        const actor = { kind: "user", userId: user.userId } as const
        const reason = isKnown ? "group-changed" : "group-made"
        await tables.appendAudit({ actor, action: "policy-changed", subjectId: groupId, reason }, clock.now())
        const changed = (await readGroups(tables)).groups.find((group) => group.groupId === groupId)
        if (changed === undefined) throw new Problem("not-found", "There is no such group.")
        return changed
      }),
  }
}

export type Groups = ReturnType<typeof createGroups>

const groupsMost = 500

async function readGroups({ groups }: AccountTables): Promise<GroupsView> {
  const counts = await groups.countPeople()
  const countOf = (wanted: GroupId | null) => {
    const { people, connected } = counts.find(({ groupId }) => groupId === wanted) ?? { people: 0, connected: 0 }
    return { people, connected }
  }
  const rows = await groups.listGroups()
  return {
    ungrouped: countOf(null),
    groups: rows.map(({ groupId, name }) => ({ groupId, name, ...countOf(groupId) })),
  }
}

function refuseName(groups: readonly GroupRow[], { groupId, name }: Pick<GroupRow, "groupId" | "name">): void {
  const others = groups.filter((one) => one.groupId !== groupId)
  if (others.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    throw new Problem("conflict", "There is a group of this name.", { code: "group-name-taken" })
  if (others.length >= groupsMost) throw new Problem("conflict", "There are too many groups.", { code: "groups-full" })
}
