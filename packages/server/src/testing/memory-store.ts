import { statesForPerson } from "@kalends/domain/connection"
import type { AccountId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { nextAuditRow } from "../ports/audit-chain.ts"
import { coalesced, jobKey } from "../ports/job-queue.ts"
import type {
  AccountTables,
  AuditEntry,
  AuditFilter,
  AuditRow,
  PeopleTables,
  Store,
  SystemTables,
} from "../ports/store.ts"
import { memoryBookings, memorySystemBookings } from "./memory-bookings.ts"
import { memoryDevices, memorySystemDevices } from "./memory-devices.ts"
import { memoryDisplays, memorySystemDisplays } from "./memory-displays.ts"
import { memoryFigures, memorySystemFigures } from "./memory-figures.ts"
import { memoryKeys, memorySystemKeys } from "./memory-keys.ts"
import { memoryListening, memorySystemListening } from "./memory-listening.ts"
import { createLocks } from "./memory-locks.ts"
import { memoryManyRooms } from "./memory-many-rooms.ts"
import { memoryGroups, memoryMeetings, memorySystemMeetings, removeLinksOf } from "./memory-meetings.ts"
import { memoryOverview, memorySystemOverview } from "./memory-overview.ts"
import { memoryPersons, memorySystemPersons } from "./memory-persons.ts"
import { memoryPolicy } from "./memory-policy.ts"
import { memoryPolicyChanges, memorySystemPolicy } from "./memory-policy-changes.ts"
import { memoryRevocations, memorySystemRevocations } from "./memory-revocations.ts"
import { memoryRoomTables, memorySystemRooms } from "./memory-room-tables.ts"
import { hasFactorIn, memorySignIn, memorySystemSignIn } from "./memory-sign-in-tables.ts"
import { memorySubjects } from "./memory-subjects.ts"
import { createMemoryTransaction, emptyTables, type MemoryTransaction, type WaitingJob } from "./memory-tables.ts"
import { forgetKept, memoryRollouts, memorySystemRollouts, memoryTenants } from "./memory-tenants.ts"
import { memorySystemTools, memoryTools } from "./memory-tools.ts"
import { memoryTroubles } from "./memory-troubles.ts"
import { searchText } from "./search-text.ts"

export type MemoryStore = Store & {
  /** Jobs that wait, in the order of their keys; coalesced as the queue does. */
  readonly jobs: readonly WaitingJob[]
  /** Takes out all that wait, as a worker does with what is due. */
  takeJobs(): readonly WaitingJob[]
  /** All rows of all tables, for a look at what is kept. */
  everything(): unknown
}

/**
 * The reference implementation of the store, in memory: transactions at "read committed" that roll back when they throw,
 * row locks held to the end, rows of other accounts out of reach. A deadlock throws, as PostgreSQL does.
 */
export function createMemoryStore(): MemoryStore {
  const committed = emptyTables()
  const locks = createLocks<object>()

  async function transaction<Result>(work: (tx: MemoryTransaction) => Promise<Result>): Promise<Result> {
    const tx = createMemoryTransaction(committed, locks)
    try {
      const result = await work(tx)
      tx.commit()
      return result
    } finally {
      tx.end()
    }
  }

  const jobs = () => [...committed.job.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, waiting]) => waiting)

  return {
    inAccount: (accountId, work) => transaction((tx) => work(createAccountTables(tx, accountId))),
    asSystem: (work) => transaction((tx) => work(createSystemTables(tx))),
    everything: () => Object.values(committed).map((rows) => [...rows.values()]),
    get jobs() {
      return jobs()
    },
    takeJobs() {
      const taken = jobs()
      committed.job.clear()
      return taken
    },
  }
}

