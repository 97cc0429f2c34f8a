import { parseProviderCalendarId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { readWindow } from "../read-window.ts"
import type { ReadRequest, ReadResponse } from "../reader.ts"
import { ewsReader } from "./window.ts"

const query = {
  apiBase: "https://mail.example/EWS/Exchange.asmx",
  calendarId: parseProviderCalendarId('folder"&'),
  window: timeWindow(Temporal.Instant.from("2026-06-01T00:00Z"), Temporal.Instant.from("2028-05-31T00:00Z")),
  zone: "UTC",
}

const ok = (operation: string, messages: readonly string[]): ReadResponse => ({
  status: 200,
  headers: {},
  body: `<s:Envelope xmlns:s="x"><s:Body><m:${operation}Response xmlns:m="m" xmlns:t="t"><m:ResponseMessages>${messages.join("")}</m:ResponseMessages></m:${operation}Response></s:Body></s:Envelope>`,
})
const view = (items: readonly string[], isWhole = true) =>
  ok("FindItem", [
    `<m:FindItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:RootFolder TotalItemsInView="${items.length}" IncludesLastItemInRange="${isWhole}"><t:Items>${items.join("")}</t:Items></m:RootFolder></m:FindItemResponseMessage>`,
  ])
const got = (items: readonly (string | null)[]) =>
  ok(
    "GetItem",
    items.map((item) =>
      item === null
        ? `<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>x</m:MessageText><m:ResponseCode>ErrorCorruptData</m:ResponseCode><m:Items/></m:GetItemResponseMessage>`
        : `<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>${item}</m:Items></m:GetItemResponseMessage>`,
    ),
  )

type Draft = {
  readonly id: string
  readonly type?: string
  readonly uid?: string
  readonly start?: string
  readonly more?: string
}
const item = ({ id, type = "Single", uid = id, start = "2026-07-01T10:00:00Z", more = "" }: Draft) =>
  `<t:CalendarItem><t:ItemId Id="${id}" ChangeKey="k-${id}"/><t:Subject>${id}</t:Subject><t:UID>${uid}</t:UID><t:Start>${start}</t:Start><t:End>${start.replace("T10", "T11")}</t:End><t:CalendarItemType>${type}</t:CalendarItemType>${more}</t:CalendarItem>`

/** Reads all, answering each request by what it asks for. */
async function readAll(answer: (request: ReadRequest) => ReadResponse) {
  const pages = readWindow({
    reader: ewsReader,
    query,
    send: async (request) => answer(request),
    now: () => Temporal.Instant.from("2026-11-23T09:00:00Z"),
    signal: new AbortController().signal,
  })
  const all = await Array.fromAsync(pages)
  return {
    events: all.flatMap(({ events }) => events),
    malformedCount: all.reduce((sum, one) => sum + one.malformedCount, 0),
  }
}

const isView = ({ body }: ReadRequest) => body?.includes("CalendarView") === true
const bounds = ({ body }: ReadRequest) => {
  const [, from = "", to = ""] = /StartDate="([^"]+)" EndDate="([^"]+)"/.exec(body ?? "") ?? []
  return { from, to }
}
const idsIn = ({ body }: ReadRequest) =>
  [...(body ?? "").matchAll(/<t:(ItemId|RecurringMasterItemId) (?:Occurrence)?Id="([^"]+)"/g)].map(
    ([, kind, id]) => `${kind === "ItemId" ? "" : "master of "}${id}`,
  )

