import type { CalendarEvent } from "@kalends/domain/event"
import { Problem } from "@kalends/domain/problem"
import type { EventPage, ReadRequest, WindowQuery, WindowReader } from "../reader.ts"
import { attributeOf, find, textAt, type XmlNode } from "../xml.ts"
import { findItemBody, foundItems } from "./find-item.ts"
import { eventShape, getItemBody, gotItem, type ItemName, itemsAtOnce } from "./get-item.ts"
import { classifyEws } from "./problems.ts"
import { type EwsMessage, ewsRequest, messagesOf } from "./soap.ts"
import { ewsEvent, itemIdOf, itemType, ofSeries } from "./to-domain.ts"

/** A view spans two years at most, and shows a thousand items at most (providers.md C.1). */
const chunkDays = 184
/** A chunk with too many items is halved; one of an hour that still has too many is not read further. */
const leastChunkMs = 3_600_000

type Chunk = { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant }

/** What a request was made for, which its answer does not say. */
type Carried =
  | { readonly kind: "view"; readonly chunk: Chunk }
  | { readonly kind: "items"; readonly wanted: readonly Wanted[] }

/** One item of a GetItem. A series is asked for by one of its occurrences, for what the view does not tell of them. */
type Wanted =
  | { readonly kind: "single"; readonly id: string }
  | { readonly kind: "series"; readonly uid: string; readonly ofId: string; readonly occurrences: readonly XmlNode[] }
  /** Behind its series in the same request: its own item does not name that. */
  | { readonly kind: "exception"; readonly id: string; readonly uid: string }

const carriedOf = new WeakMap<ReadRequest, Carried>()

/**
 * Reads a window in two steps: views (FindItem), which name all occurrences, then whole items (GetItem). Of a series one
 * item is read, not one for each occurrence; those that differ are read by themselves.
 */
export const ewsReader: WindowReader = {
  firstPage(query) {
    return viewRequest(query, chunkFrom(query, query.window.startsAt))
  },
  parsePage(response, query, request): EventPage {
    const carried = carriedOf.get(request)
    if (carried === undefined) throw new Problem("malformed", "The answer belongs to no question of ours.")
    const messages = messagesOf(response.body)
    return carried.kind === "view" ? parseView(messages, query, carried.chunk) : parseItems(messages, carried.wanted)
  },
  classify: classifyEws,
}

function chunkFrom({ window }: WindowQuery, startsAt: Temporal.Instant): Chunk {
  const end = startsAt.add({ hours: 24 * chunkDays })
  return { startsAt, endsAt: Temporal.Instant.compare(end, window.endsAt) < 0 ? end : window.endsAt }
}

function viewRequest(query: WindowQuery, chunk: Chunk): ReadRequest {
  const request = ewsRequest(query.apiBase, findItemBody({ folderId: query.calendarId, ...chunk }))
  carriedOf.set(request, { kind: "view", chunk })
  return request
}

function parseView(messages: readonly EwsMessage[], query: WindowQuery, chunk: Chunk): EventPage {
  const [message] = messages
  if (message === undefined) throw new Problem("malformed", "The calendar service's answer cannot be read.")
  const { items, isWhole } = foundItems(message)
  const lengthMs = chunk.startsAt.until(chunk.endsAt).total("milliseconds")
  if (!isWhole && lengthMs > leastChunkMs) {
    const middle = chunk.startsAt.add({ milliseconds: Math.floor(lengthMs / 2) })
    const halves = [
      { startsAt: chunk.startsAt, endsAt: middle },
      { startsAt: middle, endsAt: chunk.endsAt },
    ]
    return {
      events: [],
      malformedCount: 0,
      next: [...halves.map((half) => viewRequest(query, half)), ...following(query, chunk)],
    }
  }
  // What began before a later chunk was shown by the one before it.
  const isFirst = chunk.startsAt.equals(query.window.startsAt)
  const named = items.filter((item) => attributeOf(find(item, "ItemId"), "Id") !== null)
  const own = named.filter((item) => isFirst || !beganBefore(item, chunk.startsAt))
  const requests = lotsOf(own).map((wanted) => itemsRequest(query, wanted))
  return { events: [], malformedCount: items.length - named.length, next: [...requests, ...following(query, chunk)] }
}

