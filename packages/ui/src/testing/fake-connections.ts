import type { ConnectionForecast, ConnectionOverview, ConnectionSummary } from "@kalends/protocol/overview"
import type { RevocationSteps, RevocationView } from "@kalends/protocol/revocations"
import type { Scene } from "./scene.ts"

/** All connections of the organisation, as the fake service has them. */
export type ConnectionsScene = {
  rows: readonly ConnectionOverview[]
  perPage: number
  summary: ConnectionSummary
  forecast: ConnectionForecast
  revocation: RevocationView | null
  steps: RevocationSteps["steps"]
}

type Asked = { readonly route: string; readonly query: URLSearchParams; readonly body: Record<string, unknown> }
type Answer = { readonly status?: number; readonly body: unknown }

/** Answers about all connections, as the scene has them; null for other routes. */
export function connectionsReply({ route, query, body }: Asked, scene: Scene): Answer | null {
  const { overview } = scene
  if (route === "GET /v1/admin/connections/summary") return { body: overview.summary }
  if (route === "GET /v1/admin/connections/forecast") return { body: overview.forecast }
  if (route === "POST /v1/admin/connections/reopened") {
    overview.summary = { ...overview.summary, isWell: true, toDo: [], moreCount: 0 }
    return { body: { reopened: overview.rows.length } }
  }
  if (route === "GET /v1/admin/connections") return { body: pageOf(overview, query) }
  const one = /^GET \/v1\/admin\/connections\/([0-9a-f-]{36})$/.exec(route)?.[1]
  if (one !== undefined) return { body: detailOf(overview, one) }
  return revocationReply(route, body, overview)
}

function revocationReply(route: string, body: Record<string, unknown>, overview: ConnectionsScene): Answer | null {
  if (route === "POST /v1/admin/revocations/preview") {
    const people = overview.rows.map(({ connectionId, email, displayName, provider, providerLabel, state }) => ({
      ...{ connectionId, email, displayName, provider, providerLabel, state },
    }))
    return { body: { count: 40, name: "Pilots", phrase: "Pilots", people, after: null } }
  }
  if (route === "POST /v1/admin/revocations")
    return body.confirmation === "Pilots"
      ? { status: 201, body: overview.revocation }
      : { status: 409, body: { title: "No.", kind: "conflict", code: "confirmation-needed" } }
  if (route === "GET /v1/admin/revocations")
    return { body: { revocations: overview.revocation === null ? [] : [overview.revocation] } }
  if (/^GET \/v1\/admin\/revocations\/[0-9a-f-]{36}$/.test(route)) return { body: overview.revocation }
  if (/^GET .*\/steps$/.test(route)) return { body: { steps: overview.steps, after: null } }
  return null
}

function pageOf({ rows, perPage }: ConnectionsScene, query: URLSearchParams) {
  const is = (name: string, value: string | null) => query.get(name) === null || query.get(name) === value
  const found = rows.filter(
    ({ state, provider, tenantId, email, displayName }) =>
      is("state", state) &&
      is("provider", provider) &&
      is("tenant", tenantId) &&
      email > (query.get("after") ?? "") &&
      `${email} ${displayName}`.toLowerCase().includes((query.get("search") ?? "").toLowerCase()),
  )
  const shown = found.slice(0, perPage)
  return { connections: shown, after: found.length > perPage ? (shown.at(-1)?.email ?? null) : null }
}

function detailOf({ rows }: ConnectionsScene, connectionId: string) {
  const timeline = (["connection-state-changed", "connection-made"] as const).map((action, index) => ({
    ...{ sequence: 2 - index, at: rows[0]?.createdAt, action, reason: index === 0 ? "connecting-to-healthy" : "read" },
    ...{ by: index === 0 ? null : "Ada Lovelace", part: index === 0 ? "connections" : null },
  }))
  return { connection: rows.find((row) => row.connectionId === connectionId), timeline }
}

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
const labels = { graph: "Microsoft 365", google: "Google" } as const

