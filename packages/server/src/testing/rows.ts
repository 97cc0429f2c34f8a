import {
  type AccountId,
  type ConnectionId,
  parseAccountId,
  parseCalendarId,
  parseConnectionId,
  parseCredentialId,
  parseProviderCalendarId,
  parseProviderName,
  parseSubscriptionId,
  parseUserId,
} from "@kalends/domain/ids"
import type { Caller } from "../ports/call.ts"
import type { Random } from "../ports/random.ts"
import type { AccountRow, CalendarRow, ConnectionRow, CredentialRow, SubscriptionRow, UserRow } from "../ports/store.ts"
import { seededRandom } from "./seeded-random.ts"

/** The user, asking by a request. */
export const callerOf = (user: UserRow): Caller => ({ ...user, call: "request:test" })

const startsAt = Temporal.Instant.from("2026-11-23T09:00:00Z")

/** Rows of one account with one connected user, for tests; change what the test is about. */
export function sampleRows(seed = 1): {
  account: AccountRow
  user: UserRow
  connection: ConnectionRow
  credential: CredentialRow
  calendar: CalendarRow
} {
  const random = seededRandom(seed)
  const accountId = parseAccountId(random.uuid())
  const userId = parseUserId(random.uuid())
  const connectionId = parseConnectionId(random.uuid())
  return {
    account: { accountId, name: "Observatory", createdAt: startsAt },
    user: {
      accountId,
      userId,
      email: `ada${seed}@example.org`,
      displayName: "Ada",
      role: "user",
      passwordHash: "scrypt$x$y",
      suspendedAt: null,
      createdAt: startsAt,
    },
    connection: {
      accountId,
      connectionId,
      userId,
      provider: parseProviderName("memory"),
      permission: "read",
      contactsPermission: "none",
      state: "healthy",
      subjectEmail: `ada${seed}@example.org`,
      subjectId: `subject-${seed}`,
      tenantId: "tenant-1",
      tenantConnectionId: null,
      createdAt: startsAt,
      lastOkAt: startsAt,
      problemKind: null,
      problemCode: null,
      problemAt: null,
    },
    credential: sampleCredential(accountId, connectionId, random),
    calendar: sampleCalendar(accountId, connectionId, random),
  }
}

/** The provider tells of changes in the calendar, until then. */
export function sampleSubscription(calendar: CalendarRow, expiresAt: Temporal.Instant): SubscriptionRow {
  return {
    ...{ accountId: calendar.accountId, calendarId: calendar.calendarId, provider: parseProviderName("memory") },
    subscriptionId: parseSubscriptionId("0198f7a0-0000-7000-8000-00000000beef"),
    ...{ providerSubscriptionId: "subscription-1", providerResourceId: null },
    ...{ expiresAt, renewAt: expiresAt, createdAt: startsAt },
  }
}

function sampleCredential(accountId: AccountId, connectionId: ConnectionId, random: Random): CredentialRow {
  return {
    accountId,
    connectionId,
    credentialId: parseCredentialId(random.uuid()),
    version: 1,
    sealedSecret: new Uint8Array([1]),
    secretKind: "refresh-token",
    sealedAccessToken: null,
    accessExpiresAt: null,
    refreshExpiresAt: null,
    usedAt: startsAt,
  }
}

function sampleCalendar(accountId: AccountId, connectionId: ConnectionId, random: Random): CalendarRow {
  return {
    accountId,
    calendarId: parseCalendarId(random.uuid()),
    connectionId,
    providerCalendarId: parseProviderCalendarId("primary"),
    isPrimary: true,
    canWrite: false,
    cursor: null,
    isFirstListing: true,
    cursorWindowStartsAt: null,
    cursorWindowEndsAt: null,
    dueAt: startsAt,
    lastPassAt: null,
    changedAt: null,
    failureCount: 0,
  }
}
