import { type Access, authorization } from "@kalends/domain/access"
import { escapeMarkup } from "@kalends/domain/markup"
import { Problem } from "@kalends/domain/problem"
import { type Multistatus, parseMultistatus, xmlText } from "@kalends/readers/caldav/multistatus"
import { addressOnServer } from "@kalends/readers/caldav/origin"
import { classifyCaldav, classifyCaldavWrite, classifyPushRegistration } from "@kalends/readers/caldav/problems"
import { wire } from "@kalends/readers/parse"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient, IncomingResponse, OutgoingRequest } from "../../ports/http-client.ts"
import type { WebPushKeys } from "./web-push.ts"

export type CaldavCalls = ReturnType<typeof createCaldavCalls>
export type Target = { readonly access: Access; readonly url: string; readonly signal: AbortSignal }
export type PushRegistration = {
  readonly pushResource: string
  readonly keys: WebPushKeys
  readonly expiresAt: Temporal.Instant
}

const xml = { "content-type": "application/xml; charset=utf-8" }
const namespaces =
  'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/" xmlns:p="https://bitfire.at/webdav-push"'

/** One function for each HTTP call; no decisions. All addresses are user-given and so guarded by the HTTP client. */
export function createCaldavCalls({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }) {
  function raw(
    { access, url, signal }: Target,
    request: Omit<OutgoingRequest, "url" | "headers"> & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<IncomingResponse> {
    return http.send({
      ...request,
      url,
      headers: { ...request.headers, authorization: authorization(access) },
      signal,
      isUserGiven: true,
    })
  }
  async function multistatus(
    target: Target,
    method: "PROPFIND" | "REPORT",
    depth: "0" | "1",
    body: string,
  ): Promise<Multistatus> {
    const response = await raw(target, {
      method,
      headers: { ...xml, depth },
      body: `<?xml version="1.0" encoding="utf-8"?>${body}`,
    })
    const problem = classifyCaldav(response, clock.now())
    if (problem !== null) throw problem
    if (response.status !== 207)
      throw new Problem("unsupported", "There is no CalDAV server at this address.", { code: "no-caldav" })
    return parseMultistatus(response.body)
  }
  const propfind = (properties: string) => `<d:propfind ${namespaces}><d:prop>${properties}</d:prop></d:propfind>`

  return {
    /** The answer as it is, redirects and refusals included: discovery decides on them. */
    findPrincipal: (target: Target) =>
      raw(target, {
        method: "PROPFIND",
        headers: { ...xml, depth: "0" },
        body: propfind("<d:current-user-principal/><c:calendar-home-set/><d:resourcetype/>"),
      }),
    /** What such an answer means; null for success. */
    problemOf: (response: IncomingResponse) => classifyCaldav(response, clock.now()),
    findHome: (target: Target) => multistatus(target, "PROPFIND", "0", propfind("<c:calendar-home-set/>")),
    listCollections: (target: Target) =>
      multistatus(
        target,
        "PROPFIND",
        "1",
        propfind(
          "<d:resourcetype/><c:supported-calendar-component-set/><d:current-user-privilege-set/><c:schedule-default-calendar-URL/>",
        ),
      ),
    findMarks: (target: Target) => multistatus(target, "PROPFIND", "0", propfind("<d:sync-token/><s:getctag/>")),
    listTags: (target: Target) => multistatus(target, "PROPFIND", "1", propfind("<d:getetag/><d:resourcetype/>")),
    /** RFC 6578. No limit is sent: some servers refuse one on the first sync (providers.md D). */
    syncCollection: (target: Target, token: string) =>
      multistatus(
        target,
        "REPORT",
        "0",
        `<d:sync-collection ${namespaces}><d:sync-token>${escapeMarkup(token)}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`,
      ),
    async getObject(target: Target): Promise<IncomingResponse> {
      const response = await raw(target, { method: "GET", headers: { accept: "text/calendar" } })
      const problem = classifyCaldav(response, clock.now())
      if (problem !== null) throw problem
      return response
    },
    /** RFC 4791 7.9: the text of several objects of one calendar. */
    getObjects: (target: Target, hrefs: readonly string[]) =>
      multistatus(
        target,
        "REPORT",
        "1",
        `<c:calendar-multiget ${namespaces}><d:prop><d:getetag/><c:calendar-data/></d:prop>${hrefs.map((href) => `<d:href>${escapeMarkup(href)}</d:href>`).join("")}</c:calendar-multiget>`,
      ),
    /** The new tag; null where the server gives none. Throws "conflict" when the precondition does not hold. */
    async putObject(
      target: Target,
      data: string,
      precondition: Readonly<Record<string, string>>,
    ): Promise<string | null> {
      const headers = { "content-type": "text/calendar; charset=utf-8", ...precondition }
      const response = await raw(target, { method: "PUT", headers, body: data })
      const problem = classifyCaldavWrite(response, clock.now())
      if (problem !== null) throw problem
      return response.headers.etag ?? null
    },
    async removeObject(target: Target, precondition: Readonly<Record<string, string>>): Promise<void> {
      const problem = classifyCaldav(await raw(target, { method: "DELETE", headers: precondition }), clock.now())
      if (problem !== null) throw problem
    },
    /** The mail addresses that mean the user (RFC 6638 2.4.1), in lower case; none where the server does not schedule. */
    async listAddresses(target: Target): Promise<readonly string[]> {
      const found = await multistatus(target, "PROPFIND", "0", propfind("<d:current-user-principal/>"))
      const principal = xmlText(wire(found.responses[0]?.properties["current-user-principal"])?.href)
      const url = principal === null ? null : addressOnServer(target.url, principal)
      if (url === null) return []
      const { responses } = await multistatus(
        { ...target, url },
        "PROPFIND",
        "0",
        propfind("<c:calendar-user-address-set/>"),
      )
      const hrefs = wire(responses[0]?.properties["calendar-user-address-set"])?.href
      return (Array.isArray(hrefs) ? hrefs : [hrefs]).flatMap((href) => {
        const mail = /^mailto:(.+)$/i.exec(xmlText(href)?.trim() ?? "")?.[1]
        return mail === undefined ? [] : [mail.toLowerCase()]
      })
    },
    /** Where the server keeps its principals (RFC 3744 5.8). */
    async findPrincipalSets(target: Target): Promise<readonly string[]> {
      const { responses } = await multistatus(target, "PROPFIND", "0", propfind("<d:principal-collection-set/>"))
      const hrefs = wire(responses[0]?.properties["principal-collection-set"])?.href
      return (Array.isArray(hrefs) ? hrefs : [hrefs]).flatMap((href) => xmlText(href) ?? [])
    },
    /** Principals that are rooms or resources (RFC 3744 9.4, RFC 6638 2.4.2). */
    searchRooms: (target: Target) =>
      multistatus(
        target,
        "REPORT",
        "0",
        `<d:principal-property-search ${namespaces} test="anyof">${["ROOM", "RESOURCE"].map((type) => `<d:property-search><d:prop><c:calendar-user-type/></d:prop><d:match>${type}</d:match></d:property-search>`).join("")}<d:prop><d:displayname/><c:calendar-user-type/><c:calendar-user-address-set/></d:prop></d:principal-property-search>`,
      ),
    findPush: (target: Target) =>
      multistatus(target, "PROPFIND", "0", propfind("<p:transports/><p:topic/><p:supported-triggers/>")),
    /** The answer is in the headers: Location and Expires. */
    async registerPush(target: Target, registration: PushRegistration): Promise<IncomingResponse> {
      const response = await raw(target, { method: "POST", headers: xml, body: pushRegister(registration) })
      const problem = classifyPushRegistration(response, clock.now())
      if (problem !== null) throw problem
      return response
    },
    async removePush(target: Target): Promise<void> {
      const problem = classifyCaldav(await raw(target, { method: "DELETE", headers: {} }), clock.now())
      if (problem !== null) throw problem
    },
  }
}

/** Changes of the calendar and what is in it, not of its properties (draft, "Subscription Registration"). */
function pushRegister({ pushResource, keys, expiresAt }: PushRegistration): string {
  const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url")
  const subscription = [
    `<p:push-resource>${escapeMarkup(pushResource)}</p:push-resource>`,
    "<p:content-encoding>aes128gcm</p:content-encoding>",
    `<p:subscription-public-key type="p256dh">${base64url(keys.publicKey)}</p:subscription-public-key>`,
    `<p:auth-secret>${base64url(keys.authSecret)}</p:auth-secret>`,
  ].join("")
  return `<?xml version="1.0" encoding="utf-8"?><p:push-register ${namespaces}><p:subscription><p:web-push-subscription>${subscription}</p:web-push-subscription></p:subscription><p:trigger><p:content-update><d:depth>1</d:depth></p:content-update></p:trigger><p:expires>${imfDate(expiresAt)}</p:expires></p:push-register>`
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** "Wed, 20 Dec 2023 10:03:31 GMT" (RFC 9110 5.6.7). */
function imfDate(at: Temporal.Instant): string {
  const { dayOfWeek, day, month, year, hour, minute, second } = at.toZonedDateTimeISO("UTC")
  const [date, hours, minutes, seconds] = [day, hour, minute, second].map((value) => String(value).padStart(2, "0"))
  return `${weekdays[dayOfWeek - 1]}, ${date} ${months[month - 1]} ${year} ${hours}:${minutes}:${seconds} GMT`
}