function createAccountTables(tx: MemoryTransaction, accountId: AccountId): AccountTables {
  const connections = connectionTables(tx, accountId)
  return {
    accountId,
    lockAccount: () => tx.lock("account", accountId),
    ...peopleTables(tx, accountId),
    ...connections,
    ...calendarTables(tx, accountId),
    ...recordTables(tx, accountId),
    meetings: memoryMeetings(tx, accountId),
    listening: memoryListening(tx, accountId),
    tenants: memoryTenants(tx, accountId),
    keys: memoryKeys(tx, accountId),
    rollouts: memoryRollouts(tx, accountId),
    groups: memoryGroups(tx, accountId),
    policy: memoryPolicy(tx, accountId),
    overview: memoryOverview(tx, accountId),
    figures: memoryFigures(tx, accountId),
    signIn: memorySignIn(tx, accountId),
    revocations: memoryRevocations(tx, accountId, connections.deleteConnection),
    policyChanges: memoryPolicyChanges(tx, accountId),
    devices: memoryDevices(tx, accountId),
    bookings: memoryBookings(tx, accountId),
    persons: memoryPersons(tx, accountId, connections.deleteConnection),
    tools: memoryTools(tx, accountId),
    rooms: memoryRoomTables(tx, accountId, connections.deleteConnection),
    manyRooms: memoryManyRooms(tx, accountId),
    displays: memoryDisplays(tx, accountId),
    troubles: memoryTroubles(tx, accountId),
  }
}

const mine = (accountId: AccountId) => (row: { readonly accountId: AccountId }) => row.accountId === accountId

/** The row, unless it is another account's. */
function own<Row extends { readonly accountId: AccountId }>(row: Row | null, accountId: AccountId): Row | null {
  return row !== null && row.accountId === accountId ? row : null
}

function refuse(isTaken: boolean, message: string, code: string): void {
  if (isTaken) throw new Problem("conflict", message, { code })
}

/** As row-level security: a row of another account is not written. */
function fence(row: { readonly accountId: AccountId }, accountId: AccountId): void {
  if (row.accountId !== accountId) throw new Error("new row violates row-level security policy")
}

function peopleTables(tx: MemoryTransaction, accountId: AccountId): PeopleTables {
  return {
    async insertUser(row) {
      fence(row, accountId)
      await tx.lock("user", row.email)
      refuse(
        tx.list("user").some((user) => user.email === row.email && user.accountId === accountId) ||
          tx.list("room").some((room) => room.address === row.email && room.accountId === accountId),
        "This e-mail address has an account already.",
        "email-taken",
      )
      await tx.put("user", row.userId, row)
    },
    findUser: async (userId) => own(tx.find("user", userId), accountId),
    findUsers: async (userIds) =>
      tx
        .list("user")
        .filter(mine(accountId))
        .filter(({ userId }) => userIds.includes(userId)),
    findUserByEmail: async (email) =>
      tx
        .list("user")
        .filter(mine(accountId))
        .find((user) => user.email === email) ?? null,
    async listUsers({ after, limit, search, group, state, role, hasFactor }) {
      const wanted = searchText(search ?? "")
      const groupOf = (userId: string) => tx.find("member", userId)?.groupId ?? null
      const isInGroup = (userId: string) => group === null || groupOf(userId) === group
      const users = tx
        .list("user")
        .filter(mine(accountId))
        .filter((user) => user.email > (after ?? "") && isInGroup(user.userId))
        .filter((user) => searchText(user.email, user.displayName).includes(wanted))
      const stateOf = new Map(tx.list("connection").map(({ userId, state }) => [userId, state]))
      const page = users
        .filter((user) => state === undefined || (stateOf.get(user.userId) ?? "none") === state)
        .filter((user) => role === undefined || user.role === role)
        .filter((user) => hasFactor === undefined || hasFactorIn(tx, user) === hasFactor)
        .sort((a, b) => (a.email < b.email ? -1 : 1))
        .slice(0, limit)
      return page.map((user) => ({
        ...user,
        connectionState: stateOf.get(user.userId) ?? null,
        groupId: groupOf(user.userId),
      }))
    },
    async insertSession(row) {
      fence(row, accountId)
      await tx.put("session", row.sessionId, row)
    },
    hasSession: async (sessionId, now) => {
      const session = own(tx.find("session", sessionId), accountId)
      return session !== null && Temporal.Instant.compare(now, session.expiresAt) < 0
    },
    listSessions: async (userId, now) =>
      tx
        .list("session")
        .filter((row) => mine(accountId)(row) && row.userId === userId)
        .filter(({ expiresAt }) => Temporal.Instant.compare(now, expiresAt) < 0)
        .sort((a, b) => Temporal.Instant.compare(b.createdAt, a.createdAt)),
    deleteSession: async (sessionId) =>
      own(tx.find("session", sessionId), accountId) !== null && tx.remove("session", sessionId),
  }
}

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

