import type { AccountId, RolloutId, UserId } from "@kalends/domain/ids"
import { isPassing, isProblem, type Problem } from "@kalends/domain/problem"
import { keepTouching } from "../connections/keep-touching.ts"
import type { Call } from "../ports/call.ts"
import type { RolloutRow, StepRow, StepState } from "../ports/rollout-tables.ts"
import type { AccountTables, Changes, Store } from "../ports/store.ts"
import { createConnectStep } from "./connect-step.ts"
import type { TenantsDeps } from "./deps.ts"
import { createMigrateStep } from "./migrate-step.ts"

/** Steps under way at once. A tenant's calls are counted together by its provider. */
const stepsAtOnce = 4
const stepsPerLook = 100
/** After this long the job ends and another goes on, so that a node can stop and others get their turn. */
const jobMs = 30_000
const attemptsMost = 5
const restMs = 15_000

/**
 * What a step came to: what its row then says, and what else is written with it, all in one transaction. Asking providers
 * comes before that, so that a step that is cut off anywhere has done nothing or all.
 */
export type StepEnd = {
  readonly state: StepState
  readonly changes?: Changes<StepRow>
  /** Answers with what the step's row says besides. Throws Problem where things have changed meanwhile. */
  readonly write?: (tables: AccountTables, step: StepRow) => Promise<Changes<StepRow>>
  /** Runs once the transaction stands. */
  readonly tell?: () => void
}
/** `call`: the job it is done for. */
export type StepWork = (rollout: RolloutRow, userId: UserId, call: Call) => Promise<StepEnd>

type Phase = {
  readonly takes: StepState
  readonly next: "checked" | "done" | "undone"
  readonly work: StepWork
  readonly call: Call
}

