import { slotOfMs } from "@kalends/domain/figures"
import type { FiguresNow, FiguresView } from "@kalends/protocol/figures"
import { describe, expect, test } from "vitest"
import { rangeNames, spanAt } from "./ranges.ts"
import { linear, logarithmic, pathOf, roundUp, timeAbove, timeTicks, withRoom } from "./scale.ts"
import { countedOf, noticesOf, quantilesOf, savedOf } from "./series.ts"
import { verdictOf } from "./verdict.ts"

const now = Temporal.Instant.from("2026-11-23T09:07:30Z")
const span = spanAt("hour", now)
const point = (minute: number, ...counts: [number, number][]) => ({
  at: Temporal.Instant.from("2026-11-23T09:00:00Z").add({ minutes: minute }).toString(),
  counts,
})

describe("the time that pictures show", () => {
  test("is made of whole steps, of which the last is not over yet", () => {
    for (const range of rangeNames) {
      const { fromMs, toMs, stepSeconds, starts } = spanAt(range, now)
      expect(starts).toHaveLength((toMs - fromMs) / (stepSeconds * 1000))
      expect(fromMs % (stepSeconds * 1000)).toBe(0)
      expect(starts.at(-1)).toBeLessThanOrEqual(now.epochMilliseconds)
      expect(toMs).toBeGreaterThan(now.epochMilliseconds)
      expect(starts.length).toBeLessThanOrEqual(100)
    }
  })
})

describe("what was counted", () => {
  const view: FiguresView = {
    stepSeconds: 60,
    series: [
      { measure: "notices-received", provider: "graph", points: [point(0, [0, 5]), point(7, [0, 3])] },
      { measure: "notices-received", provider: "google", points: [point(7, [0, 2])] },
      { measure: "passes-by-hint", provider: "graph", points: [point(7, [0, 7])] },
      { measure: "own-share", provider: "graph", points: [point(7, [slotOfMs(4), 99], [slotOfMs(90), 1])] },
      { measure: "own-share", provider: "google", points: [point(7, [slotOfMs(4), 100])] },
      { measure: "seconds-watched", provider: "graph", points: [point(7, [0, 6_000])] },
      { measure: "accesses-stored", provider: "graph", points: [point(7, [0, 40])] },
      { measure: "accesses-shared", provider: "graph", points: [point(6, [0, 2])] },
      { measure: "accesses-refreshed", provider: "graph", points: [point(6, [0, 1])] },
    ],
  }
  const counted = countedOf(view, span)

  test("stands in its step, for all providers together and for each", () => {
    expect(counted.counter("notices-received").slice(-8)).toEqual([5, 0, 0, 0, 0, 0, 0, 5])
    expect(counted.counter("notices-received", "google").at(-1)).toBe(2)
    expect(counted.providers).toEqual(["google", "graph"])
  })

  test("gives the times of half and of 99 of 100, and nothing where nothing was counted", () => {
    const { half, most } = quantilesOf(counted.spread("own-share"))
    expect(slotOfMs(half.at(-1) ?? 0)).toBe(slotOfMs(4))
    expect(slotOfMs(most.at(-1) ?? 0)).toBe(slotOfMs(4))
    expect(half.at(-2)).toBeNull()
  })

  test("tells how many notifications needed no pass of their own", () => {
    expect(noticesOf(counted)).toEqual({ received: 10, coalesced: 3, replayed: 0, unannounced: 0 })
  })

  test("tells what was not asked of providers", () => {
    expect(savedOf(counted)).toMatchObject({ savedCount: 42, askedCount: 1, passCount: 7, pollCount: 100 })
  })
})

describe("the verdict", () => {
  const figures: FiguresNow = {
    at: now.toString(),
    bounds: { pushedSeconds: 935, polledSeconds: 335 },
    ages: [{ provider: "graph", isPushed: true, count: 10, lateCount: 0, oldestSeconds: 500 }],
    connections: [
      { provider: "graph", state: "healthy", count: 10 },
      { provider: "google", state: "needs-reauth", count: 2 },
    ],
  }

  test("is that all is within the bound, with those that wait for a person apart", () => {
    expect(verdictOf(figures)).toMatchObject({ kind: "within", count: 10, boundSeconds: 935, waitingCount: 2 })
  })

  test("counts what is late, at any provider", () => {
    const late = { provider: "caldav", isPushed: false, count: 3, lateCount: 1, oldestSeconds: 4_000 }
    expect(verdictOf({ ...figures, ages: [...figures.ages, late] })).toMatchObject({
      ...{ kind: "late", count: 13, lateCount: 1, oldestSeconds: 4_000, boundSeconds: 935 },
    })
  })

  test("is none before there is a calendar", () => {
    expect(verdictOf({ ...figures, ages: [], connections: [] })).toMatchObject({ kind: "empty", waitingCount: 0 })
  })
})

describe("axes", () => {
  test("put equal factors at equal distances, and hold what lies outside at their ends", () => {
    const x = logarithmic(1, 10_000, 400)
    expect([0.1, 1, 10, 100, 10_000, 99_999].map((ms) => Math.round(x(ms)))).toEqual([0, 0, 100, 200, 400, 400])
    expect([0, 5, 10, 20].map(linear(10, 100))).toEqual([100, 50, 0, 0])
  })

  test("end at numbers that people know", () => {
    expect([0, 1, 3, 7, 12, 900].map(roundUp)).toEqual([1, 1, 5, 10, 20, 1000])
    expect([timeAbove(700), timeAbove(61_000), timeTicks(1, 1_000)]).toEqual([1_000, 600_000, [1, 10, 100, 1_000]])
  })

  test("a line has holes where nothing was counted, and shows a point by itself", () => {
    expect(pathOf([[0, 1], [1, 2], null, [3, 4], null])).toBe("M0.0 1.0L1.0 2.0M3.0 4.0h1.5")
  })
})

test("marks below a narrow picture are left out rather than written over each other", () => {
  const ticks = (step: number) =>
    ["1 sec", "10 secs", "1 min", "10 分"].map((text, index) => ({ text, at: index * step }))
  expect(withRoom(ticks(100))).toHaveLength(4)
  expect(withRoom(ticks(40)).map(({ text }) => text)).toEqual(["1 sec", "10 分"])
  expect(withRoom(ticks(60)).map(({ text }) => text)).toEqual(["1 sec", "1 min", "10 分"])
  expect(withRoom([])).toEqual([])
})
