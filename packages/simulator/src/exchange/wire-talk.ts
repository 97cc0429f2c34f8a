import type { Person } from "../org.ts"
import type { Simulator } from "../simulator.ts"
import { find, parseXml, textAt, type XmlNode } from "./xml.ts"

/** For tests that talk to the simulated Exchange without a client in between. */

export const calendar = '<t:DistinguishedFolderId Id="calendar"/>'

export type TalkOptions = {
  readonly headers?: Readonly<Record<string, string>>
  /** Of SOAP. */
  readonly header?: string
  readonly person?: Person
}

export function envelope(body: string, header = ""): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2016"/>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
}

/** What was answered: the operation's element, or the fault. */
export type Told = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: XmlNode | null
}

/** The response code of each message, or of the fault. */
export function codesOf(body: XmlNode | null): readonly (string | null)[] {
  if (body?.name === "Fault") return [textAt(body, "detail", "ResponseCode")]
  const messages = find(body, "ResponseMessages")?.children
  return messages === undefined ? [textAt(body, "ResponseCode")] : messages.map((one) => textAt(one, "ResponseCode"))
}

export const view = (from: string, to: string, most = "") =>
  `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:CalendarView StartDate="${from}" EndDate="${to}"${most}/><m:ParentFolderIds>${calendar}</m:ParentFolderIds></m:FindItem>`
export const getItem = (ids: string, shape = "<t:BaseShape>AllProperties</t:BaseShape>") =>
  `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${ids}</m:ItemIds></m:GetItem>`

export const idOf = (item: XmlNode | undefined) => find(item ?? null, "ItemId")?.attributes ?? {}

export const update = (target: string, field: string, content: string, resolution = "NeverOverwrite") =>
  `<m:UpdateItem ConflictResolution="${resolution}" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>${target}<t:Updates><t:SetItemField><t:FieldURI FieldURI="${field}"/><t:CalendarItem>${content}</t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`
export const itemId = ({ Id: id = "", ChangeKey: key }: Readonly<Record<string, string>>) =>
  `<t:ItemId Id="${id}"${key === undefined ? "" : ` ChangeKey="${key}"`}/>`

type Post = (url: string, init: RequestInit) => Promise<Response>

/** Calls as somebody, signed in by Basic. */
export function talkTo(simulator: Simulator, somebody: Person, post: Post) {
  const basicOf = (person: Person): string => {
    const { email, password } = simulator.exchange.credentialsOf(person)
    return `Basic ${Buffer.from(`${email}:${password}`).toString("base64")}`
  }
  async function call(body: string, { headers = {}, header = "", person = somebody }: TalkOptions = {}): Promise<Told> {
    const answer = await post(simulator.baseUrls.exchange, {
      method: "POST",
      headers: { authorization: basicOf(person), "content-type": "text/xml", ...headers },
      body: envelope(body, header),
    })
    const text = await answer.text()
    const root = find(parseXml(text), "Body")
    return { status: answer.status, headers: answer.headers, text, body: root?.children[0] ?? null }
  }
  const firstMessage = ({ body }: Told): XmlNode | null => find(body, "ResponseMessages")?.children[0] ?? null
  return {
    basicOf,
    call,
    codes: async (body: string, options: TalkOptions = {}) => codesOf((await call(body, options)).body),
    async itemsIn(from: string, to: string): Promise<readonly XmlNode[]> {
      return find(firstMessage(await call(view(from, to))), "RootFolder", "Items")?.children ?? []
    },
    async create(content: string, header = ""): Promise<Readonly<Record<string, string>>> {
      const body = `<m:CreateItem SendMeetingInvitations="SendToAllAndSaveCopy"><m:Items><t:CalendarItem>${content}</t:CalendarItem></m:Items></m:CreateItem>`
      return idOf(find(firstMessage(await call(body, { header })), "Items")?.children[0])
    },
  }
}
