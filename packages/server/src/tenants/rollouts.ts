import type { AuditReason } from "@kalends/domain/audit-reason"
import { parseGroupId, parseRolloutId, parseTenantConnectionId, parseUserId, type RolloutId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import {
  type NewRolloutInput,
  type RolloutAction,
  type RolloutView,
  type StepsView,
  stepStates,
} from "@kalends/protocol/tenants"
import { pageOf } from "../ports/page.ts"
import { namesOf } from "../ports/person-tables.ts"
import type { RolloutRow, RolloutState, StepCounts, StepState } from "../ports/rollout-tables.ts"
import type { AccountTables, UserRow } from "../ports/store.ts"
import { actorOf, noTenant, opensOf, type TenantsDeps } from "./deps.ts"
import { foundSchema } from "./migration-notes.ts"

const stepsPerPage = 200
const listedMost = 20

/** Work over many people as an administrator asks for it, sees it and decides about it. What does it: run-rollout.ts. */
export function createRollouts(deps: Pick<TenantsDeps, "store" | "world" | "providers">) {
  const { store, world } = deps
  const { clock, random } = world

  async function require(tables: AccountTables, rolloutId: RolloutId): Promise<RolloutRow> {
    const row = await tables.rollouts.find(rolloutId)
    if (row === null) throw new Problem("not-found", "There is no such work.", { code: "no-rollout" })
    return row
  }

  const audit = (tables: AccountTables, user: UserRow, rolloutId: RolloutId, reason: AuditReason) =>
    tables.appendAudit({ actor: actorOf(user), action: "rollout-changed", subjectId: rolloutId, reason }, clock.now())

  return {
    /** Begins at once: connecting with connecting, a migration with its check. */
    create: (user: UserRow, { kind, tenantConnectionId, permission, scope }: NewRolloutInput): Promise<RolloutView> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const tenant = await tables.tenants.find(parseTenantConnectionId(tenantConnectionId))
        if (tenant === null) throw noTenant()
        if (opensOf(deps, tenant) === "rooms")
          throw new Problem("unsupported", "This connection opens rooms alone.", { code: "rooms-alone" })
        if (permission === "read-write" && tenant.permission === "read")
          throw new Problem("forbidden", "This organisation's connection may only read.", {
            code: "permission-withheld",
          })
        const now = clock.now()
        const row: RolloutRow = {
          ...{ accountId: user.accountId, rolloutId: parseRolloutId(random.uuid()), kind },
          state: kind === "migrate" ? "checking" : "running",
          ...{ tenantConnectionId: tenant.tenantConnectionId, permission, createdBy: user.userId },
          ...{ createdAt: now, touchedAt: now, endedAt: null },
        }
        await tables.rollouts.insert(row)
        const count = await tables.rollouts.addSteps(row.rolloutId, {
          groupId: scope.groupId === null ? null : parseGroupId(scope.groupId),
          emails: scope.emails?.map((email) => email.toLowerCase()) ?? null,
          provider: null,
        })
        if (count === 0) throw new Problem("not-found", "There is nobody to do it for.", { code: "nobody" })
        await tables.addJobs([{ kind: "rollout", accountId: user.accountId, rolloutId: row.rolloutId }])
        await audit(tables, user, row.rolloutId, `${kind}-begun`)
        return view(tables, row)
      }),

    list: (user: UserRow): Promise<RolloutView[]> =>
      store.inAccount(user.accountId, async (tables) => {
        const rows = await tables.rollouts.list(listedMost)
        const counted = await tables.rollouts.countSteps(rows.map(({ rolloutId }) => rolloutId))
        const names = await namesOf(
          tables,
          rows.map(({ createdBy }) => createdBy),
        )
        return rows.map((row) => viewOf(row, counted.get(row.rolloutId), names.get(row.createdBy)))
      }),

    find: (user: UserRow, rolloutId: RolloutId): Promise<RolloutView> =>
      store.inAccount(user.accountId, async (tables) => view(tables, await require(tables, rolloutId))),

    steps: (
      user: UserRow,
      rolloutId: RolloutId,
      page: { readonly state: StepState | null; readonly after: string | null },
    ): Promise<StepsView> =>
      store.inAccount(user.accountId, async (tables) => {
        await require(tables, rolloutId)
        const found = await tables.rollouts.listSteps(rolloutId, {
          states: page.state === null ? null : [page.state],
          after: page.after === null ? null : parseUserId(page.after),
          limit: stepsPerPage + 1,
        })
        const { shown, last } = pageOf(found, stepsPerPage)
        return {
          steps: shown.map(({ userId, email, displayName, state, problemKind, problemCode, triedAt, found }) => ({
            ...{ userId, email, displayName, state },
            problem: problemKind === null ? null : { kind: problemKind, code: problemCode },
            triedAt: triedAt?.toString() ?? null,
            meetings: foundSchema.safeParse(found).data?.meetings ?? null,
          })),
          after: last?.userId ?? null,
        }
      }),

    /** Throws Problem "conflict" (code "rollout-moved-on") where it cannot be done in the state it is in. */
    act: (user: UserRow, rolloutId: RolloutId, action: RolloutAction): Promise<RolloutView> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const row = await require(tables, rolloutId)
        const next = transitions[action](row)
        const now = clock.now()
        const isMoved =
          next !== null &&
          (await tables.rollouts.updateIf(rolloutId, [row.state], {
            state: next,
            touchedAt: now,
            endedAt: next === "stopped" ? now : null,
          }))
        if (!isMoved)
          throw new Problem("conflict", "That is not possible any more; look at how it stands now.", {
            code: "rollout-moved-on",
          })
        if (action === "retry")
          await tables.rollouts.resetSteps(rolloutId, ["failed"], next === "undoing" ? "done" : "waiting")
        if (next !== "stopped") await tables.addJobs([{ kind: "rollout", accountId: user.accountId, rolloutId }])
        await audit(tables, user, rolloutId, `${row.kind}-${action}`)
        return view(tables, await require(tables, rolloutId))
      }),
  }
}

