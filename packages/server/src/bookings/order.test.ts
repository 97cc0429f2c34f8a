import { expect, test } from "vitest"
import { bookingOf } from "../testing/sample-booking.ts"
import { digestOf, orderOf } from "./order.ts"

const settings = { keepsOthers: false, language: "en", startBufferMinutes: 5, endBufferMinutes: 0 } as const
const at = (now: string) => ({ now: Temporal.Instant.from(now), daysAhead: 30, bookingsMost: 100 })
const night = bookingOf("Night", "2026-11-23T22:00:00Z", { endsAt: Temporal.Instant.from("2026-11-24T03:00:00Z") })

test("a meeting that goes past midnight is given until the day on which it ends is over", () => {
  const titlesAt = (now: string) => orderOf([night], at(now), settings).bookings.map(({ title }) => title)
  expect(titlesAt("2026-11-23T12:00:00Z")).toEqual(["Night"])
  expect(titlesAt("2026-11-24T02:00:00Z")).toEqual(["Night"])
  expect(titlesAt("2026-11-25T00:00:00Z")).toEqual([])
})

test("the same bookings make the same order all day, and another when what a device shows is another", () => {
  const digest = (now: string, changes = {}) =>
    Buffer.from(digestOf(orderOf([{ ...night, ...changes }], at(now), settings))).toString("hex")
  const first = digest("2026-11-23T00:00:00Z")
  expect(digest("2026-11-23T23:59:59Z", { version: "2" })).toBe(first)
  for (const change of [{ title: "Other" }, { isPrivate: true }, { host: null }, { dial: [] }, { join: null }])
    expect(digest("2026-11-23T00:00:00Z", change)).not.toBe(first)
})
