import type { Schedule } from "@kalends/domain/schedule"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { contentLine, readIcs, writeIcs } from "./ics-text.ts"
import { editedObject, newObject, objectTexts, readRecord } from "./mapping.ts"
import { vtimezone } from "./vtimezone.ts"

const now = Temporal.Instant.from("2026-11-23T11:00:00Z")
const file = (...lines: readonly string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n")
const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Remind me", "TRIGGER:-PT10M", "END:VALARM"]

const series = file(
  "BEGIN:VTIMEZONE",
  "TZID:W. Europe Standard Time",
  "END:VTIMEZONE",
  "BEGIN:VEVENT",
  "UID:one",
  "DTSTAMP:20261101T000000Z",
  "DTSTART;TZID=W. Europe Standard Time:20261124T090000",
  "DURATION:PT30M",
  "RRULE:FREQ=DAILY;COUNT=5",
  'X-THEIRS;X-P="a:b":kept',
  "SUMMARY:Theirs\\, all",
  ...alarm,
  "END:VEVENT",
  "BEGIN:VEVENT",
  "UID:one",
  "RECURRENCE-ID;TZID=W. Europe Standard Time:20261125T090000",
  "DTSTART;TZID=W. Europe Standard Time:20261125T140000",
  "DURATION:PT30M",
  "SUMMARY:Moved",
  "END:VEVENT",
  "BEGIN:VEVENT",
  "UID:one",
  "RECURRENCE-ID;TZID=W. Europe Standard Time:20261126T090000",
  "DTSTART;TZID=W. Europe Standard Time:20261126T090000",
  "STATUS:CANCELLED",
  "END:VEVENT",
)

const scheduleOf = (data: string) => {
  const schedule = readRecord(data, null)?.schedule
  if (schedule?.kind !== "series") throw new Error("a series is expected")
  return schedule
}
const edited = (data: string, patch: Parameters<typeof editedObject>[1]["patch"]) =>
  editedObject(data, { uid: null, patch, now })
/** The lines of one text that the other lacks. */
const without = (data: string, other: string) =>
  data.split("\r\n").filter((line) => !other.split("\r\n").includes(line))

describe("a calendar object's text", () => {
  test("comes back letter for letter when nothing is changed", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.constantFrom("\r\n", "\n"), (lines, end) => {
        const text = ["BEGIN:VEVENT", ...lines.map((line) => line.replace(/[\r\n]/g, "")), "END:VEVENT", ""].join(end)
        expect(writeIcs(readIcs(text))).toBe(text)
      }),
    )
  })

  test("is folded at 75 octets, and unfolds to what it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (value) => {
        const text = `SUMMARY:${value.replace(/[\r\n]/g, "")}`
        const { raw } = contentLine(text)
        expect(raw.every((line) => new TextEncoder().encode(line).length <= 75)).toBe(true)
        expect(raw.map((line, at) => (at === 0 ? line : line.slice(1))).join("")).toBe(text)
      }),
    )
  })

  test("keeps all that an edit does not mean, alarms and unknown properties too", () => {
    const data = edited(series, {
      subject: "Ours; now",
      location: "Room 4",
      block: "Join: https://x.example",
      tag: "kalends:1",
    })
    expect(without(series, data)).toEqual(["DTSTAMP:20261101T000000Z", "SUMMARY:Theirs\\, all"])
    expect(readRecord(data, null)).toMatchObject({ subject: "Ours; now", location: "Room 4", tag: "kalends:1" })
    expect(data).toContain("SUMMARY:Moved")
    expect(edited(edited(data, { block: null }), { block: null })).toBe(edited(data, { block: null }))
  })

  test("whatever is written into it is read again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (subject, location) => {
        const plain = (text: string) => text.replace(/[\r\n]/g, " ")
        const record = readRecord(edited(series, { subject: plain(subject), location: plain(location) }), null)
        expect(record?.subject).toBe(plain(subject))
        expect(record?.location ?? "").toBe(plain(location))
      }),
    )
  })
})

