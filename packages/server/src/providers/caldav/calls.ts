import { type Access, authorization } from "@kalends/domain/access"
import { Problem } from "@kalends/domain/problem"
import { type Multistatus, parseMultistatus } from "@kalends/readers/caldav/multistatus"
import { classifyCaldav } from "@kalends/readers/caldav/problems"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient, IncomingResponse, OutgoingRequest } from "../../ports/http-client.ts"

export type CaldavCalls = ReturnType<typeof createCaldavCalls>
export type Target = { readonly access: Access; readonly url: string; readonly signal: AbortSignal }

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
        `<d:sync-collection ${namespaces}><d:sync-token>${escapeXml(token)}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`,
      ),
    async getObject(target: Target): Promise<IncomingResponse> {
      const response = await raw(target, { method: "GET", headers: { accept: "text/calendar" } })
      const problem = classifyCaldav(response, clock.now())
      if (problem !== null) throw problem
      return response
    },
  }
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}
