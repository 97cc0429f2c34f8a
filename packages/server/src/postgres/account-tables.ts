import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { AuditSigner } from "../ports/audit-chain.ts"
import type { AccountTables, PeopleTables, UserPage, UserRow } from "../ports/store.ts"
import { appendAudits, listAudit, listAuditOf, lockAccount, searchAudit } from "./audit-table.ts"
import { createBookingTables } from "./booking-tables.ts"
import { type Database, unique } from "./database.ts"
import { createDeviceTables } from "./device-tables.ts"
import { createDisplayTables } from "./display-tables.ts"
import { createFigureTables } from "./figure-tables.ts"
import { createGroupTables } from "./group-tables.ts"
import { addJobs } from "./job-queue.ts"
import { createKeyTables } from "./key-tables.ts"
import { createListeningTables } from "./listening-tables.ts"
import { createManyRoomTables } from "./many-room-tables.ts"
import { createMeetingTables } from "./meeting-tables.ts"
import { createOverviewTables } from "./overview-tables.ts"
import { hasPart, isConnected, isIn } from "./people-search.ts"
import { createPersonTables } from "./person-tables.ts"
import { createPolicyChangeTables } from "./policy-change-tables.ts"
import { createPolicyTables } from "./policy-tables.ts"
import { createRevocationTables } from "./revocation-tables.ts"
import { createRolloutTables } from "./rollout-tables.ts"
import { createRoomTables } from "./room-tables.ts"
import { createSignInTables } from "./sign-in-tables.ts"
import { nameSubjects } from "./subject-names.ts"
import { createTenantTables } from "./tenant-tables.ts"
import { createToolTables } from "./tool-tables.ts"
import { createTroubleTables } from "./trouble-tables.ts"

/** The tables of one account within `tx`. */
export function createAccountTables(
  tx: Transaction<Database>,
  accountId: AccountId,
  signer: AuditSigner | null,
): AccountTables {
  return {
    accountId,
    lockAccount: () => lockAccount(tx, accountId),
    ...peopleTables(tx, accountId),
    ...connectionTables(tx, accountId),
    ...calendarTables(tx, accountId),
    ...keyTables(tx, accountId),
    appendAudit: (entry, at) => appendAudits(tx, [entry], { accountId, at, signer }),
    appendAudits: (entries, at) => appendAudits(tx, entries, { accountId, at, signer }),
    listAuditOf: (subjectId, limit) => listAuditOf(tx, accountId, { subjectId, limit }),
    listAudit: (page) => listAudit(tx, accountId, page),
    searchAudit: (filter) => searchAudit(tx, accountId, filter),
    nameSubjects: (ids) => nameSubjects(tx, accountId, ids),
    meetings: createMeetingTables(tx, accountId),
    listening: createListeningTables(tx, accountId),
    tenants: createTenantTables(tx, accountId),
    keys: createKeyTables(tx, accountId),
    rollouts: createRolloutTables(tx, accountId),
    groups: createGroupTables(tx, accountId),
    policy: createPolicyTables(tx, accountId),
    overview: createOverviewTables(tx, accountId),
    figures: createFigureTables(tx, accountId),
    signIn: createSignInTables(tx, accountId),
    revocations: createRevocationTables(tx, accountId),
    policyChanges: createPolicyChangeTables(tx, accountId),
    troubles: createTroubleTables(tx, accountId),
    persons: createPersonTables(tx, accountId),
    devices: createDeviceTables(tx, accountId),
    bookings: createBookingTables(tx, accountId),
    rooms: createRoomTables(tx, accountId),
    manyRooms: createManyRoomTables(tx, accountId),
    displays: createDisplayTables(tx, accountId),
    tools: createToolTables(tx, accountId),
    addJobs: (jobs, runAt) => addJobs(tx, jobs, runAt),
  }
}

