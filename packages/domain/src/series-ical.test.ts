import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { WallStart } from "./recurrence.ts"
import { isSameSchedule, type Schedule, type Series } from "./schedule.ts"
import {
  movedLines,
  parseRecurrenceLines,
  parseScheduleLines,
  recurrenceLines,
  type SeriesFrame,
  scheduleLines,
} from "./series-ical.ts"
import { ruleOf } from "./series-rule.ts"
import { anySchedule } from "./testing/any-schedule.ts"

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const date = (text: string) => Temporal.PlainDate.from(text)
const frame = (start: WallStart, zone: string | null = "Europe/Berlin"): SeriesFrame => ({ start, zone, length: 30 })
const berlin = frame(wall("2026-03-02T09:00"))

function series(given: SeriesFrame, ...lines: readonly string[]): Series {
  return parseRecurrenceLines(lines, given)
}

describe("the lines of a recurrence", () => {
  test.each([
    ["in UTC where the series has a zone", berlin, "RRULE:FREQ=DAILY;UNTIL=20260305T080000Z"],
    ["over the change of the clocks too", berlin, "RRULE:FREQ=DAILY;UNTIL=20260405T070000Z"],
    ["as a date for dates", frame(date("2026-03-02"), null), "RRULE:FREQ=DAILY;UNTIL=20260305"],
    [
      "on the wall clock where there is no zone",
      frame(wall("2026-03-02T09:00"), null),
      "RRULE:FREQ=DAILY;UNTIL=20260305T090000",
    ],
  ])("say the end of a rule %s", (_, given, line) => {
    expect(recurrenceLines(series(given, line))).toEqual([line])
  })

  test("say the end on the wall clock inside", () => {
    expect(series(berlin, "RRULE:FREQ=DAILY;UNTIL=20260405T070000Z").recurrence.rules).toEqual([
      "FREQ=DAILY;UNTIL=20260405T090000",
    ])
  })

  test("name days in the zone of the series, in UTC or in another zone", () => {
    const lines = [
      "RRULE:FREQ=DAILY",
      "EXDATE;TZID=Europe/Berlin:20260303T090000,20260304T090000",
      "EXDATE:20260305T080000Z",
      'EXDATE;TZID="America/New_York":20260306T030000',
      "RDATE;TZID=Europe/Berlin:20260310T150000",
    ]
    const { recurrence } = series(berlin, ...lines)
    expect(recurrence.excludedStarts.map(String)).toEqual([
      "2026-03-03T09:00:00",
      "2026-03-04T09:00:00",
      "2026-03-05T09:00:00",
      "2026-03-06T09:00:00",
    ])
    expect(recurrence.extraStarts.map(String)).toEqual(["2026-03-10T15:00:00"])
  })

  test("may give an added occurrence its own length", () => {
    const { moved } = series(berlin, "RDATE;VALUE=PERIOD:20260310T080000Z/PT2H,20260311T080000Z/20260311T090000Z")
    expect(
      moved.map(({ originalStart, time }) => [String(originalStart), time.kind === "timed" && String(time.endsAt)]),
    ).toEqual([
      ["2026-03-10T09:00:00", "2026-03-10T10:00:00Z"],
      ["2026-03-11T09:00:00", "2026-03-11T09:00:00Z"],
    ])
  })

  const refused: Readonly<Record<string, readonly [kind: string, line: string]>> = {
    "a zone nobody knows": ["unsupported", "EXDATE;TZID=Mars/Olympus:20260303T090000"],
    "a rule of days taken away": ["unsupported", "EXRULE:FREQ=DAILY"],
    "a day that is none": ["malformed", "EXDATE:20261333T090000Z"],
    "no day at all": ["malformed", "RDATE:soon"],
  }
  test.each(Object.keys(refused))("are refused for %s", (name) => {
    const [kind, line = ""] = refused[name] ?? []
    expect(() => series(berlin, line)).toThrow(expect.objectContaining({ kind }))
  })
})

