import type { AccountId, CalendarId, GroupId, UserId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { GroupCount, GroupTables } from "../ports/meeting-tables.ts"
import type { Database } from "./database.ts"

/** Groups of people in one account. */
export function createGroupTables(tx: Transaction<Database>, accountId: AccountId): GroupTables {
  return {
    async putGroup(row) {
      await tx
        .insertInto("userGroup")
        .values(row)
        .onConflict((conflict) => conflict.columns(["accountId", "groupId"]).doUpdateSet({ name: row.name }))
        .execute()
    },
    async deleteGroup(groupId) {
      await tx.deleteFrom("userGroup").where("accountId", "=", accountId).where("groupId", "=", groupId).execute()
    },
    listGroups: () =>
      tx.selectFrom("userGroup").selectAll().where("accountId", "=", accountId).orderBy("name").execute(),
    async setGroupOfUser(userId, groupId) {
      if (groupId === null)
        await tx.deleteFrom("groupMember").where("accountId", "=", accountId).where("userId", "=", userId).execute()
      else
        await tx
          .insertInto("groupMember")
          .values({ accountId, userId, groupId })
          .onConflict((conflict) => conflict.columns(["accountId", "userId"]).doUpdateSet({ groupId }))
          .execute()
    },
    async findGroupOfUser(userId) {
      const member = await tx
        .selectFrom("groupMember")
        .select("groupId")
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .executeTakeFirst()
      return member?.groupId ?? null
    },
    async findGroupsOf(userIds) {
      const { rows } = await sql<{ userId: UserId; groupId: GroupId }>`
        select user_id, group_id from group_member
        where account_id = ${accountId} and user_id = any(${[...userIds]}::uuid[])`.execute(tx)
      return new Map(rows.map(({ userId, groupId }) => [userId, groupId]))
    },
    countPeople: () => countPeople(tx, accountId),
    async relistCalendars(groupId) {
      const { rows } = await sql<{ calendarId: CalendarId }>`
        update calendar as c set cursor = null, is_first_listing = true
        from connection as n
        left join group_member as m on m.account_id = n.account_id and m.user_id = n.user_id
        where c.account_id = ${accountId} and n.account_id = c.account_id and n.connection_id = c.connection_id
          and m.group_id is not distinct from ${groupId}::uuid
        returning c.calendar_id`.execute(tx)
      return rows.map(({ calendarId }) => calendarId)
    },
  }
}

async function countPeople(tx: Transaction<Database>, accountId: AccountId): Promise<readonly GroupCount[]> {
  const { rows } = await sql<GroupCount>`
    select group_id, count(*) as people, count(provider) as connected from listed_person
    where account_id = ${accountId} and kind = 'person' group by group_id`.execute(tx)
  return rows
}
