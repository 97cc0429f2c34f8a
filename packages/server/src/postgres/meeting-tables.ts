import type { AccountId } from "@kalends/domain/ids"
import type { Transaction } from "kysely"
import type { MeetingTables, SyncPolicyTables, SystemMeetingTables } from "../ports/meeting-tables.ts"
import { type Database, unique } from "./database.ts"

/** Meetings and their links, within `tx`. */
export function createMeetingTables(tx: Transaction<Database>, accountId: AccountId): MeetingTables {
  const meetings = () => tx.selectFrom("meeting").selectAll().where("accountId", "=", accountId)
  const links = () => tx.selectFrom("meetingLink").selectAll().where("accountId", "=", accountId)
  return {
    async insertMeeting(row) {
      await unique(tx.insertInto("meeting").values(row).execute(), "This was asked for before.", "key-taken")
    },
    async updateMeeting(meetingId, revision, changes) {
      const { numUpdatedRows } = await tx
        .updateTable("meeting")
        .set({ ...changes, revision: revision + 1 })
        .where("accountId", "=", accountId)
        .where("meetingId", "=", meetingId)
        .where("revision", "=", revision)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    findMeeting: async (meetingId) => (await meetings().where("meetingId", "=", meetingId).executeTakeFirst()) ?? null,
    findMeetingByKey: async (userId, key) =>
      (await meetings().where("userId", "=", userId).where("key", "=", key).executeTakeFirst()) ?? null,
    findMeetingsByBackend: async (backend, backendIds) =>
      backendIds.length === 0
        ? []
        : meetings().where("backend", "=", backend).where("backendId", "in", backendIds).execute(),
    listMeetings: ({ userId, before, limit }) =>
      meetings()
        .where("userId", "=", userId)
        .$if(before !== null, (query) => query.where("createdAt", "<", before))
        .orderBy("createdAt", "desc")
        .orderBy("meetingId")
        .limit(limit)
        .execute(),
    async deleteMeeting(meetingId) {
      await tx.deleteFrom("meeting").where("accountId", "=", accountId).where("meetingId", "=", meetingId).execute()
    },
    async putLink(row) {
      const { accountId: _account, calendarId: _calendar, eventId: _event, ...rest } = row
      await tx
        .insertInto("meetingLink")
        .values(row)
        .onConflict((conflict) => conflict.columns(["accountId", "calendarId", "eventId"]).doUpdateSet(rest))
        .execute()
    },
    async updateLink(calendarId, eventId, changes) {
      await tx
        .updateTable("meetingLink")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("calendarId", "=", calendarId)
        .where("eventId", "=", eventId)
        .execute()
    },
    async deleteLink(calendarId, eventId) {
      await tx
        .deleteFrom("meetingLink")
        .where("accountId", "=", accountId)
        .where("calendarId", "=", calendarId)
        .where("eventId", "=", eventId)
        .execute()
    },
    findLinks: async (calendarId, eventIds) =>
      eventIds.length === 0
        ? []
        : links().where("calendarId", "=", calendarId).where("eventId", "in", eventIds).orderBy("eventId").execute(),
    listLinksOfMeetings: async (meetingIds) =>
      meetingIds.length === 0 ? [] : links().where("meetingId", "in", meetingIds).orderBy("eventId").execute(),
    listLinksOfCalendar: (calendarId) => links().where("calendarId", "=", calendarId).orderBy("eventId").execute(),
  }
}

/** Meetings of all accounts, within `tx`. */
export function createSystemMeetings(tx: Transaction<Database>): SystemMeetingTables {
  return {
    findMeetingByBackend: async (backend, backendId) =>
      (await tx
        .selectFrom("meeting")
        .selectAll()
        .where("backend", "=", backend)
        .where("backendId", "=", backendId)
        .orderBy("createdAt")
        .orderBy("meetingId")
        .limit(1)
        .executeTakeFirst()) ?? null,
  }
}

/** Whether meetings and events are kept in step, within `tx`. */
export function createSyncPolicyTables(tx: Transaction<Database>, accountId: AccountId): SyncPolicyTables {
  const isOnForAccount = async () =>
    (await tx.selectFrom("account").select("isSyncOn").where("accountId", "=", accountId).executeTakeFirst())
      ?.isSyncOn ?? false
  return {
    async isSyncOn(userId) {
      const group = await tx
        .selectFrom("groupMember")
        .innerJoin("userGroup", (join) =>
          join
            .onRef("userGroup.accountId", "=", "groupMember.accountId")
            .onRef("userGroup.groupId", "=", "groupMember.groupId"),
        )
        .select("userGroup.isSyncOn")
        .where("groupMember.accountId", "=", accountId)
        .where("groupMember.userId", "=", userId)
        .executeTakeFirst()
      return group?.isSyncOn ?? isOnForAccount()
    },
    isSyncOnForAccount: isOnForAccount,
    async setSyncForAccount(isSyncOn) {
      await tx.updateTable("account").set({ isSyncOn }).where("accountId", "=", accountId).execute()
    },
    async putGroup(row) {
      await tx
        .insertInto("userGroup")
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(["accountId", "groupId"]).doUpdateSet({ name: row.name, isSyncOn: row.isSyncOn }),
        )
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
    async countPeople() {
      const rows = await tx
        .selectFrom("appUser")
        .leftJoin("groupMember", (join) =>
          join
            .onRef("groupMember.accountId", "=", "appUser.accountId")
            .onRef("groupMember.userId", "=", "appUser.userId"),
        )
        .leftJoin("connection", (join) =>
          join
            .onRef("connection.accountId", "=", "appUser.accountId")
            .onRef("connection.userId", "=", "appUser.userId"),
        )
        .select(({ fn }) => [
          "groupMember.groupId",
          fn.count("appUser.userId").as("people"),
          fn.count("connection.connectionId").as("connected"),
        ])
        .where("appUser.accountId", "=", accountId)
        .groupBy("groupMember.groupId")
        .execute()
      return rows.map(({ groupId, people, connected }) => ({
        ...{ groupId, people: Number(people), connected: Number(connected) },
      }))
    },
    async listCalendarsOfGroup(groupId) {
      const rows = await tx
        .selectFrom("calendar")
        .innerJoin("connection", (join) =>
          join
            .onRef("connection.accountId", "=", "calendar.accountId")
            .onRef("connection.connectionId", "=", "calendar.connectionId"),
        )
        .select("calendar.calendarId")
        .where("calendar.accountId", "=", accountId)
        .$if(groupId !== null, (query) =>
          query.where("connection.userId", "in", (inner) =>
            inner
              .selectFrom("groupMember")
              .select("userId")
              .where("accountId", "=", accountId)
              .where("groupId", "=", groupId),
          ),
        )
        .execute()
      return rows.map(({ calendarId }) => calendarId)
    },
  }
}
