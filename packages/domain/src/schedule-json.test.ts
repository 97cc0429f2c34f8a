import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { exceptionsMost, parseSchedule, scheduleToJson } from "./schedule-json.ts"
import { anySchedule } from "./testing/any-schedule.ts"

const through = (json: unknown): unknown => JSON.parse(JSON.stringify(json))

describe("a schedule as JSON", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(anySchedule, (schedule) => {
        const json = scheduleToJson(schedule)
        const back = parseSchedule(through(json))
        expect(scheduleToJson(back)).toEqual(json)
        expect(back).toEqual(schedule)
      }),
      { numRuns: 100 },
    )
  })

  const single = {
    v: 1,
    kind: "single",
    time: { kind: "timed", startsAt: "2026-03-02T08:00:00Z", endsAt: "2026-03-02T09:00:00Z", zone: "Europe/Berlin" },
  }
  const series = {
    v: 1,
    kind: "series",
    start: "2026-03-02T09:00:00",
    zone: "Europe/Berlin",
    length: 30,
    rules: ["FREQ=DAILY"],
    extraStarts: [],
    excludedStarts: [],
    moved: [],
  }
  test("may have members that are not known yet", () => {
    expect(scheduleToJson(parseSchedule({ ...series, colour: "blue" }))).toEqual(series)
  })

  const refused: Readonly<Record<string, unknown>> = {
    nothing: null,
    text: "series",
    "a list": [series],
    "a later version": { ...series, v: 2 },
    "another kind": { ...series, kind: "sometimes" },
    "no start": { ...series, start: undefined },
    "a start that is none": { ...series, start: "2026-13-02T09:00:00" },
    "a day of another calendar": { ...series, start: "2026-03-02T09:00:00[u-ca=hebrew]" },
    "a year beyond all plans": { ...series, start: "+200000-03-02T09:00:00" },
    "a length below nothing": { ...series, length: -1 },
    "a length without end": { ...series, length: 1e9 },
    "half a day": { ...series, start: "2026-03-02", zone: null, length: 0.5 },
    "dates with a zone": { ...series, start: "2026-03-02", length: 1 },
    "a zone nobody knows": { ...series, zone: "Mars/Olympus" },
    "too many rules": { ...series, rules: Array.from({ length: 9 }, () => "FREQ=DAILY") },
    "too long a rule": { ...series, rules: ["X".repeat(2_001)] },
    "too many holes": { ...series, excludedStarts: Array.from({ length: exceptionsMost + 1 }, () => "2026-03-02") },
    "a moved occurrence without a name": { ...series, moved: [{ time: single.time }] },
    "a time of no kind": { ...single, time: { ...single.time, kind: "noon" } },
    "an end before its start": { ...single, time: { ...single.time, endsAt: "2026-03-02T07:00:00Z" } },
  }
  test.each(Object.keys(refused))("is refused when it is %s", (name) => {
    expect(() => parseSchedule(refused[name])).toThrow(TypeError)
  })

  test("is refused without a word of what it says", () => {
    expect(() => parseSchedule({ ...series, start: "lunch" })).toThrow(new TypeError("not a schedule: no date or time"))
  })
})
