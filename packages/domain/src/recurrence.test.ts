import fc from "fast-check"
import ICAL from "ical.js"
import { RRuleTemporal } from "rrule-temporal"
import { describe, expect, test } from "vitest"
import { isOriginalStart, occurrencesMost, originalStarts, startsNamed, untilOnWallClock } from "./recurrence.ts"

const wall = (text: string) => Temporal.PlainDateTime.from(text)
const everything = [wall("2000-01-01T00:00"), wall("2100-01-01T00:00")] as const
const none = { extraStarts: [], excludedStarts: [] }

function starts(start: string, rule: string, from = everything[0], to = everything[1]): string[] {
  return originalStarts({ ...none, start: wall(start), rules: [rule] }, from, to).starts.map(String)
}

describe("a series", () => {
  test("counts its first occurrence, and ends after COUNT", () => {
    expect(starts("2026-11-23T09:00", "FREQ=DAILY;COUNT=3")).toEqual([
      "2026-11-23T09:00:00",
      "2026-11-24T09:00:00",
      "2026-11-25T09:00:00",
    ])
  })

  test("keeps its wall-clock time over a change of the clocks", () => {
    expect(starts("2026-10-24T09:00", "FREQ=DAILY;COUNT=2")).toEqual(["2026-10-24T09:00:00", "2026-10-25T09:00:00"])
  })

  test("without an end is looked at in the window only", () => {
    expect(
      starts("2010-01-04T10:00", "FREQ=WEEKLY;BYDAY=MO", wall("2026-11-23T00:00"), wall("2026-12-01T00:00")),
    ).toEqual(["2026-11-23T10:00:00", "2026-11-30T10:00:00"])
  })

  test("loses the occurrences that are excluded, by time or by day", () => {
    const recurrence = {
      start: wall("2026-11-23T09:00"),
      rules: ["FREQ=DAILY;COUNT=4"],
      extraStarts: [],
      excludedStarts: [wall("2026-11-24T09:00"), Temporal.PlainDate.from("2026-11-26")],
    }
    expect(originalStarts(recurrence, ...everything).starts.map(String)).toEqual([
      "2026-11-23T09:00:00",
      "2026-11-25T09:00:00",
    ])
  })

  test("has its extra dates once, even where the rule names them too", () => {
    const recurrence = {
      start: wall("2026-11-23T09:00"),
      rules: ["FREQ=DAILY;COUNT=2"],
      extraStarts: [wall("2026-11-24T09:00"), wall("2026-12-24T10:00")],
      excludedStarts: [],
    }
    expect(originalStarts(recurrence, ...everything).starts.map(String)).toEqual([
      "2026-11-23T09:00:00",
      "2026-11-24T09:00:00",
      "2026-12-24T10:00:00",
    ])
  })

  test("of whole days is dates, not midnights", () => {
    const recurrence = {
      ...none,
      start: Temporal.PlainDate.from("2026-11-30"),
      rules: ["FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3"],
    }
    expect(originalStarts(recurrence, ...everything).starts.map(String)).toEqual([
      "2026-11-30",
      "2026-12-31",
      "2027-01-31",
    ])
  })

  test("with a rule nobody can read keeps its first occurrence and is counted", () => {
    const { starts: left, badRules } = originalStarts(
      { ...none, start: wall("2026-11-23T09:00"), rules: ["FREQ=SOMETIMES"] },
      ...everything,
    )
    expect([left.map(String), badRules]).toEqual([["2026-11-23T09:00:00"], 1])
  })

  test("that is older than anyone is read at the cost of a new one", () => {
    const far = originalStarts(
      { ...none, start: wall("0101-01-05T10:00"), rules: ["FREQ=DAILY;INTERVAL=3"] },
      wall("2026-11-23T00:00"),
      wall("2026-11-29T00:00"),
    )
    expect([far.starts.length, far.badRules]).toEqual([2, 0])
  })

  // Each of these kept another implementation busy for ever, or for seconds.
  test.each([
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=4",
    "FREQ=DAILY;INTERVAL=999999999",
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;COUNT=999999999",
    "FREQ=YEARLY;BYDAY=53MO;BYMONTH=2;COUNT=5",
    `FREQ=DAILY;BYMONTH=1;BYHOUR=${sequence(24)};BYMINUTE=${sequence(60)};BYSECOND=${sequence(60)}`,
  ])("that is meant to exhaust ends: %s", (rule) => {
    const { starts: found } = originalStarts(
      { ...none, start: wall("1990-01-01T00:00"), rules: Array.from({ length: 100 }, () => rule) },
      wall("2026-01-01T00:00"),
      wall("2028-01-01T00:00"),
    )
    expect(found.length).toBeLessThanOrEqual(occurrencesMost)
  })
})

