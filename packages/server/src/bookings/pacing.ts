import type { Clock } from "../ports/clock.ts"
import { calmMs, retryLeastMs, retryMostMs } from "./connector-pace.ts"

export type TimerWorld = {
  readonly clock: Clock
  /** In [0, 1). */
  readonly fraction: () => number
}

/** Goes off once, about then: devices that went together do not come back together. */
export function createTimer({ clock, fraction }: TimerWorld, work: () => void) {
  let cancel = () => {}
  return {
    after(delayMs: number): void {
      cancel()
      cancel = clock.after(Math.round(delayMs * (0.75 + fraction() / 2)), work)
    },
    cancel: () => cancel(),
  }
}

/** Does the work at once, and later where it was just done: ever later, while it is asked for again and again. */
export function createOnceMore(world: TimerWorld, work: () => void) {
  const brake = createBrake(world.clock)
  let isWaiting = false
  const timer = createTimer(world, () => {
    isWaiting = false
    work()
  })
  return {
    again(): void {
      if (isWaiting) return
      const delayMs = brake.delayMs()
      if (delayMs === 0) return work()
      isWaiting = true
      timer.after(delayMs)
    },
    cancel: timer.cancel,
  }
}

/**
 * How long to wait with what a device may have as often as it asks: nothing the first time, and ever longer while it goes on
 * asking. A device that loses its list in the moment it is given one would else be given it without end.
 */
export function createBrake(clock: Pick<Clock, "now">) {
  let times = 0
  let lastMs: number | null = null
  return {
    delayMs(): number {
      const nowMs = clock.now().epochMilliseconds
      times = lastMs !== null && nowMs - lastMs < calmMs ? times + 1 : 0
      lastMs = nowMs
      return times === 0 ? 0 : Math.min(retryMostMs, retryLeastMs * 2 ** (times - 1))
    },
  }
}