describe("a series in a calendar object", () => {
  test("is read with its exceptions, in a zone that goes by another name", () => {
    const { zone, moved, recurrence } = scheduleOf(series)
    expect(zone).toBe("Europe/Berlin")
    expect(moved.map(({ originalStart }) => originalStart.toString())).toEqual(["2026-11-25T09:00:00"])
    expect(recurrence.excludedStarts.map(String)).toEqual(["2026-11-26T09:00:00"])
  })

  test("is written as it was read", () => {
    const schedule = scheduleOf(series)
    expect(scheduleOf(edited(series, { schedule }))).toEqual(schedule)
  })

  test("is written in the zone that the file defines, and says that it changed", () => {
    const data = edited(series, { schedule: scheduleOf(series) })
    expect(data).toContain("DTSTART;TZID=W. Europe Standard Time:20261124T090000")
    expect(data).not.toContain("TZID=Europe/Berlin")
    expect(data).toContain("SEQUENCE:1")
  })

  test("an occurrence that is elsewhere no more goes back, with the title that it was given", () => {
    const data = edited(series, { schedule: { ...scheduleOf(series), moved: [] } })
    expect(data).toContain("SUMMARY:Moved")
    expect(scheduleOf(data).moved.map(({ time }) => time)).toMatchObject([{ kind: "timed" }])
    expect(data).toContain("DTSTART;TZID=W. Europe Standard Time:20261125T090000")
  })

  test("an occurrence is moved by an event of its own", () => {
    const schedule = scheduleOf(series)
    const at = Temporal.Instant.from("2026-11-27T15:00:00Z")
    const time = { kind: "timed", startsAt: at, endsAt: at.add({ minutes: 30 }), zone: "Europe/Berlin" } as const
    const originalStart = Temporal.PlainDateTime.from("2026-11-27T09:00")
    const wanted: Schedule = { ...schedule, moved: [...schedule.moved, { originalStart, time }] }
    const data = edited(series, { schedule: wanted })
    const moved = scheduleOf(data).moved
    expect(moved.map((one) => one.originalStart.toString()).sort()).toEqual([
      "2026-11-25T09:00:00",
      "2026-11-27T09:00:00",
    ])
  })

  test("becomes one event, and its exceptions go", () => {
    const startsAt = Temporal.Instant.from("2026-12-01T08:00:00Z")
    const time = { kind: "timed", startsAt, endsAt: startsAt.add({ hours: 1 }), zone: "Europe/Berlin" } as const
    const data = edited(series, { schedule: { kind: "single", time } })
    expect(data.match(/BEGIN:VEVENT/g)).toHaveLength(1)
    expect(readRecord(data, null)?.schedule).toEqual({ kind: "single", time })
  })
})

test("a new object defines its zone, names us and can be read", () => {
  const startsAt = Temporal.Instant.from("2026-11-24T08:00:00Z")
  const time = { kind: "timed", startsAt, endsAt: startsAt.add({ hours: 1 }), zone: "Europe/Berlin" } as const
  const draft = {
    subject: "New",
    schedule: { kind: "single", time },
    location: "https://x.example",
    block: "Join",
    tag: "t",
  } as const
  const data = newObject(draft, "0123", now)
  expect(data).toContain("BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n")
  expect(readRecord(data, "0123")).toMatchObject({
    subject: "New",
    location: "https://x.example",
    tag: "t",
    organizer: null,
  })
  expect(readRecord(data, null)?.schedule).toEqual({ kind: "single", time })
  expect(objectTexts(data)[0]?.location).toBe("https://x.example")
})

