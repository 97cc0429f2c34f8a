import { isProblem } from "@kalends/domain/problem"
import { find, parseXml, textAt, type XmlNode } from "@kalends/readers/xml"
import type { KnownDevice } from "../../ports/device-door.ts"
import type { FrontAnswer, FrontRequest } from "../../ports/device-front.ts"
import { element, leaf, type Markup } from "./markup.ts"
import { addressOf } from "./operations/people.ts"
import { xmlHeaders } from "./soap.ts"

const responseNamespace = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
const outlookNamespace = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
const autodiscoverNamespace = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
const addressingNamespace = "http://www.w3.org/2005/08/addressing"
const instanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
const settingsMost = 100

/**
 * Autodiscover in its old form (POX) and as SOAP. Whatever address is asked about, the answer is the device's own room:
 * it is the only one that its credential opens.
 */
export function autodiscover(request: FrontRequest, device: KnownDevice, form: "pox" | "soap"): FrontAnswer {
  const ewsUrl = `${request.origin}/EWS/Exchange.asmx`
  const asked = parsed(request.body)
  return xml(form === "pox" ? pox(asked, device, ewsUrl) : soap(asked, device, ewsUrl))
}

function parsed(body: string): XmlNode | null {
  try {
    return parseXml(body)
  } catch (error) {
    if (isProblem(error, "malformed")) return null
    throw error
  }
}

const xml = (content: Markup): FrontAnswer => ({
  status: 200,
  headers: xmlHeaders,
  body: `<?xml version="1.0" encoding="utf-8"?>${content}`,
})

function pox(asked: XmlNode | null, device: KnownDevice, ewsUrl: string): Markup {
  const request = find(asked, "Request")
  if (textAt(request, "EMailAddress") === null) return poxError(600, "Invalid Request")
  if (textAt(request, "AcceptableResponseSchema")?.trim() !== outlookNamespace)
    return poxError(601, "Provider is not available")
  const protocol = (type: string) =>
    element("Protocol", [leaf("Type", type), leaf("ASUrl", ewsUrl), leaf("EwsUrl", ewsUrl)])
  const user = [leaf("DisplayName", device.roomName), leaf("AutoDiscoverSMTPAddress", addressOf(device))]
  const account = [leaf("AccountType", "email"), leaf("Action", "settings"), protocol("EXCH"), protocol("EXPR")]
  const response = element("Response", [element("User", user), element("Account", account)], {
    xmlns: outlookNamespace,
  })
  return element("Autodiscover", response, { xmlns: responseNamespace })
}

function poxError(code: number, message: string): Markup {
  const error = element("Error", [leaf("ErrorCode", code), leaf("Message", message), element("DebugData")], { Id: "1" })
  return element("Autodiscover", element("Response", error), { xmlns: responseNamespace })
}

function soap(asked: XmlNode | null, device: KnownDevice, ewsUrl: string): Markup {
  const request = find(asked, "Body", "GetUserSettingsRequestMessage", "Request")
  const settings = (find(request, "RequestedSettings")?.children ?? [])
    .slice(0, settingsMost)
    .map(({ text }) => text.trim())
  const users = find(request, "Users")?.children ?? []
  if (users.length !== 1 || settings.length === 0)
    return soapEnvelope([leaf("ErrorCode", "InvalidRequest"), leaf("ErrorMessage", "The request is invalid.")])
  return soapEnvelope([
    leaf("ErrorCode", "NoError"),
    leaf("ErrorMessage", ""),
    element("UserResponses", userResponse(device, settings, ewsUrl)),
  ])
}

function soapEnvelope(content: readonly Markup[]): Markup {
  const action = leaf("a:Action", `${autodiscoverNamespace}/Autodiscover/GetUserSettingsResponse`, {
    "s:mustUnderstand": "1",
  })
  const version = element(
    "h:ServerVersionInfo",
    [leaf("h:MajorVersion", 15), leaf("h:MinorVersion", 0), leaf("h:Version", "Exchange2013_SP1")],
    { "xmlns:h": autodiscoverNamespace },
  )
  const response = element("Response", content, { "xmlns:i": instanceNamespace })
  const body = element("GetUserSettingsResponseMessage", response, { xmlns: autodiscoverNamespace })
  return element("s:Envelope", [element("s:Header", [action, version]), element("s:Body", body)], {
    "xmlns:s": soapNamespace,
    "xmlns:a": addressingNamespace,
  })
}

function userResponse(device: KnownDevice, settings: readonly string[], ewsUrl: string): Markup {
  const known: Readonly<Record<string, string>> = {
    UserDisplayName: device.roomName,
    AutoDiscoverSMTPAddress: addressOf(device),
    ExternalEwsUrl: ewsUrl,
    InternalEwsUrl: ewsUrl,
    ExternalEwsVersion: "15.00.0847.000",
    EwsSupportedSchemas:
      "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1",
  }
  const [told, missing] = [true, false].map((isTold) =>
    settings.filter((name) => Object.hasOwn(known, name) === isTold),
  )
  return element("UserResponse", [
    leaf("ErrorCode", "NoError"),
    leaf("ErrorMessage", "No error."),
    leaf("RedirectTarget", "", { "i:nil": "true" }),
    element("UserSettingErrors", (missing ?? []).map(settingError)),
    element(
      "UserSettings",
      (told ?? []).map((name) =>
        element("UserSetting", [leaf("Name", name), leaf("Value", known[name] ?? "")], { "i:type": "StringSetting" }),
      ),
    ),
  ])
}

const settingError = (name: string): Markup =>
  element("UserSettingError", [
    leaf("ErrorCode", "SettingIsNotAvailable"),
    leaf("ErrorMessage", "The setting is not available."),
    leaf("SettingName", name),
  ])
