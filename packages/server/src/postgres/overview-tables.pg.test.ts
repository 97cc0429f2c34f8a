import type { ConnectionState } from "@kalends/domain/connection"
import {
  parseCalendarId,
  parseConnectionId,
  parseCredentialId,
  parseGroupId,
  parseSubscriptionId,
  parseUserId,
} from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import type { ConnectionFilter } from "../ports/overview-tables.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createStore } from "./store.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const day = (days: number) => now.add({ hours: 24 * days })
const database = useDatabase()
const memory = createMemoryStore()
const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", () => memory],
]
const any: ConnectionFilter = {
  state: null,
  provider: null,
  groupId: null,
  tenantId: null,
  endsBefore: null,
  search: null,
}
let seed = 1_400

type Person = {
  readonly name: string
  readonly state?: ConnectionState
  readonly tenantId?: string | null
  readonly usedAt?: Temporal.Instant
  readonly refreshExpiresAt?: Temporal.Instant
  readonly lastPassAt?: Temporal.Instant
  /** Since when there is a subscription, and until when. */
  readonly subscription?: readonly [Temporal.Instant, Temporal.Instant]
  readonly isInGroup?: boolean
}

/** An organisation of these people, each with a connection of one calendar. */
async function organisation(store: Store, persons: readonly Person[]) {
  const random = seededRandom(++seed)
  const { account, user, connection, credential, calendar } = sampleRows(seed)
  const { accountId } = account
  const groupId = parseGroupId(random.uuid())
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.groups.putGroup({ accountId, groupId, name: "Pilots" })
    for (const { name, state = "healthy", tenantId = "tenant-1", ...rest } of persons) {
      const userId = parseUserId(random.uuid())
      const connectionId = parseConnectionId(random.uuid())
      const calendarId = parseCalendarId(random.uuid())
      await tables.insertUser({
        ...user,
        userId,
        email: `${name}-${seed}@example.org`,
        displayName: name.toUpperCase(),
      })
      if (rest.isInGroup === true) await tables.groups.setGroupOfUser(userId, groupId)
      await tables.insertConnection({ ...connection, connectionId, userId, state, tenantId })
      await tables.upsertCredential({
        ...{ ...credential, connectionId, credentialId: parseCredentialId(random.uuid()) },
        ...{ usedAt: rest.usedAt ?? now, refreshExpiresAt: rest.refreshExpiresAt ?? null },
      })
      await tables.insertCalendar({ ...calendar, calendarId, connectionId, lastPassAt: rest.lastPassAt ?? null })
      if (rest.subscription === undefined) continue
      const [createdAt, expiresAt] = rest.subscription
      await tables.insertSubscription({
        ...{ accountId, subscriptionId: parseSubscriptionId(random.uuid()), calendarId, provider: connection.provider },
        ...{ providerSubscriptionId: "one", providerResourceId: null, createdAt, expiresAt, renewAt: expiresAt },
      })
    }
  })
  const idle = [{ provider: connection.provider, lifeMs: 90 * 86_400_000 }]
  const run = <Result>(work: (tables: AccountTables) => Promise<Result>) => store.inAccount(accountId, work)
  const names = async (filter: Partial<ConnectionFilter>, after: string | null = null, limit = 10) =>
    (
      await store.inAccount(accountId, ({ overview }) =>
        overview.list({ ...any, ...filter }, { after, limit, now, idle }),
      )
    ).map(({ displayName }) => displayName)
  return { accountId, groupId, idle, names, connection, run }
}

