import { type Access, authorization } from "@kalends/domain/access"
import { classifyGraph } from "@kalends/readers/graph/problems"
import { graphReadHeaders } from "@kalends/readers/graph/window"
import { parseBody } from "@kalends/readers/json-body"
import type { Wire } from "@kalends/readers/parse"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient, OutgoingRequest } from "../../ports/http-client.ts"

export type GraphCalls = ReturnType<typeof createGraphCalls>

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
  const json = { "content-type": "application/json" }
  const get = async (access: Access, url: string, signal: AbortSignal): Promise<Wire> =>
    parseBody(await call(access, { method: "GET", url, headers: {}, signal }))

  return {
    listCalendars: (access: Access, signal: AbortSignal) =>
      get(access, `${apiUrl}/me/calendars?$select=id,isDefaultCalendar,canEdit&$top=100`, signal),
    getEvent: (access: Access, eventId: string, select: string, signal: AbortSignal) =>
      get(access, `${apiUrl}/me/events/${encodeURIComponent(eventId)}?$select=${select}`, signal),
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