describe("an Exchange calendar's window", () => {
  test("is asked for in pieces that follow each other without a gap, and the folder's name is escaped", async () => {
    const asked: { from: string; to: string }[] = []
    await readAll((request) => {
      asked.push(bounds(request))
      expect(request.body).toContain('Id="folder&quot;&amp;"')
      return view([])
    })
    expect(asked[0]?.from).toBe("2026-06-01T00:00:00Z")
    expect(asked.at(-1)?.to).toBe("2028-05-31T00:00:00Z")
    expect(asked.slice(1).map(({ from }) => from)).toEqual(asked.slice(0, -1).map(({ to }) => to))
    expect(asked.length).toBe(4)
  })

  test("a piece with too many items is halved until all are shown, and none is shown twice", async () => {
    const starts = Array.from(
      { length: 40 },
      (_, day) => `2026-07-${String(1 + (day % 20)).padStart(2, "0")}T10:00:00Z`,
    )
    const all = starts.map((start, index) => ({ id: `e${index}`, start }))
    const { events } = await readAll((request) => {
      if (!isView(request)) return got(idsIn(request).map((id) => item(all.find((one) => one.id === id) ?? { id })))
      const { from, to } = bounds(request)
      const shown = all.filter(({ start }) => start.replace("T10", "T11") > from && start < to)
      return view(shown.slice(0, 7).map(item), shown.length <= 7)
    })
    expect(events.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort())
  })

  test("whole items are read ten at a time; of a series one, and each that differs", async () => {
    const singles = Array.from({ length: 12 }, (_, index) => item({ id: `s${index}` }))
    const series = ["a", "b", "c"].map((id) => item({ id, type: "Occurrence", uid: "U" }))
    const changed = item({ id: "x", type: "Exception", uid: "U" })
    const asked: (readonly string[])[] = []
    const { events } = await readAll((request) => {
      if (isView(request))
        return view(bounds(request).from.startsWith("2026-06") ? [...singles, ...series, changed] : [])
      const ids = idsIn(request)
      asked.push(ids)
      return got(
        ids.map((id) =>
          id.startsWith("master")
            ? item({ id: "M", type: "RecurringMaster", uid: "U", more: "<t:Body>Agenda</t:Body>" })
            : item({ id, more: "<t:OriginalStart>2026-07-01T08:00:00Z</t:OriginalStart>" }),
        ),
      )
    })
    expect(asked.every((ids) => ids.length <= 10)).toBe(true)
    expect(asked.flat().length).toBe(14)
    const ofSeries = events.filter((event) => event.series !== null)
    expect(ofSeries.map(({ id, series: of }) => `${id} of ${of?.seriesId} at ${of?.originalStart}`)).toEqual([
      ...["a", "b", "c"].map((id) => `${id} of M at 2026-07-01T10:00:00Z`),
      "x of M at 2026-07-01T08:00:00Z",
    ])
    expect(ofSeries[0]?.description).toBe("Agenda")
    expect(events).toHaveLength(16)
  })

  test("malformed: an item that cannot be read is counted, and the others are shown", async () => {
    const { events, malformedCount } = await readAll((request) => {
      if (isView(request))
        return view(bounds(request).from.startsWith("2026-06") ? ["good", "bad", "odd"].map((id) => item({ id })) : [])
      return got([item({ id: "good" }), null, "<t:CalendarItem><t:Subject>no times</t:Subject></t:CalendarItem>"])
    })
    expect([events.map(({ id }) => id), malformedCount]).toEqual([["good"], 2])
  })

  test("every item of any answer is an event, or set aside and counted", () => {
    const name = fc.constantFrom(
      "ItemId",
      "Start",
      "End",
      "IsAllDayEvent",
      "Subject",
      "Body",
      "Organizer",
      "Mailbox",
      "RequiredAttendees",
      "StartTimeZone",
      "MyResponseType",
      "OriginalStart",
      "UID",
    )
    const value = fc.constantFrom(
      "",
      "true",
      "2026-07-01T10:00:00Z",
      "9999-99-99T00:00:00Z",
      "+275760-09-13",
      "constructor",
      "<t:Mailbox/>",
      "<t:Attendee><t:Mailbox><t:Name>n</t:Name></t:Mailbox></t:Attendee>",
    )
    const property = fc.tuple(name, value).map(([tag, content]) => `<t:${tag} Id="x">${content}</t:${tag}>`)
    fc.assert(
      fc.property(fc.array(property, { maxLength: 12 }), (properties) => {
        const first = ewsReader.firstPage(query)
        const [request] = ewsReader.parsePage(view([item({ id: "e" })]), query, first).next
        if (request === undefined) throw new Error("an item is asked for")
        const page = ewsReader.parsePage(
          got([`<t:CalendarItem>${properties.join("")}</t:CalendarItem>`]),
          query,
          request,
        )
        return page.events.length + page.malformedCount === 1
      }),
      { numRuns: 500 },
    )
  })
})
