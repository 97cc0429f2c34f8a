import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { rootFolder } from "../platform.ts"
import { demoCaldavUser } from "./demo.ts"

type DemoEvent = {
  readonly id: string
  readonly day: number
  readonly time: string
  readonly minutes: number
  readonly lines: readonly string[]
}

const events: readonly DemoEvent[] = [
  {
    id: "stand-up",
    day: -7,
    time: "0930",
    minutes: 15,
    lines: ["SUMMARY:Stand-up", "RRULE:FREQ=DAILY", "LOCATION:https://meet.jit.si/kalends-demo"],
  },
  {
    id: "lens-review",
    day: 0,
    time: "1400",
    minutes: 60,
    lines: ["SUMMARY:Review of the new lens", "LOCATION:Room Vega"],
  },
  { id: "night-watch", day: 0, time: "2100", minutes: 480, lines: ["SUMMARY:Night watch"] },
  {
    id: "visitors",
    day: 1,
    time: "1000",
    minutes: 90,
    lines: ["SUMMARY:School visit", "DESCRIPTION:Twenty pupils\\, two teachers."],
  },
]

/** A calendar object for one event, its day counted from `today` (YYYYMMDD in UTC). */
function calendarText(event: DemoEvent, today: Temporal.PlainDate): string {
  const day = today.add({ days: event.day }).toString().replaceAll("-", "")
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Kalends//Demo//EN",
    "BEGIN:VEVENT",
    `UID:demo-${event.id}`,
    `DTSTAMP:${day}T000000Z`,
    `DTSTART:${day}T${event.time}00Z`,
    `DURATION:PT${event.minutes}M`,
  ]
  return [...lines, ...event.lines, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n")
}

/** Calendar objects by the name they are stored under: some of today's, and the recorded ones of the repository. */
export async function demoObjects(today: Temporal.PlainDate): Promise<ReadonlyMap<string, string>> {
  const folder = join(rootFolder, "packages/server/src/providers/caldav/fixtures/ics")
  const names = await readdir(folder).catch((): string[] => [])
  const recorded = await Promise.all(
    names
      .filter((name) => name.endsWith(".ics"))
      .map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
  )
  return new Map([...events.map((event) => [`demo-${event.id}.ics`, calendarText(event, today)] as const), ...recorded])
}

export type Send = (
  url: string,
  init: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
) => Promise<{ readonly status: number }>

/** Makes the demo's calendar and puts the objects into it; gives back how many the server took. Nothing where the calendar exists. */
export async function fillDemoCalendar(
  serverUrl: string,
  objects: ReadonlyMap<string, string>,
  send: Send,
): Promise<number> {
  const calendar = `${serverUrl}/${demoCaldavUser.name}/observatory/`
  const authorization = `Basic ${btoa(`${demoCaldavUser.name}:${demoCaldavUser.password}`)}`
  const properties =
    '<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>Observatory</D:displayname></D:prop></D:set></C:mkcalendar>'
  const made = await send(calendar, {
    method: "MKCALENDAR",
    headers: { authorization, "content-type": "application/xml" },
    body: properties,
  })
  if (made.status !== 201) return 0
  let taken = 0
  for (const [name, body] of objects) {
    const { status } = await send(calendar + encodeURIComponent(name), {
      method: "PUT",
      headers: { authorization, "content-type": "text/calendar; charset=utf-8" },
      body,
    })
    if (status >= 200 && status < 300) taken += 1
  }
  return taken
}
