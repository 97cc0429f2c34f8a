import { meetingReasons } from "@kalends/domain/audit-reason"
import {
  parseAccountId,
  parseCalendarId,
  parseConnectionId,
  parseMeetingId,
  parsePolicyChangeId,
  parseRevocationId,
  parseRolloutId,
  parseUserId,
} from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { Logger, run, type TaskList } from "graphile-worker"
import type pg from "pg"
import { z } from "zod"
import type { RunRevocation } from "../connections/run-revocation.ts"
import type { RunPolicyChange } from "../policy/run-change.ts"
import type { KeepAlive } from "../ports/access-broker.ts"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { Job, JobQueue } from "../ports/job-queue.ts"
import type { Log } from "../ports/log.ts"
import type { ConnectRoom } from "../rooms/connect-room.ts"
import type { createArm } from "../subscriptions/arm.ts"
import type { Settle } from "../sync/settle.ts"
import type { RunRollout } from "../tenants/run-rollout.ts"
import type { KeyWork } from "../vault/key-work.ts"
import type { Pass } from "./pass.ts"

export type RunnerDeps = {
  readonly pass: Pass
  readonly arm: ReturnType<typeof createArm>
  readonly settle: Settle
  readonly broker: KeepAlive
  readonly rollouts: RunRollout
  readonly keyWork: Pick<KeyWork, "run">
  readonly revocations: Pick<RunRevocation, "run">
  readonly policyChanges: RunPolicyChange
  readonly rooms: Pick<ConnectRoom, "connectByJob">
  readonly queue: JobQueue
  readonly world: { readonly clock: Clock; readonly log: Log }
}

const calendarPayload = z.object({
  accountId: z.uuid().transform(parseAccountId),
  calendarId: z.uuid().transform(parseCalendarId),
})
const passPayload = calendarPayload.extend({ noticedAtMs: z.number().nullable() })
const connectionPayload = z.object({
  accountId: z.uuid().transform(parseAccountId),
  connectionId: z.uuid().transform(parseConnectionId),
})
const accountPayload = z.object({ accountId: z.uuid().transform(parseAccountId) })
const settlePayload = z.object({
  accountId: z.uuid().transform(parseAccountId),
  meetingId: z.uuid().transform(parseMeetingId),
  // What a version before called it is settled like any other.
  cause: z.enum(meetingReasons).catch("review"),
})
const rolloutPayload = z.object({
  accountId: z.uuid().transform(parseAccountId),
  rolloutId: z.uuid().transform(parseRolloutId),
})
const revocationPayload = z.object({
  accountId: z.uuid().transform(parseAccountId),
  revocationId: z.uuid().transform(parseRevocationId),
})
const policyChangePayload = z.object({
  accountId: z.uuid().transform(parseAccountId),
  changeId: z.uuid().transform(parsePolicyChangeId),
})
const roomPayload = z.object({
  accountId: z.uuid().transform(parseAccountId),
  roomId: z.uuid().transform(parseUserId),
})
const armRetryMinutes = 5

const callOf = (kind: Job["kind"], { id }: { readonly id: string }): Call => `job:${kind}:${id}`

/** The jobs by name. A Problem is dealt with here or below; anything else is a bug, which the queue retries and we log. */
export function createTaskList(deps: RunnerDeps): TaskList {
  const { pass, arm, settle, broker, rollouts, revocations, policyChanges, rooms, keyWork, queue, world } = deps
  const { clock, log } = world
  return {
    pass: async (payload, { job }) => pass(passPayload.parse(payload), callOf("pass", job)),
    async subscribe(payload, { job }) {
      const { accountId, calendarId } = calendarPayload.parse(payload)
      try {
        await arm(accountId, calendarId, callOf("subscribe", job))
      } catch (error) {
        if (!isProblem(error)) throw error
        log.warn("subscribing failed", { calendarId, problem: error.kind, code: error.code })
        const isHopeless = ["auth-revoked", "forbidden", "not-found"].includes(error.kind)
        if (!isHopeless)
          await queue.add(
            [{ kind: "subscribe", accountId, calendarId }],
            error.retryAt ?? clock.now().add({ minutes: armRetryMinutes }),
          )
      }
    },
    settle: async (payload, { job }) =>
      settle({ kind: "settle", ...settlePayload.parse(payload) }, callOf("settle", job)),
    async rollout(payload, { job }) {
      const { accountId, rolloutId } = rolloutPayload.parse(payload)
      await rollouts.run(accountId, rolloutId, callOf("rollout", job))
    },
    keys: async (payload) => keyWork.run(accountPayload.parse(payload).accountId),
    async revocation(payload, { job }) {
      const { accountId, revocationId } = revocationPayload.parse(payload)
      await revocations.run(accountId, revocationId, `job:revocation:${job.id}`)
    },
    async "policy-change"(payload, { job }) {
      const { accountId, changeId } = policyChangePayload.parse(payload)
      await policyChanges.run(accountId, changeId, callOf("policy-change", job))
    },
    async "connect-room"(payload, { job }) {
      const { accountId, roomId } = roomPayload.parse(payload)
      await rooms.connectByJob({ accountId, roomId }, callOf("connect-room", job))
    },
    async "keep-alive"(payload, { job }) {
      const { accountId, connectionId } = connectionPayload.parse(payload)
      await broker.keepAlive(accountId, connectionId, callOf("keep-alive", job)).catch((error: unknown) => {
        if (!isProblem(error)) throw error
      })
    },
  }
}

export type RunnerOptions = {
  readonly pool: pg.Pool
  readonly schema: string
  readonly concurrentJobs: number
  readonly log: Log
}

/** Runs the jobs until it is stopped; a job under way is finished first. */
export async function startRunner(
  tasks: TaskList,
  { pool, schema, concurrentJobs, log }: RunnerOptions,
): Promise<() => Promise<void>> {
  const runner = await run({
    pgPool: pool,
    schema,
    taskList: tasks,
    concurrency: concurrentJobs,
    noHandleSignals: true,
    pollInterval: 2_000,
    // The library's own lines may repeat a payload or an error's text: only that something failed is passed on.
    logger: new Logger(() => (level, message) => {
      if (level === "error") log.error("a job failed", { task: /task '?([\w-]+)'?/.exec(message)?.[1] ?? "unknown" })
    }),
  })
  return () => runner.stop()
}
