import type { Schedule } from "./schedule.ts"
import { lastEnd } from "./schedule.ts"

/** What is known of a meeting for its life. */
export type MeetingLife = {
  readonly isRecurring: boolean
  readonly createdAt: Temporal.Instant
  /** When its last occurrence ends; null when it has no end, or (for one without an event) no date. */
  readonly scheduledUntil: Temporal.Instant | null
  readonly lastStartedAt: Temporal.Instant | null
  /** True while a calendar event carries its link. */
  readonly hasEvent: boolean
}

const oneOffDays = 30
const recurringDays = 365
const hoursPerDay = 24

/**
 * When a meeting's id ends (SPEC 1.11): a one-off one 30 days after its scheduled date or last start, whichever is later;
 * a recurring one 365 days after its last start (or its making). Link-life guard: never before the last occurrence of
 * the event that carries its link; null (never) while that event has no end.
 */
export function meetingEnd(life: MeetingLife): Temporal.Instant | null {
  const { isRecurring, createdAt, scheduledUntil, lastStartedAt, hasEvent } = life
  if (hasEvent && scheduledUntil === null) return null
  const begun = lastStartedAt ?? createdAt
  const byRule = isRecurring
    ? begun.add({ hours: recurringDays * hoursPerDay })
    : later(begun, scheduledUntil).add({ hours: oneOffDays * hoursPerDay })
  return hasEvent ? later(byRule, scheduledUntil) : byRule
}

function later(a: Temporal.Instant, b: Temporal.Instant | null): Temporal.Instant {
  return b !== null && Temporal.Instant.compare(b, a) > 0 ? b : a
}

/** What a schedule means for the life of its meeting. */
export function lifeOf(schedule: Schedule): Pick<MeetingLife, "isRecurring" | "scheduledUntil"> {
  return { isRecurring: schedule.kind === "series", scheduledUntil: lastEnd(schedule) }
}
