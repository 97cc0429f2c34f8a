import type { SimResponse } from "../server.ts"
import { element, leaf, type Markup } from "./xml.ts"

export const typesNamespace = "http://schemas.microsoft.com/exchange/services/2006/types"
export const messagesNamespace = "http://schemas.microsoft.com/exchange/services/2006/messages"
const errorsNamespace = "http://schemas.microsoft.com/exchange/services/2006/errors"
const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"

/** Exchange Server 2019 CU14 as it names itself. */
export const serverVersion = { major: 15, minor: 2, build: 1544, revision: 4, schema: "V2017_07_11" } as const

const versionHeader = element("h:ServerVersionInfo", "", {
  MajorVersion: serverVersion.major,
  MinorVersion: serverVersion.minor,
  MajorBuildNumber: serverVersion.build,
  MinorBuildNumber: serverVersion.revision,
  Version: serverVersion.schema,
  "xmlns:h": typesNamespace,
  xmlns: typesNamespace,
})

/** What an operation refuses. `isFault` fails the whole request, otherwise one message of it. */
export class EwsError extends Error {
  readonly code: string
  readonly isFault: boolean
  readonly backOffMs: number | null

  constructor(
    code: string,
    text: string,
    more: { readonly isFault?: boolean; readonly backOffMs?: number | null } = {},
  ) {
    super(text)
    this.code = code
    this.isFault = more.isFault ?? false
    this.backOffMs = more.backOffMs ?? null
  }
}

/** A SOAP answer of an operation. */
export const soapAnswer = (body: Markup): SimResponse => ({
  status: 200,
  headers: xmlHeaders,
  body: `<?xml version="1.0" encoding="utf-8"?>${element(
    "s:Envelope",
    [element("s:Header", versionHeader), element("s:Body", body)],
    { "xmlns:s": soapNamespace },
  )}`,
})

/** A piece of a streamed answer: an envelope of its own, in the default namespace as Exchange writes it. */
export const streamedEnvelope = (body: Markup): string =>
  `${element(
    "Envelope",
    [
      element("soap11:Header", versionHeader, { "xmlns:soap11": soapNamespace }),
      element("soap11:Body", body, { "xmlns:soap11": soapNamespace }),
    ],
    { xmlns: soapNamespace },
  )}`

export const xmlHeaders = { "content-type": "text/xml; charset=utf-8" } as const

/** The SOAP fault of an error (500), as captured in github.com/mguessan/davmail issue 161. */
export function soapFault({ code, message, backOffMs }: EwsError): SimResponse {
  const hint = backOffMs === null ? "" : element("t:MessageXml", backOff(backOffMs), { "xmlns:t": typesNamespace })
  const detail = element("detail", [
    leaf("e:ResponseCode", code, { "xmlns:e": errorsNamespace }),
    leaf("e:Message", message, { "xmlns:e": errorsNamespace }),
    hint,
  ])
  const fault = element("s:Fault", [
    leaf("faultcode", `a:${code}`, { "xmlns:a": typesNamespace }),
    leaf("faultstring", message, { "xml:lang": "en-US" }),
    detail,
  ])
  return {
    status: 500,
    headers: xmlHeaders,
    body: `<?xml version="1.0" encoding="utf-8"?>${element("s:Envelope", element("s:Body", fault), {
      "xmlns:s": soapNamespace,
    })}`,
  }
}

const backOff = (milliseconds: number): Markup => leaf("t:Value", milliseconds, { Name: "BackOffMilliseconds" })

/** One message of an answer: `rest` follows the code. */
export const successMessage = (operation: string, rest: Markup | readonly Markup[] = ""): Markup =>
  element(`m:${operation}ResponseMessage`, [leaf("m:ResponseCode", "NoError"), ...[rest].flat()], {
    ResponseClass: "Success",
  })

export function errorMessage(operation: string, error: EwsError, rest: Markup = ""): Markup {
  return element(`m:${operation}ResponseMessage`, [...errorParts(error), rest], { ResponseClass: "Error" })
}

export const errorParts = ({ message, code, backOffMs }: EwsError): readonly Markup[] => [
  leaf("m:MessageText", message),
  leaf("m:ResponseCode", code),
  leaf("m:DescriptiveLinkKey", 0),
  backOffMs === null ? "" : element("m:MessageXml", backOff(backOffMs)),
]

/** The answer of an operation with response messages. */
export const responseMessages = (operation: string, messages: readonly Markup[]): Markup =>
  operationAnswer(operation, element("m:ResponseMessages", messages))

export const operationAnswer = (
  operation: string,
  content: Markup | readonly Markup[],
  attributes: Readonly<Record<string, string>> = {},
): Markup =>
  element(`m:${operation}Response`, content, {
    ...attributes,
    "xmlns:m": messagesNamespace,
    "xmlns:t": typesNamespace,
  })

/** Does the work for each part of a batch; what one part refuses is told in its own message. */
export function eachMessage<T>(
  operation: string,
  parts: readonly T[],
  work: { readonly one: (part: T) => Markup | readonly Markup[]; readonly emptyRest?: Markup },
): Markup {
  return responseMessages(
    operation,
    parts.map((part) => {
      try {
        return successMessage(operation, work.one(part))
      } catch (error) {
        if (error instanceof EwsError && !error.isFault) return errorMessage(operation, error, work.emptyRest)
        throw error
      }
    }),
  )
}
