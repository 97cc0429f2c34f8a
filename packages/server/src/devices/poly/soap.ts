import type { FrontAnswer } from "../../ports/device-front.ts"
import { element, leaf, type Markup } from "./markup.ts"

const typesNamespace = "http://schemas.microsoft.com/exchange/services/2006/types"
const messagesNamespace = "http://schemas.microsoft.com/exchange/services/2006/messages"
const errorsNamespace = "http://schemas.microsoft.com/exchange/services/2006/errors"
const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"

/**
 * The version that is told, since clients choose by it what they ask for: Exchange 2013 SP1, the oldest that has what is
 * answered here. Build 0 says that it is none.
 */
const versionHeader = element("h:ServerVersionInfo", "", {
  MajorVersion: 15,
  MinorVersion: 0,
  MajorBuildNumber: 847,
  MinorBuildNumber: 0,
  Version: "V2_8",
  "xmlns:h": typesNamespace,
})

export const xmlHeaders = { "content-type": "text/xml; charset=utf-8" } as const

/** What an operation refuses. `isFault` fails the whole request, otherwise one message of it. Texts hold nothing of a calendar. */
export class EwsError extends Error {
  readonly code: string
  readonly isFault: boolean
  readonly backOffMs: number | null

  constructor(code: string, text: string, more: { readonly isFault?: boolean; readonly backOffMs?: number } = {}) {
    super(text)
    this.code = code
    this.isFault = more.isFault ?? false
    this.backOffMs = more.backOffMs ?? null
  }
}

export const schemaError = (): EwsError =>
  new EwsError("ErrorSchemaValidation", "The request failed schema validation.", { isFault: true })

/** A SOAP answer of an operation. */
export const soapAnswer = (body: Markup): FrontAnswer => ({
  status: 200,
  headers: xmlHeaders,
  body: `<?xml version="1.0" encoding="utf-8"?>${element(
    "s:Envelope",
    [element("s:Header", versionHeader), element("s:Body", body)],
    { "xmlns:s": soapNamespace },
  )}`,
})

/** A piece of an answer that goes on: an envelope of its own, without a prefix, by which clients find its end. */
export const streamedEnvelope = (body: Markup): Markup => {
  const prefix = { "xmlns:soap11": soapNamespace }
  const parts = [element("soap11:Header", versionHeader, prefix), element("soap11:Body", body, prefix)]
  return element("Envelope", parts, { xmlns: soapNamespace })
}

/** A fault: SOAP 1.1 over HTTP has them under status 500 (SOAP 1.1, 6.2). */
export function soapFault({ code, message, backOffMs }: EwsError): FrontAnswer {
  const detail = element("detail", [
    leaf("e:ResponseCode", code, { "xmlns:e": errorsNamespace }),
    leaf("e:Message", message, { "xmlns:e": errorsNamespace }),
    ...(backOffMs === null ? [] : [element("t:MessageXml", backOff(backOffMs), { "xmlns:t": typesNamespace })]),
  ])
  const fault = element("s:Fault", [
    leaf("faultcode", `a:${code}`, { "xmlns:a": typesNamespace }),
    leaf("faultstring", message, { "xml:lang": "en-US" }),
    detail,
  ])
  const body = element("s:Envelope", element("s:Body", fault), { "xmlns:s": soapNamespace })
  return { status: 500, headers: xmlHeaders, body: `<?xml version="1.0" encoding="utf-8"?>${body}` }
}

const backOff = (milliseconds: number): Markup => leaf("t:Value", milliseconds, { Name: "BackOffMilliseconds" })

/** One message of an answer: `rest` follows the code. */
export const successMessage = (operation: string, rest: Markup | readonly Markup[] = ""): Markup =>
  element(`m:${operation}ResponseMessage`, [leaf("m:ResponseCode", "NoError"), ...[rest].flat()], {
    ResponseClass: "Success",
  })

export const errorMessage = (operation: string, error: EwsError, rest: Markup = ""): Markup =>
  element(`m:${operation}ResponseMessage`, [...errorParts(error), rest], { ResponseClass: "Error" })

const errorParts = ({ message, code, backOffMs }: EwsError): readonly Markup[] => [
  leaf("m:MessageText", message),
  leaf("m:ResponseCode", code),
  leaf("m:DescriptiveLinkKey", 0),
  ...(backOffMs === null ? [] : [element("m:MessageXml", backOff(backOffMs))]),
]

/** The answer of an operation with response messages. */
export const responseMessages = (operation: string, messages: readonly Markup[]): Markup =>
  element(`m:${operation}Response`, element("m:ResponseMessages", messages), {
    "xmlns:m": messagesNamespace,
    "xmlns:t": typesNamespace,
  })

/** An answer without response messages, as some operations have it. */
export const plainAnswer = (operation: string, content: readonly Markup[]): Markup =>
  element(`m:${operation}Response`, [leaf("m:ResponseCode", "NoError"), ...content], {
    ResponseClass: "Success",
    "xmlns:m": messagesNamespace,
    "xmlns:t": typesNamespace,
  })

/** Does the work for each part of a request; what one part refuses is told in its own message. */
export function eachMessage<Part>(
  operation: string,
  parts: readonly Part[],
  one: (part: Part) => Markup | readonly Markup[],
  emptyRest: Markup = "",
): Markup {
  return responseMessages(
    operation,
    parts.map((part) => {
      try {
        return successMessage(operation, one(part))
      } catch (error) {
        if (error instanceof EwsError && !error.isFault) return errorMessage(operation, error, emptyRest)
        throw error
      }
    }),
  )
}
