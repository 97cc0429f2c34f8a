import type { AccountId, GroupId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { GroupTables, MeetingTables, SystemMeetingTables } from "../ports/meeting-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const linkKey = (calendarId: string, eventId: string) => `${calendarId} ${eventId}`

/** The links of a calendar go with it. */
export async function removeLinksOf(tx: MemoryTransaction, calendarId: string): Promise<void> {
  for (const link of tx.list("link"))
    if (link.calendarId === calendarId) await tx.remove("link", linkKey(calendarId, link.eventId))
}

/** Meetings and their links in memory. */
export function memoryMeetings(tx: MemoryTransaction, accountId: AccountId): MeetingTables {
  const own = <Row extends { readonly accountId: AccountId }>(rows: readonly Row[]) =>
    rows.filter((row) => row.accountId === accountId)
  const meetings = () => own(tx.list("meeting"))
  const links = () => own(tx.list("link")).sort((a, b) => (a.eventId < b.eventId ? -1 : 1))
  return {
    async insertMeeting(row) {
      await tx.lock("meeting", `${row.userId} ${row.key}`)
      if (meetings().some(({ userId, key }) => userId === row.userId && key === row.key))
        throw new Problem("conflict", "This was asked for before.", { code: "key-taken" })
      await tx.put("meeting", row.meetingId, row)
    },
    async updateMeeting(meetingId, revision, changes) {
      await tx.lock("meeting", meetingId)
      const row = tx.find("meeting", meetingId)
      if (row === null || row.revision !== revision || row.accountId !== accountId) return false
      await tx.put("meeting", meetingId, { ...row, ...changes, revision: revision + 1 })
      return true
    },
    async takeMeeting(meetingId, { now, until }) {
      await tx.lock("meeting", meetingId)
      const row = tx.find("meeting", meetingId)
      if (row === null || row.accountId !== accountId) return false
      if (row.settlingUntil !== null && Temporal.Instant.compare(row.settlingUntil, now) > 0) return false
      await tx.put("meeting", meetingId, { ...row, settlingUntil: until })
      return true
    },
    async letGoOfMeeting(meetingId, until) {
      await tx.lock("meeting", meetingId)
      const row = tx.find("meeting", meetingId)
      if (row === null || row.accountId !== accountId || row.settlingUntil?.equals(until) !== true) return
      await tx.put("meeting", meetingId, { ...row, settlingUntil: null })
    },
    findMeeting: async (meetingId) => own([tx.find("meeting", meetingId)].filter((row) => row !== null))[0] ?? null,
    findMeetingByKey: async (userId, key) => meetings().find((row) => row.userId === userId && row.key === key) ?? null,
    findMeetingsByBackend: async (backend, backendIds) =>
      meetings().filter(
        (row) => row.backend === backend && row.backendId !== null && backendIds.includes(row.backendId),
      ),
    listMeetings: async ({ userId, before, limit }) =>
      meetings()
        .filter(
          (row) => row.userId === userId && (before === null || Temporal.Instant.compare(row.createdAt, before) < 0),
        )
        .sort((a, b) => Temporal.Instant.compare(b.createdAt, a.createdAt) || (a.meetingId < b.meetingId ? -1 : 1))
        .slice(0, limit),
    async deleteMeeting(meetingId) {
      for (const link of links())
        if (link.meetingId === meetingId) await tx.remove("link", linkKey(link.calendarId, link.eventId))
      await tx.remove("meeting", meetingId)
    },
    async putLink(row) {
      if (tx.find("calendar", row.calendarId) === null || tx.find("meeting", row.meetingId) === null)
        throw new Error("violates foreign key constraint of meeting_link")
      await tx.put("link", linkKey(row.calendarId, row.eventId), row)
    },
    updateLink: (calendarId, eventId, changes) =>
      tx.change("link", linkKey(calendarId, eventId), (row) => ({ ...row, ...changes })),
    async deleteLink(calendarId, eventId) {
      await tx.remove("link", linkKey(calendarId, eventId))
    },
    findLinks: async (calendarId, eventIds) => {
      const wanted = new Set(eventIds)
      return links().filter((row) => row.calendarId === calendarId && wanted.has(row.eventId))
    },
    listLinksOfMeetings: async (meetingIds) => links().filter((row) => meetingIds.includes(row.meetingId)),
    listLinksOfCalendar: async (calendarId) => links().filter((row) => row.calendarId === calendarId),
  }
}

/** Meetings of all accounts in memory. */
export function memorySystemMeetings(tx: MemoryTransaction): SystemMeetingTables {
  return {
    async letGoOfMeetings() {
      for (const row of tx.list("meeting")) await tx.put("meeting", row.meetingId, { ...row, settlingUntil: null })
    },
    findMeetingByBackend: async (backend, backendId) =>
      tx
        .list("meeting")
        .filter((row) => row.backend === backend && row.backendId === backendId)
        .sort(
          (a, b) => Temporal.Instant.compare(a.createdAt, b.createdAt) || (a.meetingId < b.meetingId ? -1 : 1),
        )[0] ?? null,
  }
}

/** Groups of people, in memory. */
export function memoryGroups(tx: MemoryTransaction, accountId: AccountId): GroupTables {
  const groups = () => tx.list("group").filter((row) => row.accountId === accountId)
  const groupOf = (userId: string) => tx.find("member", userId)?.groupId ?? null
  return {
    putGroup: (row) => tx.put("group", row.groupId, row),
    async deleteGroup(groupId) {
      for (const member of tx.list("member")) if (member.groupId === groupId) await tx.remove("member", member.userId)
      await tx.remove("said", groupId)
      await tx.remove("group", groupId)
    },
    listGroups: async () => [...groups()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    async setGroupOfUser(userId, groupId) {
      if (groupId === null) await tx.remove("member", userId)
      else await tx.put("member", userId, { accountId, userId, groupId })
    },
    findGroupOfUser: async (userId) => groupOf(userId),
    async findGroupsOf(userIds) {
      return new Map(
        userIds.flatMap((userId): [typeof userId, GroupId][] => {
          const groupId = groupOf(userId)
          return groupId === null ? [] : [[userId, groupId]]
        }),
      )
    },
    async countPeople() {
      const users = tx.list("user").filter((row) => row.accountId === accountId)
      const byGroup = Map.groupBy(users, ({ userId }) => groupOf(userId))
      const connected = new Set(tx.list("connection").map(({ userId }) => userId))
      return [...byGroup].map(([groupId, people]) => ({
        groupId,
        people: people.length,
        connected: people.filter(({ userId }) => connected.has(userId)).length,
      }))
    },
    async relistCalendars(groupId) {
      const connections = tx
        .list("connection")
        .filter((row) => row.accountId === accountId && groupOf(row.userId) === groupId)
      const ids = new Set(connections.map(({ connectionId }) => connectionId))
      const found = tx.list("calendar").filter((row) => ids.has(row.connectionId))
      for (const { calendarId } of found)
        await tx.change("calendar", calendarId, (row) => ({ ...row, cursor: null, isFirstListing: true }))
      return found.map(({ calendarId }) => calendarId)
    },
  }
}
