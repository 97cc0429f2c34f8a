import type { FiguresQuery } from "@kalends/protocol/figures"

/** How far back pictures go, and what one point of them stands for. */
export const ranges = {
  hour: { hours: 1, stepSeconds: 60, refreshMs: 5_000 },
  day: { hours: 24, stepSeconds: 900, refreshMs: 30_000 },
  week: { hours: 24 * 7, stepSeconds: 10_800, refreshMs: 60_000 },
  month: { hours: 24 * 30, stepSeconds: 43_200, refreshMs: 60_000 },
} as const satisfies Readonly<Record<string, RangeOf>>

type RangeOf = {
  readonly hours: number
  readonly stepSeconds: FiguresQuery["step"]
  /** How often pictures are made anew: what is seen of a month does not change within seconds. */
  readonly refreshMs: number
}

export type Range = keyof typeof ranges

export const rangeNames: readonly Range[] = ["hour", "day", "week", "month"]

export type Span = {
  readonly fromMs: number
  readonly toMs: number
  readonly stepSeconds: FiguresQuery["step"]
  /** Beginnings of the steps (epoch ms), the oldest first. The last one is not over yet. */
  readonly starts: readonly number[]
}

/** Whole steps, the last of which `now` is in. */
export function spanAt(range: Range, now: Temporal.Instant): Span {
  const { hours, stepSeconds } = ranges[range]
  const stepMs = stepSeconds * 1000
  const toMs = (Math.floor(now.epochMilliseconds / stepMs) + 1) * stepMs
  const count = Math.round((hours * 3600) / stepSeconds)
  const fromMs = toMs - count * stepMs
  return { fromMs, toMs, stepSeconds, starts: Array.from({ length: count }, (_, index) => fromMs + index * stepMs) }
}
