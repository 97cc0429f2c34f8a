import { type FigureMeasure, figureCounters, figureMeasures, slotOfMs } from "@kalends/domain/figures"
import type { FiguresNow, FiguresView } from "@kalends/protocol/figures"
import type { Scene } from "./scene.ts"

type Asked = { readonly route: string; readonly query: URLSearchParams }
type Answer = { readonly status?: number; readonly body: unknown }

/** Answers about figures, as the scene has them; null for other routes. */
export function figuresReply({ route, query }: Asked, scene: Scene): Answer | null {
  if (route === "GET /v1/figures/now") return { body: scene.figuresNow }
  if (route !== "GET /v1/figures") return null
  return { body: scene.hasFigures ? seriesOf(query) : { stepSeconds: Number(query.get("step")), series: [] } }
}

/** How each measure goes over a busy day: how much of it there is in a step, at each provider. */
const shares: Readonly<Partial<Record<FigureMeasure, number>>> = {
  "notices-received": 40,
  "passes-by-hint": 31,
  "passes-by-timer": 9,
  "notices-replayed": 0.4,
  "changes-unannounced": 0.1,
  "seconds-watched": 90_000,
  "accesses-stored": 55,
  "accesses-shared": 2,
  "accesses-refreshed": 3,
}
const times: Readonly<Partial<Record<FigureMeasure, readonly (readonly [number, number])[]>>> = {
  "own-share": [
    [3, 28],
    [4, 9],
    [7, 2],
    [21, 1],
  ],
  "provider-lag": [
    [1_300, 9],
    [2_000, 17],
    [3_800, 4],
    [11_000, 1],
  ],
  "known-age": [
    [9_000, 3],
    [70_000, 8],
    [300_000, 9],
    [620_000, 7],
    [870_000, 12],
  ],
}
const providers = [
  ["graph", 1],
  ["google", 0.6],
  ["caldav", 0.1],
] as const

function seriesOf(query: URLSearchParams): FiguresView {
  const [from, to] = [Date.parse(query.get("from") ?? ""), Date.parse(query.get("to") ?? "")]
  const stepSeconds = Number(query.get("step"))
  const starts: number[] = []
  for (let at = from; at < to; at += stepSeconds * 1000) starts.push(at)
  const asked = (query.get("measure") ?? "").split(",")
  const measures = figureMeasures.filter((measure) => asked.includes(measure))
  const series = measures.flatMap((measure) =>
    providers.map(([provider, share]) => ({
      measure,
      provider,
      points: starts.flatMap((at, index) => {
        const counts = countsAt(measure, index, share)
        return counts.length === 0 ? [] : [{ at: new Date(at).toISOString(), counts }]
      }),
    })),
  )
  return { stepSeconds, series: series.filter(({ points }) => points.length > 0) }
}

function countsAt(measure: FigureMeasure, index: number, share: number): [number, number][] {
  // A wave over the picture, and a quiet time in it.
  const wave = index % 41 === 11 ? 0 : 0.6 + 0.4 * Math.sin(index / 7)
  const counts = (all: readonly (readonly [number, number])[]) =>
    all
      .map(([slot, count]): [number, number] => [slot, Math.round(count * wave * share)])
      .filter(([, count]) => count > 0)
  if (measure === "grants-lost") return index === 20 && share === 1 ? [[0, 4]] : []
  if (measure === "grants-mended") return index > 24 && index < 28 && share === 1 ? [[0, 1]] : []
  if (figureCounters.some((name) => name === measure)) return counts([[0, shares[measure] ?? 0]])
  // Notifications are what a server without them has no times of.
  if (share < 0.5 && measure !== "known-age") return []
  return counts((times[measure] ?? []).map(([ms, count]) => [slotOfMs(ms), count]))
}

/** Everybody within what is promised, but for two whose permission is dead. */
export function calmFigures(now: Temporal.Instant): { hasFigures: boolean; figuresNow: FiguresNow } {
  return {
    hasFigures: true,
    figuresNow: {
      at: now.toString(),
      bounds: { pushedSeconds: 935, polledSeconds: 335 },
      ages: [
        { provider: "graph", isPushed: true, count: 1_180, lateCount: 0, oldestSeconds: 880 },
        { provider: "google", isPushed: true, count: 412, lateCount: 0, oldestSeconds: 861 },
        { provider: "caldav", isPushed: false, count: 9, lateCount: 0, oldestSeconds: 290 },
      ],
      connections: [
        { provider: "graph", state: "healthy", count: 1_180 },
        { provider: "google", state: "healthy", count: 412 },
        { provider: "google", state: "needs-reauth", count: 2 },
        { provider: "caldav", state: "healthy", count: 9 },
      ],
    },
  }
}
