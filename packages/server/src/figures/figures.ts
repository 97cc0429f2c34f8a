import type { FigureCounts } from "../ports/metrics.ts"
import { type CollectorDeps, createFigureCollector } from "./collector.ts"
import { createFigureUpkeep } from "./upkeep.ts"

/** Content-free numbers about how the service does: counted, kept and made coarser as they age. */
export interface Figures extends FigureCounts {
  /** Writes down what is counted, and keeps it up; returns what ends that, after all that was counted is written. */
  start(): () => Promise<void>
}

export function createFigures(deps: CollectorDeps): Figures {
  const collector = createFigureCollector(deps)
  const upkeep = createFigureUpkeep(deps)
  return {
    ...{ countFor: collector.countFor, spreadFor: collector.spreadFor },
    start() {
      const stops = [collector.start(), upkeep.start()]
      return async () => void (await Promise.all(stops.map((stop) => stop())))
    },
  }
}
