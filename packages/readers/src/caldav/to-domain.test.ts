import { timeWindow } from "@kalends/domain/window"
import { describe, expect, test } from "vitest"
import { expandObject } from "./to-domain.ts"

const window = timeWindow(Temporal.Instant.from("2026-11-01T00:00Z"), Temporal.Instant.from("2026-12-01T00:00Z"))
const query = { window, zone: "Europe/Berlin" }

function calendar(...lines: readonly string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ...lines, "END:VCALENDAR"].join("\r\n")
}
function vevent(...lines: readonly string[]): string[] {
  return ["BEGIN:VEVENT", "UID:one@example.org", "DTSTAMP:20261101T000000Z", ...lines, "END:VEVENT"]
}
function expand(data: string) {
  return expandObject({ href: "/cal/one.ics", version: '"1"', data }, query)
}
function times(data: string): string[] {
  return expand(data).events.map(({ time }) => {
    if (time.kind === "all-day") return `${time.startsOn}..${time.endsBefore}`
    if (time.kind === "floating") return `${time.starts}..${time.ends} floating`
    return `${time.startsAt}..${time.endsAt} ${time.zone}`
  })
}

const custom = [
  "BEGIN:VTIMEZONE",
  "TZID:Customized Time Zone",
  "BEGIN:STANDARD",
  "DTSTART:16010101T030000",
  "TZOFFSETFROM:+0200",
  "TZOFFSETTO:+0100",
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
  "END:STANDARD",
  "BEGIN:DAYLIGHT",
  "DTSTART:16010101T020000",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0200",
  "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
  "END:DAYLIGHT",
  "END:VTIMEZONE",
]

describe("times", () => {
  test.each([
    [
      "in UTC",
      ["DTSTART:20261123T090000Z", "DTEND:20261123T100000Z"],
      "2026-11-23T09:00:00Z..2026-11-23T10:00:00Z UTC",
    ],
    [
      "in a named zone",
      ["DTSTART;TZID=America/New_York:20261123T090000", "DURATION:PT45M"],
      "2026-11-23T14:00:00Z..2026-11-23T14:45:00Z America/New_York",
    ],
    [
      "with a Windows zone name",
      ["DTSTART;TZID=W. Europe Standard Time:20261123T090000", "DTEND;TZID=W. Europe Standard Time:20261123T093000"],
      "2026-11-23T08:00:00Z..2026-11-23T08:30:00Z Europe/Berlin",
    ],
    [
      "with a path before the zone's name",
      ["DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20261123T090000", "DURATION:PT1H"],
      "2026-11-23T00:00:00Z..2026-11-23T01:00:00Z Asia/Tokyo",
    ],
    [
      "over two zones",
      ["DTSTART;TZID=Europe/London:20261123T090000", "DTEND;TZID=Europe/Paris:20261123T120000"],
      "2026-11-23T09:00:00Z..2026-11-23T11:00:00Z Europe/London",
    ],
    ["all-day-exclusive-end", ["DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261125"], "2026-11-23..2026-11-25"],
    ["all day without an end", ["DTSTART;VALUE=DATE:20261123"], "2026-11-23..2026-11-24"],
    [
      "all day with an end that is its start",
      ["DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261123"],
      "2026-11-23..2026-11-24",
    ],
    [
      "floating-time",
      ["DTSTART:20261123T090000", "DTEND:20261123T100000"],
      "2026-11-23T09:00:00..2026-11-23T10:00:00 floating",
    ],
    [
      "in a zone nobody defines, which then floats",
      ["DTSTART;TZID=Mitteleuropäische Zeit:20261123T090000", "DURATION:PT1H"],
      "2026-11-23T09:00:00..2026-11-23T10:00:00 floating",
    ],
    ["without any end", ["DTSTART:20261123T090000Z"], "2026-11-23T09:00:00Z..2026-11-23T09:00:00Z UTC"],
    [
      "with an end before the start",
      ["DTSTART:20261123T090000Z", "DTEND:20261123T080000Z"],
      "2026-11-23T09:00:00Z..2026-11-23T09:00:00Z UTC",
    ],
  ])("%s", (_name, lines, expected) => {
    expect(times(calendar(...vevent(...lines)))).toEqual([expected])
  })

  test("in a zone that only the file defines, winter and summer", () => {
    const lines = vevent(
      "DTSTART;TZID=Customized Time Zone:20261023T090000",
      "DURATION:PT1H",
      "RRULE:FREQ=WEEKLY;COUNT=3",
    )
    const wide = { zone: "UTC", window: timeWindow(Temporal.Instant.from("2026-10-01T00:00Z"), window.endsAt) }
    const { events } = expandObject({ href: "/a", version: "1", data: calendar(...custom, ...lines) }, wide)
    expect(events.map(({ time }) => (time.kind === "timed" ? time.startsAt.toString() : ""))).toEqual([
      "2026-10-23T07:00:00Z",
      "2026-10-30T08:00:00Z",
      "2026-11-06T08:00:00Z",
    ])
  })
})

