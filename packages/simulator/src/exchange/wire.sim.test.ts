import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Person } from "../org.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { calendar, codesOf, envelope, getItem, idOf, itemId, talkTo, update, view } from "./wire-talk.ts"
import { find } from "./xml.ts"

// What a client sees on the line: the shapes, limits and errors that the service's own client hides.

let simulator: Simulator
let talk: ReturnType<typeof talkTo>
let mary: Person
let room: Person
let now: Temporal.Instant

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T12:00:00Z")
  simulator = await startSimulator({ clock: () => now })
  const { org, tenants } = simulator
  mary = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  room = org.addRoom(tenants.exchange, "Room Draco", "draco@northwind-works.example")
  talk = talkTo(simulator, mary, fetch)
})
afterEach(() => simulator.close())

const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "Europe/Berlin" } as const
const daily = () => mary.calendar.create({ subject: "Daily", time, rule: "FREQ=DAILY;COUNT=5" })

describe("a calendar view", () => {
  test("shows occurrences with times in the zone of the request", async () => {
    daily()
    const header = '<t:TimeZoneContext><t:TimeZoneDefinition Id="Tokyo Standard Time"/></t:TimeZoneContext>'
    const { text } = await talk.call(view("2026-11-25T00:00:00", "2026-11-26T00:00:00"), { header })
    expect([...text.matchAll(/<t:Start>([^<]+)/g)].map(([, start]) => start)).toEqual(["2026-11-25T17:00:00+09:00"])
  })

  test("says when there is more than it gives", async () => {
    daily()
    const { body } = await talk.call(view("2026-11-01T00:00:00Z", "2026-12-31T00:00:00Z", ' MaxEntriesReturned="2"'))
    const [message] = find(body, "ResponseMessages")?.children ?? []
    expect(find(message ?? null, "RootFolder")?.attributes).toEqual({
      TotalItemsInView: "2",
      IncludesLastItemInRange: "false",
    })
  })

  test.each([
    ["two years and a day", "2026-01-01T00:00:00Z", "2028-01-02T00:00:00Z", "ErrorCalendarViewRangeTooBig"],
    ["two years", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "NoError"],
    [
      "an end before the start",
      "2026-02-01T00:00:00Z",
      "2026-01-01T00:00:00Z",
      "ErrorCalendarEndDateIsEarlierThanStartDate",
    ],
  ])("of %s", async (_, from, to, code) => {
    expect(await talk.codes(view(from, to))).toEqual([code])
  })

  test("without one there are masters and singles, page by page", async () => {
    daily()
    mary.calendar.create({ subject: "Once", time })
    const page = (offset: number) =>
      talk.call(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="1" Offset="${offset}" BasePoint="Beginning"/><m:ParentFolderIds>${calendar}</m:ParentFolderIds></m:FindItem>`,
      )
    const texts = [(await page(0)).text, (await page(1)).text]
    expect(texts.map((text) => /<t:CalendarItemType>(\w+)/.exec(text)?.[1])).toEqual(["RecurringMaster", "Single"])
    expect(texts.map((text) => /IncludesLastItemInRange="(\w+)"/.exec(text)?.[1])).toEqual(["false", "true"])
  })

  test("asked for a body is refused: FindItem has none", async () => {
    const asked = view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z").replace(
      "</t:BaseShape>",
      '</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/></t:AdditionalProperties>',
    )
    expect(await talk.codes(asked)).toEqual(["ErrorInvalidPropertyRequest"])
  })
})

describe("single items", () => {
  test("a batch answers each id in its place", async () => {
    daily()
    const [first] = await talk.itemsIn("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    const id = idOf(first).Id ?? ""
    const ids = `<t:ItemId Id="${id}"/><t:ItemId Id="nonsense"/><t:RecurringMasterItemId OccurrenceId="${id}"/>`
    const { body, text } = await talk.call(getItem(ids))
    expect(codesOf(body)).toEqual(["NoError", "ErrorInvalidIdMalformed", "NoError"])
    expect([...text.matchAll(/<t:CalendarItemType>(\w+)/g)].map(([, type]) => type)).toEqual([
      "Occurrence",
      "RecurringMaster",
    ])
  })

  test("occurrences are reached by their number; deleted ones and those beyond the end are told apart", async () => {
    const event = daily()
    mary.calendar.except(event, "2026-11-25T08:00:00Z", "cancelled")
    const [first] = await talk.itemsIn("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    const { body } = await talk.call(getItem(`<t:RecurringMasterItemId OccurrenceId="${idOf(first).Id}"/>`))
    const [message] = find(body, "ResponseMessages")?.children ?? []
    const master = idOf(find(message ?? null, "Items")?.children[0]).Id
    const ids = [1, 2, 6].map((index) => `<t:OccurrenceItemId RecurringMasterId="${master}" InstanceIndex="${index}"/>`)
    expect(await talk.codes(getItem(ids.join("")))).toEqual([
      "NoError",
      "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
      "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
    ])
  })

  test("an old change key is refused with NeverOverwrite and taken with AlwaysOverwrite; each write makes a new one", async () => {
    const old = await talk.create("<t:Subject>Review</t:Subject>")
    expect(await talk.codes(update(itemId(old), "item:Subject", "<t:Subject>Two</t:Subject>"))).toEqual(["NoError"])
    const again = (resolution: string) =>
      talk.codes(update(itemId(old), "item:Subject", "<t:Subject>Three</t:Subject>", resolution))
    expect(await again("NeverOverwrite")).toEqual(["ErrorIrresolvableConflict"])
    expect(await again("AlwaysOverwrite")).toEqual(["NoError"])
    expect(
      await talk.codes(update(itemId({ Id: old.Id ?? "" }), "item:Subject", "<t:Subject>Four</t:Subject>")),
    ).toEqual(["ErrorChangeKeyRequiredForWriteOperations"])
  })

  test("an occurrence has the change key of its series, and is not updated without it", async () => {
    daily()
    const [first] = await talk.itemsIn("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    const { text } = await talk.call(getItem(`<t:RecurringMasterItemId OccurrenceId="${idOf(first).Id}"/>`))
    const [, id = "", key = ""] = /<t:ItemId Id="([^"]+)" ChangeKey="([^"]+)"/.exec(text) ?? []
    const rename = (attributes: string) =>
      talk.codes(
        update(
          `<t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="2"${attributes}/>`,
          "item:Subject",
          "<t:Subject>Two</t:Subject>",
        ),
      )
    expect(await rename("")).toEqual(["ErrorChangeKeyRequiredForWriteOperations"])
    expect(await rename(` ChangeKey="${key}"`)).toEqual(["NoError"])
    expect(await rename(` ChangeKey="${key}"`)).toEqual(["ErrorIrresolvableConflict"])
  })

  test("properties of a new item come in the order of the schema, or the request is refused", async () => {
    const create = (content: string) =>
      talk.codes(
        `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>${content}</t:CalendarItem></m:Items></m:CreateItem>`,
      )
    const subject = "<t:Subject>Review</t:Subject>"
    const location = "<t:Location>Dome 2</t:Location>"
    expect(await create(subject + location)).toEqual(["NoError"])
    expect(await create(location + subject)).toEqual(["ErrorSchemaValidation"])
    expect(await create(subject + subject)).toEqual(["ErrorSchemaValidation"])
    expect(mary.calendar.live()).toHaveLength(1)
  })

  test("texts may have signs by their numbers", async () => {
    const id = await talk.create("<t:Subject>&#39;A&#x27; &amp;#39;</t:Subject>")
    const { text } = await talk.call(getItem(itemId(id)))
    expect(text).toContain("<t:Subject>'A' &amp;#39;</t:Subject>")
  })

  test("extended properties, categories and HTML come back as they were written", async () => {
    const field =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="kalends" PropertyType="String"/>'
    const id = await talk.create(
      `<t:Subject>A &amp; B</t:Subject><t:Body BodyType="HTML">&lt;p&gt;Hello&lt;/p&gt;</t:Body><t:Categories><t:String>Blue</t:String></t:Categories><t:ExtendedProperty>${field}<t:Value>42</t:Value></t:ExtendedProperty>`,
    )
    const shape = (type: string) =>
      `<t:BaseShape>AllProperties</t:BaseShape><t:BodyType>${type}</t:BodyType><t:AdditionalProperties>${field}</t:AdditionalProperties>`
    const html = (await talk.call(getItem(itemId(id), shape("HTML")))).text
    expect(html).toContain('<t:Body BodyType="HTML" IsTruncated="false">&lt;p&gt;Hello&lt;/p&gt;</t:Body>')
    expect(html).toContain("<t:Value>42</t:Value>")
    expect(html).toContain("<t:Categories><t:String>Blue</t:String></t:Categories>")
    expect((await talk.call(getItem(itemId(id), shape("Text")))).text).toContain(
      'BodyType="Text" IsTruncated="false">Hello<',
    )
  })

  test("times without an offset are read in the item's own zone, then the request's", async () => {
    const context = '<t:TimeZoneContext><t:TimeZoneDefinition Id="Tokyo Standard Time"/></t:TimeZoneContext>'
    const times = "<t:Start>2026-11-24T09:00:00</t:Start><t:End>2026-11-24T10:00:00</t:End>"
    await talk.create(times, context)
    await talk.create(`${times}<t:StartTimeZone Id="Eastern Standard Time"/>`, context)
    expect(mary.calendar.live().map(({ details }) => details.time)).toEqual([
      { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "Asia/Tokyo" },
      { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "America/New_York" },
    ])
  })

  test("a series begins with its first occurrence, whatever its start says", async () => {
    await talk.create(
      "<t:Start>2026-11-24T09:00:00Z</t:Start><t:End>2026-11-24T10:00:00Z</t:End><t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2026-12-01Z</t:StartDate><t:NumberOfOccurrences>2</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>",
    )
    expect(mary.calendar.live().map(({ details }) => details.time.start)).toEqual(["2026-12-07T09:00:00"])
  })

  test("an occurrence may not be moved beyond its neighbour", async () => {
    daily()
    const [, second] = await talk.itemsIn("2026-11-24T00:00:00Z", "2026-11-26T00:00:00Z")
    const move = (to: string) =>
      talk.codes(update(itemId(idOf(second)), "calendar:Start", `<t:Start>${to}</t:Start>`, "AlwaysOverwrite"))
    expect(await move("2026-11-24T08:30:00Z")).toEqual(["ErrorOccurrenceCrossingBoundary"])
    expect(await move("2026-11-25T07:30:00Z")).toEqual(["NoError"])
  })

  test("without saying who is told, a calendar item is neither made nor changed nor deleted", async () => {
    const id = await talk.create("<t:Subject>Review</t:Subject>")
    const strip = (text: string) => text.replace(/ SendMeeting\w+="\w+"/, "")
    expect(await talk.codes(strip(update(itemId(id), "item:Subject", "<t:Subject>X</t:Subject>")))).toEqual([
      "ErrorSendMeetingInvitationsOrCancellationsRequired",
    ])
    expect(
      await talk.codes(`<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>${itemId(id)}</m:ItemIds></m:DeleteItem>`),
    ).toEqual(["ErrorSendMeetingCancellationsRequired"])
  })
})

describe("meetings", () => {
  const invite = `<t:Subject>Budget</t:Subject><t:Body BodyType="Text">Join: https://meet.jit.si/Budget</t:Body><t:Start>2026-11-24T09:00:00Z</t:Start><t:End>2026-11-24T10:00:00Z</t:End><t:Resources><t:Attendee><t:Mailbox><t:EmailAddress>draco@northwind-works.example</t:EmailAddress></t:Mailbox></t:Attendee></t:Resources>`

  test("a room accepts what it is free for, declines the next, and the organizer sees it", async () => {
    await talk.create(invite)
    await talk.create(invite)
    expect(mary.calendar.live().map(({ details }) => details.attendees?.[0]?.response)).toEqual([
      "accepted",
      "declined",
    ])
    expect(room.calendar.live()[0]?.details.organizer?.email).toBe(mary.email)
  })

  test("somebody invited accepts or declines, the organizer may not", async () => {
    const grace = simulator.org.addPerson(simulator.tenants.exchange, "Grace", "grace@northwind-works.example")
    const id = await talk.create(invite.replaceAll("draco@", "grace@").replaceAll("Resources", "RequiredAttendees"))
    const reply = (kind: string, target: Readonly<Record<string, string>>, person: Person) =>
      talk.codes(
        `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:${kind}><t:ReferenceItemId Id="${target.Id}"/></t:${kind}></m:Items></m:CreateItem>`,
        { person },
      )
    expect(await reply("AcceptItem", id, mary)).toEqual(["ErrorCalendarIsOrganizerForAccept"])
    const theirs = talkTo(simulator, grace, fetch)
    const [copy] = await theirs.itemsIn("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    expect(await reply("TentativelyAcceptItem", idOf(copy), grace)).toEqual(["NoError"])
    expect(mary.calendar.live()[0]?.details.attendees?.[0]?.response).toBe("tentative")
    expect(await reply("DeclineItem", idOf(copy), grace)).toEqual(["NoError"])
    expect([mary.calendar.live()[0]?.details.attendees?.[0]?.response, grace.calendar.live()]).toEqual(["declined", []])
  })

  test("a room that strips subject and text shows neither", async () => {
    await talk.create(invite)
    simulator.exchange.directory.permit(room, mary, "Reviewer")
    simulator.exchange.setProcessing(room, { deleteSubject: true, addOrganizerToSubject: true, deleteComments: true })
    const folder = `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>${room.email}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`
    const { text } = await talk.call(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z").replace(calendar, folder))
    expect(/<t:Subject>([^<]*)/.exec(text)?.[1]).toBe("Mary Somerville")
    const id = /<t:ItemId Id="([^"]+)"/.exec(text)?.[1] ?? ""
    expect((await talk.call(getItem(`<t:ItemId Id="${id}"/>`))).text).not.toContain("meet.jit.si")
  })
})

describe("what changed", () => {
  const sync = (state: string, most = 512) =>
    talk.call(
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${calendar}</m:SyncFolderId>${state === "" ? "" : `<m:SyncState>${state}</m:SyncState>`}<m:MaxChangesReturned>${most}</m:MaxChangesReturned></m:SyncFolderItems>`,
    )
  const stateOf = (text: string) => /<m:SyncState>([^<]+)/.exec(text)?.[1] ?? ""

  test("comes in pages, and a state goes on where its page ended", async () => {
    for (const subject of ["One", "Two", "Three"]) mary.calendar.create({ subject, time })
    const first = await sync("", 2)
    expect(first.text).toContain("<m:IncludesLastItemInRange>false")
    expect([...first.text.matchAll(/<t:Create>/g)].length).toBe(2)
    const rest = await sync(stateOf(first.text))
    expect([...rest.text.matchAll(/<t:Create>/g)].length).toBe(1)
    const [event] = mary.calendar.live()
    if (event !== undefined) mary.calendar.update(event, { subject: "Uno" })
    expect((await sync(stateOf(rest.text))).text).toContain("<t:Update>")
  })

  test("is not told for a state that is lost or was never given, nor for more than 512 at once", async () => {
    const state = stateOf((await sync("")).text)
    mary.calendar.loseCursors()
    expect(codesOf((await sync(state)).body)).toEqual(["ErrorInvalidSyncStateData"])
    expect(codesOf((await sync("AAAA")).body)).toEqual(["ErrorInvalidSyncStateData"])
    expect((await sync("", 513)).status).toBe(500)
  })
})

describe("subscriptions", () => {
  const events =
    "<t:EventTypes><t:EventType>CreatedEvent</t:EventType><t:EventType>DeletedEvent</t:EventType></t:EventTypes>"
  const folders = `<t:FolderIds>${calendar}</t:FolderIds>`
  const pull = `<m:Subscribe><m:PullSubscriptionRequest>${folders}${events}<t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>`
  const streaming = `<m:Subscribe><m:StreamingSubscriptionRequest>${folders}${events}</m:StreamingSubscriptionRequest></m:Subscribe>`
  const idIn = (text: string) => /<m:SubscriptionId>([^<]+)/.exec(text)?.[1] ?? ""
  const getEvents = (id: string, mark: string, headers = {}) =>
    talk.call(
      `<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${mark}</m:Watermark></m:GetEvents>`,
      {
        headers,
      },
    )

  test("a pull subscription tells what happened after its watermark, and dies when it is not asked in time", async () => {
    const { text } = await talk.call(pull)
    const mark = /<m:Watermark>([^<]+)/.exec(text)?.[1] ?? ""
    expect((await getEvents(idIn(text), mark)).text).toContain("<t:StatusEvent>")
    mary.calendar.create({ subject: "Review", time })
    expect((await getEvents(idIn(text), mark)).text).toContain("<t:CreatedEvent>")
    now = now.add({ minutes: 11 })
    expect(codesOf((await getEvents(idIn(text), mark)).body)).toEqual(["ErrorSubscriptionNotFound"])
  })

  test("a watermark that was never given is refused", async () => {
    const { text } = await talk.call(pull)
    expect(codesOf((await getEvents(idIn(text), "bm9uc2Vuc2U=")).body)).toEqual(["ErrorInvalidWatermark"])
  })

  test("affinity: a call that reaches another server does not find the subscription; the cookie leads it back", async () => {
    const anchor = { "x-anchormailbox": mary.email, "x-preferserveraffinity": "true" }
    const made = await talk.call(pull, { headers: anchor })
    const cookie = (made.headers.get("set-cookie") ?? "").split(";")[0] ?? ""
    const mark = /<m:Watermark>([^<]+)/.exec(made.text)?.[1] ?? ""
    simulator.exchange.directory.moveHome(mary, "EX02")
    expect(codesOf((await getEvents(idIn(made.text), mark, anchor)).body)).toEqual(["ErrorSubscriptionNotFound"])
    expect(codesOf((await getEvents(idIn(made.text), mark, { ...anchor, cookie })).body)).toEqual(["NoError"])
  })

  test("a stream begins with OK, tells at once, and can be cut", async () => {
    const id = idIn((await talk.call(streaming)).text)
    const answer = await fetch(simulator.baseUrls.exchange, {
      method: "POST",
      headers: { authorization: talk.basicOf(mary) },
      body: envelope(
        `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${id}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>`,
      ),
    })
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toContain("<m:ConnectionStatus>OK</m:ConnectionStatus>")
    mary.calendar.create({ subject: "Review", time })
    expect((await reader?.read())?.value).toContain("<t:CreatedEvent>")
    simulator.exchange.streams.drop()
    await expect(reader?.read()).rejects.toThrow()
  })

  test("a stream of an unknown subscription says which, and closes", async () => {
    const { text } = await talk.call(
      "<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>gone</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>",
    )
    expect(text).toContain("<m:ResponseCode>ErrorSubscriptionNotFound</m:ResponseCode>")
    expect(text).toContain(
      "<m:ErrorSubscriptionIds><t:SubscriptionId>gone</t:SubscriptionId></m:ErrorSubscriptionIds><m:ConnectionStatus>Closed",
    )
  })
})

test("the two kinds of ids of a series are not mistaken for each other", async () => {
  daily()
  const [first] = await talk.itemsIn("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
  const { text } = await talk.call(getItem(`<t:RecurringMasterItemId OccurrenceId="${idOf(first).Id}"/>`))
  const master = /<t:ItemId Id="([^"]+)"/.exec(text)?.[1] ?? ""
  mary.calendar.create({ subject: "Once", time: { ...time, start: "2026-12-24T09:00:00", end: "2026-12-24T10:00:00" } })
  const [single] = await talk.itemsIn("2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z")
  const ids = `<t:RecurringMasterItemId OccurrenceId="${master}"/><t:OccurrenceItemId RecurringMasterId="${idOf(single).Id}" InstanceIndex="1"/>`
  expect(await talk.codes(getItem(ids))).toEqual([
    "ErrorCalendarCannotUseIdForOccurrenceId",
    "ErrorCalendarCannotUseIdForRecurringMasterId",
  ])
})

test("zones are given with their rules, and rooms' lists may be none", async () => {
  const { text } = await talk.call(
    '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>W. Europe Standard Time</t:Id></m:Ids></m:GetServerTimeZones>',
  )
  expect(text).toContain('<t:Period Bias="-PT60M" Name="Standard"')
  expect(text).toContain("<t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence>")
  expect((await talk.call("<m:GetRoomLists/>")).text).toContain("<m:RoomLists/>")
})
