import { Counter, Gauge, Histogram, Registry } from "prom-client"
import type { FigureCounts, MetricCounter, MetricGauge, Metrics, MetricTimer } from "../ports/metrics.ts"

const counters: Readonly<Record<MetricCounter, { help: string; labels: readonly string[] }>> = {
  hook_notices_total: { help: "Webhook items by what became of them.", labels: ["provider", "outcome"] },
  hook_batches_total: { help: "Group commits of due marks.", labels: [] },
  passes_total: { help: "Passes over a calendar by outcome.", labels: ["provider", "outcome"] },
  malformed_items_total: {
    help: "Provider items set aside because they could not be understood.",
    labels: ["provider"],
  },
  token_refreshes_total: { help: "Token requests by outcome.", labels: ["provider", "outcome"] },
  hints_sent_total: { help: "Hints written to change streams.", labels: [] },
  missed_pushes_repaired_total: {
    help: "Changes found by a timer that no notification announced.",
    labels: ["provider"],
  },
  listening_total: { help: "Connections listened to, by what became of it.", labels: ["provider", "outcome"] },
  stream_notices_total: { help: "Notices that came over a stream of ours.", labels: ["provider", "kind"] },
  sync_held_total: { help: "Linked events that vanished together and are held by the brake.", labels: [] },
  custody_calls_total: { help: "Requests to key custodians by outcome.", labels: ["custodian", "outcome"] },
  secrets_resealed_total: { help: "Secrets sealed anew under a newer data key.", labels: [] },
  settles_total: { help: "Meetings brought in step with their event, by outcome.", labels: ["backend", "outcome"] },
  subscriptions_total: { help: "Subscription acts by outcome.", labels: ["provider", "outcome"] },
}
const timers: Readonly<Record<MetricTimer, string>> = {
  hook_accept_seconds: "From request to durable acceptance.",
  pass_seconds: "One pass over a calendar.",
  token_refresh_seconds: "One token request.",
}
const gauges: Readonly<Record<MetricGauge, { help: string; labels: readonly string[] }>> = {
  custody_away_seconds: {
    help: "How long a key custodian has not answered this node; 0 while it does.",
    labels: ["custodian"],
  },
  change_streams: { help: "Open change streams of this node.", labels: [] },
  listening_streams: { help: "Connections this node listens for, by state.", labels: ["state"] },
  listening_silence_seconds: { help: "Longest time that an open stream of this node has told nothing.", labels: [] },
  connections: { help: "Connections by provider and state.", labels: ["provider", "state"] },
}

/** Prometheus metrics, all named kalends_…; `text()` is the exposition. An organisation's own counts go to `figures`. */
export function createMetrics({ countFor, spreadFor }: FigureCounts): Metrics & { text(): Promise<string> } {
  const registers = [new Registry()]
  const made = {
    counters: mapValues(
      counters,
      (name, { help, labels }) => new Counter({ name, help, labelNames: [...labels], registers }),
    ),
    timers: mapValues(timers, (name, help) => new Histogram({ name, help, labelNames: ["provider"], registers })),
    gauges: mapValues(
      gauges,
      (name, { help, labels }) => new Gauge({ name, help, labelNames: [...labels], registers }),
    ),
  }
  return {
    count: (name, labels = {}, by = 1) => made.counters[name].inc(labels, by),
    observeSeconds: (name, seconds, labels = {}) => made.timers[name].observe(labels, seconds),
    gauge: (name, value, labels = {}) => made.gauges[name].set(labels, value),
    ...{ countFor, spreadFor },
    text: () => registers[0]?.metrics() ?? Promise.resolve(""),
  }
}

function mapValues<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  map: (name: string, from: From) => To,
): Record<Key, To> {
  const entries = Object.entries<From>(record).map(([key, value]) => [key, map(`kalends_${key}`, value)])
  return Object.fromEntries(entries) as Record<Key, To>
}
