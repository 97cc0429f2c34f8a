import type { FigureCounter, FigureSpread } from "@kalends/domain/figures"
import type { AccountId } from "@kalends/domain/ids"

/** For whose pictures something is counted. */
export type FigureOwner = { readonly accountId: AccountId; readonly provider: string }

/**
 * Counts for the pictures that an organisation sees of its own service. Adds to a number in memory and nothing else, so
 * that it may stand anywhere; what is kept is no more than domain/figures.ts lists.
 */
export interface FigureCounts {
  countFor(owner: FigureOwner, measure: FigureCounter, by?: number): void
  spreadFor(owner: FigureOwner, measure: FigureSpread, ms: number): void
}

/** Counters and timings for whoever runs the service. Label values come from closed lists (provider names, outcomes), never ids. */
export interface Metrics extends FigureCounts {
  count(name: MetricCounter, labels?: Readonly<Record<string, string>>, by?: number): void
  observeSeconds(name: MetricTimer, seconds: number, labels?: Readonly<Record<string, string>>): void
  gauge(name: MetricGauge, value: number, labels?: Readonly<Record<string, string>>): void
}

export type MetricCounter =
  | "hook_notices_total" // labels: provider, outcome (accepted, forged, replayed, oversized, unrecognised, armed)
  | "hook_batches_total"
  | "passes_total" // provider, outcome (quiet, changed, cursor-lost, failed)
  | "malformed_items_total" // provider
  | "token_refreshes_total" // provider, outcome
  | "hints_sent_total"
  | "missed_pushes_repaired_total" // provider
  | "subscriptions_total" // provider, outcome (armed, renewed, stopped, lost)
  | "listening_total" // provider, outcome (opened, ended, or the kind of problem)
  | "stream_notices_total" // provider, kind (changed, missed, removed)
  | "sync_held_total" // links that the mass-deletion brake holds
  | "custody_calls_total" // custodian, outcome (answered, or the kind of problem)
  | "secrets_resealed_total"
  | "settles_total" // backend, outcome (done, or the kind of problem)
export type MetricTimer = "hook_accept_seconds" | "pass_seconds" | "token_refresh_seconds"
export type MetricGauge =
  | "custody_away_seconds" // custodian
  | "change_streams"
  | "connections"
  | "listening_streams"
  | "listening_silence_seconds"