describe("series", () => {
  const weekly = ["DTSTART;TZID=Europe/Berlin:20261002T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"]

  test("keep the wall-clock time when the clocks change", () => {
    const wide = {
      zone: "UTC",
      window: timeWindow(Temporal.Instant.from("2026-10-20T00:00Z"), Temporal.Instant.from("2026-11-07T00:00Z")),
    }
    const { events } = expandObject({ href: "/a", version: "1", data: calendar(...vevent(...weekly)) }, wide)
    expect(events.map(({ time }) => (time.kind === "timed" ? time.startsAt.toString() : ""))).toEqual([
      "2026-10-23T07:00:00Z",
      "2026-10-30T08:00:00Z",
      "2026-11-06T08:00:00Z",
    ])
  })

  test("cancelled-hole: excluded occurrences are left out", () => {
    expect(times(calendar(...vevent(...weekly, "EXDATE;TZID=Europe/Berlin:20261113T090000,20261120T090000")))).toEqual([
      "2026-11-06T08:00:00Z..2026-11-06T09:00:00Z Europe/Berlin",
      "2026-11-27T08:00:00Z..2026-11-27T09:00:00Z Europe/Berlin",
    ])
  })

  test("exception-by-original-start: a moved occurrence keeps its identity", () => {
    const moved = vevent(
      "RECURRENCE-ID;TZID=Europe/Berlin:20261113T090000",
      "DTSTART;TZID=Europe/Berlin:20261114T150000",
      "DURATION:PT2H",
      "SUMMARY:Moved",
    )
    const { events } = expand(calendar(...vevent(...weekly, "SUMMARY:Weekly"), ...moved))
    expect(events).toHaveLength(4)
    const exception = events.find(({ subject }) => subject === "Moved")
    expect(exception?.id).toBe("/cal/one.ics#2026-11-13T09:00:00")
    expect(exception?.series?.originalStart.toString()).toBe("2026-11-13T08:00:00Z")
    expect(exception?.time).toMatchObject({ kind: "timed" })
  })

  test("an occurrence moved into the window from outside is shown, one moved out is not", () => {
    const into = vevent(
      "RECURRENCE-ID;TZID=Europe/Berlin:20270108T090000",
      "DTSTART;TZID=Europe/Berlin:20261128T090000",
      "DURATION:PT1H",
    )
    const out = vevent(
      "RECURRENCE-ID;TZID=Europe/Berlin:20261127T090000",
      "DTSTART;TZID=Europe/Berlin:20261204T110000",
      "DURATION:PT1H",
    )
    expect(
      times(calendar(...vevent(...weekly), ...into, ...out))
        .map((line) => line.slice(0, 10))
        .sort(),
    ).toEqual(["2026-11-06", "2026-11-13", "2026-11-20", "2026-11-28"])
  })

  test("a cancelled exception is marked, so that it can be struck out", () => {
    const cancelled = vevent(
      "RECURRENCE-ID;TZID=Europe/Berlin:20261113T090000",
      "DTSTART;TZID=Europe/Berlin:20261113T090000",
      "DURATION:PT1H",
      "STATUS:CANCELLED",
    )
    expect(
      expand(calendar(...vevent(...weekly), ...cancelled)).events.filter((event) => event.isCancelled),
    ).toHaveLength(1)
  })

  test("this and following: the rest of the series moves along", () => {
    const split = vevent(
      "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261113T090000",
      "DTSTART;TZID=Europe/Berlin:20261113T110000",
      "DURATION:PT30M",
    )
    expect(times(calendar(...vevent(...weekly), ...split)).sort()).toEqual([
      "2026-11-06T08:00:00Z..2026-11-06T09:00:00Z Europe/Berlin",
      "2026-11-13T10:00:00Z..2026-11-13T10:30:00Z Europe/Berlin",
      "2026-11-20T10:00:00Z..2026-11-20T10:30:00Z Europe/Berlin",
      "2026-11-27T10:00:00Z..2026-11-27T10:30:00Z Europe/Berlin",
    ])
  })

  test("a lone exception without its series is shown by itself", () => {
    const lone = vevent("RECURRENCE-ID:20261113T080000Z", "DTSTART:20261113T100000Z", "DURATION:PT1H")
    expect(times(calendar(...lone))).toEqual(["2026-11-13T10:00:00Z..2026-11-13T11:00:00Z UTC"])
  })

  test("UNTIL in UTC includes the last occurrence on the zone's clock", () => {
    const until = [
      "DTSTART;TZID=America/Los_Angeles:20261102T180000",
      "DURATION:PT1H",
      "RRULE:FREQ=DAILY;UNTIL=20261105T020000Z",
    ]
    expect(times(calendar(...vevent(...until)))).toHaveLength(3)
  })

  test("a bad rule is counted, and the first occurrence is shown", () => {
    const { events, malformedCount } = expand(
      calendar(...vevent("DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=XX")),
    )
    expect([events.length, malformedCount]).toEqual([1, 1])
  })

  test("extra dates and periods are occurrences too", () => {
    expect(
      times(
        calendar(
          ...vevent(
            "DTSTART:20261123T090000Z",
            "DURATION:PT1H",
            "RDATE:20261124T090000Z",
            "RDATE;VALUE=PERIOD:20261125T090000Z/PT1H",
          ),
        ),
      ).length,
    ).toBe(3)
  })
})

