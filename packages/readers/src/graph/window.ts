import { parseBody } from "../json-body.ts"
import { list, mapItems, text } from "../parse.ts"
import type { ReadRequest, WindowReader } from "../reader.ts"
import { classifyGraph } from "./problems.ts"
import { graphEvent, selectedFields } from "./to-domain.ts"

const pageSize = 500

/** On every request, the next page's too: Graph forgets them in between (providers.md A.3). */
export const graphReadHeaders: Readonly<Record<string, string>> = {
  accept: "application/json",
  prefer: `outlook.timezone="UTC", outlook.body-content-type="text", IdType="ImmutableId", odata.maxpagesize=${pageSize}`,
}

/** Reads a window through calendarView, which expands series. */
export const graphReader: WindowReader = {
  firstPage({ apiBase, calendarId, window }): ReadRequest {
    const query = new URLSearchParams({
      startDateTime: window.startsAt.toString(),
      endDateTime: window.endsAt.toString(),
      $select: selectedFields,
      $top: String(pageSize),
    })
    return page(`${apiBase}/calendars/${encodeURIComponent(calendarId)}/calendarView?${query}`)
  },
  parsePage(response) {
    const body = parseBody(response.body)
    const next = text(body["@odata.nextLink"])
    return { ...mapItems(list(body.value), graphEvent), next: next === null ? [] : [page(next)] }
  },
  classify: classifyGraph,
}

function page(url: string): ReadRequest {
  return { method: "GET", url, headers: graphReadHeaders, body: null }
}
