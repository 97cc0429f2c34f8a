import type { FigureSeries } from "../ports/figure-tables.ts"

/** Each count by itself, for tests to look at. */
export const flatFigures = (series: readonly FigureSeries[]) =>
  series.flatMap(({ measure, provider, points }) =>
    points.flatMap(({ at, counts }) => counts.map(([slot, count]) => ({ measure, provider, at, slot, count }))),
  )