describe.each(stores)("all connections of an organisation, %s", (_where, make) => {
  test("are listed by address in pages, with what their calendars and subscriptions say", async () => {
    const { names, run, idle } = await organisation(make(), [
      { name: "cy", lastPassAt: now, subscription: [day(-1), day(1)] },
      { name: "ada", usedAt: day(-80) },
      { name: "bo", refreshExpiresAt: day(3) },
    ])
    expect(await names({})).toEqual(["ADA", "BO", "CY"])
    expect(await names({}, `ada-${seed}@example.org`, 1)).toEqual(["BO"])
    const [ada, bo, cy] = await run(({ overview }) => overview.list(any, { after: null, limit: 10, now, idle }))
    expect(ada).toMatchObject({ calendarCount: 1, pushedCount: 0, nextRenewalAt: null, oldestPassAt: null })
    expect([ada?.grantEndsAt, bo?.grantEndsAt]).toEqual([day(10), day(3)])
    expect(cy).toMatchObject({
      pushedCount: 1,
      nextRenewalAt: day(1),
      lastPassAt: now,
      oldestPassAt: now,
      isListened: false,
    })
    const found = await run(({ overview }) => overview.find(parseConnectionId(cy?.connectionId ?? ""), { now, idle }))
    expect(found).toEqual(cy)
  })

  test("are narrowed by state, tenant, group, name and what ends soon", async () => {
    const { names, groupId } = await organisation(make(), [
      { name: "ada", state: "needs-reauth", isInGroup: true },
      { name: "bo", tenantId: "tenant-2", usedAt: day(-85) },
      { name: "cy", tenantId: null },
    ])
    expect(await names({ state: "needs-reauth" })).toEqual(["ADA"])
    expect(await names({ tenantId: "tenant-2" })).toEqual(["BO"])
    expect(await names({ groupId })).toEqual(["ADA"])
    expect(await names({ search: "CY" })).toEqual(["CY"])
    expect(await names({ search: "%" })).toEqual([])
    expect(await names({ endsBefore: day(30) })).toEqual(["BO"])
  })

  test("are counted by state and by tenant", async () => {
    const { run, connection } = await organisation(make(), [
      { name: "ada" },
      { name: "bo" },
      { name: "cy", state: "disabled", tenantId: "tenant-2" },
    ])
    const counts = await run(({ overview }) => overview.countByState())
    expect([...counts].sort((a, b) => a.count - b.count)).toEqual([
      { provider: connection.provider, state: "disabled", count: 1 },
      { provider: connection.provider, state: "healthy", count: 2 },
    ])
    const tenants = await run(({ overview }) => overview.countByTenant())
    expect(tenants.map(({ tenantId, count, disabledCount }) => [tenantId, count, disabledCount])).toEqual([
      ["tenant-1", 2, 0],
      ["tenant-2", 1, 1],
    ])
  })

  test("tell which grants die of disuse or by their day, and which subscriptions were not renewed", async () => {
    const { run, idle } = await organisation(make(), [
      { name: "ada", usedAt: day(-85) },
      { name: "bo", refreshExpiresAt: day(2) },
      { name: "cy", usedAt: day(-30) },
      { name: "di", subscription: [day(-7), now.add({ hours: 2 })] },
      { name: "ed", subscription: [day(-1), day(6)] },
      { name: "fay", state: "needs-reauth", subscription: [day(-1), day(6)] },
      { name: "gus", usedAt: day(-95) },
    ])
    const query = { now, until: day(30), idle, limit: 3 }
    const { soonest, byDay } = await run(({ overview }) => overview.endings(query))
    expect(soonest.map(({ displayName, kind, isOfDisuse }) => [displayName, kind, isOfDisuse])).toEqual([
      ["DI", "subscription", false],
      ["BO", "grant", false],
      ["ADA", "grant", true],
    ])
    expect([...byDay].sort((a, b) => (a.day < b.day ? -1 : 1))).toEqual([
      { day: "2026-11-23", kind: "subscription", count: 1 },
      { day: "2026-11-25", kind: "grant", count: 1 },
      { day: "2026-11-28", kind: "grant", count: 1 },
      { day: "2026-11-29", kind: "subscription", count: 1 },
    ])
  })

  test("of a tenant are shut in one go and opened in one, and those of another are left alone", async () => {
    const { run, names, connection } = await organisation(make(), [
      { name: "ada" },
      { name: "bo", state: "needs-reauth" },
      { name: "cy", state: "disabled" },
      { name: "di", tenantId: "tenant-2" },
    ])
    const tenant = { provider: connection.provider, tenantId: "tenant-1" }
    const shut = { problemKind: "forbidden", problemCode: "app-deleted", now } as const
    const moved = await run(({ overview }) => overview.shutTenant(tenant, shut))
    expect(moved.map(({ was }) => was).sort()).toEqual(["healthy", "needs-reauth"])
    expect(await names({ state: "disabled" })).toEqual(["ADA", "BO", "CY"])
    expect(await run(({ overview }) => overview.shutTenant(tenant, shut))).toEqual([])
    expect(await run(({ overview }) => overview.findShut(tenant))).toMatchObject({ state: "disabled" })
    const reopened = await run(({ overview }) => overview.reopenTenant(tenant, day(1)))
    expect(reopened).toHaveLength(3)
    expect(await names({ state: "connecting" })).toEqual(["ADA", "BO", "CY"])
    const due = await run(({ listCalendars }) => listCalendars(reopened[0]?.connectionId ?? parseConnectionId("")))
    expect(due[0]?.dueAt).toEqual(day(1))
    expect(await run(({ overview }) => overview.findShut(tenant))).toBeNull()
  })

  test("leave a whole chain when thousands of entries are appended at once", async () => {
    const { run } = await organisation(make(), [])
    const entry = { actor: { kind: "service", part: "test" }, action: "connection-removed", reason: "asked" } as const
    const entries = Array.from({ length: 2_005 }, (_, index) => ({ ...entry, subjectId: `subject-${index}` }))
    await run((tables) => tables.appendAudit({ ...entry, subjectId: "first" }, now))
    await run((tables) => tables.appendAudits(entries, now))
    await run((tables) => tables.appendAudits([], now))
    const rows = await run((tables) => tables.listAudit({ after: 0, limit: 3_000 }))
    expect(await verifyChain(rows)).toMatchObject({ isWhole: true, count: 2_006 })
    expect(rows.at(-1)?.subjectId).toBe("subject-2004")
  })
})
