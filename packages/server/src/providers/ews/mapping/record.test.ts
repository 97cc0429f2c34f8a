import { type EventTime, eventSpan } from "@kalends/domain/event"
import { isProblem } from "@kalends/domain/problem"
import { isSameSchedule, type Series, timeOf } from "@kalends/domain/schedule"
import { windowsZone } from "@kalends/domain/zone"
import { parseXml } from "@kalends/readers/xml"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { wholeOf } from "./record.ts"
import { draftXml, timeFields } from "./to-xml.ts"

// As GetItem answers, in UTC; the parts in the order of [MS-OXWSCORE] and [MS-OXWSMTGS].

type Parts = Readonly<Record<string, string>>

const single: Parts = {
  ItemId: '<t:ItemId Id="AAMk=" ChangeKey="DwAAABYA"/>',
  Subject: "<t:Subject>Swim Team Practice</t:Subject>",
  Body: '<t:Body BodyType="Text" IsTruncated="false">Bring &amp; share\r\n</t:Body>',
  Start: "<t:Start>2026-11-24T08:00:00Z</t:Start>",
  End: "<t:End>2026-11-24T09:30:00Z</t:End>",
  IsAllDayEvent: "<t:IsAllDayEvent>false</t:IsAllDayEvent>",
  Location: "<t:Location>Neighborhood Swimming Pool</t:Location>",
  IsMeeting: "<t:IsMeeting>false</t:IsMeeting>",
  IsCancelled: "<t:IsCancelled>false</t:IsCancelled>",
  CalendarItemType: "<t:CalendarItemType>Single</t:CalendarItemType>",
  MyResponseType: "<t:MyResponseType>Organizer</t:MyResponseType>",
  Recurrence: "",
  ModifiedOccurrences: "",
  DeletedOccurrences: "",
  StartTimeZone: '<t:StartTimeZone Id="W. Europe Standard Time" Name="(UTC+01:00) Berlin"/>',
}
const daily: Parts = {
  CalendarItemType: "<t:CalendarItemType>RecurringMaster</t:CalendarItemType>",
  Recurrence:
    "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2026-11-24+01:00</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>",
}

const itemOf = (parts: Parts) => parseXml(`<t:CalendarItem>${Object.values(parts).join("")}</t:CalendarItem>`)
const whole = (...changes: readonly Parts[]) => wholeOf(itemOf(Object.assign({}, single, ...changes)))
const record = (...changes: readonly Parts[]) => whole(...changes).record

function series(...changes: readonly Parts[]): Series {
  const { schedule } = record(daily, ...changes)
  if (schedule.kind !== "series") throw new Error("a series is expected")
  return schedule
}

const moved = (id: string, [originalStart, start, end]: readonly string[]) =>
  `<t:Occurrence><t:ItemId Id="${id}" ChangeKey="DwAAABYA"/><t:Start>${start}</t:Start><t:End>${end}</t:End><t:OriginalStart>${originalStart}</t:OriginalStart></t:Occurrence>`
const deleted = (start: string) => `<t:DeletedOccurrence><t:Start>${start}</t:Start></t:DeletedOccurrence>`
const exceptions = (modified: readonly string[], holes: readonly string[]): Parts => ({
  ModifiedOccurrences: `<t:ModifiedOccurrences>${modified.join("")}</t:ModifiedOccurrences>`,
  DeletedOccurrences: `<t:DeletedOccurrences>${holes.join("")}</t:DeletedOccurrences>`,
})

