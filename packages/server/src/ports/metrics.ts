/** Counters and timings. Label values come from closed lists (provider names, outcomes), never ids. */
export interface Metrics {
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
  | "settles_total" // backend, outcome (done, or the kind of problem)
export type MetricTimer = "hook_accept_seconds" | "pass_seconds" | "token_refresh_seconds"
export type MetricGauge = "change_streams" | "connections" | "listening_streams" | "listening_silence_seconds"