describe("what real files are like", () => {
  test("odd folding, with tabs and in the middle of words, is unfolded", () => {
    const data = calendar(
      ...vevent(
        "DTSTART:20261123T090000Z",
        "SUMMARY:Board",
        "\t meeting with a long ",
        "  title",
        "DESCRIPTION:caf\u00e9 \\n second line\\, with comma",
      ),
    )
    expect(expand(data).events[0]).toMatchObject({
      subject: "Board meeting with a long  title",
      description: "caf\u00e9 \n second line, with comma",
    })
  })

  test.each(["\n", "\r\n", "\r"])("line ends %j and a byte-order mark are read", (end) => {
    expect(
      expand(`\uFEFF${calendar(...vevent("DTSTART:20261123T090000Z")).replaceAll("\r\n", end)}`).events,
    ).toHaveLength(1)
  })

  test("a meeting's attributes are read, and everything else is dropped", () => {
    const data = calendar(
      ...vevent(
        "DTSTART:20261123T090000Z",
        "SUMMARY:Review",
        "LOCATION:Room 5",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "X-SECRET:dropped",
        "ATTACH:https://example.org/file",
        "ORGANIZER;CN=Ada:mailto:Ada@Example.org",
        "ATTENDEE;CN=Bo;PARTSTAT=ACCEPTED:mailto:bo@example.org",
        "ATTENDEE;CUTYPE=ROOM;CN=Room 5:mailto:room5@example.org",
        "X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij",
        "BEGIN:VALARM",
        "TRIGGER:-PT5M",
        "ACTION:DISPLAY",
        "END:VALARM",
      ),
    )
    const [event] = expand(data).events
    expect(event).toMatchObject({
      subject: "Review",
      location: "Room 5",
      isPrivate: true,
      showsAs: "free",
      onlineMeetingUrl: "https://meet.google.com/abc-defg-hij",
      organizer: { name: "Ada", email: "ada@example.org" },
      attendees: [
        { name: "Bo", response: "accepted", isResource: false },
        { name: "Room 5", isResource: true },
      ],
    })
    expect(JSON.stringify(event)).not.toMatch(/dropped|example\.org\/file/)
  })

  test("one bad event among good ones is set aside and counted", () => {
    const bad = ["BEGIN:VEVENT", "UID:two@example.org", "SUMMARY:No start", "END:VEVENT"]
    const { events, malformedCount } = expand(calendar(...bad, ...vevent("DTSTART:20261123T090000Z")))
    expect([events.length, malformedCount]).toEqual([1, 1])
  })
})
