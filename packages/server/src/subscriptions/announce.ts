import type { Notice } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { Job, NoticeLog } from "../ports/job-queue.ts"
import type { Metrics } from "../ports/metrics.ts"
import { createGroupCommit } from "./group-commit.ts"
import type { NoticeSubject } from "./hook-secret.ts"

export type AnnounceDeps = {
  readonly notices: NoticeLog
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: Metrics
}

/** A notice that was found genuine, the provider that sent it, and the calendar it is about. */
export type Genuine = {
  readonly provider: string
  readonly notice: Pick<Notice, "kind">
  readonly subject: NoticeSubject
}

/** Marks that may wait to be made durable; beyond that the provider is asked to send again. */
const marksWaitingMost = 50_000

/**
 * What every notice comes to, whichever way it came: its calendar is marked due, and when that is durable its clients are
 * told. A notice carries no instruction beyond "look".
 */
export function createAnnounce({ notices, fanOut, clock, metrics }: AnnounceDeps) {
  // When the last batch became durable: one look at the clock for all that were in it.
  let durableAtMs = 0
  const marks = createGroupCommit<Job>(async (jobs) => {
    metrics.count("hook_batches_total")
    await notices.append(jobs)
    durableAtMs = clock.now().epochMilliseconds
  }, marksWaitingMost)

  /** When it was durable (epoch ms). Throws Problem "unavailable", or what the database threw, when it could not be made so: nobody was told. */
  return async (genuine: readonly Genuine[], noticedAtMs: number): Promise<number> => {
    await marks.add(genuine.flatMap(({ notice, subject }) => jobsFor(notice, subject, noticedAtMs)))
    const committedAtMs = durableAtMs
    for (const { provider, subject } of genuine) {
      const { accountId, calendarId } = subject
      metrics.countFor({ accountId, provider }, "hints-sent")
      fanOut.publish(
        { kind: "calendar", accountId, calendarId },
        { kind: "calendar-changed", calendarId, watermarkMs: noticedAtMs, announcedAtMs: null },
      )
    }
    const tookMs = clock.now().epochMilliseconds - noticedAtMs
    for (const { provider, subject } of genuine)
      metrics.spreadFor({ accountId: subject.accountId, provider }, "own-share", tookMs)
    return committedAtMs
  }
}

export type Announce = ReturnType<typeof createAnnounce>

/** What a notice makes due. All but a plain change also call for a look at the subscription itself. */
export function jobsFor(
  notice: Genuine["notice"],
  { accountId, calendarId }: Genuine["subject"],
  noticedAtMs: number,
): readonly Job[] {
  const pass: Job = { kind: "pass", accountId, calendarId, noticedAtMs }
  const subscribe: Job = { kind: "subscribe", accountId, calendarId }
  switch (notice.kind) {
    case "changed":
    case "missed":
      return [pass]
    case "reauthorize":
    case "removed":
      return [pass, subscribe]
    case "armed":
      return []
  }
}