/** The chunk after one; none after a half, whose other half is asked for already. */
function following(query: WindowQuery, { startsAt, endsAt }: Chunk): readonly ReadRequest[] {
  const isChunk = startsAt.until(endsAt).total("hours") === 24 * chunkDays
  if (!isChunk || Temporal.Instant.compare(endsAt, query.window.endsAt) >= 0) return []
  return [viewRequest(query, chunkFrom(query, endsAt))]
}

function beganBefore(item: XmlNode, at: Temporal.Instant): boolean {
  const startMs = Date.parse(textAt(item, "Start") ?? "")
  return startMs < at.epochMilliseconds
}

/** What is asked for, in lots of ten. */
function lotsOf(items: readonly XmlNode[]): readonly (readonly Wanted[])[] {
  const lots: Wanted[][] = []
  const series = new Map<string, { occurrences: XmlNode[]; exceptions: string[]; ofId: string }>()
  let lot: Wanted[] = []
  const room = (count: number) => {
    if (lot.length > 0 && lot.length + count <= itemsAtOnce) return
    lot = []
    lots.push(lot)
  }
  for (const item of items) {
    const id = itemIdOf(item)
    const type = itemType(item)
    if (type !== "Occurrence" && type !== "Exception") {
      room(1)
      lot.push({ kind: "single", id })
      continue
    }
    const uid = textAt(item, "UID") ?? id
    const known = series.get(uid) ?? { occurrences: [], exceptions: [], ofId: id }
    series.set(uid, known)
    if (type === "Occurrence") known.occurrences.push(item)
    else known.exceptions.push(id)
  }
  for (const [uid, { occurrences, exceptions, ofId }] of series) {
    room(2)
    lot.push({ kind: "series", uid, ofId, occurrences })
    for (const id of exceptions) {
      room(1)
      if (lot.length === 0) lot.push({ kind: "series", uid, ofId, occurrences: [] })
      lot.push({ kind: "exception", id, uid })
    }
  }
  return lots
}

function itemsRequest(query: WindowQuery, wanted: readonly Wanted[]): ReadRequest {
  const names = wanted.map(
    (one): ItemName =>
      one.kind === "series" ? { kind: "master-of", occurrenceId: one.ofId } : { kind: "item", id: one.id },
  )
  const request = ewsRequest(query.apiBase, getItemBody(names, eventShape))
  carriedOf.set(request, { kind: "items", wanted })
  return request
}

function parseItems(messages: readonly EwsMessage[], wanted: readonly Wanted[]): EventPage {
  const events: CalendarEvent[] = []
  let malformedCount = 0
  const masters = new Map<string, XmlNode>()
  const attempt = (make: () => CalendarEvent) => {
    try {
      events.push(make())
    } catch {
      malformedCount++
    }
  }
  wanted.forEach((one, index) => {
    const message = messages[index]
    const item = message === undefined ? null : gotItem(message)
    if (one.kind === "series") {
      if (item !== null) masters.set(one.uid, item)
      for (const occurrence of one.occurrences) attempt(() => occurrenceOf(occurrence, one.uid, item))
    } else if (item === null) malformedCount += message?.code === "ErrorItemNotFound" ? 0 : 1
    else if (one.kind === "single") attempt(() => ewsEvent(item))
    else attempt(() => ofSeries(ewsEvent(item), seriesIdOf(one.uid, masters.get(one.uid) ?? null), item))
  })
  return { events, malformedCount, next: [] }
}

/** An occurrence that nobody changed: told by the view, and the rest by its series. */
function occurrenceOf(occurrence: XmlNode, uid: string, master: XmlNode | null): CalendarEvent {
  const event = ewsEvent(occurrence, master ?? occurrence)
  return ofSeries(event, seriesIdOf(uid, master), occurrence)
}

/** A series that cannot be read has its UID for a name. */
function seriesIdOf(uid: string, master: XmlNode | null): string {
  return master === null ? uid : itemIdOf(master)
}
