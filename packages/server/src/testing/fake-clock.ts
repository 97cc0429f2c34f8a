import type { Clock } from "../ports/clock.ts"

type Timer = { readonly atMs: number; readonly callback: () => void }

export type FakeClock = Clock & {
  /** Moves time on, running the timers that fall due in their order; timers set meanwhile run too. */
  advance(byMs: number): Promise<void>
  /** Timers still waiting: zero after a clean stop. */
  readonly waitingCount: number
}

/** A clock that stands still until it is moved. */
export function fakeClock(startsAt = "2026-11-23T09:00:00Z"): FakeClock {
  let nowMs = Temporal.Instant.from(startsAt).epochMilliseconds
  const timers = new Set<Timer>()
  const nextDue = (limitMs: number) =>
    [...timers].filter((timer) => timer.atMs <= limitMs).sort((a, b) => a.atMs - b.atMs)[0]
  return {
    now: () => Temporal.Instant.fromEpochMilliseconds(nowMs),
    after(delayMs, callback) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(byMs) {
      const untilMs = nowMs + byMs
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        nowMs = Math.max(nowMs, timer.atMs)
        timers.delete(timer)
        timer.callback()
        await settled()
      }
      nowMs = untilMs
      await settled()
    },
    get waitingCount() {
      return timers.size
    },
  }
}

/** Lets everything that is already resolved run on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
