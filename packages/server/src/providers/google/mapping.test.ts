import { readFileSync } from "node:fs"
import { parseProviderCalendarId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { googleEvent } from "@kalends/readers/google/to-domain"
import { googleReader } from "@kalends/readers/google/window"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { recognise } from "./push.ts"

const body = readFileSync(new URL("fixtures/events.json", import.meta.url), "utf8")
const query = {
  apiBase: "https://www.googleapis.com/calendar/v3",
  calendarId: parseProviderCalendarId("ada@northwind.example"),
  window: timeWindow(Temporal.Instant.from("2026-11-01T00:00Z"), Temporal.Instant.from("2026-12-01T00:00Z")),
  zone: "UTC",
}
const page = () => googleReader.parsePage({ status: 200, headers: {}, body }, query, googleReader.firstPage(query))

describe("a page of events", () => {
  test("gives the used attributes of an event, its description as text", () => {
    const [event] = page().events
    expect(event).toMatchObject({
      id: "7cbh8rpc10lrc0ckih9tafss99",
      series: null,
      version: '"3181161784712000"',
      showsAs: "busy",
      subject: "Mirror review",
      location: "Dome 2",
      description: "Agenda: https://wiki.example/plots\nBring a scarf",
      onlineMeetingUrl: "https://meet.google.com/abc-defg-hij",
      myResponse: "organizer",
      attendees: [
        { response: "accepted" },
        { response: "accepted", isResource: true },
        { response: "none", isResource: false },
      ],
    })
    expect(event?.time.kind === "timed" && [event.time.startsAt.toString(), event.time.zone]).toEqual([
      "2026-11-23T09:00:00Z",
      "Europe/Berlin",
    ])
  })

  test("gives the address at which a gateway lets video systems into Meet", () => {
    const entryPoints = [
      { entryPointType: "video", uri: "https://meet.google.com/abc-defg-hij" },
      { entryPointType: "sip", uri: "sip:1234567890123@meet.example.org" },
    ]
    const time = { dateTime: "2026-11-23T09:00:00Z" }
    const item = { id: "1", etag: "1", start: time, end: time, conferenceData: { entryPoints } }
    expect(googleEvent(item)).toMatchObject({
      onlineMeetingUrl: "https://meet.google.com/abc-defg-hij",
      dialUri: "sip:1234567890123@meet.example.org",
    })
  })

  test("exception-by-original-start: a moved occurrence is named by its series and its first start", () => {
    const event = page().events[1]
    expect([
      event?.series?.seriesId,
      event?.series?.originalStart.toString(),
      event?.isPrivate,
      event?.showsAs,
    ]).toEqual(["series1", "2026-11-24T08:00:00Z", true, "tentative"])
  })

  test("all-day-exclusive-end: days are read as written", () => {
    const event = page().events[2]
    expect(
      event?.time.kind === "all-day" && [
        event.time.startsOn.toString(),
        event.time.endsBefore.toString(),
        event.showsAs,
      ],
    ).toEqual(["2026-11-25", "2026-11-27", "out-of-office"])
  })

  test("cancelled-hole: a cancelled occurrence is not shown, nor is a working location; a malformed item is counted", () => {
    expect([page().events.map(({ subject }) => subject), page().malformedCount]).toEqual([
      ["Mirror review", "Stand-up, moved", "Open day"],
      1,
    ])
  })

  test("asks for used attributes only, over the window, and so for the next page", () => {
    const next = new URL(page().next[0]?.url ?? "").searchParams
    expect(Object.fromEntries(next)).toMatchObject({
      singleEvents: "true",
      timeMin: "2026-11-01T00:00:00Z",
      timeMax: "2026-12-01T00:00:00Z",
      pageToken: "page-2",
      maxResults: "2500",
    })
    expect(next.get("fields")).not.toMatch(/attachments|extendedProperties|creator|htmlLink/)
    expect(next.has("orderBy")).toBe(false)
  })
})

test("words that every object knows are no answers of Google's", () => {
  const event = googleEvent({
    id: "a",
    start: { date: "2026-11-25" },
    end: { date: "2026-11-25" },
    attendees: [{ self: true, responseStatus: "constructor" }],
  })
  expect([event?.myResponse, event?.time.kind === "all-day" && event.time.endsBefore.toString()]).toEqual([
    "none",
    "2026-11-26",
  ])
})

describe("a notification", () => {
  const request = (headers: Readonly<Record<string, string>>) => ({
    method: "POST",
    path: "",
    query: {},
    headers,
    body: new Uint8Array(),
  })
  const headers = {
    "x-goog-channel-id": "c1",
    "x-goog-channel-token": "secret",
    "x-goog-resource-state": "exists",
    "x-goog-message-number": "10",
  }

  test("push-verified: it carries the channel's token; the first message of a channel changes nothing", () => {
    expect(recognise(request(headers))).toEqual({
      kind: "notices",
      notices: [{ secret: "secret", kind: "changed", fingerprint: "c1|10" }],
    })
    expect(recognise(request({ ...headers, "x-goog-resource-state": "sync" }))).toMatchObject({
      notices: [{ kind: "armed" }],
    })
  })

  test("duplicate-push: fingerprints tell messages of a channel apart", () => {
    expect(recognise(request({ ...headers, "x-goog-message-number": "11" }))).toMatchObject({
      notices: [{ fingerprint: "c1|11" }],
    })
  })

  test("any headers are recognised or not, and never fail", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(headers), "host"), fc.string({ maxLength: 3_000 })),
        (some) => {
          const recognised = recognise(request(some))
          return (
            recognised.kind === "unrecognised" ||
            (recognised.kind === "notices" && recognised.notices.every(({ fingerprint }) => fingerprint.length <= 141))
          )
        },
      ),
    )
  })
})
