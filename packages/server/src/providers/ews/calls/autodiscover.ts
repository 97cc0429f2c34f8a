import { attributeOf, escapeXml, find, findDeep, parseXml, textAt, type XmlNode } from "@kalends/readers/xml"
import type { IncomingResponse, OutgoingRequest } from "../../../ports/http-client.ts"

const settings = ["ExternalEwsUrl", "InternalEwsUrl", "AutoDiscoverSMTPAddress"]
const autodiscover = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
const outlook = "http://schemas.microsoft.com/exchange/autodiscover/outlook"

/** What an Autodiscover service says of a mailbox. */
export type Discovered =
  | { readonly kind: "found"; readonly ewsUrl: string; readonly email: string | null }
  /** Ask again for this mailbox. */
  | { readonly kind: "address"; readonly to: string }
  /** Ask there. */
  | { readonly kind: "url"; readonly to: string }
  /** No such mailbox, or no Autodiscover at all. */
  | { readonly kind: "none" }

/** GetUserSettings (getusersettings-operation-soap.md). */
export function userSettingsRequest(url: string, email: string): OutgoingRequest {
  const asked = settings.map((name) => `<a:Setting>${name}</a:Setting>`).join("")
  const body = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="${autodiscover}" xmlns:w="http://www.w3.org/2005/08/addressing"><s:Header><a:RequestedServerVersion>Exchange2013_SP1</a:RequestedServerVersion><w:Action>${autodiscover}/Autodiscover/GetUserSettings</w:Action><w:To>${escapeXml(url)}</w:To></s:Header><s:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>${escapeXml(email)}</a:Mailbox></a:User></a:Users><a:RequestedSettings>${asked}</a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>`
  return { method: "POST", url, headers: { "content-type": "text/xml; charset=utf-8" }, body }
}

export function readUserSettings({ status, body }: IncomingResponse): Discovered {
  const answer = status === 200 ? quietly(body) : null
  const user = answer === null ? null : findDeep(answer, "UserResponse")
  const target = textAt(user, "RedirectTarget")
  const code = textAt(user, "ErrorCode")
  if (code === "RedirectAddress" && target !== null) return { kind: "address", to: target }
  if (code === "RedirectUrl" && target !== null) return { kind: "url", to: target }
  const values = new Map(
    (find(user, "UserSettings")?.children ?? []).map((one) => [textAt(one, "Name"), textAt(one, "Value")]),
  )
  const ewsUrl = values.get("ExternalEwsUrl") ?? values.get("InternalEwsUrl") ?? null
  return ewsUrl === null
    ? { kind: "none" }
    : { kind: "found", ewsUrl, email: values.get("AutoDiscoverSMTPAddress") ?? null }
}

/** The old form, plain XML (pox-autodiscover-web-service-reference-for-exchange.md). */
export function poxRequest(url: string, email: string): OutgoingRequest {
  const body = `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${outlook}/requestschema/2006"><Request><EMailAddress>${escapeXml(email)}</EMailAddress><AcceptableResponseSchema>${outlook}/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`
  return { method: "POST", url, headers: { "content-type": "text/xml; charset=utf-8" }, body }
}

export function readPox({ status, body }: IncomingResponse): Discovered {
  const answer = status === 200 ? quietly(body) : null
  const response = find(answer, "Response")
  const account = find(response, "Account")
  const address = textAt(account, "RedirectAddr") ?? textAt(account, "RedirectAddress")
  if (textAt(account, "Action") === "redirectAddr" && address !== null) return { kind: "address", to: address }
  const url = textAt(account, "RedirectUrl")
  if (textAt(account, "Action") === "redirectUrl" && url !== null) return { kind: "url", to: url }
  const protocols = (account?.children ?? []).filter(({ name }) => name === "Protocol")
  // EXPR: as seen from outside; EXCH: from within.
  const ewsUrl = ["EXPR", "EXCH"].map((type) => ewsUrlOf(protocols, type)).find((known) => known !== null)
  return ewsUrl === undefined || ewsUrl === null
    ? { kind: "none" }
    : { kind: "found", ewsUrl, email: textAt(response, "User", "AutoDiscoverSMTPAddress") }
}

function ewsUrlOf(protocols: readonly XmlNode[], type: string): string | null {
  const protocol = protocols.find((one) => (textAt(one, "Type") ?? attributeOf(one, "Type")) === type)
  return textAt(protocol ?? null, "EwsUrl") ?? textAt(protocol ?? null, "ASUrl")
}

function quietly(body: string): XmlNode | null {
  try {
    return parseXml(body)
  } catch {
    return null
  }
}
