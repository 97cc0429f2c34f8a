/** What Google would answer in sync.bench.ts: pages of changes with exactly the fields that a pass asks for, and the events that carry meetings. */

import type { HttpClient, IncomingResponse } from "../src/ports/http-client.ts"

export const pageSize = 2_500
/** So many of the changed events carry a meeting, whatever their number. */
export const meetingCount = 50
/** Every fifth of them is a series with three exceptions. */
export const isSeries = (meeting: number): boolean => meeting % 5 === 0

/** What an event says of its meeting. */
export type Carried = { readonly joinUrl: string; readonly tag: string }
type Item = Readonly<Record<string, unknown>>

export const meetingEventId = (meeting: number): string => `meeting${meeting.toString().padStart(4, "0")}`
const text =
  "Agenda: review of the last run, open points, next steps. Please read the notes beforehand and bring your figures. ".repeat(
    6,
  )

/** A changed event that is no meeting of ours: a third has a conference of another service, every twentieth is gone. */
function otherItem(number: number): Item {
  const id = `${number.toString(32)}k5v0qsc7d1rnm8tjh2e4g9a`.slice(0, 26)
  const head = { id, etag: `"3${(470_000_000_000_000 + number * 7919).toString()}"` }
  if (number % 20 === 7) return { ...head, status: "cancelled" }
  const conference = {
    hangoutLink: `https://meet.google.com/abc-${id.slice(0, 4)}-xyz`,
    conferenceData: {
      entryPoints: [
        { uri: `https://meet.google.com/abc-${id.slice(0, 4)}-xyz` },
        { uri: "tel:+49-30-5550100" },
        { uri: `https://tel.meet/abc-${id.slice(0, 4)}-xyz?pin=1234567890123` },
      ],
    },
  }
  return {
    ...head,
    status: "confirmed",
    location: number % 2 === 0 ? "Room 5, third floor" : "Observatory, dome",
    description: `${text}https://us02web.zoom.us/j/${88_000_000_000 + number}?pwd=abc`,
    ...(number % 3 === 0 ? conference : {}),
  }
}

function meetingTexts(meeting: number, { joinUrl, tag }: Carried): Item {
  return {
    id: meetingEventId(meeting),
    etag: `"34${meeting}"`,
    status: "confirmed",
    location: `Room 5; ${joinUrl}`,
    description: `${text}Join the meeting: ${joinUrl}`,
    extendedProperties: { private: { kalends: tag } },
  }
}

/** The pages of `changeCount` changes, among them, evenly spread, the events that carry meetings. */
export function* changePages(changeCount: number, carried: readonly Carried[]): Generator<string, void, void> {
  const every = Math.floor(changeCount / meetingCount)
  const pageCount = Math.ceil(changeCount / pageSize)
  for (let page = 0; page < pageCount; page++) {
    const from = page * pageSize
    const items = Array.from({ length: Math.min(pageSize, changeCount - from) }, (_, index) => {
      const number = from + index
      const meeting = number % every === 0 ? carried[number / every] : undefined
      return meeting === undefined ? otherItem(number) : meetingTexts(number / every, meeting)
    })
    const next = page + 1 < pageCount ? { nextPageToken: String(page + 1) } : { nextSyncToken: "sync-2" }
    yield JSON.stringify({ items, ...next })
  }
}

const berlin = (day: number, hour: number) => ({
  dateTime: `2026-12-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:00:00+01:00`,
  timeZone: "Europe/Berlin",
})

/** A meeting's event as a whole. */
function wholeEvent(meeting: number, carried: Carried): Item {
  const day = 1 + (meeting % 5)
  return {
    ...meetingTexts(meeting, carried),
    iCalUID: `${meetingEventId(meeting)}@google.com`,
    summary: `Meeting ${meeting}`,
    start: berlin(day, 9),
    end: berlin(day, 10),
    organizer: { self: true },
    ...(isSeries(meeting) ? { recurrence: ["RRULE:FREQ=WEEKLY;COUNT=20"] } : {}),
  }
}

/** A series with its exceptions: two moved, one cancelled. */
function family(meeting: number, carried: Carried): readonly Item[] {
  const whole = wholeEvent(meeting, carried)
  const day = 1 + (meeting % 5)
  const { recurrence: _, ...single } = whole
  const exceptions = [7, 14, 21].map((days, index) => ({
    ...single,
    id: `${meetingEventId(meeting)}_202612${String(day + days).padStart(2, "0")}T080000Z`,
    etag: `"34${meeting}${index}"`,
    recurringEventId: meetingEventId(meeting),
    originalStartTime: berlin(day + days, 9),
    ...(index === 2 ? { status: "cancelled" } : { start: berlin(day + days, 11), end: berlin(day + days, 12) }),
  }))
  return [whole, ...exceptions]
}

/** Google in process: pages come of `readPage`, so that they need not all be in memory. Anything else it is asked fails. */
export function scriptedGoogle(carried: readonly Carried[], readPage: (page: number) => string): HttpClient {
  const byId = new Map(carried.map((one, meeting) => [meetingEventId(meeting), { one, meeting }]))
  const answer = (body: string): IncomingResponse => ({ status: 200, headers: {}, body })
  function find(id: string) {
    const found = byId.get(id)
    if (found === undefined) throw new Error("an event was asked for that carries no meeting")
    return found
  }
  return {
    async send({ method, url }) {
      const { pathname, searchParams } = new URL(url)
      const [, eventId] = /\/events\/([^/]+)$/.exec(pathname) ?? []
      if (method !== "GET") throw new Error(`a pass writes nothing, but ${method} was sent`)
      if (eventId !== undefined) {
        const { one, meeting } = find(eventId)
        return answer(JSON.stringify(wholeEvent(meeting, one)))
      }
      const uid = searchParams.get("iCalUID")
      if (uid === null) return answer(readPage(Number(searchParams.get("pageToken") ?? "0")))
      const { one, meeting } = find(uid.replace(/@.*/, ""))
      return answer(JSON.stringify({ items: family(meeting, one) }))
    },
    stream: () => Promise.reject(new Error("nothing is streamed here")),
  }
}
