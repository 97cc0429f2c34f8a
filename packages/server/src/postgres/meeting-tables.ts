import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { MeetingTables, SystemMeetingTables } from "../ports/meeting-tables.ts"
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
    async takeMeeting(meetingId, { now, until }) {
      // Whoever took it and the database may die together: nobody waits for the disk.
      const taken = await tx
        .updateTable("meeting")
        .set({ settlingUntil: until })
        .where("accountId", "=", accountId)
        .where("meetingId", "=", meetingId)
        .where((is) => is.or([is("settlingUntil", "is", null), is("settlingUntil", "<=", now)]))
        .returning(sql`set_config('synchronous_commit', 'off', true)`.as("commit"))
        .executeTakeFirst()
      return taken !== undefined
    },
    async letGoOfMeeting(meetingId, until) {
      await tx
        .updateTable("meeting")
        .set({ settlingUntil: null })
        .where("accountId", "=", accountId)
        .where("meetingId", "=", meetingId)
        .where("settlingUntil", "=", until)
        .execute()
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
    async letGoOfMeetings() {
      await tx.updateTable("meeting").set({ settlingUntil: null }).where("settlingUntil", "is not", null).execute()
    },
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