export type Rollouts = ReturnType<typeof createRollouts>

/** What an action makes of a rollout; null where it cannot be done. */
const transitions: Readonly<Record<RolloutAction, (row: RolloutRow) => RolloutState | null>> = {
  start: ({ kind, state }) => {
    if (kind === "connect") return state === "stopped" ? "running" : null
    return state === "checked" || state === "stopped" ? "running" : null
  },
  stop: ({ state }) => (state === "checking" || state === "running" || state === "undoing" ? "stopped" : null),
  retry: ({ kind, state }) => {
    if (state === "checked") return "checking"
    if (state === "undone") return "undoing"
    return state === "done" || state === "stopped" ? (kind === "migrate" ? "checking" : "running") : null
  },
  undo: ({ kind, state }) => (kind === "migrate" && (state === "done" || state === "stopped") ? "undoing" : null),
}

async function view(tables: AccountTables, row: RolloutRow): Promise<RolloutView> {
  const counted = await tables.rollouts.countSteps([row.rolloutId])
  return viewOf(row, counted.get(row.rolloutId), (await tables.findUser(row.createdBy))?.displayName)
}

/** `counted`: undefined where there are no steps; `creator`: where they are gone. */
function viewOf(row: RolloutRow, counted: StepCounts | undefined, creator: string | undefined): RolloutView {
  const none = { waiting: 0, checked: 0, done: 0, skipped: 0, failed: 0, undone: 0 }
  const counts = { ...none, ...counted?.states }
  const all = stepStates.reduce((sum, state) => sum + counts[state], 0)
  const actions = (["start", "stop", "retry", "undo"] as const).filter((action) => {
    if (action === "retry" && counts.failed === 0) return false
    if (action === "start" && row.kind === "migrate" && counts.checked === 0) return false
    if (action === "start" && row.kind === "connect" && counts.waiting === 0) return false
    if (action === "undo" && counts.done === 0) return false
    return transitions[action](row) !== null
  })
  return {
    ...{ rolloutId: row.rolloutId, kind: row.kind, state: row.state, permission: row.permission },
    tenantConnectionId: row.tenantConnectionId,
    createdBy: creator ?? null,
    createdAt: row.createdAt.toString(),
    touchedAt: row.touchedAt.toString(),
    endedAt: row.endedAt?.toString() ?? null,
    counts: { ...counts, all },
    problems: [...(counted?.problems ?? [])],
    actions,
  }
}
