import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { list, mapItems, modifiedTimesMs, text, type Wire } from "@kalends/readers/parse"
import type { ChangePage, ChangesInput, EventChange, Lookout } from "../../ports/calendar-provider.ts"
import type { GoogleCalls } from "./calls.ts"
import { eventTexts } from "./mapping.ts"

const pageSize = "2500"
/** Ids, tags and when it was changed only, where nobody looks for meetings: a pass detects changes, it does not read events. */
const idFields = "id,status,recurringEventId,etag,updated"
const lookoutFields = `${idFields},location,description,hangoutLink,conferenceData(entryPoints(uri)),extendedProperties(private)`
const fieldsOf = (item: string) => `items(${item}),nextPageToken,nextSyncToken`

/**
 * Changes by sync token, over series rather than occurrences (singleEvents=false): small, and without a window that would
 * have to roll (providers.md B.2). The token comes on the last page only. With a token, only parameters that equal the
 * first pass's may be sent, and no times.
 */
export async function* googleChanges(calls: GoogleCalls, input: ChangesInput): AsyncGenerator<ChangePage, void, void> {
  let pageToken: string | null = null
  const fields = fieldsOf(input.lookout === null ? idFields : lookoutFields)
  for (;;) {
    const query = new URLSearchParams({ maxResults: pageSize, showDeleted: "true", singleEvents: "false", fields })
    if (input.cursor !== null) query.set("syncToken", input.cursor)
    if (pageToken !== null) query.set("pageToken", pageToken)
    const body: Wire = await calls
      .listEvents(input.access, input.calendarId, query, input.signal)
      .catch((error: unknown) => {
        // A token that Google cannot read is refused with 400 rather than 410: as good as lost. Without one it is told as it is.
        throw input.cursor !== null && isProblem(error, "unsupported")
          ? new Problem("cursor-lost", "The mark to go on from is of no use any more.", { cause: error })
          : error
      })
    const { events, malformedCount } = mapItems(list(body.items), (item) => change(item, input.lookout))
    pageToken = text(body.nextPageToken)
    const cursor = text(body.nextSyncToken)
    if (pageToken === null && cursor === null) throw new Problem("malformed", "Google gave no mark to go on from.")
    const modifiedAtMs = modifiedTimesMs(list(body.items), "updated")
    yield { changes: events, modifiedAtMs, malformedCount, cursor: pageToken === null ? cursor : null }
    if (pageToken === null) return
  }
}

function change(item: Wire, lookout: Lookout | null): EventChange {
  const eventId = parseProviderEventId(text(item.id) ?? "")
  const series = text(item.recurringEventId)
  const seriesId = series === null ? null : parseProviderEventId(series)
  if (item.status === "cancelled") return { kind: "removed", eventId, seriesId }
  return { kind: "upserted", eventId, seriesId, version: text(item.etag), finds: lookout?.(eventTexts(item)) ?? [] }
}
