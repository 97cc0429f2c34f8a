import type { Clock } from "../ports/clock.ts"
import type { JobQueue } from "../ports/job-queue.ts"
import type { Log } from "../ports/log.ts"
import type { Store } from "../ports/store.ts"
import type { KeyMinder } from "../vault/key-minder.ts"
import { type ReconcilePace, tickSeconds } from "./pace.ts"
import { timerMark } from "./pass.ts"

export type ReconcileDeps = {
  readonly store: Store
  readonly queue: JobQueue
  readonly clock: Clock
  readonly log: Log
  readonly pace: ReconcilePace
  readonly keyMinder: Pick<KeyMinder, "tick">
}

const calendarsPerTick = 2_000
const renewalsPerTick = 500
const idlePerTick = 200
/** A grant unused for a week is refreshed; the shortest known life of disuse is 90 days. */
const idleDays = 7
/** A renewal that fails is tried again after this long; its job retries sooner by itself. */
const renewalRetryMinutes = 30
/** That nobody came to a series is forgotten after so long without another occurrence. */
const missDays = 100
const idleEveryTicks = 720
const reviewsPerTick = 500
const releaseEveryTicks = 12
const keysEveryTicks = 4
/** Longer than any job takes: a pass gives up after five minutes. */
const jobMinutesMost = 10
/** A worker that says nothing of its rollout, revocation or change of policy for this long is dead. */
const workSilenceSeconds = 20
const stalledPerTick = 50
/** A review that nobody ends is due again after this long. */
const reviewRetryMinutes = 60

/** Days after its end for which a meeting is kept for devices. */
const bookingDays = 30
const bookingsBefore = (now: Temporal.Instant) =>
  now
    .subtract({ hours: 24 * bookingDays })
    .toString()
    .slice(0, 10)

/** Makes everything due that a timer makes due. Any number of nodes may do it at once. */
export function createReconcile({ store, queue, clock, log, pace, keyMinder }: ReconcileDeps) {
  async function addDuePasses(): Promise<number> {
    const now = clock.now()
    const due = await store.asSystem((tables) =>
      tables.takeDueCalendars({ now, limit: calendarsPerTick, nextDueAt: pace.takenUntil(now) }),
    )
    await queue.add(due.map((calendar) => ({ kind: "pass", ...timerMark(calendar) })))
    return due.length
  }

  async function addDueRenewals(): Promise<void> {
    const now = clock.now()
    const due = await store.asSystem((tables) =>
      tables.takeDueRenewals({ now, limit: renewalsPerTick, nextRenewAt: now.add({ minutes: renewalRetryMinutes }) }),
    )
    await queue.add(due.map((calendar) => ({ kind: "subscribe", ...calendar })))
  }

  async function addDueReviews(): Promise<void> {
    const now = clock.now()
    const due = await store.asSystem((tables) =>
      tables.takeDueReviews({ now, limit: reviewsPerTick, nextReviewAt: now.add({ minutes: reviewRetryMinutes }) }),
    )
    await queue.add(due.map((meeting) => ({ kind: "settle", ...meeting, cause: "review" })))
  }

  /** Work whose worker says nothing any more is taken up by another. */
  async function addStalledWork(): Promise<void> {
    const now = clock.now()
    const look = { untouchedSince: now.subtract({ seconds: workSilenceSeconds }), now, limit: stalledPerTick }
    const { rollouts, revocations, changes } = await store.asSystem(async (tables) => ({
      rollouts: await tables.takeStalledRollouts(look),
      revocations: await tables.takeStalledRevocations(look),
      changes: await tables.takeStalledPolicyChanges(look),
    }))
    await queue.add([
      ...rollouts.map((one) => ({ kind: "rollout", ...one }) as const),
      ...revocations.map((one) => ({ kind: "revocation", ...one }) as const),
      ...changes.map((one) => ({ kind: "policy-change", ...one }) as const),
    ])
  }

  /** The library itself waits four hours before it gives back the jobs of a worker that was killed. */
  async function releaseLeftJobs(): Promise<void> {
    const count = await queue.release(clock.now().subtract({ minutes: jobMinutesMost }))
    if (count > 0) log.warn("jobs of a worker that ended without a word are run again", { count })
  }

  async function addKeepAlives(): Promise<void> {
    const unusedSince = clock.now().subtract({ hours: 24 * idleDays })
    const idle = await store.asSystem((tables) => tables.listIdleConnections({ unusedSince, limit: idlePerTick }))
    await queue.add(idle.map((connection) => ({ kind: "keep-alive", ...connection })))
    await store.asSystem((tables) => tables.deleteExpiredSessions(clock.now()))
    await store.asSystem((tables) => tables.deleteSpentChallenges(clock.now()))
    await store.asSystem((tables) => tables.deleteExpiredPasswordLinks(clock.now()))
    const missedBefore = clock.now().subtract({ hours: 24 * missDays })
    await store.asSystem((tables) => tables.deleteOldRoomMarks(clock.now(), missedBefore))
    await store.asSystem((tables) => tables.purgeBookings(bookingsBefore(clock.now())))
  }

  /** One look. A full batch is followed by the next at once. */
  async function tick(count: number): Promise<void> {
    while ((await addDuePasses()) === calendarsPerTick);
    await addDueRenewals()
    await addDueReviews()
    await addStalledWork()
    if (count % keysEveryTicks === 0) await keyMinder.tick()
    if (count % releaseEveryTicks === 0) await releaseLeftJobs()
    if (count % idleEveryTicks === 0) await addKeepAlives()
  }

  return {
    tick,
    /** Looks every few seconds until it is stopped. A look that fails is logged; the next one makes up for it. */
    start(): () => Promise<void> {
      let cancel = () => {}
      let running: Promise<void> = Promise.resolve()
      let isStopped = false
      const again = (count: number) => {
        if (isStopped) return
        cancel = clock.after(tickSeconds * 1000, () => {
          running = tick(count)
            .catch((error: unknown) =>
              log.error("reconcile failed", { error: error instanceof Error ? error.name : "unknown" }),
            )
            .then(() => again(count + 1))
        })
      }
      again(0)
      return async () => {
        isStopped = true
        cancel()
        await running
      }
    },
  }
}