describe("a single item of Exchange", () => {
  test("is read whole", () => {
    const tag =
      '<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="9d3c2f4e-6b0a-4f0e-8f6d-5a1c7e24b9d0" PropertyName="KalendsMeeting" PropertyType="String"/><t:Value>kalends:1</t:Value></t:ExtendedProperty>'
    const join = "<t:JoinOnlineMeetingUrl>https://meet.example/room</t:JoinOnlineMeetingUrl>"
    expect(record({ ExtendedProperty: tag, JoinOnlineMeetingUrl: join })).toEqual({
      ...{ eventId: "AAMk=", version: "DwAAABYA", subject: "Swim Team Practice", tag: "kalends:1" },
      ...{ location: "Neighborhood Swimming Pool", description: "Bring & share", isOrganizer: true },
      ...{ onlineMeetingUrl: "https://meet.example/room", isCancelled: false },
      schedule: {
        kind: "single",
        time: {
          ...{ kind: "timed", zone: "Europe/Berlin" },
          startsAt: Temporal.Instant.from("2026-11-24T08:00:00Z"),
          endsAt: Temporal.Instant.from("2026-11-24T09:30:00Z"),
        },
      },
    })
  })

  test("has no texts where it has none, and no tag of another's", () => {
    const other =
      '<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="00020329-0000-0000-c000-000000000046" PropertyName="Other" PropertyType="String"/><t:Value>1</t:Value></t:ExtendedProperty>'
    const bare = record({ Subject: "<t:Subject/>", Body: "<t:Body/>", Location: "", ExtendedProperty: other })
    expect(bare).toMatchObject({ subject: "", description: null, location: null, onlineMeetingUrl: null, tag: null })
  })

  test.each([
    ["a guest's copy", "true", "NoResponseReceived", false],
    ["a copy that was accepted", "true", "Accept", false],
    ["the organizer's own", "true", "Organizer", true],
    // Outlook leaves an appointment without guests at "Unknown".
    ["an appointment", "false", "Unknown", true],
  ])("is the organizer's or not: %s", (_, isMeeting, response, isOrganizer) => {
    const parts = {
      IsMeeting: `<t:IsMeeting>${isMeeting}</t:IsMeeting>`,
      MyResponseType: `<t:MyResponseType>${response}</t:MyResponseType>`,
    }
    expect(record(parts).isOrganizer).toBe(isOrganizer)
  })

  test("may be cancelled", () => {
    expect(record({ IsCancelled: "<t:IsCancelled>true</t:IsCancelled>" }).isCancelled).toBe(true)
  })

  test("is read with its instants alone where nobody knows its zone", () => {
    const { schedule } = record({ StartTimeZone: '<t:StartTimeZone Id="tzone://Microsoft/Custom"/>' })
    expect(schedule).toMatchObject({ kind: "single", time: { kind: "timed", zone: null } })
  })

  // From how-to-create-all-day-events-by-using-ews-in-exchange.md: midnight in the zone that it was made in.
  test("that lasts all day begins on the day that it is in its own zone, and its end is not of it", () => {
    const { schedule } = record({
      Start: "<t:Start>2014-06-09T04:00:00Z</t:Start>",
      End: "<t:End>2014-06-10T04:00:00Z</t:End>",
      IsAllDayEvent: "<t:IsAllDayEvent>true</t:IsAllDayEvent>",
      StartTimeZone: '<t:StartTimeZone Id="Eastern Standard Time"/>',
    })
    const [startsOn, endsBefore] = ["2014-06-09", "2014-06-10"].map((day) => Temporal.PlainDate.from(day))
    expect(schedule).toEqual({ kind: "single", time: { kind: "all-day", startsOn, endsBefore } })
  })

  test.each([
    ["Start", ""],
    ["End", "<t:End>soon</t:End>"],
    ["ItemId", ""],
  ])("without a readable %s is none", (name, part) => {
    const error = thrownBy(() => record({ [name]: part }))
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
  })
})

