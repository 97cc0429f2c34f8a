import fc from "fast-check"
import { expect, test } from "vitest"
import { reconcilePace } from "./pace.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const fraction = fc.double({ min: 0, max: 1, noNaN: true })
const pace = reconcilePace({ pushed: 900, polled: 300 })
const secondsTo = (at: Temporal.Instant) => now.until(at).total("seconds")

test("a calendar is due between nine tenths of its interval and the whole of it", () => {
  fc.assert(
    fc.property(fraction, fc.boolean(), (part, isPushed) => {
      const interval = isPushed ? 900 : 300
      const wait = secondsTo(pace.nextDueAt(now, isPushed, part))
      expect(wait).toBeGreaterThanOrEqual(interval * 0.9)
      expect(wait).toBeLessThanOrEqual(interval)
    }),
  )
})

test("failures are retried ever more rarely, up to five minutes, and never at one moment", () => {
  const waits = [1, 2, 3, 6, 7, 50].map((failures) => secondsTo(pace.retryAt(now, failures, 0.5)))
  expect(waits).toEqual([5, 10, 20, 160, 300, 300])
  expect(secondsTo(pace.retryAt(now, 1, 0))).toBeLessThan(secondsTo(pace.retryAt(now, 1, 1)))
})

test("the stated bound leaves room for the interval, a look of the timer and a pass", () => {
  expect([pace.stalenessBoundSeconds(true), pace.stalenessBoundSeconds(false)]).toEqual([935, 335])
})

test("until a pass has run, a calendar that was taken is due again after the shorter interval", () => {
  for (const seconds of [
    { pushed: 900, polled: 300 },
    { pushed: 60, polled: 300 },
  ])
    expect(secondsTo(reconcilePace(seconds).takenUntil(now))).toBe(Math.min(seconds.pushed, seconds.polled))
})
