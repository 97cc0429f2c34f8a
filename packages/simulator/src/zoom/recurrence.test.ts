import { describe, expect, test } from "vitest"
import { narrowLimits, type Recurrence, readRecurrence, startsOf, wireRecurrence } from "./recurrence.ts"

const read = (wire: object): Recurrence => {
  const result = readRecurrence(wire, narrowLimits)
  if ("invalid" in result) throw new Error(result.invalid.join())
  return result.value
}
const refused = (wire: unknown) => {
  const result = readRecurrence(wire, narrowLimits)
  return "invalid" in result ? result.invalid : []
}
const starts = (wire: object, first: string, zone = "UTC") =>
  startsOf(read(wire), Temporal.Instant.from(first), { zone, most: 60 }).map(String)

describe("a series", () => {
  test("is what a real account answered on 2026-10-05 to Mondays and Wednesdays, four times, in Seoul", () => {
    const made = startsOf(
      read({ type: 2, weekly_days: "2,4", end_times: 4 }),
      Temporal.Instant.from("2026-10-12T07:00:00Z"),
      { zone: "Asia/Seoul", most: 60 },
    )
    expect(made.map((at) => String(at.epochMilliseconds))).toEqual([
      "1791788400000",
      "1791961200000",
      "1792393200000",
      "1792566000000",
    ])
  })

  test("keeps its wall clock when clocks change", () => {
    expect(starts({ type: 1, end_times: 3 }, "2026-10-24T07:00:00Z", "Europe/Berlin")).toEqual([
      "2026-10-24T07:00:00Z",
      "2026-10-25T08:00:00Z",
      "2026-10-26T08:00:00Z",
    ])
  })

  test("counts every second week from Sundays", () => {
    // 2026-11-28 is a Saturday: the Sunday after it is in the next week.
    expect(starts({ type: 2, repeat_interval: 2, weekly_days: "1,7", end_times: 3 }, "2026-11-28T09:00:00Z")).toEqual([
      "2026-11-28T09:00:00Z",
      "2026-12-06T09:00:00Z",
      "2026-12-12T09:00:00Z",
    ])
  })

  test("on a day of the month leaves out months without it", () => {
    expect(starts({ type: 3, monthly_day: 31, end_times: 3 }, "2026-12-01T09:00:00Z")).toEqual([
      "2026-12-31T09:00:00Z",
      "2027-01-31T09:00:00Z",
      "2027-03-31T09:00:00Z",
    ])
  })

  test("on a weekday of the month knows the last one", () => {
    expect(starts({ type: 3, monthly_week: -1, monthly_week_day: 6, end_times: 2 }, "2026-11-01T09:00:00Z")).toEqual([
      "2026-11-27T09:00:00Z",
      "2026-12-25T09:00:00Z",
    ])
    expect(starts({ type: 3, monthly_week: 2, monthly_week_day: 3, end_times: 1 }, "2026-11-23T09:00:00Z")).toEqual([
      "2026-12-08T09:00:00Z",
    ])
  })

  test("ends with the occurrence at its last instant, and is made of sixty at most", () => {
    const until = { type: 1, end_date_time: "2026-11-25T09:00:00Z" }
    expect(starts(until, "2026-11-23T09:00:00Z")).toHaveLength(3)
    expect(starts({ type: 1, end_times: 0 }, "2026-11-23T09:00:00Z")).toHaveLength(60)
  })

  test.each([
    { type: 1, repeat_interval: 90, end_times: 60 },
    { type: 2, repeat_interval: 12, weekly_days: "1,3", end_date_time: "2027-01-01T00:00:00Z" },
    { type: 3, repeat_interval: 3, monthly_day: 31, end_times: 0 },
    { type: 3, repeat_interval: 1, monthly_week: -1, monthly_week_day: 7, end_times: 1 },
  ])("is told as it was given: %o", (wire) => expect(wireRecurrence(read(wire))).toEqual(wire))

  test("happens once, on Sundays, every week, when that is left out", () => {
    expect(wireRecurrence(read({ type: 2 }))).toEqual({ type: 2, repeat_interval: 1, weekly_days: "1", end_times: 1 })
  })
})

describe("refused", () => {
  test.each([
    [null, "recurrence"],
    [{ type: 4 }, "recurrence.type"],
    [{ type: 1, repeat_interval: 91 }, "recurrence.repeat_interval"],
    [{ type: 2, repeat_interval: 13 }, "recurrence.repeat_interval"],
    [{ type: 3, repeat_interval: 4 }, "recurrence.repeat_interval"],
    [{ type: 1, repeat_interval: 0 }, "recurrence.repeat_interval"],
    [{ type: 2, weekly_days: "0,8" }, "recurrence.weekly_days"],
    [{ type: 2, weekly_days: 3 }, "recurrence.weekly_days"],
    [{ type: 3, monthly_day: 32 }, "recurrence.monthly_day"],
    [{ type: 3, monthly_week: 2 }, "recurrence.monthly_week_day"],
    [{ type: 3, monthly_week: 5, monthly_week_day: 1 }, "recurrence.monthly_week"],
    [{ type: 3, monthly_week: 0, monthly_week_day: 1 }, "recurrence.monthly_week"],
    [{ type: 1, end_times: 61 }, "recurrence.end_times"],
    [{ type: 1, end_times: 2, end_date_time: "2027-01-01T00:00:00Z" }, "recurrence.end_date_time"],
    [{ type: 1, end_date_time: "2027-01-01" }, "recurrence.end_date_time"],
    [{ type: 1, end_date_time: "2027-01-01T00:00:00" }, "recurrence.end_date_time"],
  ])("%o for %s", (wire, field) => expect(refused(wire)).toContain(field))
})
