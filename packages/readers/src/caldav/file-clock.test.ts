import fc from "fast-check"
import ICAL from "ical.js"
import { describe, expect, test } from "vitest"
import { readableCalendar } from "./calendar-text.ts"
import { fileClock } from "./file-clock.ts"

function zone(...lines: readonly string[]): ICAL.Component {
  const text = ["BEGIN:VTIMEZONE", "TZID:Own", ...lines, "END:VTIMEZONE"].join("\r\n")
  return new ICAL.Component(ICAL.parse(readableCalendar(text)) as [string, unknown[], unknown[]])
}
function part(kind: string, start: string, from: string, to: string, ...lines: readonly string[]): string[] {
  return [`BEGIN:${kind}`, `DTSTART:${start}`, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`, ...lines, `END:${kind}`]
}

const wall = fc.integer({ min: Date.UTC(1999, 0, 1) / 60_000, max: Date.UTC(2050, 0, 1) / 60_000 }).map((minutes) =>
  Temporal.Instant.fromEpochMilliseconds(minutes * 60_000)
    .toZonedDateTimeISO("UTC")
    .toPlainDateTime(),
)

describe("a zone that a file defines", () => {
  test.each([
    [
      "Europe/Berlin",
      zone(
        ...part("STANDARD", "16010101T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
        ...part("DAYLIGHT", "16010101T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
      ),
    ],
    [
      "America/New_York",
      zone(
        ...part(
          "DAYLIGHT",
          "19870405T020000",
          "-0500",
          "-0400",
          "RRULE:FREQ=YEARLY;UNTIL=20060402T070000Z;BYDAY=1SU;BYMONTH=4",
        ),
        ...part(
          "STANDARD",
          "19671029T020000",
          "-0400",
          "-0500",
          "RRULE:FREQ=YEARLY;UNTIL=20061029T060000Z;BYDAY=-1SU;BYMONTH=10",
        ),
        ...part("DAYLIGHT", "20070311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
        ...part("STANDARD", "20071104T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"),
      ),
    ],
    [
      "Australia/Lord_Howe",
      zone(
        ...part("STANDARD", "20080406T020000", "+1100", "+1030", "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU"),
        ...part("DAYLIGHT", "20081005T020000", "+1030", "+1100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU"),
      ),
    ],
    ["Asia/Kolkata", zone(...part("STANDARD", "19450101T000000", "+0630", "+0530"))],
  ] as const)("goes like %s", (name, component) => {
    const clock = fileClock(component)
    fc.assert(
      fc.property(wall, (time) => {
        // Lord Howe's present rules began in 2008.
        fc.pre(name !== "Australia/Lord_Howe" || time.year > 2008)
        const instant = time.toZonedDateTime(name).toInstant()
        expect(String(clock.toInstant(time))).toBe(String(instant))
        expect(String(clock.toWall(instant))).toBe(String(instant.toZonedDateTimeISO(name).toPlainDateTime()))
      }),
      { numRuns: 2_000 },
    )
  })

  test("with changes on listed days only keeps the last of them", () => {
    const clock = fileClock(
      zone(
        ...part("STANDARD", "20000101T000000", "+0100", "+0200", "RDATE:20100101T000000"),
        ...part("STANDARD", "20050101T000000", "+0200", "+0300"),
      ),
    )
    const hours = [1999, 2003, 2007, 2030].map((year) =>
      String(clock.toInstant(new Temporal.PlainDateTime(year, 6, 1, 12))).slice(11, 13),
    )
    expect(hours).toEqual(["11", "10", "09", "10"])
  })

  test("of which nothing can be made out is refused", () => {
    expect(() => fileClock(zone())).toThrow(TypeError)
    expect(() => fileClock(zone("BEGIN:STANDARD", "DTSTART:20000101T000000", "END:STANDARD"))).toThrow(TypeError)
  })

  test("whose rule cannot be read still has its first change", () => {
    const clock = fileClock(zone(...part("STANDARD", "20000101T000000", "+0100", "+0200", "RRULE:FREQ=NEVER")))
    expect(String(clock.toInstant(new Temporal.PlainDateTime(2026, 6, 1, 12)))).toBe("2026-06-01T10:00:00Z")
  })
})
