import { instants, occurrencesOf, type Person, type SimEvent, type SimOccurrence } from "../org.ts"
import type { SimRequest, SimResponse } from "../server.ts"
import { graphError } from "./errors.ts"
import { pageSize, spanOf } from "./graph.ts"
import { graphWire, occurrenceId } from "./wire.ts"

/** What a token stands for: the window it is frozen to, and what has been told. */
type Token = {
  readonly from: string
  readonly to: string
  readonly since: number
  readonly upTo: number
  readonly skip: number
}

type Span = { readonly from: Temporal.Instant; readonly to: Temporal.Instant }

const forbidden = ["$select", "$expand", "$filter", "$orderby", "$search"]

/**
 * calendarView delta (MSG event-delta.md, delta-query-events.md): next links to a delta link; the window is in the token; a
 * change of a series tells all its occurrences; what left the window, was cancelled or deleted comes as @removed.
 */
export function deltaAnswer(request: SimRequest, person: Person): SimResponse {
  const { searchParams } = request.url
  if (forbidden.some((name) => searchParams.has(name))) return graphError(400, "ErrorInvalidRequest")
  const token = tokenOf(request, person)
  if (token === null) return graphError(400, "ErrorInvalidParameter")
  if (token.since > 0 && token.since < person.calendar.oldestCursor) return graphError(410, "syncStateNotFound")
  const span = { from: Temporal.Instant.from(token.from), to: Temporal.Instant.from(token.to) }
  const changed = [...person.calendar.events.values()].filter(
    (event) => event.sequence > token.since && event.sequence <= token.upTo,
  )
  const items = changed.flatMap((event) => itemsOf(event, span, person, token.since > 0))
  const size = pageSize(request)
  const link = (name: "$skiptoken" | "$deltatoken", next: Token) =>
    `${request.url.origin}${request.url.pathname}?${name}=${encode(next)}`
  const isLast = token.skip + size >= items.length
  const next = isLast
    ? { "@odata.deltaLink": link("$deltatoken", { ...token, since: token.upTo, upTo: 0, skip: 0 }) }
    : { "@odata.nextLink": link("$skiptoken", { ...token, skip: token.skip + size }) }
  return { status: 200, body: { value: items.slice(token.skip, token.skip + size), ...next } }
}

function itemsOf(event: SimEvent, span: Span, person: Person, isLater: boolean): readonly object[] {
  const live = event.isDeleted ? [] : occurrencesOf(event, span).map((one) => told(one, person))
  if (!isLater) return [...live, ...masterOf(event, span, person)]
  const cancelled = [...event.exceptions].filter(([, details]) => details === "cancelled").map(([original]) => original)
  const ended = event.isDeleted
    ? occurrencesOf(event, span).flatMap(({ original }) => (original === null ? [] : [original]))
    : [...cancelled, ...event.former]
  const holes = ended.map((original) => occurrenceId(event, original))
  const gone = event.isDeleted || live.length === 0 ? [event.id] : []
  return [
    ...live,
    ...masterOf(event, span, person),
    ...[...holes, ...gone].map((id) => ({ id, "@removed": { reason: "deleted" } })),
  ]
}

/** Occurrences as the series has them come bare (microsoft-graph-docs-contrib #34, #5602). */
function told(one: SimOccurrence, person: Person): object {
  const whole = graphWire(one, person.email)
  if (whole.type !== "occurrence" || one.event.isMalformed) return whole
  const { id, type, seriesMasterId, start, end } = whole
  return { "@odata.etag": whole["@odata.etag"], id, type, seriesMasterId, start, end }
}

/** The master comes with its occurrences where its own first day is in the window. */
function masterOf(event: SimEvent, span: Span, person: Person): readonly object[] {
  if (event.isDeleted || event.details.rule === undefined) return []
  const at = instants(event.details.time)
  const isWithin =
    Temporal.Instant.compare(at.startsAt, span.to) < 0 && Temporal.Instant.compare(at.endsAt, span.from) > 0
  if (!isWithin) return []
  return [graphWire({ event, details: event.details, original: null, isException: false, ...at }, person.email)]
}

function tokenOf(request: SimRequest, person: Person): Token | null {
  const written = request.url.searchParams.get("$deltatoken") ?? request.url.searchParams.get("$skiptoken")
  if (written === null) {
    const span = spanOf(request)
    return span === null
      ? null
      : { from: span.from.toString(), to: span.to.toString(), since: 0, upTo: person.calendar.sequence, skip: 0 }
  }
  const token = decode(written)
  return token === null ? null : { ...token, upTo: token.upTo === 0 ? person.calendar.sequence : token.upTo }
}

function encode(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString("base64url")
}

function decode(text: string): Token | null {
  try {
    const { from, to, since, upTo, skip } = JSON.parse(Buffer.from(text, "base64url").toString("utf8"))
    return { from: String(from), to: String(to), since: Number(since), upTo: Number(upTo), skip: Number(skip) }
  } catch {
    return null
  }
}