describe("a series of Exchange", () => {
  test("is read with what was moved and what was cancelled, on its own clock", () => {
    const { recurrence, moved: elsewhere } = series(
      exceptions(
        [moved("EX=", ["2026-11-25T08:00:00Z", "2026-11-25T13:00:00Z", "2026-11-25T13:45:00Z"])],
        [deleted("2026-11-27T08:00:00Z")],
      ),
    )
    expect(recurrence).toEqual({
      start: Temporal.PlainDateTime.from("2026-11-24T09:00"),
      rules: ["FREQ=DAILY;INTERVAL=1;COUNT=5"],
      extraStarts: [],
      excludedStarts: [Temporal.PlainDateTime.from("2026-11-27T09:00")],
    })
    expect(elsewhere).toEqual([
      {
        originalStart: Temporal.PlainDateTime.from("2026-11-25T09:00"),
        time: {
          ...{ kind: "timed", zone: "Europe/Berlin" },
          startsAt: Temporal.Instant.from("2026-11-25T13:00:00Z"),
          endsAt: Temporal.Instant.from("2026-11-25T13:45:00Z"),
        },
      },
    ])
  })

  test("names the occurrences that were moved by their original starts", () => {
    const times = ["2026-11-25T08:00:00Z", "2026-11-25T13:00:00Z", "2026-11-25T13:45:00Z"]
    expect(whole(daily, exceptions([moved("EX=", times)], [])).exceptions).toEqual(
      new Map([["2026-11-25T09:00:00", "EX="]]),
    )
  })

  test("that lasts all day is told in days, each that of its own zone", () => {
    const read = series(
      {
        Start: "<t:Start>2026-11-23T23:00:00Z</t:Start>",
        End: "<t:End>2026-11-25T23:00:00Z</t:End>",
        IsAllDayEvent: "<t:IsAllDayEvent>true</t:IsAllDayEvent>",
      },
      exceptions(
        [moved("EX=", ["2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z", "2026-11-26T23:00:00Z"])],
        [deleted("2026-11-26T23:00:00Z")],
      ),
    )
    const day = (text: string) => Temporal.PlainDate.from(text)
    expect(read).toMatchObject({ zone: null, length: 2 })
    expect(read.recurrence.start).toEqual(day("2026-11-24"))
    expect(read.recurrence.excludedStarts).toEqual([day("2026-11-27")])
    const time = { kind: "all-day", startsOn: day("2026-11-26"), endsBefore: day("2026-11-27") }
    expect(read.moved).toEqual([{ originalStart: day("2026-11-25"), time }])
  })

  test("keeps its time on the wall when the clocks change", () => {
    const read = series(
      {
        Start: "<t:Start>2026-10-24T07:00:00Z</t:Start>",
        End: "<t:End>2026-10-24T08:00:00Z</t:End>",
      },
      exceptions([], [deleted("2026-10-26T08:00:00Z")]),
    )
    expect(read.recurrence.excludedStarts.map(String)).toEqual(["2026-10-26T09:00:00"])
  })

  test("by a clock that nobody knows is refused, for nobody could say when it takes place", () => {
    const error = thrownBy(() => series({ StartTimeZone: '<t:StartTimeZone Id="tzone://Microsoft/Custom"/>' }))
    expect(isProblem(error, "unsupported") && error.code).toBe("zone")
  })

  test.each([
    ["a hole", exceptions([], ["<t:DeletedOccurrence/>"])],
    ["a move", exceptions([moved("EX=", ["2026-11-25T08:00:00Z", "", ""])], [])],
    ["a pattern", { Recurrence: "<t:Recurrence><t:NoEndRecurrence/></t:Recurrence>" }],
  ])("with %s that cannot be read is none", (_, parts) => {
    expect(thrownBy(() => series(parts))).toBeInstanceOf(TypeError)
  })
})

/** The zones' names are those that Windows' names lead back to. */
const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo"]
// A day's first hours are left out: a series that begins in the hour that the clocks leave out begins an hour later.
const minuteOfDay = fc.integer({ min: 4 * 60, max: 23 * 60 + 59 })
const dayAfter = (days: number) => Temporal.PlainDate.from("2026-01-01").add({ days })
const anyDay = fc.integer({ min: 0, max: 800 }).map(dayAfter)

const timedSeries = fc
  .record({
    day: anyDay,
    minute: minuteOfDay,
    length: fc.integer({ min: 0, max: 3_000 }),
    zone: fc.constantFrom(...zones),
  })
  .map(({ day, minute, length, zone }): Series => {
    const start = day.toPlainDateTime().add({ minutes: minute })
    const recurrence = { start, rules: ["FREQ=DAILY;INTERVAL=3"], extraStarts: [], excludedStarts: [] }
    return { kind: "series", zone, length, recurrence, moved: [] }
  })
