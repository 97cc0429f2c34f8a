import type { HookRequest } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { Job, JobQueue } from "../ports/job-queue.ts"
import type { MeetingPush, MeetingRecognition } from "../ports/meeting-push.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Store } from "../ports/store.ts"

export type MeetingReceiverDeps = {
  /** By the name of the meeting service. */
  readonly pushes: ReadonlyMap<string, MeetingPush>
  readonly store: Store
  readonly queue: JobQueue
  readonly world: { readonly clock: Clock; readonly metrics: Metrics }
}

/** Text for a handshake, as JSON; null for everything else. */
export type MeetingHookAnswer = { readonly handshake: string | null }

const outcomes = { handshake: "armed", forged: "forged", stale: "replayed", unrecognised: "unrecognised" } as const

/**
 * Receives what meeting services tell of by themselves. It is a hint and no more: the meeting is looked at as a timer would
 * look at it, whoever changed it. What we wrote ourselves comes back, too, and is found to be in step.
 */
export function createMeetingReceiver({ pushes, store, queue, world }: MeetingReceiverDeps) {
  const { clock, metrics } = world

  /** Meetings that are being made, or that end, are in other hands. Names that are none of ours do nothing. */
  async function jobsFor(backend: string, backendIds: readonly string[]): Promise<readonly Job[]> {
    const found = await store.asSystem((tables) =>
      Promise.all(backendIds.map((backendId) => tables.findMeetingByBackend(backend, backendId))),
    )
    return found.flatMap((meeting) =>
      meeting?.state === "live"
        ? [
            {
              kind: "settle",
              accountId: meeting.accountId,
              meetingId: meeting.meetingId,
              cause: "meeting-noticed",
            } as const,
          ]
        : [],
    )
  }

  return {
    names: [...pushes.keys()],
    /** Throws when the hint could not be made durable: the service is to send again. */
    async receive(name: string, request: HookRequest): Promise<MeetingHookAnswer> {
      const unknown: MeetingRecognition = { kind: "unrecognised" }
      const recognised = pushes.get(name)?.recognise(request, clock.now()) ?? unknown
      const count = (outcome: string) => metrics.count("hook_notices_total", { provider: name, outcome })
      if (recognised.kind !== "changed") {
        count(outcomes[recognised.kind])
        return { handshake: recognised.kind === "handshake" ? recognised.text : null }
      }
      const jobs = await jobsFor(name, recognised.backendIds)
      count(jobs.length === 0 ? "unrecognised" : "accepted")
      await queue.add(jobs)
      return { handshake: null }
    },
  }
}

export type MeetingReceiver = ReturnType<typeof createMeetingReceiver>
