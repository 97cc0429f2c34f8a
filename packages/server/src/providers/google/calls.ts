import { type Access, authorization } from "@kalends/domain/access"
import { classifyGoogle } from "@kalends/readers/google/problems"
import { eventFields } from "@kalends/readers/google/to-domain"
import { parseBody } from "@kalends/readers/json-body"
import type { Wire } from "@kalends/readers/parse"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient, OutgoingRequest } from "../../ports/http-client.ts"

export type GoogleCalls = ReturnType<typeof createGoogleCalls>

/** One function for each HTTP call; no decisions. Each throws the Problem that classifyGoogle makes of a failure. */
export function createGoogleCalls({
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
      headers: { accept: "application/json", ...request.headers, authorization: authorization(access) },
    })
    const problem = classifyGoogle(response, clock.now())
    if (problem !== null) throw problem
    return response.body
  }
  const get = async (access: Access, url: string, signal: AbortSignal): Promise<Wire> =>
    parseBody(await call(access, { method: "GET", url, headers: {}, signal }))
  const post = (access: Access, url: string, body: Wire, signal: AbortSignal) =>
    call(access, {
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    })
  const eventsUrl = (calendarId: string) => `${apiUrl}/calendars/${encodeURIComponent(calendarId)}/events`

  return {
    listCalendars: (access: Access, signal: AbortSignal) =>
      get(access, `${apiUrl}/users/me/calendarList?maxResults=250&fields=items(id,primary,accessRole)`, signal),
    listEvents: (access: Access, calendarId: string, query: URLSearchParams, signal: AbortSignal) =>
      get(access, `${eventsUrl(calendarId)}?${query}`, signal),
    getEvent: (access: Access, calendarId: string, eventId: string, signal: AbortSignal) =>
      get(
        access,
        `${eventsUrl(calendarId)}/${encodeURIComponent(eventId)}?fields=${encodeURIComponent(eventFields)}`,
        signal,
      ),
    watch: async (access: Access, calendarId: string, body: Wire, signal: AbortSignal): Promise<Wire> =>
      parseBody(await post(access, `${eventsUrl(calendarId)}/watch`, body, signal)),
    stopChannel: async (access: Access, body: Wire, signal: AbortSignal): Promise<void> =>
      void (await post(access, `${apiUrl}/channels/stop`, body, signal)),
  }
}