/** Sixty people's connections, a few of them in trouble. */
export function calmConnections(now: Temporal.Instant): ConnectionsScene {
  const ago = (minutes: number) => now.subtract({ minutes }).toString()
  const rows = Array.from({ length: 60 }, (_, index): ConnectionOverview => {
    const provider = index % 3 === 0 ? "google" : "graph"
    const isDead = index % 20 === 7
    return {
      ...{ connectionId: id(7_000 + index), userId: id(8_000 + index), groupId: null },
      ...{ email: `person${String(index).padStart(2, "0")}@example.org`, displayName: `Person ${index}` },
      ...{ provider, providerLabel: labels[provider], permission: "read-write", isByTenant: false, calendarCount: 1 },
      ...{ state: isDead ? "needs-reauth" : "healthy", subjectEmail: null, tenantId: `tenant-of-${provider}` },
      ...{ createdAt: ago(90_000), lastOkAt: ago(1), lastChangeAt: ago(index + 2), lastPassAt: ago(2) },
      ...{ hears: "push", nextRenewalAt: now.add({ hours: 30 }).toString(), stalenessBoundSeconds: 900 },
      ...{ isWithinBound: !isDead, grantEndsAt: now.add({ hours: 24 * 80 }).toString() },
      problem: isDead ? { kind: "auth-revoked", code: "reconnect", at: ago(40) } : null,
    }
  })
  const steps = rows.slice(0, 40).map(({ connectionId, email, displayName, provider, providerLabel }, index) => ({
    ...{ connectionId, email, displayName, provider, providerLabel, state: "done" as const },
    ...{
      subscriptionsStopped: 1,
      subscriptionsLeft: 0,
      grantOutcome: index < 38 ? ("revoked" as const) : ("not-confirmed" as const),
    },
  }))
  return { rows, perPage: 50, ...around(now, rows), steps }
}

function around(now: Temporal.Instant, rows: readonly ConnectionOverview[]) {
  const providers = ["google", "graph"] as const
  const of = (provider: string) => rows.filter((row) => row.provider === provider)
  const named = (provider: (typeof providers)[number]) => ({ provider, providerLabel: labels[provider] })
  const summary: ConnectionSummary = {
    ...{ at: now.toString(), isWell: false, total: rows.length, moreCount: 1 },
    counts: providers.map((provider) => ({ ...named(provider), state: "healthy", count: of(provider).length })),
    tenants: providers.map((provider) => ({
      ...{ ...named(provider), tenantId: `tenant-of-${provider}`, count: of(provider).length, disabledCount: 0 },
    })),
    toDo: [
      {
        ...named("graph"),
        kind: "tenant-shut",
        tenantId: "tenant-of-graph",
        count: 40,
        at: now.toString(),
        code: null,
      },
      { kind: "reconnect", count: 3 },
      { kind: "grants-end", count: 5 },
    ],
  }
  const today = now.toZonedDateTimeISO("UTC").toPlainDate()
  const forecast: ConnectionForecast = {
    ...{ from: now.toString(), until: now.add({ hours: 720 }).toString() },
    days: Array.from({ length: 31 }, (_, index) => ({
      ...{
        day: today.add({ days: index }).toString(),
        grants: index % 6 === 2 ? index : 0,
        subscriptions: index === 1 ? 2 : 0,
      },
      secrets: index === 20 ? 1 : 0,
    })),
    secrets: [
      { ...named("graph"), tenantConnectionId: null, identity: null, endsAt: now.add({ hours: 480 }).toString() },
    ],
    people: rows.slice(0, 5).map(({ connectionId, email, displayName, provider, providerLabel, state }, index) => ({
      ...{ kind: index === 0 ? ("subscription" as const) : ("grant" as const), connectionId, email, displayName },
      ...{
        provider,
        providerLabel,
        state,
        isOfDisuse: index > 1,
        endsAt: now.add({ hours: 30 + 24 * index }).toString(),
      },
    })),
    peopleCount: 12,
  }
  const revocation: RevocationView = {
    ...{ revocationId: id(9_001), state: "done", createdBy: "Ada Lovelace", createdAt: now.toString() },
    scope: { kind: "group", id: id(9_002), name: "Pilots", provider: null, providerLabel: null },
    ...{ secretsDeletedAt: now.subtract({ seconds: 3 }).toString(), endedAt: now.toString() },
    ...{ total: 40, removed: 40, done: 40, subscriptionsStopped: 40, subscriptionsLeft: 0 },
    grants: { revoked: 38, "not-possible": 0, "not-confirmed": 2, reconnected: 0 },
  }
  return { summary, forecast, revocation }
}
