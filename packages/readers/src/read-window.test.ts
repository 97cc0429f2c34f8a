import { parseProviderCalendarId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { timeWindow } from "@kalends/domain/window"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { googleReader } from "./google/window.ts"
import { graphReader } from "./graph/window.ts"
import { readWindow } from "./read-window.ts"
import type { ReadResponse, WindowReader } from "./reader.ts"

const query = {
  apiBase: "https://api.example/v1",
  calendarId: parseProviderCalendarId("c"),
  window: timeWindow(Temporal.Instant.from("2026-11-01T00:00Z"), Temporal.Instant.from("2026-12-01T00:00Z")),
  zone: "UTC",
}
const now = () => Temporal.Instant.from("2026-11-23T09:00:00Z")

async function kindOf(reader: WindowReader, answers: readonly Partial<ReadResponse>[]): Promise<string> {
  let count = 0
  const send = async (): Promise<ReadResponse> => ({
    status: 200,
    headers: {},
    body: "{}",
    ...answers[Math.min(count++, answers.length - 1)],
  })
  try {
    for await (const page of readWindow({ reader, query, send, now, signal: new AbortController().signal })) void page
    return "read"
  } catch (error) {
    if (isProblem(error)) return error.kind
    throw error
  }
}

describe("a window read in pages", () => {
  test.each([
    "https://evil.example/next",
    "https://api.example:444/next",
    "not an address",
    "//evil.example/next",
    "javascript:0",
  ])("never follows %j", async (link) => {
    expect(await kindOf(graphReader, [{ body: JSON.stringify({ value: [], "@odata.nextLink": link }) }])).toBe(
      "malformed",
    )
  })

  test("ends when the pages go in circles", async () => {
    expect(
      await kindOf(graphReader, [
        { body: JSON.stringify({ value: [], "@odata.nextLink": "https://api.example/v1/again" }) },
      ]),
    ).toBe("malformed")
    expect(await kindOf(googleReader, [{ body: JSON.stringify({ items: [], nextPageToken: "again" }) }])).toBe(
      "malformed",
    )
  })

  test("page-interrupted: a page that is cut off is malformed, and a refusal what the reader makes of it", async () => {
    expect(await kindOf(googleReader, [{ body: '{"items":[{"id"' }])).toBe("malformed")
    expect(await kindOf(graphReader, [{ body: "[]" }])).toBe("malformed")
    expect(await kindOf(googleReader, [{ status: 401 }])).toBe("auth-expired")
  })
})

const names = [
  "id",
  "start",
  "end",
  "dateTime",
  "date",
  "timeZone",
  "isAllDay",
  "attendees",
  "emailAddress",
  "status",
  "response",
  "organizer",
  "body",
  "contentType",
  "content",
  "description",
  "originalStart",
  "seriesMasterId",
  "recurringEventId",
  "originalStartTime",
  "showAs",
  "conferenceData",
  "entryPoints",
]
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    "2026-11-23T09:00:00.0000000",
    "2026-11-23",
    "+275760-09-13",
    "9999-99-99T00:00:00Z",
    "UTC",
    "Nowhere",
    "constructor",
    "",
    null,
    true,
    7,
  ),
  fc.string(),
  fc.constant({ toString: 1 }),
)
const { item } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, tie("item"), fc.array(tie("value"), { maxLength: 3 })),
  item: fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 10 }),
}))

test.each([
  ["graph", graphReader, "value"],
  ["google", googleReader, "items"],
] as const)(
  "%s: every item of any page is an event, hidden, or set aside and counted; the page is never lost",
  (_name, reader, list) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(item, leaf), { maxLength: 5 }), (items) => {
        const { events, malformedCount } = reader.parsePage(
          { status: 200, headers: {}, body: JSON.stringify({ [list]: items }) },
          query,
          reader.firstPage(query),
        )
        return (
          events.length + malformedCount <= items.length &&
          events.every(({ id, subject }) => typeof id === "string" && typeof subject === "string")
        )
      }),
      { numRuns: 500 },
    )
  },
)
