import {
  type FigureMeasure,
  figureCounters,
  figureMeasures,
  figureSpreads,
  slotLast,
  slotOfMs,
} from "@kalends/domain/figures"
import type { AccountId } from "@kalends/domain/ids"
import type { Clock } from "../ports/clock.ts"
import type { FigureRow } from "../ports/figure-tables.ts"
import type { Log } from "../ports/log.ts"
import type { FigureCounts, FigureOwner } from "../ports/metrics.ts"
import type { Store } from "../ports/store.ts"

export type CollectorDeps = { readonly store: Store; readonly clock: Clock; readonly log: Log }

/** How often what was counted is written down; what a node that is killed loses, at most. */
const flushEveryMs = 5_000
/** Organisations times providers that are counted for between two flushes. Beyond it nothing is counted. */
const cellsMost = 10_000
/** Rows that wait for a database that is away; beyond it the oldest are lost. */
const rowsWaitingMost = 100_000
const rowsPerStatement = 20_000
const minuteMs = 60_000

const slots = slotLast + 1
/** Where a measure's numbers begin in a cell. */
const places: ReadonlyMap<FigureMeasure, number> = new Map([
  ...figureCounters.map((name, index): [FigureMeasure, number] => [name, index]),
  ...figureSpreads.map((name, index): [FigureMeasure, number] => [name, figureCounters.length + index * slots]),
])
const cellLength = figureCounters.length + figureSpreads.length * slots

type Cells = Map<AccountId, Map<string, Float64Array>>

/**
 * Counts in memory, and writes what was counted with one statement every few seconds, off the way of whatever is counted.
 * What is counted within one flush belongs to the minute in which the flush began, so that nothing looks at the clock.
 */
export function createFigureCollector({ store, clock, log }: CollectorDeps) {
  let cells: Cells = new Map()
  let cellCount = 0
  let minute = minuteOf(clock.now())
  let waiting: readonly FigureRow[] = []

  function cellOf({ accountId, provider }: FigureOwner): Float64Array | null {
    const ofAccount = cells.get(accountId)
    const known = ofAccount?.get(provider)
    if (known !== undefined) return known
    if (cellCount >= cellsMost) return null
    cellCount++
    const cell = new Float64Array(cellLength)
    if (ofAccount === undefined) cells.set(accountId, new Map([[provider, cell]]))
    else ofAccount.set(provider, cell)
    return cell
  }

  function add(owner: FigureOwner, place: number, by: number): void {
    const cell = cellOf(owner)
    if (cell !== null) cell[place] = (cell[place] ?? 0) + by
  }

  const counts: FigureCounts = {
    countFor: (owner, measure, by = 1) => add(owner, places.get(measure) ?? 0, by),
    spreadFor: (owner, measure, ms) => add(owner, (places.get(measure) ?? 0) + slotOfMs(ms), 1),
  }

  /** Writes down what was counted. Where that fails it waits for the next time, with its own minute. */
  async function flush(): Promise<void> {
    const rows = [...waiting, ...rowsOf(cells, minute)].slice(-rowsWaitingMost)
    cells = new Map()
    cellCount = 0
    minute = minuteOf(clock.now())
    waiting = rows
    while (waiting.length > 0) {
      const some = waiting.slice(0, rowsPerStatement)
      await store.asSystem((tables) => tables.addFigures(some))
      waiting = waiting.slice(some.length)
    }
  }

  /** Flushes every few seconds until it is stopped, and once more then. */
  function start(): () => Promise<void> {
    let cancel = () => {}
    let running: Promise<void> = Promise.resolve()
    let isStopped = false
    const once = () =>
      flush().catch((error: unknown) =>
        log.warn("figures could not be written; they wait", { error: error instanceof Error ? error.name : "unknown" }),
      )
    const again = () => {
      if (isStopped) return
      cancel = clock.after(flushEveryMs, () => {
        running = once().then(again)
      })
    }
    again()
    return async () => {
      isStopped = true
      cancel()
      await running
      await once()
    }
  }

  return { ...counts, flush, start }
}

export type FigureCollector = ReturnType<typeof createFigureCollector>

function minuteOf(now: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(now.epochMilliseconds / minuteMs) * minuteMs)
}

function rowsOf(cells: Cells, at: Temporal.Instant): readonly FigureRow[] {
  const rows: FigureRow[] = []
  for (const [accountId, ofAccount] of cells)
    for (const [provider, cell] of ofAccount)
      for (const measure of figureMeasures) {
        const place = places.get(measure) ?? 0
        const length = place < figureCounters.length ? 1 : slots
        for (let slot = 0; slot < length; slot++) {
          const count = Math.round(cell[place + slot] ?? 0)
          if (count > 0) rows.push({ accountId, measure, provider, grain: "minute", at, slot, count })
        }
      }
  return rows
}
