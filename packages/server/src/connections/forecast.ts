import type { ConnectionForecast, ConnectionSummary, ToDoItem } from "@kalends/protocol/overview"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionCount, Endings, IdleLives, TenantCount } from "../ports/overview-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"

const daysAhead = 30
const listedMost = 200
const toDoMost = 3

/** A secret with which this service itself is known to a provider, and when it ends, as far as the operator said so. */
export type ServiceSecret = { readonly provider: string; readonly endsAt: Temporal.Instant }

export type ForecastDeps = {
  readonly store: Store
  readonly idle: IdleLives
  readonly serviceSecrets: readonly ServiceSecret[]
  readonly labelOf: (provider: string) => string
  readonly clock: Clock
}

/** What will stop working in the next 30 days if nobody does anything, and what is to be done now. */
export function createForecast(deps: ForecastDeps) {
  const { store, clock } = deps
  return {
    forecast: (user: UserRow): Promise<ConnectionForecast> =>
      store.inAccount(user.accountId, async (tables) => {
        const { now, until, found, secrets } = await ahead(deps, tables)
        return {
          ...{ from: now.toString(), until: until.toString() },
          days: days(now, found, secrets),
          secrets,
          people: found.soonest.map(({ endsAt, isOfDisuse, provider, ...of }) => ({
            ...of,
            ...{ provider, providerLabel: deps.labelOf(provider), endsAt: endsAt.toString(), isOfDisuse },
          })),
          peopleCount: found.byDay.reduce((sum, { count }) => sum + count, 0),
        }
      }),

    /** Is everything well, and if not, the three things to do. */
    summary: (user: UserRow): Promise<ConnectionSummary> =>
      store.inAccount(user.accountId, async (tables) => {
        const counts = await tables.overview.countByState()
        const tenants = await tables.overview.countByTenant()
        const { found, secrets, ofTenants } = await ahead(deps, tables)
        const broken = ofTenants.filter(({ problemKind }) => problemKind !== null)
        const toDo = [
          ...tenants.flatMap((tenant) => shutToDo(deps, tenant)),
          ...broken.map((tenant) => brokenToDo(deps, tenant)),
          ...secrets.map((secret): ToDoItem => ({ ...secret, kind: "secret-ends" })),
          ...peopleToDo(counts, found),
        ]
        return {
          at: clock.now().toString(),
          isWell: toDo.length === 0,
          total: counts.reduce((sum, { count }) => sum + count, 0),
          counts: counts.map((row) => ({ ...row, providerLabel: deps.labelOf(row.provider) })),
          tenants: tenants.map(({ provider, tenantId, count, disabledCount }) => ({
            ...{ provider, providerLabel: deps.labelOf(provider), tenantId, count, disabledCount },
          })),
          toDo: toDo.slice(0, toDoMost),
          moreCount: Math.max(0, toDo.length - toDoMost),
        }
      }),
  }
}

export type Forecast = ReturnType<typeof createForecast>

async function ahead({ idle, serviceSecrets, labelOf, clock }: ForecastDeps, tables: AccountTables) {
  const now = clock.now()
  const until = now.add({ hours: 24 * daysAhead })
  const found = await tables.overview.endings({ now, until, idle, limit: listedMost })
  const isAhead = (at: Temporal.Instant) => Temporal.Instant.compare(at, until) < 0
  const ofTenants = await tables.tenants.list()
  const tenantSecrets = ofTenants.flatMap(({ tenantConnectionId, provider, identity, secretExpiresAt }) =>
    secretExpiresAt === null ? [] : [{ tenantConnectionId, provider, identity, endsAt: secretExpiresAt }],
  )
  const ofService = serviceSecrets.map((secret) => ({ ...secret, tenantConnectionId: null, identity: null }))
  const secrets = [...ofService, ...tenantSecrets]
    .filter(({ endsAt }) => isAhead(endsAt))
    .sort((a, b) => Temporal.Instant.compare(a.endsAt, b.endsAt))
    .map(({ endsAt, provider, ...secret }) => ({
      ...{ ...secret, provider, providerLabel: labelOf(provider), endsAt: endsAt.toString() },
    }))
  return { now, until, found, secrets, ofTenants }
}

/** Every day from today on, so that the picture has no holes; what has ended already stands on today. */
function days(
  now: Temporal.Instant,
  { byDay }: Endings,
  secrets: ConnectionForecast["secrets"],
): ConnectionForecast["days"] {
  const today = now.toZonedDateTimeISO("UTC").toPlainDate()
  return Array.from({ length: daysAhead + 1 }, (_, index) => {
    const day = today.add({ days: index }).toString()
    const countOf = (kind: "grant" | "subscription") =>
      byDay.find((row) => row.day === day && row.kind === kind)?.count ?? 0
    const isOn = (endsAt: string) => endsAt.slice(0, 10) === day || (index === 0 && endsAt.slice(0, 10) < day)
    return {
      ...{ day, grants: countOf("grant"), subscriptions: countOf("subscription") },
      secrets: secrets.filter(({ endsAt }) => isOn(endsAt)).length,
    }
  })
}

function shutToDo({ labelOf }: ForecastDeps, tenant: TenantCount): ToDoItem[] {
  const { provider, tenantId, disabledCount, disabledAt, problemCode } = tenant
  if (disabledCount === 0) return []
  return [
    {
      ...{ kind: "tenant-shut", provider, providerLabel: labelOf(provider), tenantId, count: disabledCount },
      ...{ at: disabledAt?.toString() ?? null, code: problemCode },
    },
  ]
}

function brokenToDo({ labelOf }: ForecastDeps, tenant: TenantConnectionRow): ToDoItem {
  const { tenantConnectionId, provider, identity, problemCode, problemAt } = tenant
  return {
    ...{ kind: "tenant-broken", tenantConnectionId, provider, providerLabel: labelOf(provider), identity },
    ...{ code: problemCode, at: problemAt?.toString() ?? null },
  }
}

function peopleToDo(counts: readonly ConnectionCount[], { byDay }: Endings): ToDoItem[] {
  const inState = (state: ConnectionCount["state"]) =>
    counts.filter((row) => row.state === state).reduce((sum, { count }) => sum + count, 0)
  const ending = (kind: "grant" | "subscription") =>
    byDay.filter((row) => row.kind === kind).reduce((sum, { count }) => sum + count, 0)
  const items: readonly {
    readonly kind: "reconnect" | "consent" | "unreachable" | "grants-end" | "subscriptions-end"
    readonly count: number
  }[] = [
    { kind: "reconnect", count: inState("needs-reauth") },
    { kind: "consent", count: inState("needs-consent") },
    { kind: "unreachable", count: inState("unreachable") },
    { kind: "grants-end", count: ending("grant") },
    { kind: "subscriptions-end", count: ending("subscription") },
  ]
  return items.filter(({ count }) => count > 0)
}
