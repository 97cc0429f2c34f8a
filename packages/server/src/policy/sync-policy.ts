import type { AuditReason } from "@kalends/domain/audit-reason"
import { type GroupId, parseGroupId } from "@kalends/domain/ids"
import { effectivePolicy, type PolicyLevel, type PolicyWord } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import type { GroupInput, GroupsView, GroupView } from "@kalends/protocol/groups"
import type { SyncPolicy } from "@kalends/protocol/meetings"
import type { Clock } from "../ports/clock.ts"
import type { GroupRow } from "../ports/meeting-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { relistIfOn } from "./relist.ts"

export type SyncPolicyDeps = { readonly store: Store; readonly clock: Clock }

/**
 * Whether meetings and calendar events are kept in step: on until somebody says otherwise, set for the account and, where a
 * group has a word of its own, for the group. Where it goes on, every calendar is listed anew, so that it acts on events
 * that were made before.
 */
export function createSyncPolicy({ store, clock }: SyncPolicyDeps) {
  function audit(tables: AccountTables, user: UserRow, reason: AuditReason): Promise<void> {
    const actor = { kind: "user", userId: user.userId } as const
    return tables.appendAudit({ actor, action: "policy-changed", subjectId: tables.accountId, reason }, clock.now())
  }

  return {
    get: (user: UserRow): Promise<SyncPolicy> => store.inAccount(user.accountId, read),

    /** What the account and these groups say. Groups that are left out are dissolved before, as a change of policy (policy.ts). */
    set: (user: UserRow, wanted: SyncPolicy): Promise<SyncPolicy> =>
      store.inAccount(user.accountId, async (tables) => {
        const before = await readWords(tables)
        const after = withSync(before.account, wanted.isOn)
        await tables.policy.say(null, "sync", after.sync ?? null)
        for (const group of wanted.groups) {
          const groupId = parseGroupId(group.groupId)
          const words = withSync(before.wordsOf(groupId), group.isOn)
          await tables.groups.putGroup({ accountId: user.accountId, groupId, name: group.name })
          await tables.policy.say(groupId, "sync", words.sync ?? null)
          const was = { account: before.account, group: before.wordsOf(groupId) }
          await relistIfOn(tables, groupId, was, { account: after, group: words })
        }
        await relistIfOn(tables, null, { account: before.account, group: {} }, { account: after, group: {} })
        await audit(tables, user, wanted.isOn ? "sync-on" : "sync-off")
        return read(tables)
      }),

    /** The account's own word alone; its groups stay as they are. */
    setForAccount: (user: UserRow, isOn: boolean): Promise<SyncPolicy> =>
      store.inAccount(user.accountId, async (tables) => {
        const before = await readWords(tables)
        const after = withSync(before.account, isOn)
        await tables.policy.say(null, "sync", after.sync ?? null)
        await audit(tables, user, isOn ? "sync-on" : "sync-off")
        for (const groupId of [null, ...before.groups.map((group) => group.groupId)]) {
          const group = before.wordsOf(groupId)
          await relistIfOn(tables, groupId, { account: before.account, group }, { account: after, group })
        }
        return read(tables)
      }),

    groups: (user: UserRow): Promise<GroupsView> => store.inAccount(user.accountId, readGroups),

    /** Makes a group, or changes it. Throws Problem "conflict" where another has this name. */
    putGroup: (user: UserRow, groupId: GroupId, { name, isOn }: GroupInput): Promise<GroupView> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const { account, groups, wordsOf } = await readWords(tables)
        const known = groups.find((group) => group.groupId === groupId)
        refuseName(groups, { groupId, name })
        const after = withSync(wordsOf(groupId), isOn)
        await tables.groups.putGroup({ accountId: user.accountId, groupId, name })
        await tables.policy.say(groupId, "sync", after.sync ?? null)
        await relistIfOn(tables, groupId, { account, group: wordsOf(groupId) }, { account, group: after })
        await audit(tables, user, known === undefined ? "group-made" : "group-changed")
        const changed = (await readGroups(tables)).groups.find((group) => group.groupId === groupId)
        if (changed === undefined) throw new Problem("not-found", "There is no such group.")
        return changed
      }),
  }
}

export type SyncPolicyFeature = ReturnType<typeof createSyncPolicy>

const groupsMost = 500

/** What the account and all of its groups say. */
async function readWords(tables: AccountTables) {
  const [account, groups, words] = [
    await tables.policy.ofAccount(),
    await tables.groups.listGroups(),
    await tables.policy.ofGroups(),
  ]
  const wordsOf = (groupId: GroupId | null): PolicyLevel => (groupId === null ? {} : (words.get(groupId) ?? {}))
  return { account, groups, wordsOf }
}

/** Another word on the sync, or (null) none; a lock stays as it is. */
function withSync({ sync, ...rest }: PolicyLevel, isOn: boolean | null): PolicyLevel {
  if (isOn === null) return rest
  const word: PolicyWord<"sync"> = { value: isOn ? "on" : "off", isLocked: sync?.isLocked ?? false }
  return { ...rest, sync: word }
}

async function read(tables: AccountTables): Promise<SyncPolicy> {
  const { account, groups, wordsOf } = await readWords(tables)
  return {
    isOn: effectivePolicy(account, {}, {}).sync.value === "on",
    groups: groups.map(({ groupId, name }) => {
      const { sync } = wordsOf(groupId)
      return { groupId, name, isOn: sync === undefined ? null : sync.value === "on" }
    }),
  }
}

async function readGroups(tables: AccountTables): Promise<GroupsView> {
  const { isOn, groups } = await read(tables)
  const counts = await tables.groups.countPeople()
  const countOf = (wanted: string | null) => {
    const { people, connected } = counts.find(({ groupId }) => groupId === wanted) ?? { people: 0, connected: 0 }
    return { people, connected }
  }
  return { isOn, ungrouped: countOf(null), groups: groups.map((group) => ({ ...group, ...countOf(group.groupId) })) }
}

function refuseName(groups: readonly GroupRow[], { groupId, name }: Pick<GroupRow, "groupId" | "name">): void {
  const others = groups.filter((one) => one.groupId !== groupId)
  if (others.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    throw new Problem("conflict", "There is a group of this name.", { code: "group-name-taken" })
  if (others.length >= groupsMost) throw new Problem("conflict", "There are too many groups.", { code: "groups-full" })
}
