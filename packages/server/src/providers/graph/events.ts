import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { Series } from "@kalends/domain/schedule"
import { graphEvent } from "@kalends/readers/graph/to-domain"
import { list, text, type Wire, wire } from "@kalends/readers/parse"
import type { EventDraft, EventInput, EventPatch, EventSource, Written } from "../../ports/calendar-provider.ts"
import { unwritable } from "../patterned-recurrence.ts"
import { orNull, readOne } from "../provider-deps.ts"
import { inWordsOf, isOnlyOccurrences } from "../series-steps.ts"
import type { GraphCalls } from "./calls.ts"
import {
  addressOf,
  keyProperty,
  originalOf,
  recordOf,
  recordQuery,
  seriesFromGraph,
  tagProperty,
  type Whole,
} from "./mapping/record.ts"
import { graphPatch } from "./mapping/to-wire.ts"
import { createOccurrences } from "./occurrences.ts"
import { requireOwnLink } from "./own-links.ts"

const exceptionPagesMost = 100

/** Whole events of Microsoft 365, read and written one at a time. */
export function createGraphEvents(calls: GraphCalls, apiUrl: string): EventSource {
  const occurrences = createOccurrences(calls, apiUrl)

  async function read(input: EventInput, body: "text" | "html" = "text"): Promise<Whole | null> {
    const { access, signal } = input
    const item = await orNull(calls.getWhole(access, input, recordQuery, { body, signal }))
    if (item === null) return null
    if (wire(item.recurrence) === null) {
      const record = readOne(item, (single) => recordOf(single, { kind: "single", time: graphEvent(single).time }, []))
      return { item, record, exceptions: new Map() }
    }
    const differing = await exceptionsOf(input, item)
    const series = readSeries(item, differing)
    const holes = await occurrences.cancelled(input, item, series)
    const schedule: Series = { ...series, recurrence: { ...series.recurrence, excludedStarts: holes } }
    const record = readOne(item, (master) => recordOf(master, schedule, differing))
    const exceptions = new Map(differing.map((one) => [originalOf(series, one).toString(), addressOf(one)]))
    return { item, record, exceptions }
  }

  async function exceptionsOf({ access, signal }: EventInput, item: Wire): Promise<readonly Wire[]> {
    const found = items(item.exceptionOccurrences)
    let next = text(item["exceptionOccurrences@odata.nextLink"])
    for (let page = 0; next !== null && page < exceptionPagesMost; page++) {
      const body = await calls.getPage(access, requireOwnLink(apiUrl, next), signal)
      found.push(...items(body.value))
      next = text(body["@odata.nextLink"])
    }
    return found
  }

  async function requireVersion(input: EventInput & { readonly expect: string }, body: "text" | "html") {
    const now = await read(input, body)
    if (now !== null && now.record.version !== input.expect)
      throw new Problem("conflict", "The event was changed meanwhile.")
    return now
  }

  async function written(input: EventInput): Promise<Written> {
    const whole = await read(input)
    if (whole === null) throw gone()
    return { eventId: input.eventId, version: whole.record.version }
  }

  /** Single occurrences are written after their series, each by itself. */
  async function writeOccurrences(input: EventInput, wanted: EventPatch["schedule"], whole: Whole | null) {
    if (wanted?.kind !== "series") return
    const now = whole ?? (await read(input))
    if (now?.record.schedule.kind !== "series") throw gone()
    await orUnwritable(occurrences.write(input, now.record.schedule, wanted, now.exceptions))
  }

  /** The event that was made with this key, by the property that it was made with. */
  async function findMade({ access, calendarId, key, signal }: Parameters<EventSource["create"]>[0]) {
    const query = new URLSearchParams({
      $filter: `singleValueExtendedProperties/Any(ep: ep/id eq '${keyProperty}' and ep/value eq '${key}')`,
      $select: "id",
      $top: "2",
    })
    const { value } = await calls.findEvents(access, calendarId, query, signal)
    return items(value)[0] ?? null
  }

  async function make(input: Parameters<EventSource["create"]>[0]): Promise<Wire> {
    const { access, calendarId, draft, key, signal } = input
    try {
      return await calls.createEvent(access, calendarId, draftForGraph(draft, key), signal)
    } catch (error) {
      // The same request again gives the event there is; one that differs is refused, with 400 or 409 (README.md).
      const known = isProblem(error, "conflict", "unsupported") ? await findMade(input) : null
      if (known !== null) return known
      throw isProblem(error, "unsupported") ? unwritable(error) : error
    }
  }

  return {
    fetch: async (input) => (await read(input))?.record ?? null,
    async create(input) {
      const { access, calendarId, draft, signal } = input
      const made = await make(input)
      const eventId = readOne(made, ({ id }) => parseProviderEventId(text(id) ?? ""))
      const at = { access, calendarId, eventId, signal }
      if (hasExceptions(draft.schedule)) await writeOccurrences(at, draft.schedule, null)
      return written(at)
    },
    async update(input) {
      const { access, patch, signal } = input
      const now = await requireVersion(input, patch.block === undefined ? "text" : "html")
      if (now === null) throw gone()
      const wanted = patch.schedule === undefined ? undefined : inWordsOf(now.record.schedule, patch.schedule)
      const { schedule: _, ...others } = patch
      const isWhole = wanted !== undefined && !isOnlyOccurrences(now.record.schedule, wanted)
      const html = text(wire(now.item.body)?.content) ?? ""
      const body = ofOccurrence(now.item, graphPatch(isWhole ? { ...others, schedule: wanted } : others, html))
      const { etag } = addressOf(now.item)
      if (Object.keys(body).length > 0) {
        const patched = calls.patchEvent(access, input, body, { etag, signal })
        await (isWhole ? orUnwritable(patched) : patched)
      }
      await writeOccurrences(input, wanted, isWhole ? null : now)
      return written(input)
    },
    async remove(input) {
      const now = await requireVersion(input, "text")
      if (now === null) return
      const { etag } = addressOf(now.item)
      await orNull(calls.deleteEvent(input.access, input, { etag, signal: input.signal }))
    },
  }
}