function sequence(length: number): string {
  return Array.from({ length }, (_, index) => index).join()
}

describe("an original start", () => {
  const series = { ...none, start: wall("2026-11-23T09:00"), rules: ["FREQ=DAILY;BYHOUR=9,15;COUNT=6"] }

  test("names the occurrence at that very time, or all of its day", () => {
    expect(startsNamed(series, wall("2026-11-24T15:00")).map(String)).toEqual(["2026-11-24T15:00:00"])
    expect(startsNamed(series, Temporal.PlainDate.from("2026-11-24"))).toHaveLength(2)
    expect(startsNamed(series, wall("2026-11-24T15:01"))).toEqual([])
  })

  test("is one of the series only where it is exactly one, and not taken away", () => {
    expect(isOriginalStart(series, wall("2026-11-24T15:00"))).toBe(true)
    expect(isOriginalStart(series, Temporal.PlainDate.from("2026-11-24"))).toBe(false)
    expect(isOriginalStart({ ...series, excludedStarts: [wall("2026-11-24T15:00")] }, wall("2026-11-24T15:00"))).toBe(
      false,
    )
  })
})

describe("a rule", () => {
  // RFC 5545 3.8.5.3 and its errata, first dates of each; times and zones left out where they do not matter.
  test.each([
    ["1997-09-02", "FREQ=YEARLY;BYMONTH=1;BYDAY=SU,MO;COUNT=4", "1998-01-04 1998-01-05 1998-01-11 1998-01-12"],
    ["1997-09-05", "FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "1997-09-05 1997-10-03 1997-11-07 1997-12-05"],
    ["1997-09-07", "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "1997-09-07 1997-09-28 1997-11-02 1997-11-30"],
    ["1997-09-22", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22 1997-10-20 1997-11-17"],
    ["1997-09-28", "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3", "1997-09-28 1997-10-29 1997-11-28"],
    ["1997-09-30", "FREQ=MONTHLY;COUNT=4;BYMONTHDAY=1,-1", "1997-09-30 1997-10-01 1997-10-31 1997-11-01"],
    ["1997-01-01", "FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200", "1997-01-01 1997-04-10 1997-07-19 2000-01-01"],
    ["1997-05-19", "FREQ=YEARLY;BYDAY=20MO;COUNT=3", "1997-05-19 1998-05-18 1999-05-17"],
    ["1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "1997-05-12 1998-05-11 1999-05-17"],
    ["1998-02-13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "1998-02-13 1998-03-13 1998-11-13"],
    [
      "1996-11-05",
      "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3",
      "1996-11-05 2000-11-07 2004-11-02",
    ],
    ["1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 1997-10-07 1997-11-06"],
    ["1997-09-29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3", "1997-09-29 1997-10-30 1997-11-27"],
    ["1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 1997-08-10 1997-08-19 1997-08-24"],
    ["1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 1997-08-17 1997-08-19 1997-08-31"],
    ["2007-01-15", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30"],
    ["2024-02-29", "FREQ=YEARLY;COUNT=3", "2024-02-29 2028-02-29 2032-02-29"],
    ["2026-01-31", "FREQ=MONTHLY;COUNT=3", "2026-01-31 2026-03-31 2026-05-31"],
    ["2020-12-28", "FREQ=YEARLY;BYWEEKNO=53;COUNT=3", "2020-12-28 2026-12-28 2032-12-27"],
    ["2026-11-23", "FREQ=DAILY;UNTIL=20261125", "2026-11-23 2026-11-24 2026-11-25"],
    ["2026-11-23", "FREQ=DAILY;INTERVAL=0;COUNT=2;X-PART=1;", "2026-11-23 2026-11-24"],
  ])("from %s, %s is %s", (start, rule, expected) => {
    const recurrence = { ...none, start: Temporal.PlainDate.from(start), rules: [rule] }
    const { starts: found, badRules } = originalStarts(recurrence, wall("1990-01-01T00:00"), wall("2040-01-01T00:00"))
    const first = expected.startsWith(start) ? [] : [start]
    expect([found.map(String), badRules]).toEqual([[...first, ...expected.split(" ")], 0])
  })

  test.each([
    ["FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000", "09:00 12:00 15:00"],
    ["FREQ=MINUTELY;INTERVAL=90;COUNT=4", "09:00 10:30 12:00 13:30"],
    ["FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20,40;COUNT=6", "09:00 09:20 09:40 10:00 10:20 10:40"],
    ["FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10;COUNT=6", "09:00 09:20 09:40 10:00 10:20 10:40"],
    ["FREQ=SECONDLY;INTERVAL=1800;COUNT=3", "09:00 09:30 10:00"],
    ["FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=-1;COUNT=2", "09:00 09:30 10:30"],
  ])("within a day, %s is at %s", (rule, expected) => {
    const from = wall("1997-09-02T00:00")
    expect(starts("1997-09-02T09:00", rule, from).map((at) => at.slice(11, 16))).toEqual(expected.split(" "))
  })

  test.each([
    "FREQ=SOMETIMES",
    "",
    "COUNT=2",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;BYDAY=XX",
    "FREQ=DAILY;BYDAY=0MO",
    "FREQ=DAILY;BYMONTH=13",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=DAILY;UNTIL=tomorrow",
    "FREQ=DAILY;UNTIL=20261332",
    "FREQ=DAILY;RSCALE=HEBREW",
    `FREQ=DAILY;BYMONTHDAY=${sequence(2_000)}`,
  ])("that cannot be read is counted, and its first occurrence stays: %s", (rule) => {
    const { starts: left, badRules } = originalStarts(
      { ...none, start: wall("2026-11-23T09:00"), rules: [rule] },
      ...everything,
    )
    expect([left.map(String), badRules]).toEqual([["2026-11-23T09:00:00"], 1])
  })

  test("of hours means nothing to a series of whole days", () => {
    const recurrence = { ...none, start: Temporal.PlainDate.from("2026-11-23"), rules: ["FREQ=HOURLY"] }
    expect(originalStarts(recurrence, ...everything)).toMatchObject({ starts: { length: 1 }, badRules: 1 })
  })
})

test("UNTIL in UTC ends a series on the wall clock of its zone", () => {
  const toWall = (instant: Temporal.Instant) => instant.toZonedDateTimeISO("America/New_York").toPlainDateTime()
  expect(untilOnWallClock("FREQ=DAILY;UNTIL=20261125T140000Z", false, toWall)).toBe("FREQ=DAILY;UNTIL=20261125T090000")
  expect(untilOnWallClock("FREQ=DAILY;UNTIL=20261125T140000Z", true, toWall)).toBe("FREQ=DAILY;UNTIL=20261125")
  expect(untilOnWallClock("FREQ=DAILY;UNTIL=20261125", false, toWall)).toBe("FREQ=DAILY;UNTIL=20261125T235959")
})

/** True when eight occurrences take longer than rrule-temporal looks for them (10,000 steps). */
function isRare(start: Temporal.PlainDateTime, rule: string): boolean {
  const last = counted(start, rule).at(-1) ?? ""
  return start.until(wall(last), { largestUnit: "days" }).days > (rule.includes("HOURLY") ? 300 : 8_000)
}

/** Rules of all kinds that both a person and a program may write. */
const anyRule = (() => {
  const day = fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU")
  const some = <Item>(item: fc.Arbitrary<Item>, maxLength = 3) =>
    fc.uniqueArray(item, { minLength: 1, maxLength }).map((list) => list.join())
  const signed = (most: number) => fc.integer({ min: 1, max: most }).chain((value) => fc.constantFrom(value, -value))
  const ordinalDay = fc.tuple(fc.constantFrom(1, 2, 3, 4, -1, -2), day).map(([position, on]) => `${position}${on}`)
  const maybe = (name: string, value: fc.Arbitrary<unknown>) =>
    fc.option(value, { freq: 3, nil: null }).map((found) => (found === null ? "" : `;${name}=${found}`))
  const rule = (frequency: string, ...parts: readonly fc.Arbitrary<string>[]) =>
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), ...parts)
      .map(([every, ...rest]) => `FREQ=${frequency};INTERVAL=${every}${rest.join("")}`)
  const months = maybe("BYMONTH", some(fc.integer({ min: 1, max: 12 })))
  const plainDays = maybe("BYDAY", some(day))
  const monthDays = maybe("BYMONTHDAY", some(signed(28)))
  return fc.oneof(
    rule("DAILY", months, monthDays, plainDays),
    rule(
      "DAILY",
      maybe("BYHOUR", some(fc.integer({ min: 0, max: 23 }))),
      maybe("BYMINUTE", some(fc.constantFrom(0, 15, 30))),
    ),
    rule("WEEKLY", plainDays, maybe("WKST", day), months),
    rule("MONTHLY", months, monthDays),
    rule("MONTHLY", maybe("BYDAY", some(ordinalDay)), months),
    rule("MONTHLY", fc.constant(";BYDAY=MO,TU,WE,TH,FR"), maybe("BYSETPOS", signed(5))),
    rule("YEARLY", months, monthDays),
    rule("YEARLY", fc.constant(";BYMONTH=3,11"), maybe("BYDAY", some(ordinalDay))),
    rule("YEARLY", maybe("BYYEARDAY", some(signed(366)))),
    rule("HOURLY", maybe("BYHOUR", some(fc.integer({ min: 0, max: 23 })))),
  )
})()
const anyStart = fc.integer({ min: 0, max: 3_000 }).map((days) => wall("2020-01-01T09:30").add({ days }))
const written = (start: Temporal.PlainDateTime) => start.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")

const century = [wall("2000-01-01T00:00"), wall("2100-01-01T00:00")] as const
const counted = (start: Temporal.PlainDateTime, rule: string) => starts(start.toString(), `${rule};COUNT=8`, ...century)

/**
 * A start that its own rule names: the two others disagree on any other (rrule-temporal leaves it out, ical.js shows it
 * for some frequencies and counts it), and the standard leaves it open. To us it is an occurrence that is not counted.
 */
function agreed(start: Temporal.PlainDateTime, rule: string): Temporal.PlainDateTime {
  return wall(starts(start.toString(), rule, start.add({ seconds: 1 }), century[1])[0] ?? start.toString())
}

/**
 * What the forms of calendar programs write. Beyond that ical.js differs where the standard is plain: it leaves lists of
 * hours and minutes in the order written, reads FREQ=YEARLY with days of a month but no month as of one month, loses the
 * step of FREQ=MONTHLY with BYMONTH, leaves out BYWEEKNO, and does not come back from a day that is never.
 */
const formRule = (() => {
  const every = fc.integer({ min: 1, max: 5 })
  const day = fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU")
  const days = fc.uniqueArray(day, { minLength: 1, maxLength: 3 }).map((list) => list.join())
  const monthDay = fc.integer({ min: 1, max: 28 })
  const month = fc.integer({ min: 1, max: 12 })
  return fc.oneof(
    every.map((step) => `FREQ=DAILY;INTERVAL=${step}`),
    fc.tuple(every, days, day).map(([step, on, first]) => `FREQ=WEEKLY;INTERVAL=${step};BYDAY=${on};WKST=${first}`),
    fc.tuple(every, monthDay).map(([step, on]) => `FREQ=MONTHLY;INTERVAL=${step};BYMONTHDAY=${on}`),
    fc.tuple(day, fc.constantFrom(1, 2, 3, 4, -1)).map(([on, position]) => `FREQ=MONTHLY;BYDAY=${position}${on}`),
    fc.tuple(month, monthDay).map(([of, on]) => `FREQ=YEARLY;BYMONTH=${of};BYMONTHDAY=${on}`),
    fc.tuple(month, day).map(([of, on]) => `FREQ=YEARLY;BYMONTH=${of};BYDAY=-1${on}`),
  )
})()

describe("the same occurrences as other implementations, whatever the rule and the start", () => {
  test("rrule-temporal", () => {
    fc.assert(
      fc.property(anyRule, anyStart, (rule, from) => {
        const start = agreed(from, rule)
        // A rule that names no time, or few, makes it give up.
        fc.pre(counted(start, rule).length === 8 && !isRare(start, rule))
        const text = `DTSTART;TZID=UTC:${written(start)}\nRRULE:${rule};COUNT=8`
        const theirs = new RRuleTemporal({ rruleString: text }).all()
        expect(counted(start, rule)).toEqual(theirs.map((zoned) => zoned.toPlainDateTime().toString()))
      }),
      { numRuns: 200 },
    )
  })

  test("ical.js", () => {
    fc.assert(
      fc.property(formRule, anyStart, (rule, from) => {
        const start = agreed(from, rule)
        const { year, month, day, hour, minute } = start
        const first = new ICAL.Time(
          { year, month, day, hour, minute, second: 0, isDate: false },
          ICAL.Timezone.localTimezone,
        )
        const iterator = ICAL.Recur.fromString(`${rule};COUNT=8`).iterator(first)
        const theirs: string[] = []
        for (let next = iterator.next(); next && theirs.length < 8; next = iterator.next()) theirs.push(next.toString())
        expect(counted(start, rule)).toEqual(theirs)
      }),
      { numRuns: 200 },
    )
  })

  test("without COUNT, a window shows what the whole series shows there", () => {
    fc.assert(
      fc.property(anyRule, anyStart, fc.integer({ min: 0, max: 120 }), (rule, start, days) => {
        const [from, to] = [start.add({ days }), start.add({ days: days + 60 })] as const
        const all = starts(start.toString(), rule, start, to)
        expect(starts(start.toString(), rule, from, to)).toEqual(
          all.filter((at) => Temporal.PlainDateTime.compare(wall(at), from) >= 0),
        )
      }),
      { numRuns: 200 },
    )
  })
})
