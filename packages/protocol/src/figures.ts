import { connectionStates } from "@kalends/domain/connection"
import { figureMeasures } from "@kalends/domain/figures"
import { z } from "zod"

/** Seconds that one point of a picture may stand for. */
export const figureSteps = [60, 300, 900, 3_600, 10_800, 43_200, 86_400] as const

/** More points than a picture can show. */
export const figurePointsMost = 800

/** Query of GET /v1/figures. What is older than a day is told by the hour, and what is older than a month by the day. */
export const figuresQuerySchema = z.object({
  /** Up to 24 measures, with commas between them. */
  measure: z.string().regex(/^[a-z-]{1,40}(?:,[a-z-]{1,40}){0,23}$/),
  from: z.iso.datetime(),
  /** Exclusive. */
  to: z.iso.datetime(),
  /** In seconds; a shorter step than what is kept leaves holes. */
  step: z.coerce.number().pipe(z.literal([...figureSteps])),
})
export type FiguresQuery = z.infer<typeof figuresQuerySchema>

const count = z.number().int().nonnegative()
export const figuresSchema = z.object({
  stepSeconds: z.number().int(),
  /**
   * One for each measure and provider that was counted. `counts`: of a time, pairs of a slot and how often; a time in slot n
   * was 2^(n/2) milliseconds at most, and longer than that of the slot before. Of a counter, slot 0 alone.
   */
  series: z.array(
    z.object({
      measure: z.enum(figureMeasures),
      provider: z.string(),
      points: z.array(z.object({ at: z.iso.datetime(), counts: z.array(z.tuple([z.number().int(), count])) })),
    }),
  ),
})
export type FiguresView = z.infer<typeof figuresSchema>

/** GET /v1/figures/now: whether all is within what is promised. */
export const figuresNowSchema = z.object({
  at: z.iso.datetime(),
  /** Whatever is lost, a change is known after this long: of calendars that notify us, and of those that are polled. */
  bounds: z.object({ pushedSeconds: z.number().int(), polledSeconds: z.number().int() }),
  /** How long ago calendars were compared with their provider, of those that wait for no person. */
  ages: z.array(
    z.object({
      provider: z.string(),
      isPushed: z.boolean(),
      count,
      /** Longer ago than the bound. */
      lateCount: count,
      oldestSeconds: z.number(),
    }),
  ),
  connections: z.array(z.object({ provider: z.string(), state: z.enum(connectionStates), count })),
})
export type FiguresNow = z.infer<typeof figuresNowSchema>
