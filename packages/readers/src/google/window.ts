import { parseBody } from "../json-body.ts"
import { list, mapItems, text } from "../parse.ts"
import type { ReadRequest, WindowQuery, WindowReader } from "../reader.ts"
import { classifyGoogle } from "./problems.ts"
import { googleEvent, selectedFields } from "./to-domain.ts"

const pageSize = 2500

/** Reads a window through events.list with singleEvents, which expands series. timeMin bounds the end, timeMax the start; both exclusive. */
export const googleReader: WindowReader = {
  firstPage: (query) => page(query, null),
  parsePage(response, query) {
    const body = parseBody(response.body)
    const token = text(body.nextPageToken)
    return { ...mapItems(list(body.items), googleEvent), next: token === null ? [] : [page(query, token)] }
  },
  classify: classifyGoogle,
}

function page({ apiBase, calendarId, window }: WindowQuery, pageToken: string | null): ReadRequest {
  const query = new URLSearchParams({
    singleEvents: "true",
    timeMin: window.startsAt.toString(),
    timeMax: window.endsAt.toString(),
    maxResults: String(pageSize),
    fields: selectedFields,
    ...(pageToken === null ? {} : { pageToken }),
  })
  return {
    method: "GET",
    url: `${apiBase}/calendars/${encodeURIComponent(calendarId)}/events?${query}`,
    headers: { accept: "application/json" },
    body: null,
  }
}
