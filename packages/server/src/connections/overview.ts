import { type ConnectionState, statesForPerson } from "@kalends/domain/connection"
import { type ConnectionId, parseGroupId, parseProviderName, type UserId } from "@kalends/domain/ids"
import { isProblem, Problem, type ProblemKind } from "@kalends/domain/problem"
import type {
  ConnectionDetail,
  ConnectionListQuery,
  ConnectionOverview,
  ConnectionPage,
  ReopenAnswer,
  TenantNameInput,
} from "@kalends/protocol/overview"
import type { AccessBroker, KeepAlive } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { IdleLives, ListedConnection } from "../ports/overview-tables.ts"
import { pageOf } from "../ports/page.ts"
import { actorsOf, namesOf } from "../ports/person-tables.ts"
import type { Store, UserRow } from "../ports/store.ts"
import type { ConnectionAddresses } from "./deps.ts"
import type { TenantLife } from "./tenant-life.ts"

const perPage = 100
const timelineMost = 100
const dayMs = 86_400_000
const isAboutGrant: readonly ProblemKind[] = ["auth-revoked", "auth-expired", "forbidden"]

export type OverviewDeps = {
  readonly store: Store
  readonly providers: ReadonlyMap<CalendarProvider["name"], CalendarProvider>
  readonly broker: AccessBroker & KeepAlive
  readonly tenantLife: TenantLife
  readonly addresses: Pick<ConnectionAddresses, "labelOf" | "stalenessBoundSeconds">
  readonly clock: Clock
}

/** How long each provider that is set up lets a grant lie unused. */
export function idleLivesOf(providers: OverviewDeps["providers"]): IdleLives {
  return [...providers.values()].flatMap(({ name, limits: { refreshTokenIdleLifeMs } }) =>
    refreshTokenIdleLifeMs === null ? [] : [{ provider: name, lifeMs: refreshTokenIdleLifeMs }],
  )
}

/** Every connection of an organisation, as those who answer for them see them. */
export function createOverview(deps: OverviewDeps) {
  const { store, broker, tenantLife, clock } = deps
  const idle = idleLivesOf(deps.providers)

  return {
    /** In the order of people's addresses. */
    page: (user: UserRow, query: ConnectionListQuery): Promise<ConnectionPage> =>
      store.inAccount(user.accountId, async (tables) => {
        const now = clock.now()
        const found = await tables.overview.list(filterOf(query, now), {
          ...{ after: query.after ?? null, limit: perPage + 1, now, idle },
        })
        const { shown, last } = pageOf(found, perPage)
        return { connections: shown.map((row) => viewOf(deps, row, now)), after: last?.email ?? null }
      }),

    /** One of them, with what was done with it. Throws Problem "not-found". */
    detail: (user: UserRow, connectionId: ConnectionId): Promise<ConnectionDetail> =>
      store.inAccount(user.accountId, async (tables) => {
        const now = clock.now()
        const row = await tables.overview.find(connectionId, { now, idle })
        if (row === null) throw new Problem("not-found", "There is no such connection.", { code: "no-connection" })
        const entries = await tables.searchAudit({
          ...{ before: null, actor: null, action: null, subjectId: connectionId },
          ...{ reason: null, from: null, to: null },
          limit: timelineMost,
        })
        const names = await namesOf(tables, actorsOf(entries))
        return {
          connection: viewOf(deps, row, now),
          timeline: entries.map(({ sequence, at, actor, action, reason }) => ({
            ...{ sequence, at: at.toString(), action, reason },
            by: actor.kind === "user" ? (names.get(actor.userId) ?? null) : null,
            part: actor.kind === "service" ? actor.part : null,
          })),
        }
      }),

    /** Somebody's, if they have one. */
    ofUser: (user: UserRow, userId: UserId): Promise<ConnectionOverview | null> =>
      store.inAccount(user.accountId, async (tables) => {
        const now = clock.now()
        const connection = await tables.findConnectionOfUser(userId)
        const row = connection && (await tables.overview.find(connection.connectionId, { now, idle }))
        return row && viewOf(deps, row, now)
      }),

    /**
     * Opens a tenant's connections again. One is tried first, so that a tenant that still refuses is asked once and not for
     * each. Throws Problem "conflict": code "tenant-still-shut", or "tenant-not-shut" where none is.
     */
    async reopen(user: Caller, { provider, tenantId }: TenantNameInput): Promise<ReopenAnswer> {
      const tenant = { provider: parseProviderName(provider), tenantId }
      const actor = { kind: "user", userId: user.userId } as const
      const tried = await tenantLife.tryOne(user.accountId, actor, tenant)
      if (tried === null)
        throw new Problem("conflict", "None of its connections is shut any more.", { code: "tenant-not-shut" })
      try {
        await broker.keepAlive(user.accountId, tried, user.call)
        await broker.freshAccess(user.accountId, tried, { actor, reason: "tenant-reopened", call: user.call })
      } catch (error) {
        if (!isProblem(error)) throw error
        if (error.isTenantWide)
          throw new Problem("conflict", "The organisation still refuses.", { code: "tenant-still-shut", cause: error })
        // A grant of this one's own that is dead says that the tenant answers; any other trouble says nothing of it.
        if (!isAboutGrant.includes(error.kind)) throw error
      }
      return { reopened: 1 + (await tenantLife.reopen(user.accountId, actor, tenant)) }
    },
  }
}

