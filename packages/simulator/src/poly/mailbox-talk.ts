import { allOf, find, leaf, parseXml, textAt, type XmlNode } from "../exchange/xml.ts"

const namespaces =
  'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'
const calendar = '<t:DistinguishedFolderId Id="calendar"/>'

const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope ${namespaces}><s:Header><t:RequestServerVersion Version="Exchange2010"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`

/** What the device asks of its mailbox, in the order in which it does. */
export const requests = {
  autodiscover: (email: string): string =>
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>${leaf("EMailAddress", email)}<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`,
  folder: (): string =>
    envelope(
      `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${calendar}</m:FolderIds></m:GetFolder>`,
    ),
  subscribe: (): string =>
    envelope(
      `<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>${calendar}</t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType><t:EventType>ModifiedEvent</t:EventType><t:EventType>DeletedEvent</t:EventType></t:EventTypes><t:Timeout>30</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>`,
    ),
  events: (id: string, watermark: string): string =>
    envelope(`<m:GetEvents>${leaf("m:SubscriptionId", id)}${leaf("m:Watermark", watermark)}</m:GetEvents>`),
  view: (from: Temporal.Instant, to: Temporal.Instant): string =>
    envelope(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:CalendarView StartDate="${from}" EndDate="${to}"/><m:ParentFolderIds>${calendar}</m:ParentFolderIds></m:FindItem>`,
    ),
  items: (ids: readonly string[]): string =>
    envelope(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:BodyType>Text</t:BodyType></m:ItemShape><m:ItemIds>${ids.map((id) => leaf("t:ItemId", "", { Id: id })).join("")}</m:ItemIds></m:GetItem>`,
    ),
}

/** An answer read: what the messages hold, or the code of the first that is an error. */
export type Talked = { readonly messages: readonly XmlNode[]; readonly error: string | null }

export function readMessages(text: string): Talked {
  const body = find(parseXml(text), "Body")?.children[0] ?? null
  if (body?.name === "Fault") return { messages: [], error: textAt(body, "detail", "ResponseCode") ?? "Fault" }
  const messages = find(body, "ResponseMessages")?.children ?? []
  const failed = messages.find(({ attributes }) => attributes.ResponseClass === "Error")
  return { messages, error: failed === undefined ? null : (textAt(failed, "ResponseCode") ?? "Error") }
}

/** The address of EWS in Autodiscover's answer; null where there is none. */
export function ewsUrlIn(text: string): string | null {
  const account = find(parseXml(text), "Response", "Account")
  return (
    allOf(account, "Protocol")
      .map((one) => textAt(one, "EwsUrl"))
      .find((one) => one !== null) ?? null
  )
}

/** A meeting as the device's screen has it. */
export type ShownMeeting = {
  readonly subject: string
  readonly host: string | null
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
  /** What the Join button dials; null where there is no button. */
  readonly dials: string | null
}

const dialed = /\b(?:sips?|h323):[^\s;,<>"]+/i

/** Private meetings are masked by the device itself, as HDX and its successors have it. */
export function meetingOf(item: XmlNode): ShownMeeting | null {
  const [start, end] = [textAt(item, "Start"), textAt(item, "End")]
  if (start === null || end === null) return null
  const isPrivate = textAt(item, "Sensitivity") === "Private"
  const texts = [textAt(item, "Location"), textAt(item, "Body")]
  return {
    subject: isPrivate ? "Private Meeting" : (textAt(item, "Subject") ?? ""),
    host: isPrivate ? null : textAt(item, "Organizer", "Mailbox", "Name"),
    startsAt: Temporal.Instant.from(start),
    endsAt: Temporal.Instant.from(end),
    dials: texts.map((text) => dialed.exec(text ?? "")?.[0]).find((one) => one !== undefined) ?? null,
  }
}

export const itemsOf = (message: XmlNode | undefined): readonly XmlNode[] =>
  (find(message ?? null, "RootFolder", "Items") ?? find(message ?? null, "Items"))?.children ?? []
