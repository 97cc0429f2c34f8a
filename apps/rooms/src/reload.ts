const leastMs = 30_000
const mostMs = 60 * 60_000

/** How long until the page is loaded anew, after so many times in a row: not all screens at once, and ever more seldom. */
export function reloadMs(count: number, fraction: number): number {
  return Math.min(mostMs, leastMs * 2 ** Math.min(count, 10)) * (0.5 + fraction)
}

/** Whether the page that the service has now is another than the one that runs. One that cannot be told is the same. */
export function isOtherBuild(page: string, ownScript: string | null): boolean {
  const script = /<script type="module"[^>]*\ssrc="([^"]+)"/.exec(page)?.[1]
  return script !== undefined && ownScript !== null && script !== ownScript
}

export type BuildWorld = {
  /** The page as the service has it; null where it does not answer. */
  readonly page: () => Promise<string | null>
  readonly ownScript: string | null
  readonly reloads: number
  readonly forgetReloads: () => void
  readonly reload: (count: number) => void
  readonly after: (delayMs: number, callback: () => void) => () => void
  readonly fraction: () => number
}

/** Loads the page anew some time after its build was replaced. Only a page that the service has just served is gone to. */
export function createBuildWatch(world: BuildWorld) {
  let isWaiting = false
  return async function look(): Promise<void> {
    const page = await world.page()
    if (page === null || isWaiting) return
    if (!isOtherBuild(page, world.ownScript)) return world.forgetReloads()
    isWaiting = true
    world.after(reloadMs(world.reloads, world.fraction()), async () => {
      isWaiting = false
      if ((await world.page()) !== null) world.reload(world.reloads + 1)
    })
  }
}