function connectionTables(tx: MemoryTransaction, accountId: AccountId): ConnectionTables {
  return {
    async insertConnection(row) {
      fence(row, accountId)
      await tx.lock("connection", `of ${row.userId}`)
      refuse(
        tx.list("connection").some((known) => known.userId === row.userId),
        "A calendar service is connected already.",
        "one-at-a-time",
      )
      await tx.put("connection", row.connectionId, row)
    },
    updateConnection: (connectionId, changes) =>
      tx.change("connection", connectionId, (row) => (own(row, accountId) === null ? row : { ...row, ...changes })),
    findConnection: async (connectionId) => own(tx.find("connection", connectionId), accountId),
    findConnectionOfUser: async (userId) =>
      tx
        .list("connection")
        .filter(mine(accountId))
        .find((row) => row.userId === userId) ?? null,
    async deleteConnection(connectionId) {
      const connection = own(tx.find("connection", connectionId), accountId)
      if (connection === null) return
      if (tx.find("credential", connectionId) !== null) await tx.remove("credential", connectionId)
      await forgetKept(tx, connection.userId)
      await tx.remove("connection", connectionId)
      await tx.remove("listening", connectionId)
      for (const calendar of tx.list("calendar"))
        if (calendar.connectionId === connectionId) await removeCalendar(tx, calendar.calendarId)
    },
    async upsertCredential(row) {
      fence(row, accountId)
      // The foreign key: a credential does not outlive its connection.
      if (tx.find("connection", row.connectionId) === null)
        throw new Error("violates foreign key constraint of credential")
      const known = tx.find("credential", row.connectionId)
      await tx.put("credential", row.connectionId, known === null ? row : { ...row, credentialId: known.credentialId })
    },
    findCredential: async (connectionId) => own(tx.find("credential", connectionId), accountId),
    async lockCredential(connectionId) {
      if (own(tx.find("credential", connectionId), accountId) === null) return null
      await tx.lock("credential", connectionId)
      return own(tx.find("credential", connectionId), accountId)
    },
  }
}

async function removeCalendar(tx: MemoryTransaction, calendarId: string): Promise<void> {
  await tx.remove("calendar", calendarId)
  await removeLinksOf(tx, calendarId)
  for (const row of tx.list("subscription"))
    if (row.calendarId === calendarId) await tx.remove("subscription", row.subscriptionId)
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

function calendarTables(tx: MemoryTransaction, accountId: AccountId): CalendarTables {
  return {
    async insertCalendar(row) {
      fence(row, accountId)
      if (tx.find("connection", row.connectionId) === null)
        throw new Error("violates foreign key constraint of calendar")
      await tx.put("calendar", row.calendarId, row)
    },
    updateCalendar: (calendarId, changes) =>
      tx.change("calendar", calendarId, (row) => (own(row, accountId) === null ? row : { ...row, ...changes })),
    async deleteCalendar(calendarId) {
      if (own(tx.find("calendar", calendarId), accountId) !== null) await removeCalendar(tx, calendarId)
    },
    findCalendar: async (calendarId) => own(tx.find("calendar", calendarId), accountId),
    async listCalendars(connectionId) {
      const rows = tx
        .list("calendar")
        .filter(mine(accountId))
        .filter((row) => row.connectionId === connectionId)
      return rows.sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || (a.calendarId < b.calendarId ? -1 : 1))
    },
    async insertSubscription(row) {
      fence(row, accountId)
      if (tx.find("calendar", row.calendarId) === null)
        throw new Error("violates foreign key constraint of subscription")
      await tx.put("subscription", row.subscriptionId, row)
    },
    updateSubscription: (subscriptionId, changes) =>
      tx.change("subscription", subscriptionId, (row) => (own(row, accountId) === null ? row : { ...row, ...changes })),
    async deleteSubscription(subscriptionId) {
      if (own(tx.find("subscription", subscriptionId), accountId) !== null)
        await tx.remove("subscription", subscriptionId)
    },
    async listSubscriptions(calendarId) {
      const rows = tx
        .list("subscription")
        .filter(mine(accountId))
        .filter((row) => row.calendarId === calendarId)
      return rows.sort((a, b) => Temporal.Instant.compare(a.createdAt, b.createdAt))
    },
  }
}

