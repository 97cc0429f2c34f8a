import type { Clock } from "../ports/clock.ts"

/** A fourth of the silence that jobs/reconcile.ts takes for death. */
const beatMs = 5_000

/** Does it now, and again and again until what it answers with is called. A time that fails is made up for by the next. */
export async function keepTouching(clock: Clock, touch: () => Promise<void>): Promise<() => void> {
  let cancel = () => {}
  let isStopped = false
  const again = () => {
    if (isStopped) return
    cancel = clock.after(
      beatMs,
      () =>
        void touch()
          .catch(() => {})
          .then(again),
    )
  }
  await touch()
  again()
  return () => {
    isStopped = true
    cancel()
  }
}
