import { readdirSync, readFileSync } from "node:fs"
import type { CalendarEvent } from "@kalends/domain/event"
import { timeWindow } from "@kalends/domain/window"
import { expandObject } from "@kalends/readers/caldav/to-domain"
import { describe, expect, test } from "vitest"

// Files as programs write them, made by hand after what each is known to write; what they mean was worked out by hand too.
const folder = new URL("fixtures/", import.meta.url)
const window = timeWindow(Temporal.Instant.from("2026-10-01T00:00Z"), Temporal.Instant.from("2027-04-01T00:00Z"))

function read(name: string, kind = "ics") {
  const data = readFileSync(new URL(`${kind}/${name}.ics`, folder), "utf8")
  return expandObject({ href: `/cal/${name}.ics`, version: '"1"', data }, { window, zone: "Europe/Berlin" })
}

function line({ time, subject, isCancelled }: CalendarEvent): string {
  const name = isCancelled ? `${subject} (cancelled)` : subject
  if (time.kind === "all-day") return `${time.startsOn} ${time.endsBefore} | ${name}`
  if (time.kind === "floating") return `${time.starts} ${time.ends} floating | ${name}`
  return `${time.startsAt} ${time.endsAt} ${time.zone} | ${name}`
}

const expected: readonly (readonly [name: string, malformedCount: number, lines: readonly string[]])[] = [
  ["apple-birthday-since-1931", 0, ["2026-11-15 2026-11-16 | Grandmother’s birthday 🎂"]],
  ["apple-flight-two-zones", 0, ["2026-11-12T12:15:00Z 2026-11-12T21:10:00Z Europe/Berlin | Flight LH 400"]],
  ["apple-zoom-in-url", 0, ["2026-11-10T09:00:00Z 2026-11-10T09:45:00Z UTC | Call"]],
  ["attachments-and-alarms", 0, ["2026-11-15T09:00:00Z 2026-11-15T09:30:00Z UTC | With papers"]],
  ["bad-rule", 1, ["2026-11-16T09:00:00Z 2026-11-16T10:00:00Z UTC | A rule nobody reads"]],
  ["bad-start-among-good", 2, ["2026-11-16T13:00:00Z 2026-11-16T14:00:00Z UTC | Good"]],
  ["bom-and-bare-newlines", 0, ["2026-11-08T08:00:00Z 2026-11-08T09:30:00Z UTC | Bare newlines"]],
  ["cancelled-meeting", 0, ["2026-11-23T15:00:00Z 2026-11-23T16:00:00Z UTC | Canceled: Review (cancelled)"]],
  [
    "day-long-over-dst",
    0,
    [
      "2026-10-24T16:00:00Z 2026-10-25T17:00:00Z Europe/Berlin | A day on the clock",
      "2026-10-24T16:00:00Z 2026-10-25T16:00:00Z Europe/Berlin | A day of hours",
    ],
  ],
  [
    "dst-gap",
    0,
    [
      "2027-03-27T01:30:00Z 2027-03-27T02:30:00Z Europe/Berlin | Clocks go forward",
      "2027-03-28T01:30:00Z 2027-03-28T02:30:00Z Europe/Berlin | Clocks go forward",
      "2027-03-29T00:30:00Z 2027-03-29T01:30:00Z Europe/Berlin | Clocks go forward",
    ],
  ],
  [
    "dst-overlap",
    0,
    [
      "2026-10-24T00:30:00Z 2026-10-24T01:30:00Z Europe/Berlin | Clocks go back",
      "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z Europe/Berlin | Clocks go back",
      "2026-10-26T01:30:00Z 2026-10-26T02:30:00Z Europe/Berlin | Clocks go back",
    ],
  ],
  ["exception-without-series", 0, ["2026-11-19T14:00:00Z 2026-11-19T15:00:00Z UTC | Invited to one"]],
  [
    "exchange-all-day-exception-by-time",
    0,
    ["2026-11-03 2026-11-04 | Duty", "2026-11-17 2026-11-18 | Duty", "2026-11-11 2026-11-12 | Duty swapped"],
  ],
  ["exchange-windows-zone", 0, ["2026-11-18T13:00:00Z 2026-11-18T14:00:00Z Europe/Berlin | Budget"]],
  ["exchange-zone-named-by-cities", 0, ["2026-11-19T07:30:00Z 2026-11-19T08:00:00Z null | Early call"]],
  [
    "exdate-as-date",
    0,
    [
      "2026-11-10T07:00:00Z 2026-11-10T07:30:00Z Europe/Berlin | Excluded two ways",
      "2026-11-13T07:00:00Z 2026-11-13T07:30:00Z Europe/Berlin | Excluded two ways",
    ],
  ],
  [
    "floating",
    0,
    [
      "2026-11-09T12:30:00 2026-11-09T13:15:00 floating | Lunch",
      "2026-11-10T12:30:00 2026-11-10T13:15:00 floating | Lunch",
    ],
  ],
  [
    "folded-by-tab-and-space",
    0,
    ["2026-11-08T12:00:00Z 2026-11-08T12:30:00Z UTC | A title that is folded in  odd places"],
  ],
  ["google-all-day", 0, ["2026-11-09 2026-11-13 | Visiting committee"]],
  [
    "google-series-with-exceptions",
    0,
    [
      "2026-11-02T08:30:00Z 2026-11-02T09:00:00Z Europe/Berlin | Dome planning",
      "2026-11-30T08:30:00Z 2026-11-30T09:00:00Z Europe/Berlin | Dome planning",
      "2026-11-17T13:00:00Z 2026-11-17T13:30:00Z Europe/Berlin | Dome planning (moved)",
      "2026-11-23T08:30:00Z 2026-11-23T09:00:00Z Europe/Berlin | Dome planning (cancelled)",
    ],
  ],
  [
    "half-hour-zone",
    0,
    [
      "2026-11-21T04:30:00Z 2026-11-21T05:00:00Z Asia/Kolkata | Pune",
      "2026-11-20T23:00:00Z 2026-11-20T23:30:00Z Australia/Lord_Howe | Lord Howe",
    ],
  ],
  [
    "last-working-day",
    0,
    [
      "2026-10-30T15:00:00Z 2026-10-30T16:00:00Z Europe/Berlin | Last working day",
      "2026-11-30T15:00:00Z 2026-11-30T16:00:00Z Europe/Berlin | Last working day",
      "2026-12-31T15:00:00Z 2026-12-31T16:00:00Z Europe/Berlin | Last working day",
    ],
  ],
  ["leap-day", 0, []],
  ["lower-case-and-odd-values", 0, ["2026-11-22T09:00:00Z 2026-11-22T09:30:00Z UTC | lower case"]],
  ["multi-day-over-midnight", 0, ["2026-11-30T21:00:00Z 2026-12-02T05:00:00Z Europe/Berlin | Two nights at the dome"]],
  ["nextcloud-talk", 0, ["2026-11-20T15:00:00Z 2026-11-20T16:00:00Z Europe/Berlin | Retrospektive 🛰️"]],
  [
    "no-end",
    0,
    [
      "2026-11-13T09:00:00Z 2026-11-13T09:00:00Z UTC | A moment",
      "2026-11-13 2026-11-14 | A day",
      "2026-11-13T10:00:00Z 2026-11-13T10:00:00Z UTC | No length",
      "2026-11-13T11:00:00Z 2026-11-13T11:00:00Z UTC | Ends before it starts",
    ],
  ],
  [
    "no-uid",
    0,
    [
      "2026-11-17T09:00:00Z 2026-11-17T10:00:00Z UTC | Nameless one",
      "2026-11-17T11:00:00Z 2026-11-17T12:00:00Z UTC | Nameless two",
    ],
  ],
  [
    "notes-dates-listed",
    0,
    [
      "2026-11-04T09:00:00Z 2026-11-04T10:00:00Z null | Notes series",
      "2026-11-11T09:00:00Z 2026-11-11T10:00:00Z null | Notes series",
      "2026-11-18T09:00:00Z 2026-11-18T10:00:00Z null | Notes series",
    ],
  ],
  [
    "outlook-custom-zone",
    0,
    [
      "2026-10-23T07:00:00Z 2026-10-23T08:00:00Z null | Jährliche Prüfung",
      "2026-10-30T08:00:00Z 2026-10-30T09:00:00Z null | Jährliche Prüfung",
      "2026-11-06T08:00:00Z 2026-11-06T09:00:00Z null | Jährliche Prüfung",
    ],
  ],
  ["quoted-printable", 0, ["2026-11-07T10:00:00Z 2026-11-07T11:00:00Z UTC | Café mit Grüßen"]],
  [
    "rule-and-dates",
    0,
    [
      "2026-11-20 2026-11-21 | Rule and dates",
      "2026-11-21 2026-11-22 | Rule and dates",
      "2026-11-25 2026-11-26 | Rule and dates",
    ],
  ],
  [
    "same-exception-twice",
    0,
    [
      "2026-11-18T07:00:00Z 2026-11-18T07:30:00Z Europe/Berlin | Twice",
      "2026-11-19T10:00:00Z 2026-11-19T10:30:00Z Europe/Berlin | Newer",
    ],
  ],
  [
    "this-and-future",
    0,
    [
      "2026-11-03T07:00:00Z 2026-11-03T08:00:00Z Europe/Berlin | Before",
      "2026-11-10T07:00:00Z 2026-11-10T08:00:00Z Europe/Berlin | Before",
      "2026-11-25T09:00:00Z 2026-11-25T09:30:00Z Europe/Berlin | After",
      "2026-11-18T09:00:00Z 2026-11-18T09:30:00Z Europe/Berlin | After",
    ],
  ],
  ["thunderbird-zone-with-path", 0, ["2026-11-05T16:00:00Z 2026-11-05T17:00:00Z Europe/Berlin | Library"]],
  [
    "two-weekly-week-start",
    0,
    [
      "2026-11-03T14:00:00Z 2026-11-03T14:30:00Z America/New_York | Every other week",
      "2026-11-15T14:00:00Z 2026-11-15T14:30:00Z America/New_York | Every other week",
      "2026-11-17T14:00:00Z 2026-11-17T14:30:00Z America/New_York | Every other week",
      "2026-11-29T14:00:00Z 2026-11-29T14:30:00Z America/New_York | Every other week",
    ],
  ],
  [
    "until-as-date",
    0,
    [
      "2026-11-10T19:00:00Z 2026-11-10T19:30:00Z Europe/Berlin | Until a day",
      "2026-11-11T19:00:00Z 2026-11-11T19:30:00Z Europe/Berlin | Until a day",
      "2026-11-12T19:00:00Z 2026-11-12T19:30:00Z Europe/Berlin | Until a day",
    ],
  ],
  [
    "until-at-the-last-start",
    0,
    [
      "2026-11-03T02:00:00Z 2026-11-03T03:00:00Z America/Los_Angeles | Until in UTC",
      "2026-11-04T02:00:00Z 2026-11-04T03:00:00Z America/Los_Angeles | Until in UTC",
      "2026-11-05T02:00:00Z 2026-11-05T03:00:00Z America/Los_Angeles | Until in UTC",
    ],
  ],
  [
    "until-floating-in-zone",
    0,
    [
      "2026-11-10T00:00:00Z 2026-11-10T01:00:00Z Asia/Tokyo | Until without a zone",
      "2026-11-11T00:00:00Z 2026-11-11T01:00:00Z Asia/Tokyo | Until without a zone",
    ],
  ],
  ["very-long-description", 0, ["2026-11-14T09:00:00Z 2026-11-14T09:30:00Z UTC | Long"]],
  ["zimbra-zone-by-offset-name", 0, ["2026-11-06T06:00:00Z 2026-11-06T06:30:00Z null | Mirror cleaning"]],
  ["zone-nobody-knows", 0, ["2026-11-21T09:00:00 2026-11-21T10:00:00 floating | Local words"]],
]

