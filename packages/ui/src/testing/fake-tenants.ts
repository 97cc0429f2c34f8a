import type { NewRolloutInput, NewTenantInput, RolloutView, StepsView, TenantView } from "@kalends/protocol/tenants"
import type { Scene } from "./scene.ts"
import { checkupOf, countsOf, stepsOf, type TenantScene } from "./tenant-scene.ts"

/** As which revocation a removal goes on: the one of calmConnections. */
const removalId = "00000000-0000-4000-8000-000000009001"

type Asked = { readonly route: string; readonly query: URLSearchParams; readonly body: Record<string, unknown> }
type Answer = { readonly status?: number; readonly body: unknown }
type Step = StepsView["steps"][number]

const missing: Answer = problem({ status: 404, kind: "not-found", code: "no-tenant" })
const stepsPerPage = 200

/** Answers about organisations and work over their people, as the scene has them; null for other routes. */
export function tenantReply(asked: Asked, scene: Scene): Answer | null {
  const [, method = "", collection = "", id = "", part = ""] =
    /^(\w+) \/v1\/(tenants|rollouts)(?:\/([\w-]+))?(?:\/(\w+))?$/.exec(asked.route) ?? []
  if (collection === "") return null
  const { tenancy } = scene
  if (tenancy.problem !== null && method !== "GET") {
    const failure = tenancy.problem
    tenancy.problem = null
    return problem(failure)
  }
  const call = { ...asked, method, id, part }
  return collection === "tenants" ? tenantRoute(call, scene) : rolloutRoute(call, tenancy)
}

type Call = Asked & { readonly method: string; readonly id: string; readonly part: string }

function problem(failure: { readonly status: number; readonly kind: string; readonly code: string }): Answer {
  return { status: failure.status, body: { type: "about:blank", title: failure.code, ...failure } }
}

function tenantRoute({ method, id, part, body, query }: Call, scene: Scene): Answer {
  const { tenancy } = scene
  if (id === "methods") return { body: { providers: tenancy.methods } }
  if (id === "sign-in") {
    tenancy.signingIn = body
    return { body: { authorizeUrl: "https://login.example.org/authorize" } }
  }
  if (id === "") return method === "GET" ? { body: { tenants: tenancy.tenants } } : connect(body, tenancy)
  const tenant = tenancy.tenants.find((one) => one.tenantConnectionId === id)
  if (tenant === undefined) return missing
  switch (part) {
    case "directory":
      return tenancy.isDirectoryUp
        ? { body: directoryPage(query, tenancy) }
        : problem({ status: 503, kind: "unavailable", code: "timeout" })
    case "people":
      return { body: bringIn(body, scene) }
    case "checkup":
      tenancy.askedMailboxes = (body.mailboxes as string[] | undefined) ?? []
      return { body: checkupOf(tenancy, Temporal.Now.instant()) }
    case "secret":
      return { body: replace(tenancy, { ...tenant, problem: null, method: String(body.method) }) }
    default:
      tenancy.tenants = tenancy.tenants.filter((one) => one !== tenant)
      return {
        body: {
          secretsDeleted: true,
          connectionsRemoved: tenant.connectionCount + tenant.roomCount,
          revocationId: removalId,
        },
      }
  }
}

function replace(tenancy: TenantScene, tenant: TenantView): TenantView {
  const { tenantConnectionId: id } = tenant
  tenancy.tenants = tenancy.tenants.map((one) => (one.tenantConnectionId === id ? tenant : one))
  return tenant
}

function connect(body: Record<string, unknown>, tenancy: TenantScene): Answer {
  const { provider, method, permission, given } = body as unknown as NewTenantInput
  const known = tenancy.methods.find((one) => one.provider === provider)
  const made: TenantView = {
    ...{
      tenantConnectionId: crypto.randomUUID(),
      provider,
      providerLabel: known?.label ?? provider,
      method,
      permission,
    },
    ...{ tenantId: given.tenant ?? given.domain ?? given.server ?? "", identity: given.clientId ?? "kalends" },
    ...{ secretExpiresAt: null, createdAt: Temporal.Now.instant().toString(), lastOkAt: null, problem: null },
    ...{ connectionCount: 0, roomCount: 0, hasDirectory: true, opens: "everybody" },
  }
  tenancy.tenants = [...tenancy.tenants, made]
  return { status: 201, body: made }
}

/** The first page of a search is empty and leads on, as pages of providers may. */
function directoryPage(query: URLSearchParams, { directory, directoryPerPage }: TenantScene) {
  const search = (query.get("search") ?? "").toLowerCase()
  if (search !== "" && query.get("next") === null) return { entries: [], next: "0" }
  const found = directory.filter(({ email, displayName }) =>
    [email, displayName].some((text) => text.toLowerCase().startsWith(search)),
  )
  const from = Number(query.get("next") ?? 0)
  const entries = found.slice(from, from + directoryPerPage)
  return { entries, next: from + entries.length < found.length ? String(from + entries.length) : null }
}

