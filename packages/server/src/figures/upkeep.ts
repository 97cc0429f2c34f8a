import type { Clock } from "../ports/clock.ts"
import type { FigureUpkeep } from "../ports/figure-tables.ts"
import type { Log } from "../ports/log.ts"
import type { Store } from "../ports/store.ts"

export type UpkeepDeps = { readonly store: Store; readonly clock: Clock; readonly log: Log }

/** A little more than the longest time that is shown in each grain. */
export const keptFor = { minuteHours: 2, fiveMinutesHours: 26, hourDays: 32, dayDays: 400 } as const
const everyMs = 5 * 60_000
const rowsPerGo = 20_000
/** Goes in one look at most; the next look does the rest. */
const goesMost = 20

const fiveMinutesMs = 5 * 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** What is old enough to be rolled up, or deleted, at `now`. Each grain is taken in whole spans of the next. */
export function upkeepAt(now: Temporal.Instant, limit: number): FigureUpkeep {
  const nowMs = now.epochMilliseconds
  const before = (ageMs: number, spanMs: number) =>
    Temporal.Instant.fromEpochMilliseconds(Math.floor((nowMs - ageMs) / spanMs) * spanMs)
  return {
    minutesBefore: before(keptFor.minuteHours * hourMs, fiveMinutesMs),
    fiveMinutesBefore: before(keptFor.fiveMinutesHours * hourMs, hourMs),
    hoursBefore: before(keptFor.hourDays * dayMs, dayMs),
    daysBefore: before(keptFor.dayDays * dayMs, dayMs),
    limit,
  }
}

/** Makes old figures coarser and deletes the oldest. Any number of nodes may do it at once. */
export function createFigureUpkeep({ store, clock, log }: UpkeepDeps) {
  async function look(): Promise<void> {
    const upkeep = upkeepAt(clock.now(), rowsPerGo)
    for (let go = 0; go < goesMost; go++)
      if ((await store.asSystem((tables) => tables.keepUpFigures(upkeep))) === 0) return
  }

  return {
    look,
    start(): () => Promise<void> {
      let cancel = () => {}
      let running: Promise<void> = Promise.resolve()
      let isStopped = false
      const again = () => {
        if (isStopped) return
        cancel = clock.after(everyMs, () => {
          running = look()
            .catch((error: unknown) =>
              log.warn("figures could not be rolled up", { error: error instanceof Error ? error.name : "unknown" }),
            )
            .then(again)
        })
      }
      again()
      return async () => {
        isStopped = true
        cancel()
        await running
      }
    },
  }
}
