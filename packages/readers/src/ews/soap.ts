import { Problem } from "@kalends/domain/problem"
import type { ReadRequest } from "../reader.ts"
import { attributeOf, child, escapeXml, find, parseXml, textAt, type XmlNode } from "../xml.ts"

const soap = "http://schemas.xmlsoap.org/soap/envelope/"
const types = "http://schemas.microsoft.com/exchange/services/2006/types"
const messages = "http://schemas.microsoft.com/exchange/services/2006/messages"

const version = '<t:RequestServerVersion Version="Exchange2013_SP1"/>'

/** The SOAP envelope of an operation. Times are asked for and given in UTC. */
export function envelope(body: string): string {
  const header = `${version}<t:TimeZoneContext><t:TimeZoneDefinition Id="UTC"/></t:TimeZoneContext>`
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${soap}" xmlns:t="${types}" xmlns:m="${messages}"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
}

/** The same request for another's mailbox (ExchangeImpersonation), which whoever signs in must be allowed. */
export function actingFor(mailbox: string, request: ReadRequest): ReadRequest {
  const acting = `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${escapeXml(mailbox)}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
  return { ...request, body: request.body?.replace(version, `${version}${acting.replaceAll("$", "$$$$")}`) ?? null }
}

/** A request to the EWS address. */
export function ewsRequest(url: string, body: string): ReadRequest {
  return {
    method: "POST",
    url,
    headers: { "content-type": "text/xml; charset=utf-8", accept: "text/xml" },
    body: envelope(body),
  }
}

/** One message of an answer: what one part of the request came to. */
export type EwsMessage = {
  readonly node: XmlNode
  readonly isError: boolean
  readonly code: string
}

/** The messages of an answer, in the order of what was asked. Throws Problem "malformed" where it is none. */
export function messagesOf(body: string): readonly EwsMessage[] {
  const operation = operationOf(body)
  const found = child(operation, "ResponseMessages")?.children ?? [operation]
  return found.map((node) => ({
    node,
    isError: attributeOf(node, "ResponseClass") === "Error",
    code: textAt(node, "ResponseCode") ?? "none",
  }))
}

/** The element in the body of an answer: the operation's, or a Fault. */
export function operationOf(body: string): XmlNode {
  const root = parseXml(body)
  const operation = root.name === "Envelope" ? find(root, "Body")?.children[0] : undefined
  if (operation === undefined) throw new Problem("malformed", "The calendar service's answer cannot be read.")
  return operation
}
