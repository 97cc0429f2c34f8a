/** Another CalDAV client. */
export type DavHand = { rename(file: string, summary: string): Promise<void> }

const zone = "Europe/Berlin"

/**
 * Makes a calendar on a CalDAV server and fills it with files as real programs write them, around today: a series with
 * exceptions, whole days, several zones and zone names, odd folding, times that float, and one that nobody can read.
 */
export async function fillCalendar(url: string, user: string, password: string): Promise<DavHand> {
  const authorization = `Basic ${btoa(`${user}:${password}`)}`
  const send = async (method: string, path: string, body: string) => {
    const answer = await fetch(`${url}/${user}/work/${path}`, {
      method,
      body,
      headers: { authorization, "content-type": "text/calendar; charset=utf-8" },
    })
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}`)
  }
  await send("MKCALENDAR", "", "")
  const files = calendarFiles()
  for (const [name, text] of files) await send("PUT", name, text)
  return {
    rename: (file, summary) =>
      send("PUT", file, (files.get(file) ?? "").replace(/^SUMMARY:.*$/m, `SUMMARY:${summary}`)),
  }
}

const now = () => Temporal.Now.zonedDateTimeISO(zone)
const stamp = (minutes: number) =>
  now().add({ minutes }).toPlainDateTime().toString({ smallestUnit: "second" }).replace(/[-:]/g, "")
const date = (days: number) => now().add({ days }).toPlainDate().toString().replaceAll("-", "")
const file = (uid: string, ...lines: readonly string[]) =>
  calendar("", [["BEGIN:VEVENT", `UID:${uid}@example.org`, "DTSTAMP:20260101T000000Z", ...lines, "END:VEVENT"]])

type Written = readonly (readonly [name: string, text: string])[]

function calendarFiles(): ReadonlyMap<string, string> {
  return new Map([...seriesFiles(), ...zoneFiles()])
}

function seriesFiles(): Written {
  const seriesStart = `${date(-14)}T093000`
  return [
    [
      "planning.ics",
      file(
        "planning",
        `DTSTART;TZID=${zone}:${stamp(45)}`,
        "DURATION:PT30M",
        "SUMMARY:Weekly planning",
        "LOCATION:https://meet.jit.si/Planning",
        "RRULE:FREQ=WEEKLY;COUNT=20",
      ),
    ],
    [
      "exceptions.ics",
      calendar("", [
        [
          "BEGIN:VEVENT",
          "UID:series@example.org",
          "DTSTAMP:20260101T000000Z",
          `DTSTART;TZID=${zone}:${seriesStart}`,
          "DURATION:PT15M",
          "RRULE:FREQ=DAILY;COUNT=40",
          `EXDATE;TZID=${zone}:${date(2)}T093000`,
          "SUMMARY:Stand-up",
          "END:VEVENT",
        ],
        [
          "BEGIN:VEVENT",
          "UID:series@example.org",
          "DTSTAMP:20260101T000000Z",
          `RECURRENCE-ID;TZID=${zone}:${date(1)}T093000`,
          `DTSTART;TZID=${zone}:${date(1)}T113000`,
          "DURATION:PT15M",
          "SUMMARY:Stand-up later",
          "END:VEVENT",
        ],
      ]),
    ],
  ]
}

function zoneFiles(): Written {
  return [
    [
      "whole-days.ics",
      file(
        "days",
        `DTSTART;VALUE=DATE:${date(1)}`,
        `DTEND;VALUE=DATE:${date(4)}`,
        "SUMMARY:Visiting committee",
        "TRANSP:TRANSPARENT",
      ),
    ],
    [
      "tokyo.ics",
      file("tokyo", `DTSTART;TZID=Asia/Tokyo:${date(1)}T170000`, "DURATION:PT1H", "SUMMARY:Budget with Tokyo"),
    ],
    [
      "windows-zone.ics",
      file(
        "windows",
        `DTSTART;TZID=W. Europe Standard Time:${date(1)}T140000`,
        `DTEND;TZID=W. Europe Standard Time:${date(1)}T150000`,
        "SUMMARY:Written by Outlook",
        "CLASS:PRIVATE",
      ),
    ],
    ["floating.ics", file("floating", `DTSTART:${date(1)}T080000`, "DURATION:PT20M", "SUMMARY:Morning walk")],
    [
      "folded.ics",
      file(
        "folded",
        `DTSTART;TZID=${zone}:${stamp(120)}`,
        "DURATION:PT45M",
        "SUMMARY:A title that is long enough to be folded by every program that writes c",
        " alendars, Gr\u00fc\u00dfe",
        "DESCRIPTION:First line\\nsecond line\\, with a comma\\; and more",
      ),
    ],
  ]
}

function calendar(before: string, events: readonly (readonly string[])[]): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Example//Real world//EN",
    ...(before === "" ? [] : [before]),
    ...events.flat(),
    "END:VCALENDAR",
    "",
  ].join("\r\n")
}
