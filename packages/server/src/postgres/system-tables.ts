import { statesForPerson } from "@kalends/domain/connection"
import type { AccountId, CalendarId, MeetingId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { SystemTables } from "../ports/store.ts"
import { createSystemBookings } from "./booking-tables.ts"
import type { Database } from "./database.ts"
import { createSystemDevices } from "./device-tables.ts"
import { createSystemDisplays } from "./display-tables.ts"
import { createSystemFigures } from "./figure-tables.ts"
import { createSystemKeys } from "./key-tables.ts"
import { createSystemListening } from "./listening-tables.ts"
import { createSystemMeetings } from "./meeting-tables.ts"
import { createSystemOverview } from "./overview-tables.ts"
import { createSystemPersons } from "./person-tables.ts"
import { createSystemPolicy } from "./policy-change-tables.ts"
import { createSystemRevocations } from "./revocation-tables.ts"
import { createSystemRollouts } from "./rollout-tables.ts"
import { createSystemRooms } from "./room-tables.ts"
import { createSystemSignIn } from "./sign-in-tables.ts"
import { createSystemTools } from "./tool-tables.ts"

type DueCalendar = { readonly accountId: AccountId; readonly calendarId: CalendarId }

/** What looks across accounts: sign-in, timers and join links. */
export function createSystemTables(tx: Transaction<Database>): SystemTables {
  return {
    ...createSystemBookings(tx),
    ...createSystemDevices(tx),
    ...createSystemKeys(tx),
    ...createSystemListening(tx),
    ...createSystemMeetings(tx),
    ...createSystemOverview(tx),
    ...createSystemRevocations(tx),
    ...createSystemRollouts(tx),
    ...createSystemFigures(tx),
    ...createSystemSignIn(tx),
    ...createSystemPolicy(tx),
    ...createSystemPersons(tx),
    ...createSystemRooms(tx),
    ...createSystemDisplays(tx),
    ...createSystemTools(tx),
    async insertAccount(row) {
      await tx.insertInto("account").values(row).execute()
    },
    hasAccounts: async () =>
      (await tx.selectFrom("account").select("accountId").limit(1).executeTakeFirst()) !== undefined,
    findUserByEmail: async (email) =>
      (await tx
        .selectFrom("appUser")
        .selectAll()
        .where("email", "=", email)
        .where("kind", "=", "person")
        .limit(1)
        .executeTakeFirst()) ?? null,
    async findSession(tokenHash, now) {
      const session = await tx
        .selectFrom("session")
        .selectAll()
        .where("tokenHash", "=", tokenHash)
        .where("expiresAt", ">", now)
        .executeTakeFirst()
      if (session === undefined) return null
      const found = await tx
        .selectFrom("appUser")
        .innerJoin("account", "account.accountId", "appUser.accountId")
        .selectAll("appUser")
        .select("account.asksSecondFactor")
        .where("appUser.accountId", "=", session.accountId)
        .where("userId", "=", session.userId)
        .where("kind", "=", "person")
        .executeTakeFirst()
      if (found === undefined || found.suspendedAt !== null) return null
      const { asksSecondFactor: asksEverybody, ...user } = found
      return { session, user, asksEverybody }
    },
    async deleteExpiredSessions(now) {
      const { numAffectedRows } = await sql`
        delete from session where ctid = any(array(
          select ctid from session where expires_at <= ${now.toString()} for update skip locked))`.execute(tx)
      return Number(numAffectedRows ?? 0n)
    },
    async takeDueCalendars({ now, limit, nextDueAt }) {
      const { rows } = await sql<DueCalendar>`
        update calendar set due_at = ${nextDueAt} where (account_id, calendar_id) in (
          select account_id, calendar_id from calendar where due_at <= ${now} order by due_at limit ${limit} for update skip locked
        ) returning account_id, calendar_id`.execute(tx)
      return rows
    },
    async takeDueRenewals({ now, limit, nextRenewAt }) {
      const { rows } = await sql<DueCalendar>`
        update subscription set renew_at = ${nextRenewAt} where (account_id, subscription_id) in (
          select account_id, subscription_id from subscription where renew_at <= ${now} order by renew_at limit ${limit} for update skip locked
        ) returning account_id, calendar_id`.execute(tx)
      return rows
    },
    async takeDueReviews({ now, limit, nextReviewAt }) {
      const { rows } = await sql<{ readonly accountId: AccountId; readonly meetingId: MeetingId }>`
        update meeting set review_at = ${nextReviewAt} where (account_id, meeting_id) in (
          select account_id, meeting_id from meeting where state <> 'ended' and review_at <= ${now} order by review_at limit ${limit} for update skip locked
        ) returning account_id, meeting_id`.execute(tx)
      return rows
    },
    listIdleConnections: ({ unusedSince, limit }) =>
      tx
        .selectFrom("credential")
        .innerJoin("connection", (on) =>
          on
            .onRef("connection.accountId", "=", "credential.accountId")
            .onRef("connection.connectionId", "=", "credential.connectionId"),
        )
        .innerJoin("appUser", (on) =>
          on.onRef("appUser.accountId", "=", "connection.accountId").onRef("appUser.userId", "=", "connection.userId"),
        )
        .select(["credential.accountId", "credential.connectionId"])
        .where("appUser.suspendedAt", "is", null)
        .where("credential.usedAt", "<", unusedSince)
        .where("credential.secretKind", "=", "refresh-token")
        .where("connection.state", "not in", statesForPerson)
        .orderBy("credential.usedAt")
        .limit(limit)
        .execute(),
    countConnectionsByState: () =>
      tx
        .selectFrom("connection")
        .select(["provider", "state", (count) => count.fn.countAll<number>().as("count")])
        .groupBy(["provider", "state"])
        .execute(),
  }
}
