import { type ProviderEventId, parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { list, mapItems, modifiedTimesMs, text, type Wire } from "@kalends/readers/parse"
import { isSameServer } from "@kalends/readers/same-server"
import type { ChangePage, ChangesInput, EventChange } from "../../ports/calendar-provider.ts"
import type { GraphCalls } from "./calls.ts"
import { mailboxUrl } from "./mailbox.ts"
import { eventTexts, textsQuery } from "./mapping/record.ts"
import { requireOwnLink } from "./own-links.ts"

/** Graph lets one mailbox be asked four things at a time. */
const mastersAtOnce = 4

/**
 * Changes by calendarView delta. The cursor is the whole delta link, opaque but for its host: it is followed only to the
 * API that was configured. It comes after the last page, and is frozen to its window (providers.md A.3).
 *
 * To a delegate Graph has been seen to refuse all pages but the first (microsoft-graph-docs #3997, msgraph-sdk-java #405).
 * Then the window is listed as it is, each time anew: every event in it counts as changed.
 */
export async function* graphChanges(
  calls: GraphCalls,
  apiUrl: string,
  input: ChangesInput,
): AsyncGenerator<ChangePage, void, void> {
  const start = input.cursor === null ? firstUrl(apiUrl, input) : input.cursor
  let url = start
  let isListing = false
  // A cursor of another address (the configuration changed) is of no use here, and must not be followed.
  if (!isSameServer(apiUrl, url)) throw cursorLost()
  const look = createSeriesLook(calls, input)
  for (;;) {
    const body = await calls.getPage(input.access, url, input.signal).catch((error: unknown) => {
      if (!isListing && url !== start && input.access.isDelegate === true && isProblem(error, "forbidden")) {
        isListing = true
        return calls.getPage(input.access, listingUrl(apiUrl, input), input.signal)
      }
      // A refusal in words that are not on the list: a cursor that cannot be read is as good as lost. Without one it is told as it is.
      throw input.cursor !== null && isProblem(error, "unsupported") ? cursorLost(error) : error
    })
    const next = text(body["@odata.nextLink"])
    const cursor = isListing ? firstUrl(apiUrl, input) : text(body["@odata.deltaLink"])
    const { events, malformedCount } = mapItems(list(body.value), (item) => change(item, input.lookout))
    if (next === null && cursor === null) throw new Problem("malformed", "Microsoft 365 gave no mark to go on from.")
    yield {
      changes: await look(lastOfEach(events)),
      modifiedAtMs: modifiedTimesMs(list(body.value), "lastModifiedDateTime"),
      malformedCount,
      cursor: next === null && cursor !== null ? requireOwnLink(apiUrl, cursor) : null,
    }
    if (next === null) return
    url = requireOwnLink(apiUrl, next)
  }
}

const firstUrl = (apiUrl: string, input: ChangesInput) => viewUrl(apiUrl, input, "/delta", {})
const listingUrl = (apiUrl: string, input: ChangesInput) =>
  viewUrl(apiUrl, input, "", {
    $select: "id,seriesMasterId,changeKey,lastModifiedDateTime,body,location,onlineMeeting",
  })

function viewUrl(
  apiUrl: string,
  { access, calendarId, window }: ChangesInput,
  path: "/delta" | "",
  more: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams({
    startDateTime: window.startsAt.toString(),
    endDateTime: window.endsAt.toString(),
    ...more,
  })
  return `${mailboxUrl(apiUrl, access)}/calendars/${encodeURIComponent(calendarId)}/calendarView${path}?${query}`
}

/** `isBare`: the item came without its texts. */
type Told = { readonly change: EventChange; readonly isBare: boolean }

/** Events outside the window that change come as removed, too (providers.md A.3): for a window they are. */
function change(item: Wire, lookout: ChangesInput["lookout"]): Told {
  const eventId = parseProviderEventId(text(item.id) ?? "")
  const master = text(item.seriesMasterId)
  const seriesId = master === null ? null : parseProviderEventId(master)
  if (item["@removed"] !== undefined) return { change: { kind: "removed", eventId, seriesId }, isBare: false }
  const isBare = item.body === undefined && item.location === undefined
  const finds = lookout === null || isBare ? [] : lookout(eventTexts(item))
  return { change: { kind: "upserted", eventId, seriesId, version: text(item.changeKey), finds }, isBare }
}

/**
 * Occurrences come bare from a delta: with id, times and the id of their series, whose master is told only where its own
 * first day is in the window (microsoft-graph-docs-contrib #34, #5602). The texts of a series that has not been seen in
 * this round are read from its master, once.
 */
function createSeriesLook(calls: GraphCalls, { access, calendarId, lookout, signal }: ChangesInput) {
  const known = new Map<ProviderEventId, readonly string[]>()

  async function findsOf(eventId: ProviderEventId): Promise<readonly string[]> {
    if (lookout === null) return []
    try {
      const asked = { body: "text", signal } as const
      return lookout(eventTexts(await calls.getWhole(access, { calendarId, eventId }, textsQuery, asked)))
    } catch (error) {
      if (isProblem(error, "not-found")) return []
      throw error
    }
  }

  return async (told: readonly Told[]): Promise<readonly EventChange[]> => {
    if (lookout === null) return told.map(({ change }) => change)
    for (const { change, isBare } of told)
      if (change.kind === "upserted" && !isBare && change.seriesId === null) known.set(change.eventId, change.finds)
    const unknown = new Set(
      told.flatMap(({ change, isBare }) =>
        isBare && change.seriesId !== null && !known.has(change.seriesId) ? [change.seriesId] : [],
      ),
    )
    const waiting = [...unknown]
    for (let from = 0; from < waiting.length; from += mastersAtOnce) {
      const some = waiting.slice(from, from + mastersAtOnce)
      const finds = await Promise.all(some.map(findsOf))
      for (const [index, id] of some.entries()) known.set(id, finds[index] ?? [])
    }
    return told.map(({ change, isBare }) =>
      change.kind === "upserted" && isBare && change.seriesId !== null
        ? { ...change, finds: known.get(change.seriesId) ?? [] }
        : change,
    )
  }
}

/** The same item may come several times in a round; the last one wins. */
function lastOfEach(changes: readonly Told[]): readonly Told[] {
  return [...new Map(changes.map((one) => [one.change.eventId, one])).values()]
}

function cursorLost(cause?: unknown): Problem {
  return new Problem("cursor-lost", "The mark to go on from is of no use any more.", { cause })
}
