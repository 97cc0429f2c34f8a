import type { FigureCounts } from "../ports/metrics.ts"
import { type CollectorDeps, createFigureCollector } from "./collector.ts"
import { createPictures, type Pictures, type PicturesDeps } from "./pictures.ts"
import { createFigureUpkeep } from "./upkeep.ts"

/** Content-free numbers about how the service does: counted, kept, made coarser as they age, and shown. */
export interface Figures extends FigureCounts, Pictures {
  /** Writes down what is counted, and keeps it up; returns what ends that, after all that was counted is written. */
  start(): () => Promise<void>
}

export function createFigures(deps: CollectorDeps & PicturesDeps): Figures {
  const collector = createFigureCollector(deps)
  const upkeep = createFigureUpkeep(deps)
  return {
    ...{ countFor: collector.countFor, spreadFor: collector.spreadFor },
    ...createPictures(deps),
    start() {
      const stops = [collector.start(), upkeep.start()]
      return async () => void (await Promise.all(stops.map((stop) => stop())))
    },
  }
}
