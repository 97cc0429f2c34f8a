import type { Clock } from "../ports/clock.ts"

/** The machine's clock. Timers do not keep the process alive: whoever runs the service ends it. */
export const systemClock: Clock = {
  now: () => Temporal.Now.instant(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.max(0, delayMs))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
