import type { Problem } from "@kalends/domain/problem"
import type { ChangePage } from "../ports/calendar-provider.ts"
import type { DueMark } from "../ports/job-queue.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { CalendarRow, ConnectionRow } from "../ports/store.ts"
import type { ReconcilePace } from "./pace.ts"

/** What is counted of a pass. */
export type CountedPass = {
  readonly mark: DueMark
  readonly calendar: CalendarRow
  readonly connection: ConnectionRow
  readonly isPushed: boolean
  readonly startedAt: Temporal.Instant
  readonly malformedCount: number
  readonly modifiedAtMs: number | null
}

type Found = { readonly isChanged: boolean; readonly wasListing: boolean }

/**
 * The newest change on the pages so far that was made before the notification came: the one that it was about, or one
 * made in the same moment. What was changed after it has a notification of its own.
 */
export function newestBefore({ mark, modifiedAtMs }: CountedPass, page: ChangePage): number | null {
  const noticedAtMs = mark.noticedAtMs
  if (noticedAtMs === null) return null
  return page.modifiedAtMs.reduce<number | null>(
    (newest, ms) => (ms > noticedAtMs || (newest !== null && newest >= ms) ? newest : ms),
    modifiedAtMs,
  )
}

/** Counts a pass that went well: why it was made, what it found, and how old what was known had become. */
export function countPass(metrics: Metrics, pace: ReconcilePace, run: CountedPass, found: Found): void {
  const { mark, calendar, connection, isPushed, modifiedAtMs } = run
  const { provider } = connection
  metrics.count("passes_total", { provider, outcome: found.isChanged ? "changed" : "quiet" })
  if (run.malformedCount > 0) metrics.count("malformed_items_total", { provider }, run.malformedCount)
  const isRepair = calendar.failureCount > 0 || found.wasListing
  const isHinted = mark.noticedAtMs !== null
  metrics.countFor(connection, isRepair ? "passes-to-repair" : isHinted ? "passes-by-hint" : "passes-by-timer")
  if (found.isChanged && !found.wasListing) {
    metrics.countFor(connection, "changes-found")
    if (isPushed && !isHinted) {
      metrics.count("missed_pushes_repaired_total", { provider })
      metrics.countFor(connection, "changes-unannounced")
    }
    if (mark.noticedAtMs !== null && modifiedAtMs !== null)
      metrics.spreadFor(connection, "provider-lag", mark.noticedAtMs - modifiedAtMs)
  }
  countAge(metrics, pace, run)
}

export function countFailure(metrics: Metrics, connection: ConnectionRow, { kind }: Problem): void {
  metrics.count("passes_total", { provider: connection.provider, outcome: kind })
  metrics.countFor(connection, "passes-failed")
}

function countAge(metrics: Metrics, pace: ReconcilePace, run: CountedPass): void {
  const { calendar, connection, isPushed, startedAt } = run
  const knownAt = calendar.failureCount === 0 ? calendar.lastPassAt : connection.lastOkAt
  if (knownAt === null) return
  const ageMs = knownAt.until(startedAt).total("milliseconds")
  metrics.spreadFor(connection, "known-age", ageMs)
  metrics.countFor(connection, "seconds-watched", Math.max(0, ageMs / 1000))
  if (ageMs > pace.stalenessBoundSeconds(isPushed) * 1000) metrics.countFor(connection, "looks-late")
}
