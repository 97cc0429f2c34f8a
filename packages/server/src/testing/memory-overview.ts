import { statesForPerson } from "@kalends/domain/connection"
import type { AccountId } from "@kalends/domain/ids"
import { isListenedTo } from "../ports/listening-tables.ts"
import type {
  ConnectionCount,
  Ending,
  EndingQuery,
  Endings,
  IdleLives,
  ListedConnection,
  MovedConnection,
  OverviewTables,
  SystemOverviewTables,
  TenantCount,
  TenantName,
} from "../ports/overview-tables.ts"
import type { Changes, ConnectionRow, CredentialRow } from "../ports/store.ts"
import type { MemoryTransaction } from "./memory-tables.ts"
import { searchText } from "./search-text.ts"

const { compare } = Temporal.Instant

/** Connections of one account, many at a time, in memory. */
export function memoryOverview(tx: MemoryTransaction, accountId: AccountId): OverviewTables {
  const mine = () => tx.list("connection").filter((row) => row.accountId === accountId)
  const ofTenant = ({ provider, tenantId }: TenantName) =>
    mine()
      .filter((row) => row.provider === provider && row.tenantId === tenantId)
      .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1))

  async function moveAll(
    rows: readonly ConnectionRow[],
    changes: Changes<ConnectionRow>,
  ): Promise<readonly MovedConnection[]> {
    for (const { connectionId } of rows) await tx.change("connection", connectionId, (row) => ({ ...row, ...changes }))
    return rows.map(({ connectionId, userId, state }) => ({ connectionId, userId, was: state }))
  }

  return {
    async list(filter, { after, limit, now, idle }) {
      const { state, provider, groupId, tenantId, endsBefore, search } = filter
      const wanted = searchText(search ?? "")
      return mine()
        .map((row) => listed(tx, row, { now, idle }))
        .filter(
          (row) =>
            row.email > (after ?? "") &&
            (state === null || row.state === state) &&
            (provider === null || row.provider === provider) &&
            (groupId === null || row.groupId === groupId) &&
            (tenantId === null || row.tenantId === tenantId) &&
            (endsBefore === null || (row.grantEndsAt !== null && compare(row.grantEndsAt, endsBefore) < 0)) &&
            searchText(row.email, row.displayName).includes(wanted),
        )
        .sort((a, b) => (a.email < b.email ? -1 : 1))
        .slice(0, limit)
    },
    async find(id, at) {
      const row = mine().find(({ connectionId }) => connectionId === id)
      return row === undefined ? null : listed(tx, row, at)
    },
    countByState: async () => countByState(mine()),
    countByTenant: async () => countByTenant(mine()),
    endings: async (query) => endings(tx, accountId, query),
    shutTenant: (tenant, { now, ...problem }) =>
      moveAll(
        ofTenant(tenant).filter(({ state }) => state !== "disabled"),
        { state: "disabled", ...problem, problemAt: now },
      ),
    async reopenTenant(tenant, now) {
      const rows = ofTenant(tenant).filter(({ state }) => state === "disabled")
      for (const calendar of tx.list("calendar"))
        if (rows.some(({ connectionId }) => connectionId === calendar.connectionId))
          await tx.change("calendar", calendar.calendarId, (row) => ({ ...row, dueAt: now, failureCount: 0 }))
      return moveAll(rows, { state: "connecting", problemKind: null, problemCode: null, problemAt: null })
    },
    findShut: async (tenant) => ofTenant(tenant).find(({ state }) => state === "disabled") ?? null,
  }
}

type At = { readonly now: Temporal.Instant; readonly idle: IdleLives }

function listed(tx: MemoryTransaction, row: ConnectionRow, { now, idle }: At): ListedConnection {
  const user = tx.find("user", row.userId)
  const room = tx.find("room", row.userId)
  const calendars = tx.list("calendar").filter(({ connectionId }) => connectionId === row.connectionId)
  const live = tx
    .list("subscription")
    .filter(
      (one) => calendars.some(({ calendarId }) => calendarId === one.calendarId) && compare(one.expiresAt, now) > 0,
    )
  const passes = calendars.flatMap(({ lastPassAt }) => lastPassAt ?? []).sort(compare)
  const changes = calendars.flatMap(({ changedAt }) => changedAt ?? []).sort(compare)
  const credential = tx.find("credential", row.connectionId)
  return {
    ...row,
    email: user?.email ?? room?.address ?? "",
    displayName: user?.displayName ?? room?.name ?? "",
    groupId: tx.find("member", row.userId)?.groupId ?? null,
    calendarCount: calendars.length,
    lastChangeAt: changes.at(-1) ?? null,
    lastPassAt: passes.at(-1) ?? null,
    oldestPassAt: passes.length === calendars.length ? (passes[0] ?? null) : null,
    pushedCount: new Set(live.map(({ calendarId }) => calendarId)).size,
    nextRenewalAt: live.map(({ renewAt }) => renewAt).sort(compare)[0] ?? null,
    isListened: isListenedTo(tx.find("listening", row.connectionId), now),
    grantEndsAt: credential === null ? null : grantEnd(row, credential, idle),
  }
}

