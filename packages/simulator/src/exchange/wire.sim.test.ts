import { createHmac, randomBytes } from "node:crypto"
import { Agent, type IncomingMessage, request } from "node:http"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Person } from "../org.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { responseKey } from "./ntlm.ts"
import { allOf, find, parseXml, textAt, type XmlNode } from "./xml.ts"

// What a client sees on the line: headers, status codes and the errors that the service's own client hides.

let simulator: Simulator
let mary: Person
let room: Person
let now: Temporal.Instant

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T12:00:00Z")
  simulator = await startSimulator({ clock: () => now })
  const { org, tenants } = simulator
  mary = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  room = org.addRoom(tenants.exchange, "Room Draco", "draco@northwind-works.example")
})
afterEach(() => simulator.close())

const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "Europe/Berlin" } as const
const daily = () => mary.calendar.create({ subject: "Daily", time, rule: "FREQ=DAILY;COUNT=5" })
const calendar = '<t:DistinguishedFolderId Id="calendar"/>'

type Options = { readonly headers?: Record<string, string>; readonly header?: string; readonly person?: Person }

function envelope(body: string, header = ""): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2016"/>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
}

const basicOf = (person: Person) => {
  const { email, password } = simulator.exchange.credentialsOf(person)
  return `Basic ${Buffer.from(`${email}:${password}`).toString("base64")}`
}

async function call(body: string, { headers = {}, header = "", person = mary }: Options = {}) {
  const answer = await fetch(simulator.baseUrls.exchange, {
    method: "POST",
    headers: { authorization: basicOf(person), "content-type": "text/xml", ...headers },
    body: envelope(body, header),
  })
  const text = await answer.text()
  const root = find(parseXml(text), "Body")
  return { status: answer.status, headers: answer.headers, text, body: root?.children[0] ?? null }
}

/** The response code of each message, or of the fault. */
function codesOf(body: XmlNode | null): readonly (string | null)[] {
  if (body?.name === "Fault") return [textAt(body, "detail", "ResponseCode")]
  const messages = find(body, "ResponseMessages")?.children
  return messages === undefined ? [textAt(body, "ResponseCode")] : messages.map((one) => textAt(one, "ResponseCode"))
}

const codes = async (body: string, options: Options = {}) => codesOf((await call(body, options)).body)

const view = (from: string, to: string, most = "") =>
  `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:CalendarView StartDate="${from}" EndDate="${to}"${most}/><m:ParentFolderIds>${calendar}</m:ParentFolderIds></m:FindItem>`
const getItem = (ids: string, shape = "<t:BaseShape>AllProperties</t:BaseShape>") =>
  `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${ids}</m:ItemIds></m:GetItem>`

async function itemsIn(from: string, to: string): Promise<readonly XmlNode[]> {
  const { body } = await call(view(from, to))
  const [message] = find(body, "ResponseMessages")?.children ?? []
  return find(message ?? null, "RootFolder", "Items")?.children ?? []
}

const idOf = (item: XmlNode | undefined) => find(item ?? null, "ItemId")?.attributes ?? {}

async function create(content: string, zone = ""): Promise<Readonly<Record<string, string>>> {
  const { body } = await call(
    `<m:CreateItem SendMeetingInvitations="SendToAllAndSaveCopy"><m:Items><t:CalendarItem>${content}</t:CalendarItem></m:Items></m:CreateItem>`,
    { header: zone },
  )
  const [message] = find(body, "ResponseMessages")?.children ?? []
  return idOf(find(message ?? null, "Items")?.children[0])
}

const update = (target: string, field: string, content: string, resolution = "NeverOverwrite") =>
  `<m:UpdateItem ConflictResolution="${resolution}" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>${target}<t:Updates><t:SetItemField><t:FieldURI FieldURI="${field}"/><t:CalendarItem>${content}</t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`
