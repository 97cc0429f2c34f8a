import { attributeOf, find, findDeep, textAt, type XmlNode } from "@kalends/readers/xml"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { bookingOf } from "../../testing/sample-booking.ts"
import { watchedMs } from "./room-watches.ts"
import { calendarView, envelope, frontWorld, itemById } from "./testing/front-world.ts"

let world: ReturnType<typeof frontWorld>

beforeEach(() => {
  world = frontWorld()
})
afterEach(() => {
  world.front.stop()
  expect(world.clock.waitingCount).toBe(0)
})

const day = calendarView("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")
const itemsIn = (node: XmlNode): readonly XmlNode[] => findDeep(node, "Items")?.children ?? []
const idOf = (item: XmlNode | undefined) => attributeOf(find(item ?? null, "ItemId"), "Id") ?? ""

describe("what a device sees of its room", () => {
  test("a meeting by subject, host, place and times, with the addresses to dial where devices look", async () => {
    world.memory.put(world.orion.room, [bookingOf("Star charts", "2026-11-23T10:00:00Z")])
    const [item] = itemsIn((await world.ask(world.orion, day)).node)
    expect(textAt(item ?? null, "Subject")).toBe("Star charts")
    expect(textAt(item ?? null, "Start")).toBe("2026-11-23T10:00:00Z")
    expect(textAt(item ?? null, "End")).toBe("2026-11-23T11:00:00Z")
    expect(textAt(item ?? null, "Location")).toBe("Orion; sip:1234567890@zoomcrc.com")
    expect(textAt(item ?? null, "Organizer", "Mailbox", "Name")).toBe("Ada Lovelace")
    const whole = (await world.ask(world.orion, itemById(idOf(item)))).node
    expect(textAt(findDeep(whole, "CalendarItem"), "Body")).toBe(
      "sip:1234567890@zoomcrc.com\r\nh323:162.255.37.11##1234567890\r\nhttps://zoom.us/j/1234567890",
    )
    expect(textAt(findDeep(whole, "CalendarItem"), "Sensitivity")).toBe("Normal")
  })

  test("private-hidden: a private meeting is marked as one, and says what the room's privacy lets it say", async () => {
    const hidden = { isPrivate: true, host: null, join: null, dial: [] }
    world.memory.put(world.orion.room, [bookingOf(null, "2026-11-23T10:00:00Z", hidden)])
    const [item] = itemsIn((await world.ask(world.orion, day)).node)
    const { text, node } = await world.ask(world.orion, itemById(idOf(item)))
    expect(textAt(findDeep(node, "CalendarItem"), "Subject")).toBe("Private meeting")
    expect(textAt(findDeep(node, "CalendarItem"), "Sensitivity")).toBe("Private")
    expect(text).not.toContain("<t:Organizer>")
    expect(textAt(findDeep(node, "CalendarItem"), "Location")).toBe("Orion")
  })

  test("a text with signs that XML or iCalendar could take for its own", async () => {
    const title = `<b>"Q&A"</b>; ok, \u0007`
    world.memory.put(world.orion.room, [bookingOf(title, "2026-11-23T10:00:00Z")])
    const [item] = itemsIn((await world.ask(world.orion, day)).node)
    expect(textAt(item ?? null, "Subject")).toBe(`<b>"Q&A"</b>; ok, `)
    const { node } = await world.ask(world.orion, mime(idOf(item)))
    const calendar = Buffer.from(textAt(findDeep(node, "CalendarItem"), "MimeContent") ?? "", "base64").toString("utf8")
    expect(calendar).toContain(`SUMMARY:<b>"Q&A"</b>\\; ok\\, `)
  })

  test("properties in the order of the schema, extended ones among them", async () => {
    world.memory.put(world.orion.room, [bookingOf("Star charts", "2026-11-23T10:00:00Z")])
    const [item] = itemsIn((await world.ask(world.orion, day)).node)
    const asked = itemById(idOf(item)).replace(
      "</m:ItemShape>",
      '<t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x36" PropertyType="Integer"/></t:AdditionalProperties></m:ItemShape>',
    )
    const whole = findDeep((await world.ask(world.orion, asked)).node, "CalendarItem")
    const names = whole?.children.map(({ name }) => name) ?? []
    const order = [
      "ItemId",
      "Subject",
      "Body",
      "HasAttachments",
      "ExtendedProperty",
      "Culture",
      "UID",
      "Start",
      "Organizer",
    ]
    expect(names.filter((name) => order.includes(name))).toEqual(order)
  })

  test("the window that it asks for, in the zone that it names, and no more than two months", async () => {
    world.memory.put(world.orion.room, [bookingOf("Late", "2026-11-23T22:30:00Z")])
    const tokyo = '<t:TimeZoneContext><t:TimeZoneDefinition Id="Tokyo Standard Time"/></t:TimeZoneContext>'
    const morning = calendarView("2026-11-24T07:00:00", "2026-11-24T09:00:00")
    const at = (body: string) => body.replace("<s:Header>", `<s:Header>${tokyo}`)
    expect(itemsIn((await world.ask(world.orion, morning)).node)).toHaveLength(0)
    expect(itemsIn((await world.ask(world.orion, at(morning))).node)).toHaveLength(1)
    const year = await world.ask(world.orion, calendarView("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"))
    expect(year.code).toBe("ErrorCalendarViewRangeTooBig")
  })

  test("the same id for the same meeting, a new change key when it changed", async () => {
    const booking = bookingOf("Star charts", "2026-11-23T10:00:00Z")
    world.memory.put(world.orion.room, [booking])
    const [before] = itemsIn((await world.ask(world.orion, day)).node)
    world.memory.put(world.orion.room, [{ ...booking, title: "Star maps" }])
    const [after] = itemsIn((await world.ask(world.orion, day)).node)
    expect(idOf(after)).toBe(idOf(before))
    const keyOf = (item: XmlNode | undefined) => attributeOf(find(item ?? null, "ItemId"), "ChangeKey")
    expect(keyOf(after)).not.toBe(keyOf(before))
  })
})

