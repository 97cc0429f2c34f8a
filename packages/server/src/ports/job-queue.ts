import type { MeetingReason } from "@kalends/domain/audit-reason"
import type {
  AccountId,
  CalendarId,
  ConnectionId,
  MeetingId,
  PolicyChangeId,
  RevocationId,
  RolloutId,
  RoomId,
} from "@kalends/domain/ids"

/**
 * One calendar is due for a pass. `noticedAtMs`: when a notification last said so (epoch ms), which is when clients were
 * told to read; null when only a timer did.
 */
export type DueMark = {
  readonly accountId: AccountId
  readonly calendarId: CalendarId
  readonly noticedAtMs: number | null
}

/** The jobs there are. Payloads hold ids only, so the queue keeps no content at rest. */
export type Job =
  | ({ readonly kind: "pass" } & DueMark)
  /** Arm, renew or replace the calendar's subscription. */
  | { readonly kind: "subscribe"; readonly accountId: AccountId; readonly calendarId: CalendarId }
  /** Bring a meeting and its event in step. `cause`: why. */
  | {
      readonly kind: "settle"
      readonly accountId: AccountId
      readonly meetingId: MeetingId
      readonly cause: MeetingReason
    }
  /** Refresh an idle grant before it dies of disuse. */
  | { readonly kind: "keep-alive"; readonly accountId: AccountId; readonly connectionId: ConnectionId }
  /** Do the next steps of a rollout. */
  | { readonly kind: "rollout"; readonly accountId: AccountId; readonly rolloutId: RolloutId }
  /** Go on with the work on an account's keys. */
  | { readonly kind: "keys"; readonly accountId: AccountId }
  /** Go on with a revocation whose worker died. */
  | { readonly kind: "revocation"; readonly accountId: AccountId; readonly revocationId: RevocationId }
  /** Disconnect the next of those whom a change of policy concerns. */
  | { readonly kind: "policy-change"; readonly accountId: AccountId; readonly changeId: PolicyChangeId }
  /** Connect a room by the administrator's connection that is to open it. */
  | { readonly kind: "connect-room"; readonly accountId: AccountId; readonly roomId: RoomId }

/** The name under which waiting jobs coalesce. */
export function jobKey(job: Job): string {
  switch (job.kind) {
    case "pass":
    case "subscribe":
      return `${job.kind}:${job.calendarId}`
    case "keep-alive":
      return `${job.kind}:${job.connectionId}`
    case "settle":
      return `${job.kind}:${job.meetingId}`
    case "rollout":
      return `${job.kind}:${job.rolloutId}`
    case "keys":
      return `${job.kind}:${job.accountId}`
    case "revocation":
      return `${job.kind}:${job.revocationId}`
    case "connect-room":
      return `${job.kind}:${job.roomId}`
    case "policy-change":
      return `${job.kind}:${job.changeId}`
  }
}

/** The one that waits when a job is added to another with its key. Of two passes, the one that clients were told of later. */
export function coalesced(waiting: Job, added: Job): Job {
  const isToldLater =
    waiting.kind === "pass" && added.kind === "pass" && (waiting.noticedAtMs ?? 0) > (added.noticedAtMs ?? 0)
  return isToldLater ? waiting : added
}

/**
 * The durable queue; the queue is the due list. Jobs with one key (kind and calendar or connection) coalesce: at most
 * one waits.
 */
export interface JobQueue {
  /** Durable when it resolves. One statement for the whole batch. A waiting job keeps the earliest run time and, for passes, the newest `noticedAtMs`. */
  add(jobs: readonly Job[], runAt?: Temporal.Instant): Promise<void>
  /**
   * Gives back the jobs that a worker took before `takenBefore` and never ended: it was killed, or cut off. Every job may
   * run twice. How many they were.
   */
  release(takenBefore: Temporal.Instant): Promise<number>
}

/**
 * Where the receiver writes what notices call for. Writing is cheaper than queueing: one row for a batch, appended; the
 * jobs are queued right after, many at a time.
 */
export interface NoticeLog {
  /** Durable when it resolves: the jobs will be queued, whatever happens to this process. Throws Problem "unavailable" when too many wait. */
  append(jobs: readonly Job[]): Promise<void>
}