function peopleTables(tx: Transaction<Database>, accountId: AccountId): PeopleTables {
  const people = () =>
    tx.selectFrom("appUser").selectAll().where("accountId", "=", accountId).where("kind", "=", "person")
  return {
    async insertUser(row) {
      await unique(
        tx.insertInto("appUser").values(row).execute(),
        "This e-mail address has an account already.",
        "email-taken",
      )
    },
    findUser: async (userId) => (await people().where("userId", "=", userId).executeTakeFirst()) ?? null,
    findUsers: async (userIds) => (userIds.length === 0 ? [] : people().where("userId", "in", userIds).execute()),
    findUserByEmail: async (email) => (await people().where("email", "=", email).executeTakeFirst()) ?? null,
    listUsers: (page) => listUsers(tx, accountId, page),
    async insertSession(row) {
      await tx.insertInto("session").values(row).execute()
    },
    hasSession: async (sessionId, now) =>
      (await tx
        .selectFrom("session")
        .select("sessionId")
        .where("accountId", "=", accountId)
        .where("sessionId", "=", sessionId)
        .where("expiresAt", ">", now)
        .executeTakeFirst()) !== undefined,
    listSessions: (userId, now) =>
      tx
        .selectFrom("session")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("userId", "=", userId)
        .where("expiresAt", ">", now)
        .orderBy("createdAt", "desc")
        .execute(),
    async deleteSession(sessionId) {
      const { numDeletedRows } = await tx
        .deleteFrom("session")
        .where("accountId", "=", accountId)
        .where("sessionId", "=", sessionId)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

/**
 * People with the state of their connection and their group, as the page asks. The page's people are found first, in the
 * order of their addresses, so that the rest is looked up for them alone, however many others fit.
 */
function listUsers(tx: Transaction<Database>, accountId: AccountId, { after, limit, ...wanted }: UserPage) {
  const { search, group, state, role, hasFactor } = wanted
  let page = tx
    .selectFrom(listed(hasFactor).as("person"))
    .select("person.userId")
    .where("person.accountId", "=", accountId)
    .where("person.kind", "=", "person")
    .where("person.email", ">", after ?? "")
    .orderBy("person.email")
    .limit(limit)
  if (search !== null) page = page.where(hasPart(search))
  if (group !== null) page = page.where(isIn(accountId, group))
  if (state !== undefined) page = page.where(isConnected(accountId, state))
  if (role !== undefined) page = page.where("person.role", "=", role)
  if (hasFactor !== undefined) page = page.where(sql<boolean>`person.has_factor = ${hasFactor}`)
  return tx
    .with(
      (cte) => cte("page").materialized(),
      () => page,
    )
    .selectFrom("page")
    .innerJoin("appUser", (join) =>
      join.onRef("appUser.userId", "=", "page.userId").on("appUser.accountId", "=", accountId),
    )
    .leftJoin("connection", (join) =>
      join.onRef("connection.accountId", "=", "appUser.accountId").onRef("connection.userId", "=", "appUser.userId"),
    )
    .leftJoin("groupMember", (join) =>
      join.onRef("groupMember.accountId", "=", "appUser.accountId").onRef("groupMember.userId", "=", "appUser.userId"),
    )
    .selectAll("appUser")
    .select(["connection.state as connectionState", "groupMember.groupId"])
    .orderBy("appUser.email")
    .execute()
}

type Listed = Pick<UserRow, "accountId" | "userId" | "email" | "role"> & { readonly kind: string }

/** Where people are looked for: whether they have a second factor is said by the row that is kept of each person alone. */
const listed = (hasFactor: boolean | undefined) =>
  hasFactor === undefined ? sql<Listed>`app_user` : sql<Listed>`listed_person`

type ConnectionTables = Pick<
  AccountTables,
  | "insertConnection"
  | "updateConnection"
  | "findConnection"
  | "findConnectionOfUser"
  | "deleteConnection"
  | "upsertCredential"
  | "findCredential"
  | "lockCredential"
>

function connectionTables(tx: Transaction<Database>, accountId: AccountId): ConnectionTables {
  const connections = () => tx.selectFrom("connection").selectAll().where("accountId", "=", accountId)
  const credentials = () => tx.selectFrom("credential").selectAll().where("accountId", "=", accountId)
  return {
    async insertConnection(row) {
      await unique(
        tx.insertInto("connection").values(row).execute(),
        "A calendar service is connected already.",
        "one-at-a-time",
      )
    },
    async updateConnection(connectionId, changes) {
      await tx
        .updateTable("connection")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("connectionId", "=", connectionId)
        .execute()
    },
    findConnection: async (connectionId) =>
      (await connections().where("connectionId", "=", connectionId).executeTakeFirst()) ?? null,
    findConnectionOfUser: async (userId) =>
      (await connections().where("userId", "=", userId).executeTakeFirst()) ?? null,
    async deleteConnection(connectionId) {
      // What a move kept of this person's older secrets, to undo it with, goes as well.
      await sql`
        update rollout_step set sealed_secret = null, sealed_access_token = null, state = 'skipped'
        where account_id = ${accountId} and (sealed_secret is not null or sealed_access_token is not null) and user_id in (
          select user_id from connection where account_id = ${accountId} and connection_id = ${connectionId})`.execute(
        tx,
      )
      await tx
        .deleteFrom("connection")
        .where("accountId", "=", accountId)
        .where("connectionId", "=", connectionId)
        .execute()
    },
    async upsertCredential(row) {
      const { accountId: _account, credentialId: _credential, connectionId: _connection, ...changes } = row
      await tx
        .insertInto("credential")
        .values(row)
        .onConflict((conflict) => conflict.columns(["accountId", "connectionId"]).doUpdateSet(changes))
        .execute()
    },
    findCredential: async (connectionId) =>
      (await credentials().where("connectionId", "=", connectionId).executeTakeFirst()) ?? null,
    lockCredential: async (connectionId) =>
      (await credentials().where("connectionId", "=", connectionId).forUpdate().executeTakeFirst()) ?? null,
  }
}

type CalendarTables = Pick<
  AccountTables,
  | "insertCalendar"
  | "updateCalendar"
  | "deleteCalendar"
  | "findCalendar"
  | "listCalendars"
  | "insertSubscription"
  | "updateSubscription"
  | "deleteSubscription"
  | "listSubscriptions"
>

function calendarTables(tx: Transaction<Database>, accountId: AccountId): CalendarTables {
  const calendars = () => tx.selectFrom("calendar").selectAll().where("accountId", "=", accountId)
  return {
    async insertCalendar(row) {
      await tx.insertInto("calendar").values(row).execute()
    },
    async updateCalendar(calendarId, changes) {
      await tx
        .updateTable("calendar")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("calendarId", "=", calendarId)
        .execute()
    },
    async deleteCalendar(calendarId) {
      await tx.deleteFrom("calendar").where("accountId", "=", accountId).where("calendarId", "=", calendarId).execute()
    },
    findCalendar: async (calendarId) =>
      (await calendars().where("calendarId", "=", calendarId).executeTakeFirst()) ?? null,
    listCalendars: (connectionId) =>
      calendars().where("connectionId", "=", connectionId).orderBy("isPrimary", "desc").orderBy("calendarId").execute(),
    async insertSubscription(row) {
      await tx.insertInto("subscription").values(row).execute()
    },
    async updateSubscription(subscriptionId, changes) {
      await tx
        .updateTable("subscription")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("subscriptionId", "=", subscriptionId)
        .execute()
    },
    async deleteSubscription(subscriptionId) {
      await tx
        .deleteFrom("subscription")
        .where("accountId", "=", accountId)
        .where("subscriptionId", "=", subscriptionId)
        .execute()
    },
    listSubscriptions: (calendarId) =>
      tx
        .selectFrom("subscription")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("calendarId", "=", calendarId)
        .orderBy("createdAt")
        .execute(),
  }
}

function keyTables(
  tx: Transaction<Database>,
  accountId: AccountId,
): Pick<AccountTables, "insertDataKey" | "listDataKeys"> {
  return {
    async insertDataKey(row) {
      await unique(tx.insertInto("dataKey").values(row).execute(), "This key version exists already.", "key-exists")
    },
    listDataKeys: () =>
      tx.selectFrom("dataKey").selectAll().where("accountId", "=", accountId).orderBy("keyVersion", "desc").execute(),
  }
}
