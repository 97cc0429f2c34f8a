import type { DeviceLink } from "../ports/device-family.ts"
import { retryLeastMs } from "./connector-pace.ts"
import { createBrake, createTimer, type TimerWorld } from "./pacing.ts"

export type KeptLinkDeps = {
  readonly world: TimerWorld
  readonly open: () => Promise<DeviceLink>
  readonly onOpened: () => void
  /** It ended without having been let go of, and may be opened again now. */
  readonly onRested: () => void
}

/**
 * The one line to a device: opened when it is wanted and there is none, and kept until it ends or is let go of. One that is cut
 * rests before it is missed: for a second, since most are cut by a restart, and ever longer where that goes on.
 */
export function createKeptLink({ world, open, onOpened, onRested }: KeptLinkDeps) {
  const cuts = createBrake(world.clock)
  let link: DeviceLink | null = null
  let isResting = false
  const rest = createTimer(world, () => {
    isResting = false
    onRested()
  })

  function endRest(): void {
    rest.cancel()
    isResting = false
  }

  return {
    get current() {
      return link
    },
    /** There is none, and none was cut a moment ago. */
    get isMissing() {
      return link === null && !isResting
    },
    async opened(): Promise<DeviceLink> {
      if (link !== null) return link
      endRest()
      const fresh = await open()
      link = fresh
      void fresh.ended.then(() => {
        if (link !== fresh) return
        link = null
        isResting = true
        rest.after(Math.max(retryLeastMs, cuts.delayMs()))
      })
      onOpened()
      return fresh
    },
    letGo(): void {
      endRest()
      const last = link
      link = null
      last?.close()
    },
  }
}
