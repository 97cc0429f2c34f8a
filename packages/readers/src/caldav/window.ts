import type { CalendarEvent } from "@kalends/domain/event"
import type { EventPage, ReadRequest, WindowQuery, WindowReader } from "../reader.ts"
import { parseMultistatus, xmlText } from "./multistatus.ts"
import { onServer } from "./origin.ts"
import { classifyCaldav } from "./problems.ts"
import { expandObject } from "./to-domain.ts"

/** RFC 4791 7.8: REPORT calendar-query. Without "Depth: 1" some servers look at the collection alone (providers.md D). */
export const caldavReader: WindowReader = {
  firstPage({ apiBase, calendarId, window }): ReadRequest {
    const body = `<?xml version="1.0" encoding="utf-8"?><c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="${utcStamp(window.startsAt)}" end="${utcStamp(window.endsAt)}"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`
    return {
      method: "REPORT",
      url: onServer(apiBase, calendarId),
      headers: { depth: "1", "content-type": "application/xml; charset=utf-8" },
      body,
    }
  },
  parsePage(response, query) {
    return expandResponses(response.body, query)
  },
  classify: classifyCaldav,
}

/** "20261123T090000Z". */
export function utcStamp(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")
}

function expandResponses(body: string, query: WindowQuery): EventPage {
  const events: CalendarEvent[] = []
  let malformedCount = 0
  for (const { href, properties } of parseMultistatus(body).responses) {
    const data = xmlText(properties["calendar-data"])
    if (data === null) continue
    try {
      const expanded = expandObject({ href, version: xmlText(properties.getetag) ?? "", data }, query)
      events.push(...expanded.events)
      malformedCount += expanded.malformedCount
    } catch {
      malformedCount++
    }
  }
  return { events, malformedCount, next: [] }
}
