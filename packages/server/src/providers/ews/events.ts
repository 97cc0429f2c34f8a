import type { EventTime } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { originalStarts, type WallStart } from "@kalends/domain/recurrence"
import type { Series } from "@kalends/domain/schedule"
import { shapeOf } from "@kalends/readers/ews/find-item"
import type { ItemName } from "@kalends/readers/ews/get-item"
import { changeKeyOf, itemIdOf, zoneOf } from "@kalends/readers/ews/to-domain"
import { textAt, type XmlNode } from "@kalends/readers/xml"
import type { EventDraft, EventInput, EventPatch, EventSource, Written } from "../../ports/calendar-provider.ts"
import { unwritable } from "../patterned-recurrence.ts"
import { orNull } from "../provider-deps.ts"
import { inWordsOf, isOnlyOccurrences, stepsBetween } from "../series-steps.ts"
import type { EwsCalls } from "./calls.ts"
import { isMeeting, recordShape, type Whole, wholeOf } from "./mapping/record.ts"
import { keyName, namedField } from "./mapping/texts.ts"
import { draftXml, patchFields, timeFields } from "./mapping/to-xml.ts"

type Creating = Parameters<EventSource["create"]>[0]
type Move = { readonly name: ItemName; readonly time: EventTime }

const keyShape = shapeOf([])

/** Whole items of Exchange, read and written one at a time. */
export function createEwsEvents(calls: EwsCalls): EventSource {
  async function read(input: EventInput, body: "text" | "html" = "text"): Promise<Whole | null> {
    const item = await calls.getItem(input, { kind: "item", id: input.eventId }, recordShape[body])
    if (item === null) return null
    try {
      return wholeOf(item)
    } catch (error) {
      throw isProblem(error) ? error : new Problem("malformed", "The item cannot be read.", { cause: error })
    }
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

  /** Items that were made with this key, the oldest first: the one that others may have been told of already. */
  async function findMade({ access, calendarId, key, signal }: Creating): Promise<readonly string[]> {
    const found = await calls.findByProperty({ access, signal }, calendarId, {
      property: namedField(keyName),
      value: key,
    })
    return found
      .map((item) => ({ id: itemIdOf(item), age: `${textAt(item, "DateTimeCreated")} ${itemIdOf(item)}` }))
      .sort((a, b) => (a.age < b.age ? -1 : 1))
      .map(({ id }) => id)
  }

  /** Exchange has no key of its own for asking twice: of two who made it at once, the later one finds both and takes its own back. */
  async function make(input: Creating): Promise<string> {
    const [known] = await findMade(input)
    if (known !== undefined) return known
    const { id } = await orUnwritable(calls.createItem(input, input.calendarId, draftXml(input.draft, input.key)))
    const [kept = id, ...others] = await findMade(input)
    for (const other of others) await orNull(calls.deleteItem(input, { kind: "item", id: other }))
    return kept
  }

  /** Single occurrences are written after their series, each by itself. */
  async function writeOccurrences(input: EventInput, wanted: EventPatch["schedule"], whole: Whole | null) {
    if (wanted?.kind !== "series") return
    const now = whole ?? (await read(input))
    if (now?.record.schedule.kind !== "series") throw gone()
    const series = now.record.schedule
    for (const { originalStart, time } of stepsBetween(series, wanted)) {
      const name = nameOf(input.eventId, series, originalStart, now.exceptions)
      if (time === null) await (name === null ? null : orNull(calls.deleteItem(input, name)))
      else if (name === null) throw unwritable()
      else await orUnwritable(moveOccurrence(input, now.item, { name, time }))
    }
  }

  /** An update has to bring a change key (responsecode.md), which every write to the series makes anew: it is asked for before each. */
  async function moveOccurrence(input: EventInput, series: XmlNode, { name, time }: Move) {
    const item = await calls.getItem(input, name, keyShape)
    if (item === null) throw new Problem("conflict", "The occurrence is gone meanwhile.")
    await calls.updateItem(input, {
      name: { kind: "item", id: itemIdOf(item) },
      changeKey: changeKeyOf(item),
      fields: timeFields(time, zoneOf(series)),
      isSent: isMeeting(series),
    })
  }

  return {
    fetch: async (input) => (await read(input))?.record ?? null,
    async create(input) {
      const eventId = parseProviderEventId(await make(input))
      const at = { access: input.access, calendarId: input.calendarId, eventId, signal: input.signal }
      if (hasExceptions(input.draft.schedule)) await writeOccurrences(at, input.draft.schedule, null)
      return written(at)
    },
    async update(input) {
      const { patch, expect } = input
      const now = await requireVersion(input, patch.block === undefined ? "text" : "html")
      if (now === null) throw gone()
      const wanted = patch.schedule === undefined ? undefined : inWordsOf(now.record.schedule, patch.schedule)
      const { schedule: _, ...others } = patch
      const isWhole = wanted !== undefined && !isOnlyOccurrences(now.record.schedule, wanted)
      const fields = patchFields(isWhole ? { ...others, schedule: wanted } : others, {
        html: textAt(now.item, "Body") ?? "",
        isSeries: now.record.schedule.kind === "series",
        zone: zoneOf(now.item),
      })
      if (fields.length > 0) {
        const name: ItemName = { kind: "item", id: input.eventId }
        const isSent = isMeeting(now.item) && isForGuests(patch)
        const update = calls.updateItem(input, { name, changeKey: expect, fields, isSent })
        await (isWhole ? orUnwritable(update) : update)
      }
      await writeOccurrences(input, wanted, isWhole ? null : now)
      return written(input)
    },
    async remove(input) {
      const now = await requireVersion(input, "text")
      if (now !== null) await orNull(calls.deleteItem(input, { kind: "item", id: input.eventId }))
    },
  }
}

/** What guests see of an event; our tag is none of it. */
function isForGuests({ subject, schedule, location, block }: EventPatch): boolean {
  return [subject, schedule, location, block].some((part) => part !== undefined)
}

/** An occurrence that was moved has an id of its own; any other is named by its place in the series, from 1. Null for none. */
function nameOf(
  masterId: string,
  series: Series,
  start: WallStart,
  exceptions: ReadonlyMap<string, string>,
): ItemName | null {
  const id = exceptions.get(start.toString())
  if (id !== undefined) return { kind: "item", id }
  const all = { ...series.recurrence, excludedStarts: [] }
  const wall = (one: WallStart) => (one instanceof Temporal.PlainDate ? one.toPlainDateTime() : one)
  const { starts } = originalStarts(all, wall(all.start), wall(start).add({ seconds: 1 }))
  return starts.at(-1)?.toString() === start.toString() ? { kind: "occurrence", masterId, index: starts.length } : null
}

function hasExceptions(schedule: EventDraft["schedule"]): boolean {
  return schedule.kind === "series" && (schedule.moved.length > 0 || schedule.recurrence.excludedStarts.length > 0)
}

function gone(): Problem {
  return new Problem("not-found", "The event is gone.")
}

/** A schedule that Exchange refuses is one that it cannot keep: an occurrence past its neighbour, a zone it does not know. */
async function orUnwritable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw isProblem(error, "unsupported") ? unwritable(error) : error
  }
}
