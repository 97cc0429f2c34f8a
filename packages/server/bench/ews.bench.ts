/**
 * 5,000 items of Exchange, as GetItem answers them: read by our reader (bytes to the domain's events), beside
 * ews-javascript-api, the port of Microsoft's own client, on the same bytes in the same run. That one is handed the answer
 * where its HTTP would, and its clock begins there: what it writes to ask for the items does not count.
 */
import { gotItem } from "@kalends/readers/ews/get-item"
import { messagesOf } from "@kalends/readers/ews/soap"
import { ewsEvent } from "@kalends/readers/ews/to-domain"
import {
  BasePropertySet,
  BodyType,
  ExchangeService,
  ExchangeVersion,
  ItemId,
  PropertySet,
  TimeZoneInfo,
  Uri,
  WebCredentials,
} from "ews-javascript-api"
import { elapsedMs, say } from "../../../tools/platform.ts"
import { atLeast, endBench, median, report } from "./kit/figures.ts"

const itemCount = 5_000
const rounds = 7
const startsAt = Date.parse("2026-11-23T00:00:00Z")
const body = "Please read the notes beforehand. Join at https://us02web.zoom.us/j/88812345678?pwd=abc. ".repeat(8)

const instant = (index: number, minutes: number) =>
  new Date(startsAt + (index * 8 + minutes) * 60_000).toISOString().replace(".000", "")
const mailbox = (name: string, email: string) =>
  `<t:Mailbox><t:Name>${name}</t:Name><t:EmailAddress>${email}</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>`

function item(index: number): string {
  const guests = Array.from(
    { length: 6 },
    (_, at) =>
      `<t:Attendee>${mailbox(`Guest ${at}`, `guest${index % 50}-${at}@example.org`)}<t:ResponseType>Accept</t:ResponseType></t:Attendee>`,
  ).join("")
  const parts = [
    `<t:ItemId Id="AAMkAGI2TG93AAA${String(index).padStart(80, "A")}" ChangeKey="DwAAABYAAAB${String(index).padStart(20, "0")}"/>`,
    `<t:Subject>Meeting ${index} &amp; more</t:Subject><t:Sensitivity>Normal</t:Sensitivity>`,
    `<t:Body BodyType="Text" IsTruncated="false">${body}</t:Body>`,
    `<t:UID>040000008200E00074C5B7101A82E00800000000${String(index).padStart(32, "0")}</t:UID>`,
    `<t:Start>${instant(index, 0)}</t:Start><t:End>${instant(index, 30)}</t:End><t:IsAllDayEvent>false</t:IsAllDayEvent>`,
    "<t:LegacyFreeBusyStatus>Busy</t:LegacyFreeBusyStatus><t:Location>Room 5</t:Location><t:IsCancelled>false</t:IsCancelled>",
    "<t:CalendarItemType>Single</t:CalendarItemType><t:MyResponseType>Organizer</t:MyResponseType>",
    `<t:Organizer>${mailbox("Ada", "ada@example.org")}</t:Organizer><t:RequiredAttendees>${guests}</t:RequiredAttendees>`,
    '<t:StartTimeZone Name="(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna" Id="W. Europe Standard Time"/>',
  ]
  return `<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items><t:CalendarItem>${parts.join("")}</t:CalendarItem></m:Items></m:GetItemResponseMessage>`
}

const spaces = "http://schemas.microsoft.com/exchange/services/2006"
const answer = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1544" MinorBuildNumber="4" Version="V2017_07_11" xmlns:h="${spaces}/types"/></s:Header><s:Body><m:GetItemResponse xmlns:m="${spaces}/messages" xmlns:t="${spaces}/types"><m:ResponseMessages>${Array.from({ length: itemCount }, (_, index) => item(index)).join("")}</m:ResponseMessages></m:GetItemResponse></s:Body></s:Envelope>`

function ours(): number {
  const begunMs = elapsedMs()
  const events = messagesOf(answer).map((message) => {
    const found = gotItem(message)
    if (found === null) throw new Error("an item is missing")
    return ewsEvent(found)
  })
  const tookMs = elapsedMs() - begunMs
  check(events.length, events.at(-1)?.subject, events.at(-1)?.attendees.length)
  return tookMs
}

function check(count: number, subject: string | undefined, guests: number | undefined): void {
  if (count !== itemCount || subject !== `Meeting ${itemCount - 1} & more` || guests !== 6)
    throw new Error(`read ${count} items, the last ${subject} with ${guests} guests`)
}

let answeredMs = 0
const response = { status: 200, statusText: "OK", response: answer, responseText: answer, responseXML: null }
const headers = "Content-Type: text/xml; charset=utf-8"

const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1, TimeZoneInfo.Utc)
service.Url = new Uri("https://mail.example.org/EWS/Exchange.asmx")
service.Credentials = new WebCredentials("ada@example.org", "no password")
service.XHRApi = {
  apiName: "bench",
  disconnect() {},
  xhrStream: () => Promise.reject(new Error("nothing is streamed here")),
  async xhr() {
    answeredMs = elapsedMs()
    const given = { ...response, getAllResponseHeaders: () => headers, getResponseHeader: () => "text/xml" }
    return given as unknown as XMLHttpRequest
  },
} as unknown as typeof service.XHRApi

const ids = Array.from({ length: itemCount }, (_, index) => new ItemId(`id${index}`))
const shape = new PropertySet(BasePropertySet.FirstClassProperties)
shape.RequestedBodyType = BodyType.Text

async function theirs(): Promise<number> {
  const bound = await service.BindToItems(ids, shape)
  const tookMs = elapsedMs() - answeredMs
  const last = bound.Responses.at(-1)?.Item as unknown as {
    readonly Subject: string
    readonly RequiredAttendees: { readonly Count: number }
  }
  check(bound.Responses.length, last.Subject, last.RequiredAttendees.Count)
  return tookMs
}

const our: number[] = []
const their: number[] = []
for (let round = 0; round < rounds; round++) {
  our.push(ours())
  their.push(await theirs())
}
say(
  `${(Buffer.byteLength(answer) / 2 ** 20).toFixed(1)} MiB; ours ${median(our).toFixed(1)} ms, theirs ${median(their).toFixed(1)} ms`,
)
report([
  atLeast("items of Exchange read in a second", "", 1_000 / (median(our) / itemCount), {
    baseline: 1_000 / (median(their) / itemCount),
    least: 5,
  }),
])
endBench()
