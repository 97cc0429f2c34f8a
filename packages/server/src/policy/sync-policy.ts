import { type GroupId, parseGroupId, type UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { SyncPolicy } from "@kalends/protocol/meetings"
import type { Clock } from "../ports/clock.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"

export type SyncPolicyDeps = { readonly store: Store; readonly clock: Clock }

/**
 * Whether meetings and calendar events are kept in step: on until somebody says otherwise, set for the account and, where a
 * group has a word of its own, for the group. Where it goes on, every calendar is listed anew, so that it acts on events
 * that were made before.
 */
export function createSyncPolicy({ store, clock }: SyncPolicyDeps) {
  async function read(tables: AccountTables): Promise<SyncPolicy> {
    const groups = await tables.syncPolicy.listGroups()
    return {
      isOn: await tables.syncPolicy.isSyncOnForAccount(),
      groups: groups.map(({ groupId, name, isSyncOn }) => ({ groupId, name, isOn: isSyncOn })),
    }
  }

  /** Lists the calendars of a group, or (null) of the whole account, anew. */
  async function relist(tables: AccountTables, groupId: GroupId | null): Promise<void> {
    const { accountId } = tables
    const calendarIds = await tables.syncPolicy.listCalendarsOfGroup(groupId)
    for (const calendarId of calendarIds)
      await tables.updateCalendar(calendarId, { cursor: null, isFirstListing: true })
    await tables.addJobs(calendarIds.map((calendarId) => ({ kind: "pass", accountId, calendarId, noticedAtMs: null })))
  }

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
        for (const { groupId } of before.groups)
          if (!wanted.groups.some((group) => group.groupId === groupId))
            await tables.syncPolicy.deleteGroup(parseGroupId(groupId))
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
        const groups = await tables.syncPolicy.listGroups()
        if (groupId !== null && !groups.some((group) => group.groupId === groupId))
          throw new Problem("not-found", "There is no such group.")
        await tables.syncPolicy.setGroupOfUser(userId, groupId)
        await audit(tables, user, "group-of-user")
      }),
  }
}

export type SyncPolicyFeature = ReturnType<typeof createSyncPolicy>
