import type { Knobs } from "../knobs.ts"
import type { Person } from "../org.ts"
import type { Route, SimRequest, SimResponse } from "../server.ts"
import type { Account, Directory } from "./directory.ts"
import type { SignIn } from "./sign-in.ts"
import { serverVersion } from "./soap.ts"
import { allOf, element, find, leaf, type Markup, parseXml, textAt } from "./xml.ts"

/** Where Autodiscover sends somebody instead of answering. */
export type Redirect = { readonly kind: "address"; readonly to: string } | { readonly kind: "url"; readonly to: string }

const responseNamespace = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
const outlookNamespace = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"
const autodiscoverNamespace = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
const addressingNamespace = "http://www.w3.org/2005/08/addressing"
const instanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
const requestAction = `${autodiscoverNamespace}/Autodiscover/GetUserSettings`

const down: SimResponse = { status: 503, body: "Service Unavailable" }

type Reach = {
  readonly knobs: Knobs
  readonly directory: Directory
  readonly signIn: SignIn
  readonly redirects: ReadonlyMap<string, Redirect>
  readonly count: (operation: string, person: string | null, status: number) => void
}

/** Autodiscover in its old (POX) and its SOAP form. Paths are without regard to capitals, as IIS has them. */
export function autodiscoverRoutes(reach: Reach): readonly Route[] {
  const guarded =
    (operation: string, work: (request: SimRequest) => SimResponse) =>
    (request: SimRequest): SimResponse => {
      const account = reach.knobs.isDown ? down : reach.signIn.signIn(request)
      const answer = isAccount(account) ? work(request) : account
      reach.count(operation, isAccount(account) ? account.email : null, answer.status)
      return answer
    }
  const both = (path: RegExp, operation: string, work: (request: SimRequest) => SimResponse): readonly Route[] => [
    { method: "POST", pattern: path, handler: guarded(operation, work) },
    { method: "GET", pattern: path, handler: guarded(operation, work) },
  ]
  return [
    ...both(/^\/autodiscover\/autodiscover\.xml$/i, "AutodiscoverPox", (request) => pox(reach, request)),
    ...both(/^\/autodiscover\/autodiscover\.svc$/i, "AutodiscoverSoap", (request) => soap(reach, request)),
  ]
}

export const isAccount = (one: Account | SimResponse): one is Account => "userName" in one

export const ewsUrlFor = (request: Pick<SimRequest, "url">): string => `${request.url.origin}/EWS/Exchange.asmx`

const xml = (content: Markup): SimResponse => ({
  status: 200,
  headers: { "content-type": "text/xml; charset=utf-8" },
  body: `<?xml version="1.0" encoding="utf-8"?>${content}`,
})

function pox({ directory, redirects }: Reach, request: SimRequest): SimResponse {
  const body = find(parseXml(request.body), "Request")
  const email = textAt(body, "EMailAddress")
  if (email === null) return xml(poxError(600, "Invalid Request"))
  if (textAt(body, "AcceptableResponseSchema") !== outlookNamespace)
    return xml(poxError(601, "Provider is not available"))
  const redirect = redirects.get(email.toLowerCase())
  if (redirect !== undefined) return xml(poxRedirect(redirect))
  const person = directory.findPerson(email)
  if (person === null) return xml(poxError(500, "The e-mail address cannot be found."))
  return xml(poxSettings(directory, person, ewsUrlFor(request)))
}

const poxError = (code: number, message: string): Markup =>
  element(
    "Autodiscover",
    element(
      "Response",
      element("Error", [leaf("ErrorCode", code), leaf("Message", message), leaf("DebugData", "")], {
        Time: "00:00:00.0000000",
        Id: "1",
      }),
    ),
    { xmlns: responseNamespace },
  )

function poxRedirect({ kind, to }: Redirect): Markup {
  const parts =
    kind === "address"
      ? [leaf("Action", "redirectAddr"), leaf("RedirectAddr", to)]
      : [leaf("Action", "redirectUrl"), leaf("RedirectUrl", to)]
  return outlook(element("Account", parts))
}

const outlook = (content: Markup | readonly Markup[]): Markup =>
  element("Autodiscover", element("Response", content, { xmlns: outlookNamespace }), { xmlns: responseNamespace })

function poxSettings(directory: Directory, { name, email }: Person, ewsUrl: string): Markup {
  const person = directory.findPerson(email)
  const protocol = (type: string) =>
    element("Protocol", [
      leaf("Type", type),
      leaf("Server", `ex01.${directory.tenant.domain}`),
      leaf("ASUrl", ewsUrl),
      leaf("EwsUrl", ewsUrl),
      leaf("EmwsUrl", ewsUrl),
      person === null ? "" : leaf("GroupingInformation", directory.homeOf(person)),
    ])
  return outlook([
    element("User", [
      leaf("DisplayName", name),
      leaf(
        "LegacyDN",
        `/o=${directory.domain}/ou=Exchange Administrative Group/cn=Recipients/cn=${email.split("@")[0]}`,
      ),
      leaf("AutoDiscoverSMTPAddress", email),
    ]),
    element("Account", [
      leaf("AccountType", "email"),
      leaf("Action", "settings"),
      protocol("EXCH"),
      protocol("EXPR"),
      element("Protocol", leaf("Type", "WEB")),
    ]),
  ])
}

