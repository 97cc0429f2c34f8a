import type { Metrics } from "../ports/metrics.ts"

/** Metrics that nobody looks at. */
export const silentMetrics: Metrics = {
  count: () => {},
  observeSeconds: () => {},
  gauge: () => {},
  countFor: () => {},
  spreadFor: () => {},
}