function grantEnd({ provider }: ConnectionRow, credential: CredentialRow, idle: IdleLives): Temporal.Instant | null {
  if (credential.secretKind !== "refresh-token") return null
  const life = idle.find((one) => one.provider === provider)
  const ofDisuse = life === undefined ? [] : [credential.usedAt.add({ milliseconds: life.lifeMs })]
  return (
    [...ofDisuse, ...(credential.refreshExpiresAt === null ? [] : [credential.refreshExpiresAt])].sort(compare)[0] ??
    null
  )
}

function countByState(rows: readonly ConnectionRow[]): readonly ConnectionCount[] {
  return [...Map.groupBy(rows, ({ provider, state }) => `${provider} ${state}`).values()].flatMap((group) =>
    group[0] === undefined ? [] : [{ provider: group[0].provider, state: group[0].state, count: group.length }],
  )
}

function countByTenant(rows: readonly ConnectionRow[]): readonly TenantCount[] {
  const groups = Map.groupBy(
    rows.filter(({ tenantId }) => tenantId !== null),
    ({ provider, tenantId }) => `${provider} ${tenantId}`,
  )
  const counts = [...groups.values()].flatMap((group): TenantCount[] => {
    const [first] = group
    if (first?.tenantId === undefined || first.tenantId === null) return []
    const shut = group.filter(({ state }) => state === "disabled")
    return [
      {
        ...{ provider: first.provider, tenantId: first.tenantId, count: group.length, disabledCount: shut.length },
        disabledAt: shut.flatMap(({ problemAt }) => problemAt ?? []).sort(compare)[0] ?? null,
        problemCode: shut.flatMap(({ problemCode }) => problemCode ?? []).sort()[0] ?? null,
      },
    ]
  })
  return counts.sort((a, b) => b.count - a.count)
}

function endings(tx: MemoryTransaction, accountId: AccountId, { now, until, idle, limit }: EndingQuery): Endings {
  const isWithin = (at: Temporal.Instant) => compare(at, now) >= 0 && compare(at, until) < 0
  const found = tx
    .list("connection")
    .filter((row) => row.accountId === accountId)
    .flatMap((row): Ending[] => {
      const { connectionId, provider, state, email, displayName, grantEndsAt } = listed(tx, row, { now, idle })
      const of = { connectionId, provider, state, email, displayName }
      const named = tx.find("credential", connectionId)?.refreshExpiresAt ?? null
      const isOfDisuse = grantEndsAt !== null && (named === null || compare(named, grantEndsAt) !== 0)
      const grants: Ending[] =
        grantEndsAt === null || !isWithin(grantEndsAt)
          ? []
          : [{ ...of, kind: "grant", endsAt: grantEndsAt, isOfDisuse }]
      const subscriptions = tx
        .list("subscription")
        .filter(({ calendarId }) => tx.find("calendar", calendarId)?.connectionId === connectionId)
        .filter(
          ({ expiresAt, createdAt }) =>
            isWithin(expiresAt) &&
            (statesForPerson.includes(state) ||
              now.until(expiresAt).total("seconds") < createdAt.until(expiresAt).total("seconds") / 10),
        )
        .map(({ expiresAt }): Ending => ({ ...of, kind: "subscription", endsAt: expiresAt, isOfDisuse: false }))
      return [...grants, ...subscriptions]
    })
    .sort((a, b) => compare(a.endsAt, b.endsAt) || (a.email < b.email ? -1 : 1))
  const byDay = Map.groupBy(found, ({ kind, endsAt }) => `${endsAt.toString().slice(0, 10)} ${kind}`)
  return {
    soonest: found.slice(0, limit),
    byDay: [...byDay.entries()].flatMap(([name, rows]) =>
      rows[0] === undefined ? [] : [{ day: name.slice(0, 10), kind: rows[0].kind, count: rows.length }],
    ),
  }
}

/** Connections across accounts, in memory. */
export function memorySystemOverview(tx: MemoryTransaction): SystemOverviewTables {
  return {
    listAccountsOfTenant: async ({ provider, tenantId }) => [
      ...new Set(
        tx
          .list("connection")
          .filter((row) => row.provider === provider && row.tenantId === tenantId)
          .map(({ accountId }) => accountId),
      ),
    ],
  }
}
