import type { AccountId, GroupId, ProviderName, RolloutId, TenantConnectionId, UserId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { ProblemKind } from "@kalends/domain/problem"
import type { Changes } from "./store.ts"

/**
 * checking: each step is looked at, and nothing changed. checked: an administrator decides. running: steps are done.
 * done: none waits. undoing, undone: as running and done, the other way. stopped: given up; what is done stays.
 */
export type RolloutState = "checking" | "checked" | "running" | "done" | "undoing" | "undone" | "stopped"

/** Work over many people, done step by step: connecting them, or moving them to another calendar service. */
export type RolloutRow = {
  readonly accountId: AccountId
  readonly rolloutId: RolloutId
  readonly kind: "connect" | "migrate"
  readonly state: RolloutState
  /** By which the people's calendars are opened in the end. */
  readonly tenantConnectionId: TenantConnectionId
  readonly permission: Permission
  readonly createdBy: UserId
  readonly createdAt: Temporal.Instant
  /** When a worker last said that it is at it. */
  readonly touchedAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
}

/** waiting: to be looked at or done. checked: can be done. skipped: nothing to do. */
export type StepState = "waiting" | "checked" | "done" | "skipped" | "failed" | "undone"

/** One person's step. */
export type StepRow = {
  readonly accountId: AccountId
  readonly rolloutId: RolloutId
  readonly userId: UserId
  readonly state: StepState
  readonly problemKind: ProblemKind | null
  /** Machine word from a closed list. */
  readonly problemCode: string | null
  readonly triedAt: Temporal.Instant | null
  readonly attempts: number
  /** What checking found, in numbers and ids; each kind of rollout has its own. */
  readonly found: unknown
  /** How it was before, in ids, to undo it with. */
  readonly kept: unknown
  /** The connection's own secrets of before, sealed as they were, to undo it with. */
  readonly sealedSecret: Uint8Array | null
  readonly sealedAccessToken: Uint8Array | null
}

/** A step with whose it is. */
export type ListedStep = StepRow & { readonly email: string; readonly displayName: string }

/** `problems`: the commonest of failed steps. */
export type StepCounts = {
  readonly states: Readonly<Partial<Record<StepState, number>>>
  readonly problems: readonly StepProblem[]
}
export type StepProblem = { readonly kind: ProblemKind; readonly code: string | null; readonly count: number }

/** Steps of one rollout that are alike. */
export type StepCount = Pick<StepRow, "rolloutId" | "state" | "problemKind" | "problemCode"> & {
  readonly count: number
}

const problemsMost = 20

export function stepCountsOf(counted: readonly StepCount[]): ReadonlyMap<RolloutId, StepCounts> {
  const byRollout = Map.groupBy(counted, ({ rolloutId }) => rolloutId)
  return new Map(
    [...byRollout].map(([rolloutId, rows]) => [rolloutId, { states: states(rows), problems: problems(rows) }]),
  )
}

function states(rows: readonly StepCount[]): StepCounts["states"] {
  const found: Partial<Record<StepState, number>> = {}
  for (const { state, count } of rows) found[state] = (found[state] ?? 0) + count
  return found
}

function problems(rows: readonly StepCount[]): StepCounts["problems"] {
  const failed = rows.flatMap(({ state, problemKind, problemCode, count }) =>
    state !== "failed" || problemKind === null ? [] : [{ kind: problemKind, code: problemCode, count }],
  )
  return failed.sort((a, b) => b.count - a.count).slice(0, problemsMost)
}

/** Whom a rollout concerns: people by group, by address, or everybody; of one calendar service, where one is named. */
export type RolloutScope = {
  readonly groupId: GroupId | null
  /** Lower case; null: not by address. */
  readonly emails: readonly string[] | null
  /** Only people connected to this service. */
  readonly provider: ProviderName | null
}

/** Part of AccountTables. */
export interface RolloutTables {
  insert(row: RolloutRow): Promise<void>
  /** Changes it only while it is in one of these states; false when it is not. */
  updateIf(rolloutId: RolloutId, states: readonly RolloutState[], changes: Changes<RolloutRow>): Promise<boolean>
  find(rolloutId: RolloutId): Promise<RolloutRow | null>
  /** Newest first. */
  list(limit: number): Promise<readonly RolloutRow[]>
  /** A waiting step for everybody of the scope; how many. People who have a step keep it. */
  addSteps(rolloutId: RolloutId, scope: RolloutScope): Promise<number>
  /** In the order of their ids, from `after` (exclusive) on. */
  listSteps(
    rolloutId: RolloutId,
    page: { readonly states: readonly StepState[] | null; readonly after: UserId | null; readonly limit: number },
  ): Promise<readonly ListedStep[]>
  /** Holds the step until the transaction ends; null when another worker holds it, or there is none. */
  lockStep(rolloutId: RolloutId, userId: UserId): Promise<StepRow | null>
  updateStep(rolloutId: RolloutId, userId: UserId, changes: Changes<StepRow>): Promise<void>
  /** All steps in one of `from` at once. */
  resetSteps(rolloutId: RolloutId, from: readonly StepState[], to: StepState): Promise<number>
  /** How many steps of each are in which state, read at once for all; a rollout without steps is left out. */
  countSteps(rolloutIds: readonly RolloutId[]): Promise<ReadonlyMap<RolloutId, StepCounts>>
}

/** Part of SystemTables. */
export interface SystemRolloutTables {
  /** Rollouts at work whose worker has said nothing since `untouchedSince`: it died. Each is touched, so that no two nodes wake it. */
  takeStalledRollouts(input: {
    readonly untouchedSince: Temporal.Instant
    readonly now: Temporal.Instant
    readonly limit: number
  }): Promise<readonly { readonly accountId: AccountId; readonly rolloutId: RolloutId }[]>
}
