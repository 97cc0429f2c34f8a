import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { list, mapItems, text, type Wire } from "@kalends/readers/parse"
import type { ChangePage, ChangesInput, EventChange } from "../../ports/calendar-provider.ts"
import type { GraphCalls } from "./calls.ts"

/**
 * Changes by calendarView delta. The cursor is the whole delta link, opaque but for its host: it is followed only to the
 * API that was configured. It comes after the last page, and is frozen to its window (providers.md A.3).
 */
export async function* graphChanges(
  calls: GraphCalls,
  apiUrl: string,
  input: ChangesInput,
): AsyncGenerator<ChangePage, void, void> {
  let url = input.cursor === null ? firstUrl(apiUrl, input) : input.cursor
  // A cursor of another address (the configuration changed) is of no use here, and must not be followed.
  if (!isOwn(apiUrl, url)) throw cursorLost()
  for (;;) {
    const body = await calls.getPage(input.access, url, input.signal).catch((error: unknown) => {
      // A refusal in words that are not on the list: a cursor that cannot be read is as good as lost. Without one it is told as it is.
      throw input.cursor !== null && isProblem(error, "unsupported") ? cursorLost(error) : error
    })
    const next = text(body["@odata.nextLink"])
    const cursor = text(body["@odata.deltaLink"])
    const { events, malformedCount } = mapItems(list(body.value), change)
    if (next === null && cursor === null) throw new Problem("malformed", "Microsoft 365 gave no mark to go on from.")
    yield {
      changes: lastOfEach(events),
      malformedCount,
      cursor: next === null && cursor !== null ? requireOwn(apiUrl, cursor) : null,
    }
    if (next === null) return
    url = requireOwn(apiUrl, next)
  }
}

function firstUrl(apiUrl: string, { calendarId, window }: ChangesInput): string {
  const query = new URLSearchParams({
    startDateTime: window.startsAt.toString(),
    endDateTime: window.endsAt.toString(),
  })
  return `${apiUrl}/me/calendars/${encodeURIComponent(calendarId)}/calendarView/delta?${query}`
}

/** Events outside the window that change come as removed, too (providers.md A.3): for a window they are. */
function change(item: Wire): EventChange {
  const eventId = parseProviderEventId(text(item.id) ?? "")
  const master = text(item.seriesMasterId)
  const seriesId = master === null ? null : parseProviderEventId(master)
  if (item["@removed"] !== undefined) return { kind: "removed", eventId, seriesId }
  return { kind: "upserted", eventId, seriesId, version: text(item.changeKey), finds: [] }
}

/** The same item may come several times in a round; the last one wins. */
function lastOfEach(changes: readonly EventChange[]): readonly EventChange[] {
  return [...new Map(changes.map((one) => [one.eventId, one])).values()]
}

function isOwn(apiUrl: string, link: string): boolean {
  return URL.canParse(link) && new URL(link).origin === new URL(apiUrl).origin
}

function cursorLost(cause?: unknown): Problem {
  return new Problem("cursor-lost", "The mark to go on from is of no use any more.", { cause })
}

function requireOwn(apiUrl: string, link: string): string {
  if (isOwn(apiUrl, link)) return link
  throw new Problem("malformed", "Microsoft 365 pointed to another server.")
}
