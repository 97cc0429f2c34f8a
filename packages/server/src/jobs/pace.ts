/** How often calendars are compared with their providers whatever was heard. */
export type ReconcilePace = {
  nextDueAt(now: Temporal.Instant, isPushed: boolean, fraction: number): Temporal.Instant
  /** When a calendar that the timer took is due again if its pass never comes to an end, say because the node died. */
  takenUntil(now: Temporal.Instant): Temporal.Instant
  /** After the n-th failure in a row; `fraction` (0 to 1) spreads those that failed together. */
  retryAt(now: Temporal.Instant, failureCount: number, fraction: number): Temporal.Instant
  /** Whatever notification is lost, a change is known after this many seconds at the latest, while the provider answers. */
  stalenessBoundSeconds(isPushed: boolean): number
}

/** The reconcile timer looks this often for calendars that are due. */
export const tickSeconds = 5
/** Time allowed for a pass to be run and read its changes. */
const passSeconds = 30
const longestRetrySeconds = 300

/** A calendar is due between 0.9 and 1 interval after its last pass, so that the interval is the bound and not the mean. */
export function reconcilePace(seconds: { readonly pushed: number; readonly polled: number }): ReconcilePace {
  const interval = (isPushed: boolean) => (isPushed ? seconds.pushed : seconds.polled)
  return {
    nextDueAt: (now, isPushed, fraction) =>
      now.add({ milliseconds: Math.round(interval(isPushed) * 1000 * (0.9 + 0.1 * fraction)) }),
    takenUntil: (now) => now.add({ seconds: Math.min(seconds.pushed, seconds.polled) }),
    retryAt(now, failureCount, fraction) {
      const delaySeconds = Math.min(longestRetrySeconds, 5 * 2 ** Math.min(failureCount - 1, 10))
      return now.add({ milliseconds: Math.round(delaySeconds * 1000 * (0.75 + 0.5 * fraction)) })
    },
    stalenessBoundSeconds: (isPushed) => interval(isPushed) + tickSeconds + passSeconds,
  }
}