const allDaySeries = fc
  .record({ day: anyDay, length: fc.integer({ min: 1, max: 9 }) })
  .map(({ day, length }): Series => {
    const recurrence = { start: day, rules: ["FREQ=WEEKLY"], extraStarts: [], excludedStarts: [] }
    return { kind: "series", zone: null, length, recurrence, moved: [] }
  })

const draft = { subject: "Ours", location: "Room 4", block: "Join", tag: "kalends:1" }

describe("what was written to Exchange", () => {
  test("is read back as it was: a series, all-day or not, in whatever zone", () => {
    fc.assert(
      fc.property(fc.oneof(timedSeries, allDaySeries), (schedule) => {
        const item = parseXml(
          `<t:CalendarItem>${single.ItemId}${draftXml({ ...draft, schedule }, "key")}</t:CalendarItem>`,
        )
        const read = wholeOf(item).record
        expect(read).toMatchObject({ subject: "Ours", location: "Room 4", tag: "kalends:1" })
        expect({ isSame: isSameSchedule(read.schedule, schedule), read }).toMatchObject({ isSame: true })
      }),
      { numRuns: 300 },
    )
  })

  test("is read back as it was: times of an item or occurrence, in the zone that the item has", () => {
    const timed = timedSeries.map((series): EventTime => timeOf(series, series.recurrence.start))
    const allDay = allDaySeries.map((series): EventTime => timeOf(series, series.recurrence.start))
    fc.assert(
      fc.property(fc.oneof(timed, allDay), fc.constantFrom(...zones), (time, zone) => {
        const content = timeFields(time, zone).map((field) => field.content)
        const item = parseXml(`<t:CalendarItem>${single.ItemId}${content.join("")}</t:CalendarItem>`)
        expect(wholeOf(item).record.schedule).toEqual({ kind: "single", time })
      }),
      { numRuns: 300 },
    )
  })

  test("of a series' occurrences Exchange's instants are read as the original starts that they stand for", () => {
    fc.assert(
      fc.property(fc.oneof(timedSeries, allDaySeries), fc.integer({ min: 1, max: 300 }), (series, place) => {
        const { start } = series.recurrence
        const step = series.zone === null ? 7 : 3
        const [hole, other] = [place, place + 1].map((at) => start.add({ days: at * step }))
        if (hole === undefined || other === undefined) throw new Error("two occurrences are expected")
        const zone = series.zone ?? "Europe/Berlin"
        const at = (time: EventTime) => {
          const { startsAt, endsAt } = eventSpan(time, zone)
          return [startsAt.toString(), endsAt.toString()]
        }
        const [startsAt = "", endsAt = ""] = at(timeOf(series, start))
        const [originalStart = ""] = at(timeOf(series, other))
        const read = wholeOf(
          itemOf({
            ...single,
            Start: `<t:Start>${startsAt}</t:Start>`,
            End: `<t:End>${endsAt}</t:End>`,
            IsAllDayEvent: `<t:IsAllDayEvent>${series.zone === null}</t:IsAllDayEvent>`,
            Recurrence: `<t:Recurrence>${
              series.zone === null
                ? `<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>${start.toLocaleString("en", { weekday: "long" })}</t:DaysOfWeek></t:WeeklyRecurrence>`
                : "<t:DailyRecurrence><t:Interval>3</t:Interval></t:DailyRecurrence>"
            }<t:NoEndRecurrence/></t:Recurrence>`,
            ...exceptions(
              [moved("EX=", [originalStart, ...at(timeOf(series, other))])],
              [deleted(at(timeOf(series, hole))[0] ?? "")],
            ),
            StartTimeZone: `<t:StartTimeZone Id="${windowsZone(zone)}"/>`,
          }),
        ).record.schedule
        expect(read).toMatchObject({
          recurrence: { start, excludedStarts: [hole] },
          moved: [{ originalStart: other, time: timeOf(series, other) }],
        })
      }),
      { numRuns: 300 },
    )
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return expect.unreachable()
}