describe("exceptions of a series", () => {
  const exception = (...lines: readonly string[]) => ["BEGIN:VEVENT", "UID:one", ...lines, "END:VEVENT"]
  const withExceptions = (...exceptions: readonly (readonly string[])[]) =>
    file(
      ...exception(
        "DTSTART;TZID=Europe/Berlin:20261124T090000",
        "DTEND;TZID=Europe/Berlin:20261124T093000",
        "RRULE:FREQ=DAILY;COUNT=5",
        "LOCATION:@meet",
      ),
      ...exceptions.flatMap((lines) => exception(...lines)),
    )
  const at = "RECURRENCE-ID;TZID=Europe/Berlin:20261125T090000"
  const later = "DTSTART;TZID=Europe/Berlin:20261125T140000"

  test("go along with the texts that they had from their series, and keep their own", () => {
    const data = withExceptions([at, later, "LOCATION:@meet", "SUMMARY:Own"])
    const linked = edited(data, { subject: "New", location: "https://x.example", block: "Join", tag: "t" })
    expect(objectTexts(linked).map(({ location }) => location)).toEqual(["https://x.example", "https://x.example"])
    expect(linked).toContain("SUMMARY:Own")
  })

  test("cancelled ones need no start of their own, and stay as they are when another moves", () => {
    const data = withExceptions([at, "STATUS:CANCELLED"])
    const schedule = scheduleOf(data)
    expect(schedule.recurrence.excludedStarts.map(String)).toEqual(["2026-11-25T09:00:00"])
    const startsAt = Temporal.Instant.from("2026-11-26T15:00:00Z")
    const time = { kind: "timed", startsAt, endsAt: startsAt.add({ minutes: 30 }), zone: "Europe/Berlin" } as const
    const moved = [{ originalStart: Temporal.PlainDateTime.from("2026-11-26T09:00"), time }]
    const after = edited(data, { schedule: { ...schedule, moved } })
    expect(after).toContain("DTEND;TZID=Europe/Berlin:20261124T093000")
    expect(after).toContain("STATUS:CANCELLED")
    expect(scheduleOf(after)).toEqual({ ...schedule, moved })
  })

  test("named by their day alone are at the time of the series", () => {
    const { moved } = scheduleOf(withExceptions(["RECURRENCE-ID;VALUE=DATE:20261125", later]))
    expect(moved.map(({ originalStart }) => originalStart.toString())).toEqual(["2026-11-25T09:00:00"])
  })

  test("count once, in their newest version", () => {
    const { moved } = scheduleOf(
      withExceptions([at, later, "SEQUENCE:2"], [at, "DTSTART:20261125T200000Z", "SEQUENCE:1"]),
    )
    expect(moved.map(({ time }) => time)).toMatchObject([{ startsAt: Temporal.Instant.from("2026-11-25T13:00:00Z") }])
  })

  test("that change all that follow are refused rather than misread", () => {
    const id = at.replace(";", ";RANGE=THISANDFUTURE;")
    expect(() => scheduleOf(withExceptions([id, later]))).toThrow("from one day on")
  })

  test("without their series are an event of their own", () => {
    const record = readRecord(file(...exception(at, later, "SUMMARY:Invited once")), null)
    expect(record).toMatchObject({ subject: "Invited once", schedule: { kind: "single" } })
  })
})

describe("the definition of a zone", () => {
  const linesOf = (zone: string) =>
    vtimezone(zone, Temporal.PlainDateTime.from("2026-11-24T09:00")).lines.map(({ text }) => text)

  test("says when its clocks change, as a rule where there is one", () => {
    expect(linesOf("Europe/Berlin")).toContain("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
    expect(linesOf("America/New_York")).toContain("RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
  })

  test("is one part where the clocks do not change", () => {
    expect(linesOf("Asia/Tokyo").filter((line) => line.startsWith("TZOFFSETTO"))).toEqual(["TZOFFSETTO:+0900"])
  })

  test("names the days where no rule says them", () => {
    expect(linesOf("Africa/Casablanca").some((line) => line.startsWith("RDATE:"))).toBe(true)
  })
})
