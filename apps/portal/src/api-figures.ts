import { type FiguresNow, type FiguresView, figuresNowSchema, figuresSchema } from "@kalends/protocol/figures"
import { call, queryOf } from "./api-call.ts"
import type { Span } from "./figures/ranges.ts"
import { shownMeasures } from "./figures/series.ts"

const at = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toString()

/** The calls about the organisation's figures; each throws ApiProblem. */
export const figuresApi = {
  now: (): Promise<FiguresNow> => call(figuresNowSchema, "GET", "/v1/figures/now"),
  series: ({ fromMs, toMs, stepSeconds }: Span): Promise<FiguresView> =>
    call(
      figuresSchema,
      "GET",
      `/v1/figures?${queryOf({ measure: shownMeasures.join(","), from: at(fromMs), to: at(toMs), step: String(stepSeconds) })}`,
    ),
}