describe("the lines of an event", () => {
  const timesOf = (...lines: readonly string[]) => {
    const schedule = parseScheduleLines(lines)
    return schedule.kind === "single" ? JSON.parse(JSON.stringify(schedule.time)) : schedule.length
  }

  test("say when a single one takes place", () => {
    expect(
      timesOf("DTSTART;TZID=Europe/Berlin:20260302T090000", "DTEND;TZID=America/New_York:20260302T040000"),
    ).toEqual({
      kind: "timed",
      startsAt: "2026-03-02T08:00:00Z",
      endsAt: "2026-03-02T09:00:00Z",
      zone: "Europe/Berlin",
    })
    expect(timesOf("DTSTART;VALUE=DATE:20260302")).toMatchObject({ startsOn: "2026-03-02", endsBefore: "2026-03-03" })
    expect(timesOf("DTSTART;VALUE=DATE:20260302", "DURATION:P2D")).toMatchObject({ endsBefore: "2026-03-04" })
    expect(timesOf("DTSTART:20260302T090000", "DTEND:20260302T100000")).toMatchObject({ ends: "2026-03-02T10:00:00" })
    expect(timesOf("DTSTART:20260302T090000Z")).toMatchObject({ endsAt: "2026-03-02T09:00:00Z", zone: "UTC" })
    expect(timesOf("SUMMARY:x:y;z", "DTSTART:20260302T090000Z", "DURATION:PT1H30M")).toMatchObject({
      endsAt: "2026-03-02T10:30:00Z",
    })
  })

  test("give a length that is exact, or counted on the wall clock when it is said in days", () => {
    const rule = "RRULE:FREQ=DAILY"
    const start = "DTSTART;TZID=Europe/Berlin:20260302T090000"
    expect(parseScheduleLines([start, "DURATION:P1D", rule])).toMatchObject({ length: 1_440, isLengthNominal: true })
    const exact = parseScheduleLines([start, "DTEND;TZID=Europe/Berlin:20260303T090000", rule])
    expect(exact).toMatchObject({ length: 1_440 })
    expect(exact).not.toHaveProperty("isLengthNominal")
  })

  test("name a moved occurrence by where it was", () => {
    const master = ["DTSTART;TZID=Europe/Berlin:20260302T090000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY"]
    const moved = ["RECURRENCE-ID:20260309T080000Z", "DTSTART:20260310T080000Z", "DTEND:20260310T090000Z"]
    const found = parseScheduleLines(master, [moved])
    expect(found.kind === "series" && JSON.parse(JSON.stringify(found.moved))).toEqual([
      {
        originalStart: "2026-03-09T09:00:00",
        time: { kind: "timed", startsAt: "2026-03-10T08:00:00Z", endsAt: "2026-03-10T09:00:00Z", zone: "UTC" },
      },
    ])
  })

  const start = "DTSTART:20260302T090000Z"
  const refused: Readonly<Record<string, readonly string[]>> = {
    "without a start": ["DTEND:20260302T090000Z"],
    "with a length that is none": [start, "DURATION:long"],
    "that end before they start": [start, "DURATION:-PT1H"],
    "without bound": Array.from({ length: 1_001 }, () => start),
  }
  test.each(Object.keys(refused))("are refused %s", (name) => {
    expect(() => parseScheduleLines(refused[name] ?? [])).toThrow(expect.objectContaining({ kind: "malformed" }))
  })

  test("of a moved occurrence are refused without its original start", () => {
    expect(() => parseScheduleLines([start, "RRULE:FREQ=DAILY"], [[start]])).toThrow(
      expect.objectContaining({ kind: "malformed" }),
    )
  })

  test("written and read again are the same schedule", () => {
    fc.assert(
      fc.property(anySchedule, (schedule) => {
        fc.pre(!isInGap(schedule))
        const lines = scheduleLines(schedule)
        const moved = schedule.kind === "series" ? schedule.moved.map((one) => movedLines(schedule, one)) : []
        expect(asWritten(parseScheduleLines(lines, moved))).toEqual(asWritten(schedule))
        expect(isSameSchedule(asSame(parseScheduleLines(lines, moved), schedule), schedule)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

function asWritten(schedule: Schedule): readonly string[] {
  return scheduleLines(schedule)
}

/** A nominal length below a day has no words in iCalendar. */
function asSame(read: Schedule, written: Schedule): Schedule {
  if (read.kind === "single" || written.kind === "single" || !written.isLengthNominal) return read
  return { ...read, isLengthNominal: true }
}

/** True for an UNTIL in the hour that the clocks leave out: as an instant it is an hour later on the wall. */
function isInGap(schedule: Schedule): boolean {
  if (schedule.kind === "single" || schedule.zone === null) return false
  const { start, rules } = schedule.recurrence
  return rules.some((rule) => {
    const until = ruleOf(rule, start)?.until
    const zone = schedule.zone ?? "UTC"
    return until !== undefined && until !== null && !until.toZonedDateTime(zone).toPlainDateTime().equals(until)
  })
}

test("the lines of a recurrence are those of its schedule", () => {
  const whole = series(berlin, "RRULE:FREQ=DAILY")
  expect(scheduleLines(whole).slice(2)).toEqual(recurrenceLines(whole))
})