function bringIn(body: Record<string, unknown>, scene: Scene) {
  const people = body.people as { readonly email: string; readonly displayName: string }[]
  const { tenancy } = scene
  const known = people.filter(({ email }) =>
    tenancy.directory.some((one) => one.email === email && one.userId !== null),
  )
  tenancy.directory = tenancy.directory.map((entry) =>
    people.some(({ email }) => email === entry.email)
      ? { ...entry, userId: entry.userId ?? crypto.randomUUID() }
      : entry,
  )
  return { added: people.length - known.length, known: known.length }
}

function rolloutRoute({ method, id, part, body, query }: Call, tenancy: TenantScene): Answer {
  if (id === "") return method === "GET" ? { body: { rollouts: tenancy.rollouts } } : begin(body, tenancy)
  const rollout = tenancy.rollouts.find((one) => one.rolloutId === id)
  if (rollout === undefined) return problem({ status: 404, kind: "not-found", code: "no-rollout" })
  if (part === "steps") return { body: stepsPage(query, tenancy.steps[id] ?? []) }
  if (part === "actions") return act(rollout, String(body.action), tenancy)
  return { body: workOn(rollout, tenancy) }
}

function stepsPage(query: URLSearchParams, all: readonly Step[]) {
  const found = all.filter(({ state }) => query.get("state") === null || query.get("state") === state)
  const after = query.get("after")
  const from = after === null ? 0 : found.findIndex(({ userId }) => userId === after) + 1
  const steps = found.slice(from, from + stepsPerPage)
  return { steps, after: from + steps.length < found.length ? (steps.at(-1)?.userId ?? null) : null }
}

function begin(body: Record<string, unknown>, tenancy: TenantScene): Answer {
  const { kind, tenantConnectionId, permission, scope } = body as unknown as NewRolloutInput
  const at = Temporal.Now.instant().toString()
  const rolloutId = crypto.randomUUID()
  const steps = stepsOf(scope.emails?.length ?? 500)
  tenancy.steps = { ...tenancy.steps, [rolloutId]: steps }
  const state = kind === "migrate" ? "checking" : "running"
  const rollout: RolloutView = {
    ...{ rolloutId, kind, state, tenantConnectionId, permission, createdAt: at, touchedAt: at, endedAt: null },
    createdBy: "Ada Lovelace",
    ...{ ...countsOf(steps), actions: ["stop"] },
  }
  tenancy.rollouts = [rollout, ...tenancy.rollouts]
  return { status: 201, body: rollout }
}

/** What comes of the steps that are due next, and of the work when none is left. */
const phases = {
  checking: { takes: "waiting", ends: "checked", next: "checked", actions: ["start", "retry"] },
  running: { takes: "checked", ends: "done", next: "done", actions: ["undo", "retry"] },
  undoing: { takes: "done", ends: "undone", next: "undone", actions: ["retry"] },
} as const

function workOn(rollout: RolloutView, tenancy: TenantScene): RolloutView {
  const { rolloutId, kind, state } = rollout
  if (state !== "checking" && state !== "running" && state !== "undoing") return rollout
  const phase =
    kind === "connect" ? { ...phases.running, takes: "waiting", actions: ["retry"] as const } : phases[state]
  let left = tenancy.stepsAtOnce
  const steps = (tenancy.steps[rolloutId] ?? []).map((step): Step => {
    if (step.state !== phase.takes || left-- <= 0) return step
    const failure = state === "undoing" ? undefined : tenancy.failing[step.email]
    if (failure !== undefined) return { ...step, state: "failed", problem: failure }
    const meetings =
      state === "checking" ? { found: 2, missing: step.email.startsWith("person3@") ? 1 : 0 } : step.meetings
    return { ...step, state: phase.ends, meetings }
  })
  const counted = countsOf(steps)
  const isOver = !steps.some((step) => step.state === phase.takes)
  const actions = phase.actions.filter((action) => action !== "retry" || counted.counts.failed > 0)
  return put(tenancy, steps, {
    ...{ ...rollout, ...counted, state: isOver ? phase.next : state, actions: isOver ? actions : ["stop"] },
    endedAt: isOver ? Temporal.Now.instant().toString() : null,
  })
}

function put(tenancy: TenantScene, steps: readonly Step[], rollout: RolloutView): RolloutView {
  const { rolloutId } = rollout
  tenancy.steps = { ...tenancy.steps, [rolloutId]: steps }
  tenancy.rollouts = tenancy.rollouts.map((one) => (one.rolloutId === rolloutId ? rollout : one))
  return rollout
}

function act(rollout: RolloutView, action: string, tenancy: TenantScene): Answer {
  if (!rollout.actions.some((one) => one === action))
    return problem({ status: 409, kind: "conflict", code: "rollout-moved-on" })
  const all = tenancy.steps[rollout.rolloutId] ?? []
  const steps =
    action === "retry"
      ? all.map((step): Step => (step.state === "failed" ? { ...step, state: "waiting", problem: null } : step))
      : all
  const begins = rollout.kind === "migrate" && action === "retry" ? "checking" : "running"
  const state = action === "stop" ? "stopped" : action === "undo" ? "undoing" : begins
  const actions: RolloutView["actions"] = state === "stopped" ? ["start"] : ["stop"]
  return { body: put(tenancy, steps, { ...rollout, ...countsOf(steps), state, actions, endedAt: null }) }
}
