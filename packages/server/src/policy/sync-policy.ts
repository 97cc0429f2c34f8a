import { type CalendarId, type GroupId, parseGroupId, type UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { GroupInput, GroupsView, GroupView } from "@kalends/protocol/groups"
import type { SyncPolicy } from "@kalends/protocol/meetings"
import type { Clock } from "../ports/clock.ts"
import type { GroupRow } from "../ports/meeting-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"

export type SyncPolicyDeps = { readonly store: Store; readonly clock: Clock }

/**
 * Whether meetings and calendar events are kept in step: on until somebody says otherwise, set for the account and, where a
 * group has a word of its own, for the group. Where it goes on, every calendar is listed anew, so that it acts on events
 * that were made before.
 */
export function createSyncPolicy({ store, clock }: SyncPolicyDeps) {
  function audit(tables: AccountTables, user: UserRow, reason: string): Promise<void> {
    const actor = { kind: "user", userId: user.userId } as const
    return tables.appendAudit({ actor, action: "policy-changed", subjectId: tables.accountId, reason }, clock.now())
  }

  return {
    get: (user: UserRow): Promise<SyncPolicy> => store.inAccount(user.accountId, read),

    /** Replaces what was set; groups that are left out are dissolved. */
    set: (user: UserRow, wanted: SyncPolicy): Promise<SyncPolicy> =>
      store.inAccount(user.accountId, async (tables) => {
        const before = await read(tables)
        await tables.syncPolicy.setSyncForAccount(wanted.isOn)
        for (const { groupId, isOn } of before.groups)
          if (!wanted.groups.some((group) => group.groupId === groupId)) {
            if (isOn === false && wanted.isOn) await relist(tables, parseGroupId(groupId))
            await tables.syncPolicy.deleteGroup(parseGroupId(groupId))
          }
        for (const { groupId, name, isOn } of wanted.groups)
          await tables.syncPolicy.putGroup({
            ...{ accountId: user.accountId, groupId: parseGroupId(groupId), name, isSyncOn: isOn },
          })
        await audit(tables, user, wanted.isOn ? "sync-on" : "sync-off")
        if (wanted.isOn && !before.isOn) await relist(tables, null)
        else
          for (const group of wanted.groups) {
            const known = before.groups.find(({ groupId }) => groupId === group.groupId)
            if ((group.isOn ?? wanted.isOn) && !(known?.isOn ?? before.isOn))
              await relist(tables, parseGroupId(group.groupId))
          }
        return read(tables)
      }),

    /** Puts somebody into a group, or (null) into none. */
    setGroupOfUser: (user: UserRow, userId: UserId, groupId: GroupId | null): Promise<void> =>
      store.inAccount(user.accountId, async (tables) => {
        if ((await tables.findUser(userId)) === null) throw new Problem("not-found", "There is no such person.")
        if (groupId !== null) await requireGroup(tables, groupId)
        const wasOn = await tables.syncPolicy.isSyncOn(userId)
        await tables.syncPolicy.setGroupOfUser(userId, groupId)
        if (!wasOn && (await tables.syncPolicy.isSyncOn(userId))) await relistUser(tables, userId)
        await audit(tables, user, "group-of-user")
      }),

    /** The account's own word alone; its groups stay as they are. */
    setForAccount: (user: UserRow, isOn: boolean): Promise<SyncPolicy> =>
      store.inAccount(user.accountId, async (tables) => {
        const wasOn = await tables.syncPolicy.isSyncOnForAccount()
        await tables.syncPolicy.setSyncForAccount(isOn)
        await audit(tables, user, isOn ? "sync-on" : "sync-off")
        if (isOn && !wasOn) await relist(tables, null)
        return read(tables)
      }),

    groups: (user: UserRow): Promise<GroupsView> => store.inAccount(user.accountId, readGroups),

    /** Makes a group, or changes it. Throws Problem "conflict" where another has this name. */
    putGroup: (user: UserRow, groupId: GroupId, { name, isOn }: GroupInput): Promise<GroupView> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const groups = await tables.syncPolicy.listGroups()
        const known = groups.find((group) => group.groupId === groupId)
        refuseName(groups, { groupId, name })
        const ofAccount = await tables.syncPolicy.isSyncOnForAccount()
        await tables.syncPolicy.putGroup({ accountId: user.accountId, groupId, name, isSyncOn: isOn })
        if ((isOn ?? ofAccount) && !(known?.isSyncOn ?? ofAccount)) await relist(tables, groupId)
        await audit(tables, user, known === undefined ? "group-made" : "group-changed")
        const changed = (await readGroups(tables)).groups.find((group) => group.groupId === groupId)
        if (changed === undefined) throw new Problem("not-found", "There is no such group.")
        return changed
      }),

    /** Dissolves a group: the account's word holds for its people from now on. */
    dissolveGroup: (user: UserRow, groupId: GroupId): Promise<void> =>
      store.inAccount(user.accountId, async (tables) => {
        const { isSyncOn } = await requireGroup(tables, groupId)
        if (isSyncOn === false && (await tables.syncPolicy.isSyncOnForAccount())) await relist(tables, groupId)
        await tables.syncPolicy.deleteGroup(groupId)
        await audit(tables, user, "group-dissolved")
      }),
  }
}