const mime = (id: string) =>
  envelope(
    `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  )

describe("while the calendar service is away", () => {
  test("outage-answered: what is known is answered, with its age once that matters", async () => {
    world.memory.put(world.orion.room, [bookingOf("Star charts", "2026-11-23T12:00:00Z")])
    const [item] = itemsIn((await world.ask(world.orion, day)).node)
    world.memory.setReadable(world.orion.room, false)
    await world.clock.advance(4 * 3_600_000)
    const { node } = await world.ask(world.orion, itemById(idOf(item)))
    expect(textAt(findDeep(node, "CalendarItem"), "Body")).toContain("Calendar last read 2026-11-23T09:00:00Z")
  })

  test("never-wrongly-free: nothing that is known, or only what is a day old, is an error and never an empty calendar", async () => {
    expect((await world.ask(world.orion, day)).code).toBe("ErrorMailboxStoreUnavailable")
    world.memory.put(world.orion.room, [])
    expect((await world.ask(world.orion, day)).code).toBe("NoError")
    world.memory.setReadable(world.orion.room, false)
    await world.clock.advance(25 * 3_600_000)
    const late = await world.ask(world.orion, day)
    expect(late.code).toBe("ErrorMailboxStoreUnavailable")
    expect(itemsIn(late.node)).toHaveLength(0)
    expect((await world.ask(world.orion, pull)).code).toBe("ErrorMailboxStoreUnavailable")
  })
})

test("a room that was disconnected is unknown, and its subscriptions are over", async () => {
  world.memory.put(world.orion.room, [bookingOf("Star charts", "2026-11-23T12:00:00Z")])
  const { id, watermark } = await subscribed()
  const never = Temporal.Instant.fromEpochMilliseconds(0)
  const { memory } = world
  memory.read = async () => ({ bookings: [], readAt: never, coversUntil: never })
  expect((await world.ask(world.orion, day)).code).toBe("ErrorMailboxStoreUnavailable")
  expect((await world.ask(world.orion, eventsOf(id, watermark))).code).toBe("ErrorSubscriptionNotFound")
})

const pull = envelope(
  '<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="calendar"/></t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes><t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>',
)
const eventsOf = (id: string, watermark: string) =>
  envelope(
    `<m:GetEvents><m:SubscriptionId>${id}</m:SubscriptionId><m:Watermark>${watermark}</m:Watermark></m:GetEvents>`,
  )

async function subscribed(body = pull) {
  if (world.memory.known(world.orion.room) === null) world.memory.put(world.orion.room, [])
  const { node } = await world.ask(world.orion, body)
  const message = findDeep(node, "SubscribeResponseMessage")
  return { id: textAt(message, "SubscriptionId") ?? "", watermark: textAt(message, "Watermark") ?? "" }
}

describe("subscriptions", () => {
  test("changes-told: a pull subscription tells what was made, changed and removed since the watermark, once more when asked again", async () => {
    const [one, two] = [bookingOf("One", "2026-11-23T10:00:00Z"), bookingOf("Two", "2026-11-23T12:00:00Z")]
    world.memory.put(world.orion.room, [one])
    const { id, watermark } = await subscribed()
    const told = async (mark: string) => {
      const { node } = await world.ask(world.orion, eventsOf(id, mark))
      return (findDeep(node, "Notification")?.children ?? []).filter(({ name }) => name.endsWith("Event"))
    }
    expect((await told(watermark)).map(({ name }) => name)).toEqual(["StatusEvent"])
    await world.clock.advance(1_000)
    world.memory.put(world.orion.room, [{ ...one, title: "First" }, two])
    await world.clock.advance(1_000)
    world.memory.put(world.orion.room, [two])
    const first = await told(watermark)
    expect(first.map(({ name }) => name)).toEqual(["ModifiedEvent", "CreatedEvent", "DeletedEvent"])
    expect(await told(watermark)).toEqual(first)
    expect((await told(textAt(first[2] ?? null, "Watermark") ?? "")).map(({ name }) => name)).toEqual(["StatusEvent"])
  })

  test("one that nobody asks for ends, as do another's, an ended one and a made-up watermark", async () => {
    const { id, watermark } = await subscribed()
    expect((await world.ask(world.orion, eventsOf(id, "AAAA"))).code).toBe("ErrorInvalidWatermark")
    expect((await world.ask(world.lyra, eventsOf(id, watermark))).code).toBe("ErrorSubscriptionNotFound")
    await world.clock.advance(11 * 60_000)
    expect((await world.ask(world.orion, eventsOf(id, watermark))).code).toBe("ErrorSubscriptionNotFound")
    const other = await subscribed()
    const unsubscribe = envelope(`<m:Unsubscribe><m:SubscriptionId>${other.id}</m:SubscriptionId></m:Unsubscribe>`)
    expect((await world.ask(world.orion, unsubscribe)).code).toBe("NoError")
    expect((await world.ask(world.orion, eventsOf(other.id, other.watermark))).code).toBe("ErrorSubscriptionNotFound")
  })

  test("a device has few: the oldest gives way", async () => {
    const all = []
    for (let count = 0; count < 5; count++) all.push(await subscribed())
    const codes = await Promise.all(
      all.map(async ({ id, watermark }) => (await world.ask(world.orion, eventsOf(id, watermark))).code),
    )
    expect(codes).toEqual(["ErrorSubscriptionNotFound", "NoError", "NoError", "NoError", "NoError"])
  })

  test("push is refused: nobody is called", async () => {
    const push = envelope("<m:Subscribe><m:PushSubscriptionRequest/></m:Subscribe>")
    expect((await world.ask(world.orion, push)).code).toBe("ErrorInvalidSubscriptionRequest")
  })

  test("a stream tells of a change at once, that it lives, and ends with its time", async () => {
    const { id } = await subscribed(
      envelope('<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"/></m:Subscribe>'),
    )
    const open = envelope(
      `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${id}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>`,
    )
    const { body } = await world.front.answer(world.requestOf(open), world.orion)
    if (typeof body === "string") throw new Error("a stream is expected")
    const pieces: string[] = []
    const reading = (async () => {
      for await (const piece of body) pieces.push(piece)
    })()
    await world.clock.advance(1_000)
    world.memory.put(world.orion.room, [bookingOf("New", "2026-11-23T10:00:00Z")])
    await world.clock.advance(1_000)
    expect(pieces).toHaveLength(2)
    expect(pieces[1]).toContain("<t:CreatedEvent>")
    expect(pieces[1]).not.toContain("New")
    await world.clock.advance(31_000)
    await world.clock.advance(31_000)
    await reading
    expect(pieces[2]).toContain("<m:ConnectionStatus>OK")
    expect(pieces.at(-1)).toContain("<m:ConnectionStatus>Closed")
  })

  test("a device that was taken away is told no more, in the middle of a stream too; others go on", async () => {
    const body = envelope('<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"/></m:Subscribe>')
    const { id } = await subscribed(body)
    const pulled = await subscribed()
    const open = envelope(
      `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${id}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>30</m:ConnectionTimeout></m:GetStreamingEvents>`,
    )
    const answer = await world.front.answer(world.requestOf(open), world.orion)
    if (typeof answer.body === "string") throw new Error("a stream is expected")
    const pieces = Array.fromAsync(answer.body)
    world.front.shut(world.lyra.deviceId)
    await world.clock.advance(1_000)
    world.front.shut(world.orion.deviceId)
    expect((await pieces).at(-1)).toContain("<m:ConnectionStatus>Closed")
    const asked = await world.ask(world.orion, eventsOf(pulled.id, pulled.watermark))
    expect(asked.code).toBe("ErrorSubscriptionNotFound")
  })

  test("a room is listened to while its device asks, and not for ever", async () => {
    world.memory.put(world.orion.room, [])
    await world.ask(world.orion, day)
    expect(world.memory.listenerCount).toBe(1)
    await world.clock.advance(watchedMs - 1_000)
    await world.ask(world.orion, day)
    await world.clock.advance(watchedMs - 1_000)
    expect(world.memory.listenerCount).toBe(1)
    await world.clock.advance(watchedMs * 2)
    expect(world.memory.listenerCount).toBe(0)
  })
})

describe("what a device may not", () => {
  test("own-room-only: it sees no other by its items, its folder, its mailbox or in its name", async () => {
    world.memory.put(world.orion.room, [])
    world.memory.put(world.lyra.room, [bookingOf("Secret", "2026-11-23T10:00:00Z")])
    const [theirs] = itemsIn((await world.ask(world.lyra, day)).node)
    expect((await world.ask(world.orion, itemById(idOf(theirs)))).code).toBe("ErrorItemNotFound")
    const folder = (await world.ask(world.lyra, folderCalled("calendar"))).node
    const folderId = attributeOf(findDeep(folder, "FolderId"), "Id") ?? ""
    const from = ["2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"] as const
    const byId = await world.ask(world.orion, calendarView(...from, `<t:FolderId Id="${folderId}"/>`))
    expect(byId.code).toBe("ErrorFolderNotFound")
    const mailbox = `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>lyra@example.org</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`
    expect((await world.ask(world.orion, calendarView(...from, mailbox))).code).toBe("ErrorAccessDenied")
    const acting = `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>lyra@example.org</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
    const asLyra = await world.ask(world.orion, day.replace("<s:Header>", `<s:Header>${acting}`))
    expect(asLyra.code).toBe("ErrorImpersonateUserDenied")
    expect(asLyra.text).not.toContain("Secret")
    expect((await world.ask(world.orion, names("lyra"))).code).toBe("ErrorNameResolutionNoResults")
  })

  test("its own, by whichever of its names", async () => {
    world.memory.put(world.orion.room, [])
    for (const name of ["orion@example.org", "ROOM-ORION", "room-orion@anything.example"]) {
      const mailbox = `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>${name}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`
      expect(
        (await world.ask(world.orion, calendarView("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", mailbox))).code,
      ).toBe("NoError")
    }
    expect((await world.ask(world.orion, names("Orion"))).text).toContain("orion@example.org")
  })

  test.each(["CreateItem", "UpdateItem", "DeleteItem", "SendItem", "GetUserAvailabilityRequest", "Whatever"])(
    "read-only: %s is no operation here",
    async (operation) => {
      const answer = await world.ask(world.orion, envelope(`<m:${operation}/>`))
      expect([answer.status, answer.code]).toEqual([500, "ErrorInvalidOperation"])
    },
  )

  test.each([
    ["nothing", ""],
    ["no XML", "hello"],
    ["an envelope without a body", envelope("")],
    [
      "a document type with entities that grow",
      `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${envelope("<m:GetFolder>&b;</m:GetFolder>").replace('<?xml version="1.0"?>', "")}`,
    ],
    [
      "an external entity",
      `<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>${envelope("<m:GetFolder>&a;</m:GetFolder>").replace('<?xml version="1.0"?>', "")}`,
    ],
    ["a thousand levels", envelope(`${"<a>".repeat(1_000)}${"</a>".repeat(1_000)}`)],
    ["a shape that is none", envelope("<m:FindItem><m:ItemShape/><m:ParentFolderIds/></m:FindItem>")],
  ])("hostile-xml: %s is told to be no request", async (_what, body) => {
    const answer = await world.ask(world.orion, body)
    expect([answer.status, answer.code]).toEqual([500, "ErrorSchemaValidation"])
  })
})

