import fc from "fast-check"
import { expect, test } from "vitest"
import { covers, cursorWindow, overlaps, timeWindow, watchedWindow } from "./window.ts"

const at = (text: string) => Temporal.Instant.from(text)

test("a window that ends before it starts is refused", () => {
  expect(() => timeWindow(at("2026-01-02T00:00Z"), at("2026-01-01T00:00Z"))).toThrow(RangeError)
})

test("a cursor's window covers the watched window on every day of its month, whatever the spread", () => {
  const instants = fc
    .integer({ min: 0, max: 4_000_000_000 })
    .map((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000))
  fc.assert(
    fc.property(instants, fc.integer({ min: 0, max: 27 }), (now, spread) =>
      covers(cursorWindow(now, spread), watchedWindow(now)),
    ),
  )
})

test("the watched window reaches six months back and eighteen ahead", () => {
  const { startsAt, endsAt } = watchedWindow(at("2026-11-23T09:00:00Z"))
  expect([startsAt.toString(), endsAt.toString()]).toEqual(["2026-05-23T09:00:00Z", "2028-05-23T09:00:00Z"])
})

test("windows that only touch do not overlap", () => {
  const noon = at("2026-01-01T12:00Z")
  const before = timeWindow(noon.subtract({ hours: 1 }), noon)
  const after = timeWindow(noon, noon.add({ hours: 1 }))
  expect(overlaps(before, after)).toBe(false)
  expect(overlaps(before, timeWindow(noon.subtract({ seconds: 1 }), noon.add({ hours: 1 })))).toBe(true)
})