type RecordTables = Pick<
  AccountTables,
  | "insertDataKey"
  | "listDataKeys"
  | "appendAudit"
  | "appendAudits"
  | "listAudit"
  | "listAuditOf"
  | "searchAudit"
  | "nameSubjects"
  | "addJobs"
>

function recordTables(tx: MemoryTransaction, accountId: AccountId): RecordTables {
  const entries = () =>
    tx
      .list("audit")
      .filter(mine(accountId))
      .sort((a, b) => a.sequence - b.sequence)
  async function append(added: readonly AuditEntry[], at: Temporal.Instant): Promise<void> {
    await tx.lock("account", accountId)
    let last = entries().at(-1) ?? null
    for (const entry of added) {
      last = nextAuditRow(last, entry, { accountId, at, signer: null })
      await tx.put("audit", `${accountId}:${last.sequence}`, last)
    }
  }
  return {
    async insertDataKey(row) {
      fence(row, accountId)
      const key = `${accountId}:${row.keyVersion}`
      await tx.lock("dataKey", key)
      refuse(tx.find("dataKey", key) !== null, "This key version exists already.", "key-exists")
      await tx.put("dataKey", key, row)
    },
    listDataKeys: async () =>
      tx
        .list("dataKey")
        .filter(mine(accountId))
        .sort((a, b) => b.keyVersion - a.keyVersion),
    appendAudit: (entry, at) => append([entry], at),
    appendAudits: append,
    listAuditOf: async (subjectId, limit) =>
      entries()
        .filter((row) => row.subjectId === subjectId)
        .slice(-limit),
    listAudit: async ({ after, limit }) =>
      entries()
        .filter((row) => row.sequence > after)
        .slice(0, limit),
    nameSubjects: async (ids) => memorySubjects(tx, accountId, ids),
    searchAudit: async ({ limit, ...filter }) => entries().filter(isAsked(filter)).reverse().slice(0, limit),
    async addJobs(jobs, runAt) {
      for (const job of jobs) {
        const key = jobKey(job)
        await tx.lock("job", key)
        const waiting = tx.find("job", key)
        await tx.put("job", key, {
          job: waiting === null ? job : coalesced(waiting.job, job),
          runAt: waiting === null ? (runAt ?? null) : waiting.runAt,
        })
      }
    },
  }
}

const isAsked =
  ({ before, actor, action, subjectId, reason, from, to }: AuditFilter) =>
  (row: AuditRow): boolean =>
    (before === null || row.sequence < before) &&
    (actor === null || (row.actor.kind === "user" && row.actor.userId === actor)) &&
    (action === null || row.action === action) &&
    (subjectId === null || row.subjectId === subjectId) &&
    (reason === null || row.reason === reason) &&
    (from === null || Temporal.Instant.compare(row.at, from) >= 0) &&
    (to === null || Temporal.Instant.compare(row.at, to) < 0)