function soap(reach: Reach, request: SimRequest): SimResponse {
  const envelope = parseXml(request.body)
  const message = find(envelope, "Body", "GetUserSettingsRequestMessage")
  const asked = find(message, "Request")
  const settings = allOf(find(asked, "RequestedSettings"), "Setting").map(({ text }) => text.trim())
  const mailboxes = allOf(find(asked, "Users"), "User").map((user) => textAt(user, "Mailbox") ?? "")
  if (asked === null || mailboxes.length === 0 || settings.length === 0)
    return soapEnvelope(
      element("Response", [leaf("ErrorCode", "InvalidRequest"), leaf("ErrorMessage", "The request is invalid.")], {
        "xmlns:i": instanceNamespace,
      }),
    )
  const users = mailboxes.map((email) => userResponse(reach, email, { settings, ewsUrl: ewsUrlFor(request) }))
  return soapEnvelope(
    element("Response", [leaf("ErrorCode", "NoError"), leaf("ErrorMessage", ""), element("UserResponses", users)], {
      "xmlns:i": instanceNamespace,
    }),
  )
}

function soapEnvelope(content: Markup): SimResponse {
  const { major, minor, build, revision } = serverVersion
  const version = element(
    "h:ServerVersionInfo",
    [
      leaf("h:MajorVersion", major),
      leaf("h:MinorVersion", minor),
      leaf("h:MajorBuildNumber", build),
      leaf("h:MinorBuildNumber", revision),
      leaf("h:Version", "Exchange2015"),
    ],
    { "xmlns:h": autodiscoverNamespace, "xmlns:i": instanceNamespace },
  )
  const action = leaf("a:Action", `${requestAction}Response`, { "s:mustUnderstand": "1" })
  const body = element("GetUserSettingsResponseMessage", content, { xmlns: autodiscoverNamespace })
  return xml(
    element("s:Envelope", [element("s:Header", [action, version]), element("s:Body", body)], {
      "xmlns:s": soapNamespace,
      "xmlns:a": addressingNamespace,
    }),
  )
}

type Wanted = { readonly settings: readonly string[]; readonly ewsUrl: string }

function userResponse({ directory, redirects }: Reach, email: string, { settings, ewsUrl }: Wanted): Markup {
  const failed = (code: string, text: string, target = "") =>
    element("UserResponse", [
      leaf("ErrorCode", code),
      leaf("ErrorMessage", text),
      target === "" ? leaf("RedirectTarget", "", { "i:nil": "true" }) : leaf("RedirectTarget", target),
      element("UserSettingErrors"),
      element("UserSettings"),
    ])
  const redirect = redirects.get(email.toLowerCase())
  if (redirect?.kind === "address") return failed("RedirectAddress", "Redirection address.", redirect.to)
  if (redirect?.kind === "url") return failed("RedirectUrl", "Redirection URL.", redirect.to)
  const person = directory.findPerson(email)
  if (person === null) return failed("InvalidUser", `Invalid user: '${email}'`)
  const known: Readonly<Record<string, string>> = {
    UserDisplayName: person.name,
    UserDN: `/o=${directory.domain}/ou=Exchange Administrative Group/cn=Recipients/cn=${email.split("@")[0]}`,
    AutoDiscoverSMTPAddress: person.email,
    ExternalEwsUrl: ewsUrl,
    InternalEwsUrl: ewsUrl,
    ExternalEwsVersion: "15.02.1544.000",
    EwsSupportedSchemas:
      "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1, Exchange2015",
    GroupingInformation: directory.homeOf(person),
    InternalMailboxServer: `${directory.homeOf(person).toLowerCase()}.${directory.tenant.domain}`,
    CasVersion: "15.02.1544.000",
  }
  const found = settings.filter((name) => known[name] !== undefined)
  return element("UserResponse", [
    leaf("ErrorCode", "NoError"),
    leaf("ErrorMessage", "No error."),
    leaf("RedirectTarget", "", { "i:nil": "true" }),
    element(
      "UserSettingErrors",
      settings
        .filter((name) => known[name] === undefined)
        .map((name) =>
          element("UserSettingError", [
            leaf("ErrorCode", "SettingIsNotAvailable"),
            leaf("ErrorMessage", "The setting is not available."),
            leaf("SettingName", name),
          ]),
        ),
    ),
    element(
      "UserSettings",
      found.map((name) =>
        element("UserSetting", [leaf("Name", name), leaf("Value", known[name] ?? "")], { "i:type": "StringSetting" }),
      ),
    ),
  ])
}