const itemId = ({ Id: id = "", ChangeKey: key }: Readonly<Record<string, string>>) =>
  `<t:ItemId Id="${id}"${key === undefined ? "" : ` ChangeKey="${key}"`}/>`

describe("signing in", () => {
  type Answer = { readonly status: number; readonly offers: readonly string[] }

  function send(agent: Agent, authorization: string | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = authorization === null ? {} : { authorization }
      const outgoing = request(simulator.baseUrls.exchange, { method: "POST", agent, headers })
      outgoing.once("error", reject)
      outgoing.once("response", (incoming: IncomingMessage) => {
        const offers = incoming.rawHeaders.filter(
          (_, index) => incoming.rawHeaders[index - 1]?.toLowerCase() === "www-authenticate",
        )
        incoming.resume().once("end", () => resolve({ status: incoming.statusCode ?? 0, offers }))
      })
      outgoing.end(
        envelope(
          `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${calendar}</m:FolderIds></m:GetFolder>`,
        ),
      )
    })
  }

  const negotiate = `NTLM ${Buffer.concat([Buffer.from("NTLMSSP\0\x01\0\0\0", "latin1"), Buffer.from("07820888", "hex"), Buffer.alloc(16)]).toString("base64")}`

  /** An AUTHENTICATE_MESSAGE made by the book, for the challenge that was given. */
  function authenticate(offer: string, password: string): string {
    const type2 = Buffer.from(offer.split(" ")[1] ?? "", "base64")
    const info = type2.subarray(type2.readUInt32LE(44), type2.readUInt32LE(44) + type2.readUInt16LE(40))
    const temp = Buffer.concat([
      Buffer.from("0101000000000000", "hex"),
      Buffer.alloc(8),
      randomBytes(8),
      Buffer.alloc(4),
      info,
      Buffer.alloc(4),
    ])
    const key = responseKey(password, "mary", "NORTHWIND-WORKS")
    const proof = createHmac("md5", key).update(type2.subarray(24, 32)).update(temp).digest()
    const parts = [
      Buffer.alloc(24),
      Buffer.concat([proof, temp]),
      Buffer.from("NORTHWIND-WORKS", "utf16le"),
      Buffer.from("mary", "utf16le"),
      Buffer.alloc(0),
      Buffer.alloc(0),
    ]
    const head = Buffer.alloc(64)
    head.write("NTLMSSP\0", 0, "latin1")
    head.writeUInt32LE(3, 8)
    let at = 64
    for (const [index, part] of parts.entries()) {
      head.writeUInt16LE(part.length, 12 + index * 8)
      head.writeUInt16LE(part.length, 14 + index * 8)
      head.writeUInt32LE(at, 16 + index * 8)
      at += part.length
    }
    return `NTLM ${Buffer.concat([head, ...parts]).toString("base64")}`
  }

  test("NTLM holds for its connection and for no other", async () => {
    const [one, other] = [new Agent({ keepAlive: true, maxSockets: 1 }), new Agent({ keepAlive: true, maxSockets: 1 })]
    const first = await send(one, null)
    expect([first.status, first.offers]).toEqual([
      401,
      ["Negotiate", "NTLM", 'Basic realm="ex01.northwind-works.example"'],
    ])
    const challenged = await send(one, negotiate)
    expect([challenged.status, challenged.offers.length]).toEqual([401, 1])
    const proof = authenticate(challenged.offers[0] ?? "", simulator.exchange.credentialsOf(mary).password)
    expect((await send(other, proof)).status).toBe(401)
    expect((await send(one, proof)).status).toBe(200)
    expect((await send(one, null)).status).toBe(200)
    expect((await send(other, null)).status).toBe(401)
    one.destroy()
    other.destroy()
  })

  test("a wrong password is refused, and an expired one is too, on a connection that was good before", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const attempt = async (password: string) => {
      const [offer = ""] = (await send(agent, negotiate)).offers
      return (await send(agent, authenticate(offer, password))).status
    }
    const { password } = simulator.exchange.credentialsOf(mary)
    expect([await attempt("wrong"), await attempt(password)]).toEqual([401, 200])
    simulator.exchange.expirePassword(mary)
    expect([(await send(agent, null)).status, await attempt(password)]).toEqual([401, 401])
    expect((await send(agent, basicOf(mary))).status).toBe(401)
    agent.destroy()
  })

  test("a room's account is disabled", async () => {
    expect((await call(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"), { person: room })).status).toBe(401)
  })
})

describe("a calendar view", () => {
  test("shows occurrences with times in the zone of the request", async () => {
    daily()
    const header = '<t:TimeZoneContext><t:TimeZoneDefinition Id="Tokyo Standard Time"/></t:TimeZoneContext>'
    const { text } = await call(view("2026-11-25T00:00:00", "2026-11-26T00:00:00"), { header })
    expect([...text.matchAll(/<t:Start>([^<]+)/g)].map(([, start]) => start)).toEqual(["2026-11-25T17:00:00+09:00"])
  })

  test("says when there is more than it gives", async () => {
    daily()
    const { body } = await call(view("2026-11-01T00:00:00Z", "2026-12-31T00:00:00Z", ' MaxEntriesReturned="2"'))
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
    expect(await codes(view(from, to))).toEqual([code])
  })

  test("without one there are masters and singles, page by page", async () => {
    daily()
    mary.calendar.create({ subject: "Once", time })
    const page = (offset: number) =>
      call(
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
    expect(await codes(asked)).toEqual(["ErrorInvalidPropertyRequest"])
  })
})

describe("single items", () => {
  test("a batch answers each id in its place", async () => {
    daily()
    const [first] = await itemsIn("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    const id = idOf(first).Id ?? ""
    const ids = `<t:ItemId Id="${id}"/><t:ItemId Id="nonsense"/><t:RecurringMasterItemId OccurrenceId="${id}"/>`
    const { body, text } = await call(getItem(ids))
    expect(codesOf(body)).toEqual(["NoError", "ErrorInvalidIdMalformed", "NoError"])
    expect([...text.matchAll(/<t:CalendarItemType>(\w+)/g)].map(([, type]) => type)).toEqual([
      "Occurrence",
      "RecurringMaster",
    ])
  })

  test("occurrences are reached by their number; deleted ones and those beyond the end are told apart", async () => {
    const event = daily()
    mary.calendar.except(event, "2026-11-25T08:00:00Z", "cancelled")
    const [first] = await itemsIn("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    const { body } = await call(getItem(`<t:RecurringMasterItemId OccurrenceId="${idOf(first).Id}"/>`))
    const [message] = find(body, "ResponseMessages")?.children ?? []
    const master = idOf(find(message ?? null, "Items")?.children[0]).Id
    const ids = [1, 2, 6].map((index) => `<t:OccurrenceItemId RecurringMasterId="${master}" InstanceIndex="${index}"/>`)
    expect(await codes(getItem(ids.join("")))).toEqual([
      "NoError",
      "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
      "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
    ])
  })

  test("an old change key is refused with NeverOverwrite and taken with AlwaysOverwrite; each write makes a new one", async () => {
    const old = await create("<t:Subject>Review</t:Subject>")
    expect(await codes(update(itemId(old), "item:Subject", "<t:Subject>Two</t:Subject>"))).toEqual(["NoError"])
    const again = (resolution: string) =>
      codes(update(itemId(old), "item:Subject", "<t:Subject>Three</t:Subject>", resolution))
    expect(await again("NeverOverwrite")).toEqual(["ErrorIrresolvableConflict"])
    expect(await again("AlwaysOverwrite")).toEqual(["NoError"])
    expect(await codes(update(itemId({ Id: old.Id ?? "" }), "item:Subject", "<t:Subject>Four</t:Subject>"))).toEqual([
      "ErrorChangeKeyRequiredForWriteOperations",
    ])
  })

  test("extended properties, categories and HTML come back as they were written", async () => {
    const field =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="kalends" PropertyType="String"/>'
    const id = await create(
      `<t:Subject>A &amp; B</t:Subject><t:Body BodyType="HTML">&lt;p&gt;Hello&lt;/p&gt;</t:Body><t:Categories><t:String>Blue</t:String></t:Categories><t:ExtendedProperty>${field}<t:Value>42</t:Value></t:ExtendedProperty>`,
    )
    const shape = (type: string) =>
      `<t:BaseShape>AllProperties</t:BaseShape><t:BodyType>${type}</t:BodyType><t:AdditionalProperties>${field}</t:AdditionalProperties>`
    const html = (await call(getItem(itemId(id), shape("HTML")))).text
    expect(html).toContain('<t:Body BodyType="HTML" IsTruncated="false">&lt;p&gt;Hello&lt;/p&gt;</t:Body>')
    expect(html).toContain("<t:Value>42</t:Value>")
    expect(html).toContain("<t:Categories><t:String>Blue</t:String></t:Categories>")
    expect((await call(getItem(itemId(id), shape("Text")))).text).toContain(
      'BodyType="Text" IsTruncated="false">Hello<',
    )
  })

  test("times without an offset are read in the item's own zone, then the request's", async () => {
    const context = '<t:TimeZoneContext><t:TimeZoneDefinition Id="Tokyo Standard Time"/></t:TimeZoneContext>'
    const times = "<t:Start>2026-11-24T09:00:00</t:Start><t:End>2026-11-24T10:00:00</t:End>"
    await create(times, context)
    await create(`${times}<t:StartTimeZone Id="Eastern Standard Time"/>`, context)
    expect(mary.calendar.live().map(({ details }) => details.time)).toEqual([
      { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "Asia/Tokyo" },
      { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "America/New_York" },
    ])
  })

  test("an occurrence may not be moved beyond its neighbour", async () => {
    daily()
    const [, second] = await itemsIn("2026-11-24T00:00:00Z", "2026-11-26T00:00:00Z")
    const move = (to: string) =>
      codes(update(itemId(idOf(second)), "calendar:Start", `<t:Start>${to}</t:Start>`, "AlwaysOverwrite"))
    expect(await move("2026-11-24T08:30:00Z")).toEqual(["ErrorOccurrenceCrossingBoundary"])
    expect(await move("2026-11-25T07:30:00Z")).toEqual(["NoError"])
  })

  test("without saying who is told, a calendar item is neither made nor changed nor deleted", async () => {
    const id = await create("<t:Subject>Review</t:Subject>")
    const strip = (text: string) => text.replace(/ SendMeeting\w+="\w+"/, "")
    expect(await codes(strip(update(itemId(id), "item:Subject", "<t:Subject>X</t:Subject>")))).toEqual([
      "ErrorSendMeetingInvitationsOrCancellationsRequired",
    ])
    expect(
      await codes(`<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>${itemId(id)}</m:ItemIds></m:DeleteItem>`),
    ).toEqual(["ErrorSendMeetingCancellationsRequired"])
  })
})

describe("meetings", () => {
  const invite = `<t:Subject>Budget</t:Subject><t:Body BodyType="Text">Join: https://meet.jit.si/Budget</t:Body><t:Start>2026-11-24T09:00:00Z</t:Start><t:End>2026-11-24T10:00:00Z</t:End><t:Resources><t:Attendee><t:Mailbox><t:EmailAddress>draco@northwind-works.example</t:EmailAddress></t:Mailbox></t:Attendee></t:Resources>`

  test("a room accepts what it is free for, declines the next, and the organizer sees it", async () => {
    await create(invite)
    await create(invite)
    expect(mary.calendar.live().map(({ details }) => details.attendees?.[0]?.response)).toEqual([
      "accepted",
      "declined",
    ])
    expect(room.calendar.live()[0]?.details.organizer?.email).toBe(mary.email)
  })

  test("a room that strips subject and text shows neither", async () => {
    await create(invite)
    simulator.exchange.directory.permit(room, mary, "Reviewer")
    simulator.exchange.setProcessing(room, { deleteSubject: true, addOrganizerToSubject: true, deleteComments: true })
    const folder = `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>${room.email}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`
    const { text } = await call(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z").replace(calendar, folder))
    expect(/<t:Subject>([^<]*)/.exec(text)?.[1]).toBe("Mary Somerville")
    const id = /<t:ItemId Id="([^"]+)"/.exec(text)?.[1] ?? ""
    expect((await call(getItem(`<t:ItemId Id="${id}"/>`))).text).not.toContain("meet.jit.si")
  })
})

describe("what changed", () => {
  const sync = (state: string, most = 512) =>
    call(
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
    call(`<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${mark}</m:Watermark></m:GetEvents>`, {
      headers,
    })

  test("a pull subscription tells what happened after its watermark, and dies when it is not asked in time", async () => {
    const { text } = await call(pull)
    const mark = /<m:Watermark>([^<]+)/.exec(text)?.[1] ?? ""
    expect((await getEvents(idIn(text), mark)).text).toContain("<t:StatusEvent>")
    mary.calendar.create({ subject: "Review", time })
    expect((await getEvents(idIn(text), mark)).text).toContain("<t:CreatedEvent>")
    now = now.add({ minutes: 11 })
    expect(codesOf((await getEvents(idIn(text), mark)).body)).toEqual(["ErrorSubscriptionNotFound"])
  })

  test("a watermark that was never given is refused", async () => {
    const { text } = await call(pull)
    expect(codesOf((await getEvents(idIn(text), "bm9uc2Vuc2U=")).body)).toEqual(["ErrorInvalidWatermark"])
  })

  test("affinity: a call that reaches another server does not find the subscription; the cookie leads it back", async () => {
    const anchor = { "x-anchormailbox": mary.email, "x-preferserveraffinity": "true" }
    const made = await call(pull, { headers: anchor })
    const cookie = (made.headers.get("set-cookie") ?? "").split(";")[0] ?? ""
    const mark = /<m:Watermark>([^<]+)/.exec(made.text)?.[1] ?? ""
    simulator.exchange.directory.moveHome(mary, "EX02")
    expect(codesOf((await getEvents(idIn(made.text), mark, anchor)).body)).toEqual(["ErrorSubscriptionNotFound"])
    expect(codesOf((await getEvents(idIn(made.text), mark, { ...anchor, cookie })).body)).toEqual(["NoError"])
  })

  test("a stream begins with OK, tells at once, and can be cut", async () => {
    const id = idIn((await call(streaming)).text)
    const answer = await fetch(simulator.baseUrls.exchange, {
      method: "POST",
      headers: { authorization: basicOf(mary) },
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
    const { text } = await call(
      "<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>gone</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>",
    )
    expect(text).toContain("<m:ResponseCode>ErrorSubscriptionNotFound</m:ResponseCode>")
    expect(text).toContain(
      "<m:ErrorSubscriptionIds><t:SubscriptionId>gone</t:SubscriptionId></m:ErrorSubscriptionIds><m:ConnectionStatus>Closed",
    )
  })
})

describe("faults", () => {
  const ask = () => call(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"))

  test("busy is said in three ways", async () => {
    const knobs = simulator.knobs("exchange")
    Object.assign(knobs, { throttleNext: 3, throttleRetryAfterSeconds: 7 })
    const fault = await ask()
    expect([fault.status, codesOf(fault.body)]).toEqual([500, ["ErrorServerBusy"]])
    expect(fault.text).toContain('<t:Value Name="BackOffMilliseconds">7000</t:Value>')
    knobs.busyShape = "inner"
    const inner = await ask()
    expect([inner.status, codesOf(inner.body)]).toEqual([200, ["ErrorInternalServerError"]])
    expect(inner.text).toContain("ErrorServerBusy")
    knobs.busyShape = "unavailable"
    expect((await ask()).status).toBe(503)
    expect((await ask()).status).toBe(200)
  })

  test("a write is done and its answer lost", async () => {
    simulator.knobs("exchange").loseWritesNext = 1
    await expect(create("<t:Subject>Review</t:Subject>")).rejects.toThrow()
    expect(mary.calendar.live().map(({ details }) => details.subject)).toEqual(["Review"])
    expect((await ask()).status).toBe(200)
  })

  test("impersonation is refused beyond the scope, for strangers, and when the role was taken away", async () => {
    const as = (email: string) =>
      `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${email}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
    simulator.exchange.directory.addServiceAccount("svc", "secret", (person) => person === mary)
    const authorization = `Basic ${Buffer.from("NORTHWIND-WORKS\\svc:secret").toString("base64")}`
    const attempt = (header: string) =>
      codes(view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"), { header, headers: { authorization } })
    expect(await attempt(as(mary.email))).toEqual(["NoError"])
    expect(await attempt(as(room.email))).toEqual(["ErrorImpersonateUserDenied"])
    expect(await attempt(as("nobody@northwind-works.example"))).toEqual(["ErrorNonExistentMailbox"])
    expect(await attempt("")).toEqual(["ErrorMissingEmailAddress"])
    simulator.knobs("exchange").isRemoved = true
    expect(await attempt(as(mary.email))).toEqual(["ErrorImpersonateUserDenied"])
  })

  test.each([
    ["<m:GetUserPhoto/>", "ErrorInvalidOperation"],
    ["", "ErrorSchemaValidation"],
  ])("%s is answered by a fault", async (body, code) => {
    const answer = await call(body)
    expect([answer.status, codesOf(answer.body)]).toEqual([500, [code]])
  })
})

describe("Autodiscover", () => {
  async function pox(email: string) {
    const answer = await fetch(`${simulator.url}/Autodiscover/Autodiscover.xml`, {
      method: "POST",
      headers: { authorization: basicOf(mary) },
      body: `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${email}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`,
    })
    return find(parseXml(await answer.text()), "Response")
  }

  test("in its old form tells the address of EWS", async () => {
    const account = find(await pox(mary.email), "Account")
    expect(allOf(account, "Protocol").map((one) => textAt(one, "EwsUrl"))).toEqual([
      simulator.baseUrls.exchange,
      simulator.baseUrls.exchange,
      null,
    ])
  })

  test("sends somebody to another address or another place, and knows nobody else", async () => {
    simulator.exchange.redirects.set("one@old.example", { kind: "address", to: mary.email })
    simulator.exchange.redirects.set("two@old.example", {
      kind: "url",
      to: "https://autodiscover.new.example/autodiscover/autodiscover.xml",
    })
    expect(textAt(await pox("one@old.example"), "Account", "RedirectAddr")).toBe(mary.email)
    expect(textAt(await pox("two@old.example"), "Account", "Action")).toBe("redirectUrl")
    expect(textAt(await pox("three@old.example"), "Error", "ErrorCode")).toBe("500")
  })

  test("asks for a sign-in first", async () => {
    expect((await fetch(simulator.baseUrls.exchangeAutodiscover, { method: "POST" })).status).toBe(401)
  })
})

test("zones are given with their rules, and rooms' lists may be none", async () => {
  const { text } = await call(
    '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>W. Europe Standard Time</t:Id></m:Ids></m:GetServerTimeZones>',
  )
  expect(text).toContain('<t:Period Bias="-PT60M" Name="Standard"')
  expect(text).toContain("<t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence>")
  expect((await call("<m:GetRoomLists/>")).text).toContain("<m:RoomLists/>")
})