export type SyncPolicyFeature = ReturnType<typeof createSyncPolicy>

const groupsMost = 500

async function read(tables: AccountTables): Promise<SyncPolicy> {
  const groups = await tables.syncPolicy.listGroups()
  return {
    isOn: await tables.syncPolicy.isSyncOnForAccount(),
    groups: groups.map(({ groupId, name, isSyncOn }) => ({ groupId, name, isOn: isSyncOn })),
  }
}

async function readGroups(tables: AccountTables): Promise<GroupsView> {
  const { isOn, groups } = await read(tables)
  const counts = await tables.syncPolicy.countPeople()
  const countOf = (wanted: string | null) => {
    const { people, connected } = counts.find(({ groupId }) => groupId === wanted) ?? { people: 0, connected: 0 }
    return { people, connected }
  }
  return { isOn, ungrouped: countOf(null), groups: groups.map((group) => ({ ...group, ...countOf(group.groupId) })) }
}

async function requireGroup(tables: AccountTables, groupId: GroupId): Promise<GroupRow> {
  const group = (await tables.syncPolicy.listGroups()).find((one) => one.groupId === groupId)
  if (group === undefined) throw new Problem("not-found", "There is no such group.", { code: "no-such-group" })
  return group
}

function refuseName(groups: readonly GroupRow[], { groupId, name }: Pick<GroupRow, "groupId" | "name">): void {
  const others = groups.filter((one) => one.groupId !== groupId)
  if (others.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    throw new Problem("conflict", "There is a group of this name.", { code: "group-name-taken" })
  if (others.length >= groupsMost) throw new Problem("conflict", "There are too many groups.", { code: "groups-full" })
}

/** Lists the calendars of a group, or (null) of the whole account, anew. */
async function relist(tables: AccountTables, groupId: GroupId | null): Promise<void> {
  await relistCalendars(tables, await tables.syncPolicy.listCalendarsOfGroup(groupId))
}

async function relistUser(tables: AccountTables, userId: UserId): Promise<void> {
  const connection = await tables.findConnectionOfUser(userId)
  const calendars = connection === null ? [] : await tables.listCalendars(connection.connectionId)
  await relistCalendars(
    tables,
    calendars.map(({ calendarId }) => calendarId),
  )
}

async function relistCalendars(tables: AccountTables, calendarIds: readonly CalendarId[]): Promise<void> {
  const { accountId } = tables
  for (const calendarId of calendarIds) await tables.updateCalendar(calendarId, { cursor: null, isFirstListing: true })
  await tables.addJobs(calendarIds.map((calendarId) => ({ kind: "pass", accountId, calendarId, noticedAtMs: null })))
}