describe("a file as a program writes it", () => {
  test.each(expected)("%s: %i set aside, and the occurrences it means", (name, malformedCount, lines) => {
    const expanded = read(name)
    expect(expanded.events.map(line).sort()).toEqual([...lines].sort())
    expect(expanded.malformedCount).toBe(malformedCount)
    expect(new Set(expanded.events.map(({ id }) => id)).size).toBe(expanded.events.length)
  })

  test("each of the folder is in the table", () => {
    const names = readdirSync(new URL("ics", folder)).map((name) => name.replace(/\.ics$/, ""))
    expect(names.sort()).toEqual(expected.map(([name]) => name).sort())
  })

  test.each(readdirSync(new URL("hostile", folder)))("%s, written to exhaust, ends", (name) => {
    expect(read(name.replace(/\.ics$/, ""), "hostile").events.length).toBeLessThanOrEqual(5_000)
  })
})

describe("what is read of", () => {
  const first = (name: string) => read(name).events[0]

  test("Exchange: the people, the room, the meeting, how it shows", () => {
    expect(first("exchange-windows-zone")).toMatchObject({
      isPrivate: true,
      showsAs: "tentative",
      location: "Room Vega",
      onlineMeetingUrl: "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc/0",
      organizer: { name: "Grace Hopper", email: "grace.hopper@example.org" },
      attendees: [
        { name: "Ada", email: "ada@example.org", response: "none", isResource: false },
        { name: "Room Vega", email: "vega@example.org", response: "tentative", isResource: true },
      ],
    })
    expect(first("outlook-custom-zone")?.showsAs).toBe("out-of-office")
    expect(first("zimbra-zone-by-offset-name")).toMatchObject({ isPrivate: true, showsAs: "tentative" })
  })

  test("Google and Nextcloud: the conference, not the telephone", () => {
    expect(first("google-series-with-exceptions")?.onlineMeetingUrl).toBe("https://meet.google.com/abc-defg-hij")
    expect(first("google-series-with-exceptions")?.attendees).toMatchObject([
      { name: "Ada Lovelace" },
      { name: "Dome 2", isResource: true },
    ])
    expect(first("nextcloud-talk")?.onlineMeetingUrl).toBe("https://cloud.example.org/call/x8y7z6")
  })

  test("Apple: a meeting's address in URL, but not any page's", () => {
    expect(first("apple-zoom-in-url")?.onlineMeetingUrl).toBe("https://us02web.zoom.us/j/88812345678")
    expect(first("apple-flight-two-zones")).toMatchObject({
      onlineMeetingUrl: null,
      location: "Frankfurt Airport\nTerminal 1",
    })
  })

  test("texts: escapes, quoted-printable, lower case, and length with a bound", () => {
    expect(first("folded-by-tab-and-space")?.description).toBe("Escaped, semi; back\\slash\nnew line \nand a : colon")
    expect(first("quoted-printable")?.description).toBe(
      "First line\nA second one that is so long that it was broken softly",
    )
    expect(first("lower-case-and-odd-values")).toMatchObject({
      showsAs: "tentative",
      attendees: [{ name: "Doe, Jo", email: "jo@example.org", response: "accepted" }],
    })
    expect(first("very-long-description")?.description?.length).toBe(50_000)
  })

  test("papers and alarms: nothing", () => {
    const event = first("attachments-and-alarms")
    expect(JSON.stringify(event)).not.toMatch(/files\.example|Not |alarm@|JVBER/)
    expect(event?.attendees).toEqual([])
  })

  test("exception-by-original-start: an occurrence keeps its name when it moves", () => {
    const moved = read("google-series-with-exceptions").events.find(({ subject }) => subject.includes("moved"))
    expect(moved?.id).toBe("/cal/google-series-with-exceptions.ics#2026-11-16T09:30:00")
    expect([moved?.series?.seriesId, String(moved?.series?.originalStart)]).toEqual([
      "/cal/google-series-with-exceptions.ics",
      "2026-11-16T08:30:00Z",
    ])
    const swapped = read("exchange-all-day-exception-by-time").events.find(({ subject }) => subject.includes("swapped"))
    expect(String(swapped?.series?.originalStart)).toBe("2026-11-10")
  })
})