function createSystemTables(tx: MemoryTransaction): SystemTables {
  const isBefore = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) < 0
  return {
    ...memorySystemBookings(tx),
    ...memorySystemDevices(tx),
    ...memorySystemKeys(tx),
    ...memorySystemListening(tx),
    ...memorySystemMeetings(tx),
    ...memorySystemOverview(tx),
    ...memorySystemRevocations(tx),
    ...memorySystemRollouts(tx),
    ...memorySystemFigures(tx),
    ...memorySystemSignIn(tx),
    ...memorySystemPolicy(tx),
    ...memorySystemPersons(tx),
    ...memorySystemRooms(tx),
    ...memorySystemDisplays(tx),
    ...memorySystemTools(tx),
    insertAccount: (row) => tx.put("account", row.accountId, row),
    hasAccounts: async () => tx.list("account").length > 0,
    findUserByEmail: async (email) => tx.list("user").find((row) => row.email === email) ?? null,
    async findSession(tokenHash, now) {
      const session = tx
        .list("session")
        .find((row) => Buffer.from(row.tokenHash).equals(tokenHash) && isBefore(now, row.expiresAt))
      const user = session === undefined ? null : tx.find("user", session.userId)
      if (session === undefined || user === null || user.suspendedAt !== null) return null
      return { session, user, asksEverybody: tx.find("account", user.accountId)?.asksSecondFactor === true }
    },
    async deleteExpiredSessions(now) {
      const expired = tx.list("session").filter((row) => !isBefore(now, row.expiresAt))
      for (const { sessionId } of expired) await tx.remove("session", sessionId)
      return expired.length
    },
    async takeDueCalendars({ now, limit, nextDueAt }) {
      const due = tx
        .list("calendar")
        .filter((row) => !isBefore(now, row.dueAt))
        .sort((a, b) => Temporal.Instant.compare(a.dueAt, b.dueAt))
        .slice(0, limit)
      for (const row of due) await tx.put("calendar", row.calendarId, { ...row, dueAt: nextDueAt })
      return due.map(({ accountId, calendarId }) => ({ accountId, calendarId }))
    },
    async takeDueRenewals({ now, limit, nextRenewAt }) {
      const due = tx
        .list("subscription")
        .filter((row) => !isBefore(now, row.renewAt))
        .sort((a, b) => Temporal.Instant.compare(a.renewAt, b.renewAt))
        .slice(0, limit)
      for (const row of due) await tx.put("subscription", row.subscriptionId, { ...row, renewAt: nextRenewAt })
      return due.map(({ accountId, calendarId }) => ({ accountId, calendarId }))
    },
    async takeDueReviews({ now, limit, nextReviewAt }) {
      const due = tx
        .list("meeting")
        .filter((row) => row.state !== "ended" && !isBefore(now, row.reviewAt))
        .sort((a, b) => Temporal.Instant.compare(a.reviewAt, b.reviewAt))
        .slice(0, limit)
      for (const row of due) await tx.put("meeting", row.meetingId, { ...row, reviewAt: nextReviewAt })
      return due.map(({ accountId, meetingId }) => ({ accountId, meetingId }))
    },
    async listIdleConnections({ unusedSince, limit }) {
      const isSuspended = (userId: string) => (tx.find("user", userId)?.suspendedAt ?? null) !== null
      const waiting = tx
        .list("connection")
        .filter(({ state, userId }) => statesForPerson.includes(state) || isSuspended(userId))
      const idle = tx
        .list("credential")
        .filter((row) => row.secretKind === "refresh-token" && isBefore(row.usedAt, unusedSince))
        .filter((row) => waiting.every(({ connectionId }) => connectionId !== row.connectionId))
        .sort((a, b) => Temporal.Instant.compare(a.usedAt, b.usedAt))
      return idle.slice(0, limit).map(({ accountId, connectionId }) => ({ accountId, connectionId }))
    },
    async countConnectionsByState() {
      const groups = Map.groupBy(tx.list("connection"), ({ provider, state }) => `${provider} ${state}`)
      return [...groups.values()].flatMap((rows) =>
        rows[0] === undefined ? [] : [{ provider: rows[0].provider, state: rows[0].state, count: rows.length }],
      )
    },
  }
}
