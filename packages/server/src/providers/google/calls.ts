import { type Access, authorization } from "@kalends/domain/access"
import { classifyGoogle } from "@kalends/readers/google/problems"
import { eventFields } from "@kalends/readers/google/to-domain"
import { parseBody } from "@kalends/readers/json-body"
import type { Wire } from "@kalends/readers/parse"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient, OutgoingRequest } from "../../ports/http-client.ts"

export type GoogleCalls = ReturnType<typeof createGoogleCalls>

type Asked = { readonly fields: string; readonly signal: AbortSignal }
/** `etag` null: whatever the version. */
type Precondition = { readonly etag: string | null; readonly signal: AbortSignal }

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

  const eventUrl = ({ calendarId, eventId }: { readonly calendarId: string; readonly eventId: string }) =>
    `${eventsUrl(calendarId)}/${encodeURIComponent(eventId)}`
  const ifMatch = (etag: string | null) => (etag === null ? {} : { "if-match": etag })

  return {
    listCalendars: (access: Access, signal: AbortSignal) =>
      get(access, `${apiUrl}/users/me/calendarList?maxResults=250&fields=items(id,primary,accessRole)`, signal),
    /** What an access may do in one calendar, which every list of its events says (events.list, accessRole). */
    peekCalendar: (access: Access, calendarId: string, signal: AbortSignal) =>
      get(access, `${eventsUrl(calendarId)}?maxResults=1&fields=accessRole`, signal),
    listEvents: (access: Access, calendarId: string, query: URLSearchParams, signal: AbortSignal) =>
      get(access, `${eventsUrl(calendarId)}?${query}`, signal),
    getEvent: (access: Access, calendarId: string, eventId: string, signal: AbortSignal) =>
      get(
        access,
        `${eventsUrl(calendarId)}/${encodeURIComponent(eventId)}?fields=${encodeURIComponent(eventFields)}`,
        signal,
      ),
    /** A whole event or series; `fields` as Google names them. */
    getWhole: (access: Access, calendarId: string, eventId: string, { fields, signal }: Asked) =>
      get(
        access,
        `${eventsUrl(calendarId)}/${encodeURIComponent(eventId)}?fields=${encodeURIComponent(fields)}`,
        signal,
      ),
    /** A series and all its exceptions, holes too: they share its iCalUID. */
    listFamily: (access: Access, calendarId: string, iCalUid: string, { fields, signal }: Asked) => {
      const query = new URLSearchParams({
        iCalUID: iCalUid,
        singleEvents: "false",
        showDeleted: "true",
        maxResults: "2500",
      })
      query.set("fields", `items(${fields})`)
      return get(access, `${eventsUrl(calendarId)}?${query}`, signal)
    },
    insertEvent: async (access: Access, calendarId: string, body: Wire, signal: AbortSignal): Promise<Wire> =>
      parseBody(await post(access, `${eventsUrl(calendarId)}?sendUpdates=all`, body, signal)),
    /** `tells`: whether the guests hear of it. */
    patchEvent: async (
      access: Access,
      address: { readonly calendarId: string; readonly eventId: string },
      body: Wire,
      { etag, tells, signal }: Precondition & { readonly tells: boolean },
    ): Promise<Wire> =>
      parseBody(
        await call(access, {
          method: "PATCH",
          url: `${eventUrl(address)}?sendUpdates=${tells ? "all" : "none"}`,
          headers: { "content-type": "application/json", ...ifMatch(etag) },
          body: JSON.stringify(body),
          signal,
        }),
      ),
    deleteEvent: async (
      access: Access,
      address: { readonly calendarId: string; readonly eventId: string },
      { etag, signal }: Precondition,
    ): Promise<void> =>
      void (await call(access, {
        method: "DELETE",
        url: `${eventUrl(address)}?sendUpdates=all`,
        headers: ifMatch(etag),
        signal,
      })),
    watch: async (access: Access, calendarId: string, body: Wire, signal: AbortSignal): Promise<Wire> =>
      parseBody(await post(access, `${eventsUrl(calendarId)}/watch`, body, signal)),
    stopChannel: async (access: Access, body: Wire, signal: AbortSignal): Promise<void> =>
      void (await post(access, `${apiUrl}/channels/stop`, body, signal)),
  }
}