/** Does the steps of a rollout until none waits. Any number of workers may be at one rollout: each step is written once. */
export function createRunRollout(deps: TenantsDeps) {
  const { store, world } = deps
  const { clock } = world
  const connect = createConnectStep(deps)
  const migrate = createMigrateStep(deps)

  function phaseOf({ kind, state }: RolloutRow, call: Call): Phase | null {
    switch (state) {
      case "checking":
        return { takes: "waiting", next: "checked", work: migrate.check, call }
      case "running":
        return kind === "migrate"
          ? { takes: "checked", next: "done", work: migrate.move, call }
          : { takes: "waiting", next: "done", work: connect, call }
      case "undoing":
        return { takes: "done", next: "undone", work: migrate.moveBack, call }
      default:
        return null
    }
  }

  async function doStep(rollout: RolloutRow, phase: Phase, userId: UserId): Promise<Temporal.Instant | null> {
    try {
      const end = await phase.work(rollout, userId, phase.call)
      const isWritten = await writeEnd(store, { rollout, userId, takes: phase.takes, end, now: clock.now() })
      if (isWritten) end.tell?.()
      return null
    } catch (error) {
      if (!isProblem(error)) throw error
      return failStep(rollout, phase, { userId, problem: error })
    }
  }

  /** When to go on, where the provider asks to wait; a step that was tried often enough has failed. */
  function failStep(
    { accountId, rolloutId }: RolloutRow,
    { takes }: Phase,
    { userId, problem }: { readonly userId: UserId; readonly problem: Problem },
  ): Promise<Temporal.Instant | null> {
    return store.inAccount(accountId, async (tables) => {
      const step = await tables.rollouts.lockStep(rolloutId, userId)
      if (step === null || step.state !== takes) return null
      const now = clock.now()
      const attempts = step.attempts + 1
      const isTriedAgain = isPassing(problem) && attempts < attemptsMost
      await tables.rollouts.updateStep(rolloutId, userId, {
        state: isTriedAgain ? takes : "failed",
        ...{ problemKind: problem.kind, problemCode: problem.code, triedAt: now, attempts },
      })
      return isTriedAgain ? (problem.retryAt ?? now.add({ milliseconds: restMs })) : null
    })
  }

  /** Some of what waits; false when nothing did. */
  async function doSome(
    rollout: RolloutRow,
    phase: Phase,
  ): Promise<{ readonly isAny: boolean; readonly restUntil: Temporal.Instant | null }> {
    const steps = await store.inAccount(rollout.accountId, (tables) =>
      tables.rollouts.listSteps(rollout.rolloutId, { states: [phase.takes], after: null, limit: stepsPerLook }),
    )
    let restUntil: Temporal.Instant | null = null
    const waiting = steps.map(({ userId }) => userId)
    const startedAt = clock.now()
    const isTimeLeft = () => startedAt.until(clock.now()).total("milliseconds") < jobMs
    await Promise.all(
      Array.from({ length: stepsAtOnce }, async () => {
        for (let userId = waiting.shift(); userId !== undefined; userId = waiting.shift()) {
          const wait = await doStep(rollout, phase, userId)
          if (wait !== null) restUntil = wait
          if (restUntil !== null || !isTimeLeft()) return
        }
      }),
    )
    return { isAny: steps.length > 0, restUntil }
  }

  /** Says that somebody is at it: whoever is silent is dead. */
  const beat = ({ accountId, rolloutId, state }: RolloutRow): Promise<() => void> =>
    keepTouching(clock, async () => {
      await store.inAccount(accountId, ({ rollouts }) =>
        rollouts.updateIf(rolloutId, [state], { touchedAt: clock.now() }),
      )
    })

  return {
    /** The job: begins where the last one ended. */
    async run(accountId: AccountId, rolloutId: RolloutId, call: Call): Promise<void> {
      const startedAt = clock.now()
      for (;;) {
        const rollout = await store.inAccount(accountId, (tables) => tables.rollouts.find(rolloutId))
        const phase = rollout === null ? null : phaseOf(rollout, call)
        if (rollout === null || phase === null) return
        const stopBeating = await beat(rollout)
        const { isAny, restUntil } = await doSome(rollout, phase).finally(stopBeating)
        if (!isAny) return endPhase(rollout, phase.next, call)
        const isLong = startedAt.until(clock.now()).total("milliseconds") >= jobMs
        if (restUntil === null && !isLong) continue
        const runAt = restUntil ?? clock.now()
        await store.inAccount(accountId, (tables) => tables.addJobs([{ kind: "rollout", accountId, rolloutId }], runAt))
        return
      }
    },
  }

  async function endPhase(
    { accountId, rolloutId, state, kind }: RolloutRow,
    next: Phase["next"],
    call: Call,
  ): Promise<void> {
    await store.inAccount(accountId, async (tables) => {
      await tables.lockAccount()
      const now = clock.now()
      const endedAt = next === "checked" ? null : now
      if (!(await tables.rollouts.updateIf(rolloutId, [state], { state: next, touchedAt: now, endedAt }))) return
      const actor = { kind: "service", part: "tenants" } as const
      await tables.appendAudit(
        { actor, action: "rollout-changed", subjectId: rolloutId, reason: `${kind}-${next}`, call },
        now,
      )
    })
  }
}

export type RunRollout = ReturnType<typeof createRunRollout>

type Ending = {
  readonly rollout: RolloutRow
  readonly userId: UserId
  readonly takes: StepState
  readonly end: StepEnd
  readonly now: Temporal.Instant
}

/** False, and nothing is written, when another worker was faster or the rollout was stopped meanwhile. */
function writeEnd(store: Store, { rollout, userId, takes, end, now }: Ending): Promise<boolean> {
  return store.inAccount(rollout.accountId, async (tables) => {
    const { rolloutId } = rollout
    const connection = await tables.findConnectionOfUser(userId)
    if (connection !== null) await tables.lockCredential(connection.connectionId)
    await tables.lockAccount()
    // Connected or disconnected meanwhile: looked at anew.
    if ((await tables.findConnectionOfUser(userId))?.connectionId !== connection?.connectionId) return false
    const step = await tables.rollouts.lockStep(rolloutId, userId)
    if (step === null || step.state !== takes) return false
    if ((await tables.rollouts.find(rolloutId))?.state !== rollout.state) return false
    const written = await end.write?.(tables, step)
    const well = { problemKind: null, problemCode: null, attempts: step.attempts + 1 }
    await tables.rollouts.updateStep(rolloutId, userId, {
      ...well,
      ...end.changes,
      ...written,
      state: end.state,
      triedAt: now,
    })
    return true
  })
}
