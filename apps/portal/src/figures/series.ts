import {
  addedSlots,
  type FigureCounter,
  type FigureMeasure,
  type FigureSpread,
  quantileMs,
  type SlotCounts,
  totalOf,
} from "@kalends/domain/figures"
import type { FiguresView } from "@kalends/protocol/figures"
import type { Span } from "./ranges.ts"

/** Everything that the page shows, asked for at once. */
export const shownMeasures: readonly FigureMeasure[] = [
  ...(["own-share", "provider-lag", "known-age"] as const),
  ...(["notices-received", "notices-replayed", "passes-by-hint", "passes-by-timer", "passes-to-repair"] as const),
  ...(["changes-unannounced", "seconds-watched", "accesses-stored", "accesses-shared"] as const),
  ...(["accesses-refreshed", "grants-lost", "grants-mended"] as const),
]

const none: SlotCounts = new Map()

/** What was counted, by step. */
export type Counted = {
  /** Of all providers, or of one. */
  counter(measure: FigureCounter, provider?: string): readonly number[]
  spread(measure: FigureSpread): readonly SlotCounts[]
  /** Those that anything was counted of. */
  readonly providers: readonly string[]
}

export function countedOf({ series }: FiguresView, { fromMs, stepSeconds, starts }: Span): Counted {
  const stepsOf = (measure: FigureMeasure, provider?: string): readonly SlotCounts[] => {
    const steps = starts.map((): SlotCounts[] => [])
    for (const one of series) {
      if (one.measure !== measure || (provider !== undefined && one.provider !== provider)) continue
      for (const { at, counts } of one.points)
        steps[Math.floor((Date.parse(at) - fromMs) / (stepSeconds * 1000))]?.push(new Map(counts))
    }
    return steps.map((all) => (all.length === 0 ? none : addedSlots(all)))
  }
  return {
    counter: (measure, provider) => stepsOf(measure, provider).map(totalOf),
    spread: (measure) => stepsOf(measure),
    providers: [...new Set(series.map(({ provider }) => provider))].sort(),
  }
}

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/** How long half of them took at most, and 99 of 100, by step; null where nothing was counted. */
export type Quantiles = { readonly half: readonly (number | null)[]; readonly most: readonly (number | null)[] }

export function quantilesOf(steps: readonly SlotCounts[]): Quantiles {
  return {
    half: steps.map((counts) => quantileMs(counts, 0.5)),
    most: steps.map((counts) => quantileMs(counts, 0.99)),
  }
}

/** What notifications came to. */
export function noticesOf(counted: Counted) {
  const received = sum(counted.counter("notices-received"))
  const hinted = sum(counted.counter("passes-by-hint"))
  return {
    received,
    /** Came while a pass that would find their change waited already. */
    coalesced: Math.max(0, received - hinted),
    replayed: sum(counted.counter("notices-replayed")),
    unannounced: sum(counted.counter("changes-unannounced")),
  }
}

/** What an app that asks for itself would ask once a minute for each calendar. */
const pollSeconds = 60

/** What was not asked of providers, and what was. */
export function savedOf(counted: Counted) {
  const byStep = (measures: readonly FigureCounter[]) => {
    const each = measures.map((measure) => counted.counter(measure))
    return (each[0] ?? []).map((_, step) => sum(each.map((values) => values[step] ?? 0)))
  }
  const saved = byStep(["accesses-stored", "accesses-shared"])
  const asked = counted.counter("accesses-refreshed")
  return {
    ...{ saved, asked, savedCount: sum(saved), askedCount: sum(asked) },
    passCount: sum(byStep(["passes-by-hint", "passes-by-timer", "passes-to-repair"])),
    pollCount: Math.round(sum(counted.counter("seconds-watched")) / pollSeconds),
  }
}
