import { readFileSync } from "node:fs"
import { parseProviderCalendarId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { graphEvent } from "@kalends/readers/graph/to-domain"
import { graphReader } from "@kalends/readers/graph/window"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { recognise } from "./push.ts"

const read = (name: string) => readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8")
const query = {
  apiBase: "https://graph.microsoft.com/v1.0",
  calendarId: parseProviderCalendarId("AAMkAGI-cal"),
  window: timeWindow(Temporal.Instant.from("2026-11-01T00:00Z"), Temporal.Instant.from("2026-12-01T00:00Z")),
  zone: "UTC",
}
const page = () =>
  graphReader.parsePage({ status: 200, headers: {}, body: read("calendar-view") }, query, graphReader.firstPage(query))
const timed = (more: object) =>
  graphEvent({
    id: "a",
    start: { dateTime: "2026-11-23T09:00:00.0000000", timeZone: "UTC" },
    end: { dateTime: "2026-11-23T10:00:00.0000000", timeZone: "UTC" },
    ...more,
  })

describe("a page of a calendar view", () => {
  test("gives the used attributes of an event, text untouched", () => {
    const [event] = page().events
    expect(event).toMatchObject({
      id: "AAMkAGI1-single",
      series: null,
      version: "ZlnW4RIAV06KYYwlrfNZvQAALfZeRQ==",
      showsAs: "busy",
      isPrivate: false,
      subject: "Mirror review",
      location: "Dome 2",
      description: "Bring the <Hartmann> plots",
      onlineMeetingUrl: "https://teams.microsoft.com/l/meetup-join/19%3ameeting",
      myResponse: "organizer",
      attendees: [
        { email: "bo@northwind.example", response: "tentative", isResource: false },
        { email: "dome2@northwind.example", response: "accepted", isResource: true },
      ],
    })
    expect(event?.time.kind === "timed" && [event.time.startsAt.toString(), event.time.zone]).toEqual([
      "2026-11-23T09:00:00Z",
      "Europe/Berlin",
    ])
  })

  test("exception-by-original-start: a moved occurrence is named by its series and its first start", () => {
    const event = page().events[1]
    expect([event?.series?.seriesId, event?.series?.originalStart.toString(), event?.isPrivate]).toEqual([
      "AAMkAGI1-master",
      "2026-11-24T08:00:00Z",
      true,
    ])
  })

  test("unknown-zone-refused: a custom zone is not guessed; the instants hold", () => {
    const time = page().events[1]?.time
    expect(time?.kind === "timed" && [time.startsAt.toString(), time.zone]).toEqual(["2026-11-24T13:00:00Z", null])
  })

  test("all-day-exclusive-end: days are read as written, and an occurrence made in Tokyo keeps its day", () => {
    const event = page().events[2]
    expect(
      event?.time.kind === "all-day" && [event.time.startsOn.toString(), event.time.endsBefore.toString()],
    ).toEqual(["2026-11-25", "2026-11-27"])
    expect(event?.series?.originalStart.toString()).toBe("2026-11-25")
  })

  test("sets a malformed item aside and counts it", () => {
    expect([page().malformedCount, page().events.length]).toEqual([1, 3])
  })

  test("asks for used attributes only, in UTC and as text, and again so for the next page", () => {
    const first = graphReader.firstPage(query)
    const [next] = page().next
    expect(first.url).not.toMatch(/attachment|extension|webLink|uniqueBody|bodyPreview/)
    expect(next?.headers.prefer).toBe(
      'outlook.timezone="UTC", outlook.body-content-type="text", IdType="ImmutableId", odata.maxpagesize=500',
    )
    expect(first.headers).toEqual(next?.headers)
  })
})

test("a time that comes in another zone is read in it, and one in an unknown zone is malformed", () => {
  const berlin = timed({ start: { dateTime: "2026-11-23T09:00:00.0000000", timeZone: "W. Europe Standard Time" } })
  expect(berlin.time.kind === "timed" && berlin.time.startsAt.toString()).toBe("2026-11-23T08:00:00Z")
  expect(() => timed({ start: { dateTime: "2026-11-23T09:00:00.0000000", timeZone: "Nowhere" } })).toThrow(RangeError)
})

test.each([
  ["2026-11-24T23:00:00Z", "W. Europe Standard Time", "2026-11-25"],
  ["2026-11-25T05:00:00Z", "Eastern Standard Time", "2026-11-25"],
  ["2026-11-25T00:00:00Z", "Tokyo Standard Time", "2026-11-25"],
  ["2026-11-24T15:00:00Z", "tzone://Microsoft/Custom", "2026-11-25"],
  ["2026-11-25T08:00:00Z", null, "2026-11-25"],
  ["2026-11-25T07:00:00Z", "UTC", "2026-11-25"],
])("the original day of an all-day occurrence told as %s in %j is %s", (originalStart, originalStartTimeZone, day) => {
  const midnight = { dateTime: "2026-11-28T00:00:00.0000000", timeZone: "UTC" }
  expect(
    graphEvent({
      id: "a",
      isAllDay: true,
      start: midnight,
      end: midnight,
      seriesMasterId: "m",
      originalStart,
      originalStartTimeZone,
    }).series?.originalStart.toString(),
  ).toBe(day)
})

test("words that every object knows are no answers of Graph's", () => {
  expect(
    timed({
      showAs: "constructor",
      responseStatus: { response: "toString" },
      attendees: [{ emailAddress: {}, status: { response: "valueOf" } }],
    }),
  ).toMatchObject({ showsAs: "busy", myResponse: "none", attendees: [{ response: "none" }] })
})

describe("a notification", () => {
  const request = (body: string, more: object = {}) => ({
    method: "POST",
    path: "",
    query: {},
    headers: {},
    body: new TextEncoder().encode(body),
    ...more,
  })

  test("push-verified: every item carries its own secret and meaning", () => {
    const recognised = recognise(request(read("notifications")))
    expect(recognised.kind === "notices" && recognised.notices.map(({ secret, kind }) => `${secret} ${kind}`)).toEqual([
      "secret-of-one changed",
      "secret-of-two reauthorize",
      "secret-of-two removed",
      "secret-of-two missed",
    ])
  })

  test("duplicate-push: fingerprints tell items apart and are the same for the same delivery", () => {
    const prints = () => {
      const recognised = recognise(request(read("notifications")))
      return recognised.kind === "notices" ? recognised.notices.map(({ fingerprint }) => fingerprint) : []
    }
    expect(prints()).toEqual(prints())
    expect(new Set(prints()).size).toBe(4)
  })

  test("a handshake is answered with its token, but only with plain characters and up to a bound", () => {
    const handshake = (validationToken: string) => recognise(request("", { query: { validationToken } }))
    expect(handshake("Validation: Testing client application <b>")).toEqual({
      kind: "handshake",
      text: "Validation: Testing client application <b>",
    })
    for (const token of ["", "a\r\nb", "x".repeat(5_000)]) expect(handshake(token)).toEqual({ kind: "unrecognised" })
  })

  test("more items than a thousand are not looked at", () => {
    const recognised = recognise(
      request(JSON.stringify({ value: Array.from({ length: 3_000 }, () => ({ clientState: "s" })) })),
    )
    expect(recognised.kind === "notices" && recognised.notices.length).toBe(1_000)
  })

  test("any body is recognised or not, and never fails", () => {
    const item = fc.dictionary(
      fc.constantFrom("subscriptionId", "clientState", "lifecycleEvent", "resourceData", "changeType"),
      fc.oneof(fc.jsonValue(), fc.constant({ toString: 1, valueOf: 1 }), fc.constantFrom("constructor", "__proto__")),
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ value: fc.array(item) })), (body) => {
        const recognised = recognise(request(JSON.stringify(body)))
        return (
          recognised.kind !== "notices" ||
          recognised.notices.every(({ kind }) =>
            ["changed", "missed", "reauthorize", "removed", "armed"].includes(kind),
          )
        )
      }),
    )
  })
})