const folderCalled = (name: string) =>
  envelope(
    `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="${name}"/></m:FolderIds></m:GetFolder>`,
  )
const names = (entry: string) =>
  envelope(
    `<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>${entry}</m:UnresolvedEntry></m:ResolveNames>`,
  )

describe("what a device asks first", () => {
  test("GetFolder knows the calendar, GetServerTimeZones UTC", async () => {
    const folder = (await world.ask(world.orion, folderCalled("calendar"))).node
    expect(textAt(findDeep(folder, "CalendarFolder"), "DisplayName")).toBe("Calendar")
    expect((await world.ask(world.orion, folderCalled("publicfoldersroot"))).code).toBe("ErrorFolderNotFound")
    expect((await world.ask(world.orion, folderCalled("contacts"))).code).toBe("NoError")
    const zones = await world.ask(world.orion, envelope('<m:GetServerTimeZones ReturnFullTimeZoneData="true"/>'))
    expect(attributeOf(findDeep(zones.node, "TimeZoneDefinition"), "Id")).toBe("UTC")
  })

  test("Autodiscover leads back here in both forms, whatever is asked about", async () => {
    const pox = `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>room-orion@example.net</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`
    const old = await world.ask(world.orion, pox, { path: "/AutoDiscover/AutoDiscover.xml" })
    expect(textAt(findDeep(old.node, "Protocol"), "EwsUrl")).toBe("https://rooms.example.org/EWS/Exchange.asmx")
    expect(textAt(findDeep(old.node, "User"), "AutoDiscoverSMTPAddress")).toBe("orion@example.org")
    const soap = envelope(
      `<GetUserSettingsRequestMessage><Request><Users><User><Mailbox>lyra@example.org</Mailbox></User></Users><RequestedSettings><Setting>ExternalEwsUrl</Setting><Setting>constructor</Setting></RequestedSettings></Request></GetUserSettingsRequestMessage>`,
    )
    const { text } = await world.ask(world.orion, soap, { path: "/autodiscover/autodiscover.svc" })
    expect(text).toContain("<Value>https://rooms.example.org/EWS/Exchange.asmx</Value>")
    expect(text).toContain("<SettingName>constructor</SettingName>")
    expect((await world.ask(world.orion, "<a", { path: "/autodiscover/autodiscover.xml" })).text).toContain(
      "<ErrorCode>600",
    )
  })

  test("rate-limit-told: somebody who asks too often is told how long to wait, in words that clients of Exchange know", () => {
    const { status, headers, body } = world.front.busy(world.clock.now().add({ seconds: 30 }))
    expect([status, headers["retry-after"]]).toEqual([500, "30"])
    expect(body).toContain('<t:Value Name="BackOffMilliseconds">30000</t:Value>')
  })
})
