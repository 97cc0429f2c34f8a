import { systemClock } from "../platform/clock.ts"
import type { Clock } from "../ports/clock.ts"

export type JumpingClock = Clock & {
  /** Time is further on from now, and the timers that fall due by that run. */
  jump(seconds: number): void
}

/** The machine's clock, with jumps: for a service whose database and providers are real, and that nobody wants to wait for. */
export function jumpingClock(): JumpingClock {
  let aheadMs = 0
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>()
  const nowMs = () => systemClock.now().epochMilliseconds + aheadMs
  return {
    now: () => Temporal.Instant.fromEpochMilliseconds(nowMs()),
    after(delayMs, callback) {
      const end = () => {
        cancel()
        timers.delete(timer)
      }
      const run = () => {
        end()
        callback()
      }
      const timer = { atMs: nowMs() + delayMs, run }
      const cancel = systemClock.after(delayMs, run)
      timers.add(timer)
      return end
    },
    jump(seconds) {
      aheadMs += seconds * 1_000
      for (const timer of [...timers].sort((a, b) => a.atMs - b.atMs))
        if (timers.has(timer) && timer.atMs <= nowMs()) timer.run()
    },
  }
}