/** An occurrence has no recurrence of its own that could be written. */
function ofOccurrence(item: Wire, { recurrence, ...body }: Wire): Wire {
  const isOccurrence = text(item.seriesMasterId) !== null
  return isOccurrence || recurrence === undefined ? body : { ...body, recurrence }
}

/** Throws Problem "malformed", or "unsupported" for a clock that is not known here. */
function readSeries(item: Wire, differing: readonly Wire[]): Series {
  try {
    return seriesFromGraph(item, differing)
  } catch (error) {
    throw isProblem(error) ? error : new Problem("malformed", "The series cannot be read.", { cause: error })
  }
}

function draftForGraph({ subject, schedule, location, block, tag }: EventDraft, key: string): Wire {
  const properties = [
    { id: tagProperty, value: tag },
    { id: keyProperty, value: key },
  ]
  return {
    ...graphPatch({ subject, schedule, location, block }, ""),
    singleValueExtendedProperties: properties,
    transactionId: key,
  }
}

function hasExceptions(schedule: EventDraft["schedule"]): boolean {
  return schedule.kind === "series" && (schedule.moved.length > 0 || schedule.recurrence.excludedStarts.length > 0)
}

function items(value: unknown): Wire[] {
  return list(value)
    .map(wire)
    .filter((item) => item !== null)
}

function gone(): Problem {
  return new Problem("not-found", "The event is gone.")
}

/** A schedule that Graph refuses is one that it cannot keep: an occurrence past its neighbour, a zone it does not know. */
async function orUnwritable(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    throw isProblem(error, "unsupported") ? unwritable(error) : error
  }
}
