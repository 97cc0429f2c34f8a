import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { addedSlots, quantileMs, slotBoundMs, slotOfMs, totalOf } from "./figures.ts"

const times = fc.array(fc.double({ min: 0, max: 2 ** 28, noNaN: true }), { minLength: 1, maxLength: 200 })

function counted(all: readonly number[]): ReadonlyMap<number, number> {
  return addedSlots(all.map((ms) => new Map([[slotOfMs(ms), 1]])))
}

describe("the slots of a spread", () => {
  test("a time lies in the one slot whose bounds are around it", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2 ** 40, noNaN: true }), (ms) => {
        const slot = slotOfMs(ms)
        expect(ms).toBeLessThanOrEqual(slotBoundMs(slot))
        if (slot > 0) expect(ms).toBeGreaterThan(slotBoundMs(slot - 1))
      }),
    )
  })

  test("a bound itself belongs to the slot it ends", () => {
    for (let slot = 0; slot < 55; slot++) expect(slotOfMs(slotBoundMs(slot))).toBe(slot)
  })

  test("clocks that disagree, and no time at all, count as the shortest", () => {
    expect([slotOfMs(-5), slotOfMs(0), slotOfMs(Number.NaN)]).toEqual([0, 0, 0])
  })

  test("adding keeps the total", () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        expect(totalOf(addedSlots([counted(some), counted(others)]))).toBe(some.length + others.length)
      }),
    )
  })

  test("a quantile lies in the slot of the true one", () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0.001, max: 1, noNaN: true }), (all, share) => {
        const sorted = [...all].sort((a, b) => a - b)
        const truth = sorted[Math.ceil(share * all.length) - 1] ?? Number.NaN
        const guess = quantileMs(counted(all), share) ?? Number.NaN
        const slot = slotOfMs(truth)
        expect(guess).toBeLessThanOrEqual(slotBoundMs(slot))
        expect(guess).toBeGreaterThanOrEqual(slot === 0 ? 1 : slotBoundMs(slot - 1))
      }),
    )
  })

  test("nothing counted has no quantile", () => {
    expect(quantileMs(new Map(), 0.5)).toBeNull()
  })
})
