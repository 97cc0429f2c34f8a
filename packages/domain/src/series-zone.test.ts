import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { EventTime } from "./event.ts"
import { originalStarts, type WallStart } from "./recurrence.ts"
import { isSameSchedule, occurrencesIn, type Schedule, type Series } from "./schedule.ts"
import { startSeconds } from "./series-rule.ts"
import { rezone, shiftSeries } from "./series-zone.ts"
import { anySeries, zones } from "./testing/any-schedule.ts"
import { unlessRefused } from "./testing/unless-refused.ts"
import { timeWindow } from "./window.ts"

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const none = { extraStarts: [], excludedStarts: [] }

function series(start: string, rule: string, zone: string | null = "Europe/Berlin"): Series {
  return { kind: "series", recurrence: { ...none, start: wall(start), rules: [rule] }, zone, length: 30, moved: [] }
}

function startsOf(schedule: Schedule, count = 4): readonly string[] {
  const year = timeWindow(Temporal.Instant.from("2026-01-01T00:00Z"), Temporal.Instant.from("2027-01-01T00:00Z"))
  return occurrencesIn(schedule, year, "UTC")
    .slice(0, count)
    .map(({ time }) => (time.kind === "timed" ? time.startsAt.toString().slice(0, 16) : ""))
}

describe("a schedule in another zone", () => {
  test("keeps its time on the wall", () => {
    const tokyo = rezone(series("2026-03-02T09:00", "FREQ=WEEKLY;COUNT=2"), "Asia/Tokyo", "wall-clock")
    expect(startsOf(tokyo)).toEqual(["2026-03-02T00:00", "2026-03-09T00:00"])
  })

  test("or keeps its moment, on another day where it has to", () => {
    const berlin = series("2026-03-02T23:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4")
    const tokyo = rezone(berlin, "Asia/Tokyo", "instant")
    expect(startsOf(tokyo)).toEqual(startsOf(berlin))
    expect(tokyo).toMatchObject({ recurrence: { rules: ["FREQ=WEEKLY;COUNT=4;WKST=TU;BYDAY=TU,TH"] } })
  })

  test("keeps the moment of the first occurrence where the clocks of the two change on different days", () => {
    const berlin = series("2026-03-02T09:00", "FREQ=WEEKLY;COUNT=3")
    const newYork = rezone(berlin, "America/New_York", "instant")
    expect([startsOf(berlin), startsOf(newYork)]).toEqual([
      ["2026-03-02T08:00", "2026-03-09T08:00", "2026-03-16T08:00"],
      ["2026-03-02T08:00", "2026-03-09T07:00", "2026-03-16T07:00"],
    ])
  })

  test("keeps each exception with its occurrence", () => {
    const time: EventTime = {
      kind: "timed",
      startsAt: Temporal.Instant.from("2026-03-10T12:00Z"),
      endsAt: Temporal.Instant.from("2026-03-10T13:00Z"),
      zone: "Europe/Berlin",
    }
    const berlin = series("2026-03-02T23:00", "FREQ=WEEKLY")
    const recurrence = { ...berlin.recurrence, excludedStarts: [wall("2026-03-16T23:00")] }
    const tokyo = rezone(
      { ...berlin, recurrence, moved: [{ originalStart: wall("2026-03-09T23:00"), time }] },
      "Asia/Tokyo",
      "instant",
    )
    expect(tokyo.kind === "series" && tokyo.moved.map((one) => one.time)).toEqual([{ ...time, zone: "Asia/Tokyo" }])
    expect(startsOf(tokyo, 3)).toEqual(["2026-03-02T22:00", "2026-03-10T12:00", "2026-03-23T22:00"])
  })

  test("is refused a moment that its rule cannot name", () => {
    const monthly = series("2026-03-02T23:00", "FREQ=MONTHLY;BYDAY=1MO")
    expect(() => rezone(monthly, "Asia/Tokyo", "instant")).toThrow(expect.objectContaining({ kind: "unsupported" }))
  })

  test("is refused another month when it counts every second one from its start", () => {
    const start = Temporal.PlainDate.from("2026-03-02")
    const everyOther = { ...none, start, rules: ["FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15"] }
    const allDay: Series = { kind: "series", recurrence: everyOther, zone: null, length: 1, moved: [] }
    expect(() => shiftSeries(allDay, -7 * 86_400)).toThrow(expect.objectContaining({ kind: "unsupported" }))
    expect(shiftSeries(allDay, 7 * 86_400).recurrence.rules).toEqual(["FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=22"])
  })

  test("gets a zone when it had none, and can lose it", () => {
    const floating = series("2026-03-02T09:00", "FREQ=DAILY", null)
    const berlin = rezone(floating, "Europe/Berlin", "wall-clock")
    expect(startsOf(berlin, 1)).toEqual(["2026-03-02T08:00"])
    expect(rezone(berlin, null, "wall-clock")).toEqual(floating)
  })

  test("of whole days has no zone", () => {
    const allDay: Series = {
      ...series("2026-03-02T09:00", "FREQ=DAILY", null),
      recurrence: { ...none, start: Temporal.PlainDate.from("2026-03-02"), rules: ["FREQ=DAILY"] },
    }
    expect(rezone(allDay, "Asia/Tokyo", "instant")).toBe(allDay)
  })

  const times: readonly EventTime[] = [
    { kind: "floating", starts: wall("2026-03-02T09:00"), ends: wall("2026-03-02T10:00") },
    {
      kind: "timed",
      startsAt: Temporal.Instant.from("2026-03-02T08:00Z"),
      endsAt: Temporal.Instant.from("2026-03-02T09:00Z"),
      zone: "Europe/Berlin",
    },
  ]
  test.each(times)("keeps the clock or the moment of a single event: $kind", (time) => {
    const tokyo = (keeps: "wall-clock" | "instant") =>
      startsOfTime(rezone({ kind: "single", time }, "Asia/Tokyo", keeps))
    expect(tokyo("wall-clock")).toBe("2026-03-02T00:00:00Z")
    expect(tokyo("instant")).toBe(time.kind === "timed" ? "2026-03-02T08:00:00Z" : "2026-03-02T00:00:00Z")
  })
})

