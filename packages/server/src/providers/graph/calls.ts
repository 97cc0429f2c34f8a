import { type Access, authorization } from "@kalends/domain/access"
import { classifyGraph } from "@kalends/readers/graph/problems"
import { graphReadHeaders } from "@kalends/readers/graph/window"
import { parseBody } from "@kalends/readers/json-body"
import type { Wire } from "@kalends/readers/parse"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient, OutgoingRequest } from "../../ports/http-client.ts"
import { mailboxUrl } from "./mailbox.ts"

export type GraphCalls = ReturnType<typeof createGraphCalls>

type EventAddress = { readonly calendarId: string; readonly eventId: string }
type Asked = { readonly body: "text" | "html"; readonly signal: AbortSignal }
/** `etag` null: whatever the version. */
type Precondition = { readonly etag: string | null; readonly signal: AbortSignal }

const htmlPrefer = (graphReadHeaders.prefer ?? "").replace(
  `outlook.body-content-type="text"`,
  `outlook.body-content-type="html"`,
)
const ifMatch = (etag: string | null) => (etag === null ? {} : { "if-match": etag })
/** Graph reads "+" as itself: a space is "%20". */
const queryText = (query: URLSearchParams) => query.toString().replaceAll("+", "%20")

/** One function for each HTTP call; no decisions. Each throws the Problem that classifyGraph makes of a failure. */
export function createGraphCalls({
  http,
  clock,
  apiUrl,
}: {
  readonly http: HttpClient
  readonly clock: Clock
  readonly apiUrl: string
}) {
  async function call(access: Access, request: OutgoingRequest): Promise<string> {
    const response = await http.send({
      ...request,
      headers: { ...graphReadHeaders, ...request.headers, authorization: authorization(access) },
    })
    const problem = classifyGraph(response, clock.now())
    if (problem !== null) throw problem
    return response.body
  }
  const send = (access: Access, request: OutgoingRequest & { readonly body: string }) =>
    call(access, { ...request, headers: { ...json, ...request.headers } })
  const json = { "content-type": "application/json" }
  const get = async (access: Access, url: string, signal: AbortSignal): Promise<Wire> =>
    parseBody(await call(access, { method: "GET", url, headers: {}, signal }))

  const eventsUrl = (access: Access, calendarId: string) =>
    `${mailboxUrl(apiUrl, access)}/calendars/${encodeURIComponent(calendarId)}/events`
  const eventUrl = (access: Access, { calendarId, eventId }: EventAddress) =>
    `${eventsUrl(access, calendarId)}/${encodeURIComponent(eventId)}`

  return {
    /** The mailbox's own calendar: the one that is documented for whom the mailbox is shared with. */
    getCalendar: (access: Access, signal: AbortSignal) =>
      get(access, `${mailboxUrl(apiUrl, access)}/calendar?$select=id,isDefaultCalendar,canEdit`, signal),
    listCalendars: (access: Access, signal: AbortSignal) =>
      get(access, `${mailboxUrl(apiUrl, access)}/calendars?$select=id,isDefaultCalendar,canEdit&$top=100`, signal),
    getEvent: (access: Access, eventId: string, select: string, signal: AbortSignal) =>
      get(access, `${mailboxUrl(apiUrl, access)}/events/${encodeURIComponent(eventId)}?$select=${select}`, signal),
    /** A master or single event, with its body as text or as the HTML it is. */
    getWhole: async (access: Access, address: EventAddress, query: URLSearchParams, { body, signal }: Asked) =>
      parseBody(
        await call(access, {
          method: "GET",
          url: `${eventUrl(access, address)}?${queryText(query)}`,
          headers: body === "html" ? { prefer: htmlPrefer } : {},
          signal,
        }),
      ),
    /** The occurrences of a series in a window. */
    listInstances: (access: Access, address: EventAddress, query: URLSearchParams, signal: AbortSignal) =>
      get(access, `${eventUrl(access, address)}/instances?${queryText(query)}`, signal),
    findEvents: (access: Access, calendarId: string, query: URLSearchParams, signal: AbortSignal) =>
      get(access, `${eventsUrl(access, calendarId)}?${queryText(query)}`, signal),
    createEvent: async (access: Access, calendarId: string, body: Wire, signal: AbortSignal): Promise<Wire> =>
      parseBody(
        await send(access, {
          method: "POST",
          url: eventsUrl(access, calendarId),
          headers: {},
          body: JSON.stringify(body),
          signal,
        }),
      ),
    patchEvent: async (access: Access, address: EventAddress, body: Wire, { etag, signal }: Precondition) =>
      void (await send(access, {
        method: "PATCH",
        url: eventUrl(access, address),
        headers: ifMatch(etag),
        body: JSON.stringify(body),
        signal,
      })),
    deleteEvent: async (access: Access, address: EventAddress, { etag, signal }: Precondition): Promise<void> =>
      void (await call(access, { method: "DELETE", url: eventUrl(access, address), headers: ifMatch(etag), signal })),
    /** `url` is a delta or next link, already known to be on Graph's host. */
    getPage: get,
    createSubscription: async (access: Access, body: Wire, signal: AbortSignal): Promise<Wire> =>
      parseBody(
        await call(access, {
          method: "POST",
          url: `${apiUrl}/subscriptions`,
          headers: json,
          body: JSON.stringify(body),
          signal,
        }),
      ),
    renewSubscription: async (access: Access, id: string, body: Wire, signal: AbortSignal): Promise<Wire> =>
      parseBody(
        await call(access, {
          method: "PATCH",
          url: `${apiUrl}/subscriptions/${encodeURIComponent(id)}`,
          headers: json,
          body: JSON.stringify(body),
          signal,
        }),
      ),
    deleteSubscription: async (access: Access, id: string, signal: AbortSignal): Promise<void> => {
      await call(access, {
        method: "DELETE",
        url: `${apiUrl}/subscriptions/${encodeURIComponent(id)}`,
        headers: {},
        signal,
      })
    },
    listSubscriptions: (access: Access, signal: AbortSignal) => get(access, `${apiUrl}/subscriptions`, signal),
  }
}
