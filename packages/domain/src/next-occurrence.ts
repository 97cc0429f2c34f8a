import { eventSpan } from "./event.ts"
import { type Occurrence, occurrencesIn, type Schedule } from "./schedule.ts"
import { timeWindow } from "./window.ts"

/** How far ahead the next occurrence is looked for, the nearest first. */
const looksAheadDays = [8, 100, 800, 8_000, 80_000]

/**
 * The first occurrence that starts after an instant, for someone in `zone`. Null when there is none, or none within two
 * hundred years.
 */
export function nextOccurrence(schedule: Schedule, after: Temporal.Instant, zone: string): Occurrence | null {
  for (const days of looksAheadDays) {
    const window = timeWindow(after, after.add({ hours: days * 24 }))
    const next = occurrencesIn(schedule, window, zone).find(
      ({ time }) => Temporal.Instant.compare(eventSpan(time, zone).startsAt, after) > 0,
    )
    if (next !== undefined) return next
  }
  return null
}