function startsOfTime(schedule: Schedule): string {
  return schedule.kind === "single" && schedule.time.kind === "timed" ? schedule.time.startsAt.toString() : ""
}

/** Original starts of the two years that the arbitrary series begin in. */
function namesOf(whole: Series, laterSeconds = 0): readonly number[] {
  const at = (date: string) => Temporal.PlainDateTime.from(date).add({ seconds: laterSeconds })
  const { starts } = originalStarts(whole.recurrence, at("2025-03-01"), at("2025-09-01"))
  return starts.map((start: WallStart) => startSeconds(start) - laterSeconds)
}

describe("whatever the series", () => {
  test("one that is moved has each occurrence as much later, or refuses", () => {
    const by = fc.constantFrom(-7 * 86_400, -86_400, 86_400, 3 * 86_400, -3_600, 7_200, 40_000)
    let refused = 0
    fc.assert(
      fc.property(anySeries, by, (whole, seconds) => {
        const shifted = unlessRefused(() => shiftSeries(whole, seconds))
        if (shifted === null) refused++
        if (shifted !== null) expect(namesOf(shifted, seconds)).toEqual(namesOf(whole))
      }),
      { numRuns: 150 },
    )
    expect(refused).toBeLessThan(140)
  })

  test("keeping the clock, there and back again is the same", () => {
    fc.assert(
      fc.property(anySeries, fc.constantFrom(...zones), (given, zone) => {
        // A moved occurrence may be in an hour that the other zone's clock leaves out.
        const whole = { ...given, moved: [] }
        const there = rezone(whole, zone, "wall-clock")
        expect(isSameSchedule(rezone(there, whole.zone, "wall-clock"), whole)).toBe(true)
        expect(there.kind === "series" && namesOf(there)).toEqual(namesOf(whole))
      }),
      { numRuns: 50 },
    )
  })
})