export type Overview = ReturnType<typeof createOverview>

function filterOf(query: ConnectionListQuery, now: Temporal.Instant) {
  const { state, provider, group, tenant, endsWithinDays, search } = query
  return {
    state: state ?? null,
    provider: provider === undefined ? null : parseProviderName(provider),
    groupId: group === undefined ? null : parseGroupId(group),
    tenantId: tenant ?? null,
    endsBefore: endsWithinDays === undefined ? null : now.add({ milliseconds: endsWithinDays * dayMs }),
    search: search === undefined || search === "" ? null : search,
  }
}

function viewOf(
  { addresses }: Pick<OverviewDeps, "addresses">,
  row: ListedConnection,
  now: Temporal.Instant,
): ConnectionOverview {
  const isPushed = row.isListened || (row.calendarCount > 0 && row.pushedCount === row.calendarCount)
  const stalenessBoundSeconds = addresses.stalenessBoundSeconds(isPushed)
  return {
    ...{ connectionId: row.connectionId, userId: row.userId, email: row.email, displayName: row.displayName },
    ...{ groupId: row.groupId, provider: row.provider, providerLabel: addresses.labelOf(row.provider) },
    contacts: row.contactsPermission,
    ...{ permission: row.permission, state: row.state, subjectEmail: row.subjectEmail, tenantId: row.tenantId },
    isByTenant: row.tenantConnectionId !== null,
    createdAt: row.createdAt.toString(),
    lastOkAt: row.lastOkAt?.toString() ?? null,
    lastChangeAt: row.lastChangeAt?.toString() ?? null,
    lastPassAt: row.lastPassAt?.toString() ?? null,
    hears: isPushed ? "push" : "polling",
    nextRenewalAt: isPushed ? (row.nextRenewalAt?.toString() ?? null) : null,
    stalenessBoundSeconds,
    isWithinBound: isWithinBound(row, stalenessBoundSeconds, now),
    grantEndsAt: row.grantEndsAt?.toString() ?? null,
    problem:
      row.problemKind === null || row.problemAt === null
        ? null
        : { kind: row.problemKind, code: row.problemCode, at: row.problemAt.toString() },
    calendarCount: row.calendarCount,
  }
}

/** Null while the first listing is under way: there is nothing yet that could be stale. */
function isWithinBound(
  { state, oldestPassAt }: { readonly state: ConnectionState; readonly oldestPassAt: Temporal.Instant | null },
  boundSeconds: number,
  now: Temporal.Instant,
): boolean | null {
  if (oldestPassAt === null) return statesForPerson.includes(state) ? false : null
  return oldestPassAt.until(now).total("seconds") <= boundSeconds
}
