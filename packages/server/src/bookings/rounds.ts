import type { Clock } from "../ports/clock.ts"

export type RoundsDeps = {
  readonly clock: Clock
  /** From the end of one to the next. */
  readonly everyMs: number
  readonly work: () => Promise<void>
  readonly failed: (error: unknown) => void
}

/** Does the work again and again, once at a time, until it is stopped. Whoever cannot wait for the next has one at once. */
export function createRounds({ clock, everyMs, work, failed }: RoundsDeps) {
  let cancel = () => {}
  let isStopped = true
  let isWanted = false
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    // However many asked meanwhile, one more serves them all.
    while (isWanted && !isStopped) {
      isWanted = false
      await work().catch(failed)
    }
    running = null
    if (!isStopped) cancel = clock.after(everyMs, now)
  }

  function now(): void {
    isWanted = true
    if (isStopped || running !== null) return
    cancel()
    running = run()
  }

  return {
    now,
    start(): void {
      isStopped = false
      now()
    },
    /** Waits for the one under way. */
    async stop(): Promise<void> {
      isStopped = true
      cancel()
      await running
    },
  }
}
