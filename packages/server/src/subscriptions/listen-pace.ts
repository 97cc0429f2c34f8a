import type { Problem } from "@kalends/domain/problem"

/** A node may listen for this long after it last renewed its leases, which it does at half life. */
export const leaseMs = 60_000
/** A node gives up a stream this long before its lease runs out, so that clocks may differ by as much. */
export const leaseMarginMs = 5_000
/** How often a node looks for connections that nobody listens for. */
export const lookEveryMs = 5_000
/** Connections that a node takes in one look at most. */
export const takenPerLookMost = 500
/** What was taken together is opened over this span at most, ten milliseconds for each. */
export const openingSpreadMs = 5_000
/** A stream that does not listen after this long is given up. */
export const openingMostMs = 30_000
/** A stream that lived for this long was a good one: what comes after it begins to count anew. */
export const steadyMs = 60_000
/** Notices of one calendar that follow closely are told together, this long after the first. */
export const quietMs = 1_000
/**
 * A connection is given back after this long at most, so that nodes that joined later get their share. Spread as widely as
 * can be: were all given back at about the same age, they would go to and fro together.
 */
export const tenureMostMs = 6 * 3_600_000

/** Streams that broke together make their passes due over this span. */
export const passSpreadMs = 10_000

const firstRetryMs = 2_000
/** Failures never make a node wait longer than this, unless the provider asks for more. */
export const longestRetryMs = 300_000
const longestAskedMs = 3_600_000
const unsupportedRetryMs = 6 * 3_600_000

/**
 * When a node was killed, others begin to open what it had after this long at the latest; `count`: connections it had, for
 * each node that is left.
 */
export function takeoverBoundMs(count: number): number {
  return leaseMs + lookEveryMs * Math.max(1, Math.ceil(count / takenPerLookMost)) + openingSpreadMs
}

/**
 * How long to wait after the n-th failure in a row. As long as the provider asks, though never more than an hour; otherwise
 * ever longer, up to five minutes. `fraction` (0 to 1) spreads those that failed together.
 */
export function retryDelayMs(
  failureCount: number,
  problem: Problem | null,
  now: Temporal.Instant,
  fraction: number,
): number {
  if (problem?.kind === "unsupported") return Math.round(unsupportedRetryMs * (0.75 + 0.25 * fraction))
  const doubled = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failureCount - 1, 20))
  const own = doubled * (0.25 + 0.75 * fraction)
  const retryAt = problem?.retryAt ?? null
  const asked =
    retryAt === null
      ? 0
      : Math.min(now.until(retryAt).total("milliseconds"), longestAskedMs) + openingSpreadMs * fraction
  return Math.round(Math.max(own, asked))
}

/** How long one of `count` that were taken together waits before it is opened. */
export function openingDelayMs(count: number, fraction: number): number {
  return Math.round(Math.min(openingSpreadMs, count * 10) * fraction)
}

/** How long a node keeps a connection before it gives it back. */
export function tenureMs(fraction: number): number {
  return Math.round(tenureMostMs * (0.1 + 0.9 * fraction))
}
