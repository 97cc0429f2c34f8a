import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Person } from "../org.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { getItem, talkTo, update } from "./wire-talk.ts"
import { find } from "./xml.ts"

// What somebody may do in others' calendars, and which folders there are.

let simulator: Simulator
let mary: Person
let grace: Person
let asGrace: ReturnType<typeof talkTo>

beforeEach(async () => {
  simulator = await startSimulator({ clock: () => Temporal.Instant.from("2026-11-23T12:00:00Z") })
  const { org, tenants } = simulator
  mary = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  grace = org.addPerson(tenants.exchange, "Grace", "grace@northwind-works.example")
  asGrace = talkTo(simulator, grace, fetch)
})
afterEach(() => simulator.close())

const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "Europe/Berlin" } as const
const marys =
  '<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>mary@northwind-works.example</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>'
const view = `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:CalendarView StartDate="2026-11-01T00:00:00Z" EndDate="2026-12-01T00:00:00Z"/><m:ParentFolderIds>${marys}</m:ParentFolderIds></m:FindItem>`
const making = `<m:CreateItem SendMeetingInvitations="SendToNone"><m:SavedItemFolderId>${marys}</m:SavedItemFolderId><m:Items><t:CalendarItem><t:Subject>By Grace</t:Subject></t:CalendarItem></m:Items></m:CreateItem>`
const idIn = (text: string) => /<t:ItemId Id="([^"]+)" ChangeKey="([^"]+)"/.exec(text)

describe("a delegate", () => {
  test.each([
    ["FreeBusyTimeOnly", "ErrorFolderNotFound", "ErrorFolderNotFound"],
    ["FreeBusyTimeAndSubjectAndLocation", "NoError", "ErrorAccessDenied"],
    ["Reviewer", "NoError", "ErrorAccessDenied"],
    ["Author", "NoError", "NoError"],
    ["Editor", "NoError", "NoError"],
  ] as const)("with %s gets %s on reading and %s on making", async (level, reading, writing) => {
    simulator.exchange.directory.permit(mary, grace, level)
    expect([await asGrace.codes(view), await asGrace.codes(making)]).toEqual([[reading], [writing]])
    expect(mary.calendar.live().length).toBe(writing === "NoError" ? 1 : 0)
  })

  test("who may read may not change, and an editor may", async () => {
    mary.calendar.create({ subject: "Review", time })
    simulator.exchange.directory.permit(mary, grace, "Reviewer")
    const [, id = "", key = ""] = idIn((await asGrace.call(view)).text) ?? []
    const rename = update(`<t:ItemId Id="${id}" ChangeKey="${key}"/>`, "item:Subject", "<t:Subject>Renamed</t:Subject>")
    expect(await asGrace.codes(rename)).toEqual(["ErrorAccessDenied"])
    simulator.exchange.directory.permit(mary, grace, "Editor")
    expect(await asGrace.codes(rename)).toEqual(["NoError"])
    expect(mary.calendar.live()[0]?.details.subject).toBe("Renamed")
  })

  test("who sees subjects alone sees no text, and reads no item", async () => {
    mary.calendar.create({
      subject: "Review",
      time,
      location: "Dome 2",
      attendees: [{ name: "Grace", email: grace.email, response: "none" }],
    })
    simulator.exchange.directory.permit(mary, grace, "FreeBusyTimeAndSubjectAndLocation")
    const { text } = await asGrace.call(view)
    expect([text.includes("Dome 2"), text.includes("<t:IsMeeting>false")]).toEqual([true, true])
    const [, id = ""] = idIn(text) ?? []
    expect(await asGrace.codes(getItem(`<t:ItemId Id="${id}"/>`))).toEqual(["ErrorAccessDenied"])
  })

  test("does not subscribe", async () => {
    simulator.exchange.directory.permit(mary, grace, "Editor")
    const asked = `<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>${marys}</t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>`
    expect(await asGrace.codes(asked)).toEqual(["ErrorSubscriptionDelegateAccessNotSupported"])
  })
})

test("a mailbox's calendars are found among its folders, and each has its own items", async () => {
  const { calendar } = simulator.exchange.mailboxes.addCalendar(grace, "Telescope time")
  calendar?.create({ subject: "Night one", time })
  const { text, body } = await asGrace.call(
    '<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="folder:FolderClass"/><t:FieldURIOrConstant><t:Constant Value="IPF.Appointment"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>',
  )
  expect([...text.matchAll(/<t:DisplayName>([^<]+)/g)].map(([, name]) => name)).toEqual(["Calendar", "Telescope time"])
  const folders = find(find(body, "ResponseMessages")?.children[0] ?? null, "RootFolder", "Folders")?.children ?? []
  const id = find(folders[1] ?? null, "FolderId")?.attributes.Id
  const found = await asGrace.call(view.replace(marys, `<t:FolderId Id="${id}"/>`))
  expect(found.text).toContain("<t:Subject>Night one</t:Subject>")
  expect((await asGrace.itemsIn("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")).length).toBe(0)
})

describe("free and busy times", () => {
  const berlin =
    "<t:TimeZone><t:Bias>-60</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>03:00:00</t:Time><t:DayOrder>5</t:DayOrder><t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime><t:DaylightTime><t:Bias>-60</t:Bias><t:Time>02:00:00</t:Time><t:DayOrder>5</t:DayOrder><t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:DaylightTime></t:TimeZone>"
  const ask = (emails: readonly string[], days: readonly [string, string], shape = "DetailedMerged") =>
    asGrace.call(
      `<m:GetUserAvailabilityRequest>${berlin}<m:MailboxDataArray>${emails.map((email) => `<t:MailboxData><t:Email><t:Address>${email}</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType></t:MailboxData>`).join("")}</m:MailboxDataArray><t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>${days[0]}T00:00:00</t:StartTime><t:EndTime>${days[1]}T00:00:00</t:EndTime></t:TimeWindow><t:MergedFreeBusyIntervalInMinutes>60</t:MergedFreeBusyIntervalInMinutes><t:RequestedView>${shape}</t:RequestedView></t:FreeBusyViewOptions></m:GetUserAvailabilityRequest>`,
    )

  test("are in the zone of the request, in summer and in winter, and tell no more than they may", async () => {
    mary.calendar.create({ subject: "Secret plan", time })
    mary.calendar.create({
      subject: "Summer",
      time: { ...time, start: "2026-07-01T09:00:00", end: "2026-07-01T10:00:00" },
    })
    const winter = (await ask([mary.email], ["2026-11-24", "2026-11-25"])).text
    expect(winter).toContain("<t:MergedFreeBusy>000000000200000000000000</t:MergedFreeBusy>")
    expect(winter).toContain("<t:StartTime>2026-11-24T09:00:00</t:StartTime>")
    expect(winter).not.toContain("Secret plan")
    expect((await ask([mary.email], ["2026-07-01", "2026-07-02"])).text).toContain(
      "<t:StartTime>2026-07-01T09:00:00</t:StartTime>",
    )
    simulator.exchange.directory.permit(mary, grace, "Reviewer")
    expect((await ask([mary.email], ["2026-11-24", "2026-11-25"])).text).toContain("Secret plan")
  })

  test("of nobody are an error of their own; more than 42 days or a hundred people are refused", async () => {
    const { text } = await ask(["nobody@northwind-works.example", mary.email], ["2026-11-24", "2026-11-25"])
    expect([...text.matchAll(/<m:ResponseCode>(\w+)/g)].map(([, code]) => code)).toEqual([
      "ErrorMailRecipientNotFound",
      "NoError",
    ])
    expect((await ask([mary.email], ["2026-11-01", "2026-12-20"])).text).toContain("ErrorTimeIntervalTooBig")
    expect(
      (
        await ask(
          Array.from({ length: 101 }, () => mary.email),
          ["2026-11-24", "2026-11-25"],
        )
      ).status,
    ).toBe(500)
  })
})
