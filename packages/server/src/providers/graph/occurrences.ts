import type { WallStart } from "@kalends/domain/recurrence"
import { originalName, type Series } from "@kalends/domain/schedule"
import { list, text, type Wire, wire } from "@kalends/readers/parse"
import type { EventInput } from "../../ports/calendar-provider.ts"
import { unwritable } from "../patterned-recurrence.ts"
import { stepsBetween } from "../series-steps.ts"
import type { GraphCalls } from "./calls.ts"
import {
  type Address,
  addressOf,
  cancelledDays,
  holeCandidates,
  instancesFields,
  originalOf,
} from "./mapping/record.ts"
import { timesForGraph } from "./mapping/to-wire.ts"
import { requireOwnLink } from "./own-links.ts"

const pagesMost = 50

/** Single occurrences of a series: which there are, and how each is changed. Graph knows them as events of their own. */
export function createOccurrences(calls: GraphCalls, apiUrl: string) {
  /** The occurrences there are around some original starts, by original start. */
  async function addresses(input: EventInput, series: Series, around: readonly WallStart[]) {
    const found = new Map<string, Address>()
    const { startDateTime, endDateTime } = spanOf(series, around)
    const query = new URLSearchParams({ startDateTime, endDateTime, $select: instancesFields })
    let page: Wire = await calls.listInstances(input.access, input, query, input.signal)
    for (let count = 0; count < pagesMost; count++) {
      for (const item of list(page.value).map(wire)) {
        if (item !== null) found.set(originalOf(series, item).toString(), addressOf(item))
      }
      const next = text(page["@odata.nextLink"])
      if (next === null) return found
      page = await calls.getPage(input.access, requireOwnLink(apiUrl, next), input.signal)
    }
    throw unwritable()
  }

  return {
    /** What was cancelled of a series. Where a day alone does not say what, the occurrences there are say it. */
    async cancelled(input: EventInput, item: Wire, series: Series): Promise<readonly WallStart[]> {
      const candidates = cancelledDays(item).map((day) => holeCandidates(series, day))
      const doubtful = candidates.filter((starts) => starts.length > 1).flat()
      const there = doubtful.length === 0 ? new Map() : await addresses(input, series, doubtful)
      const holes = candidates.flatMap((starts) =>
        starts.length > 1 ? starts.filter((start) => !there.has(start.toString())) : starts,
      )
      return [...new Map(holes.map((hole) => [hole.toString(), hole])).values()]
    },

    /**
     * Makes the single occurrences of a series what they are to be; what they are already is not written. `known`: where
     * the exceptions of now are. Throws Problem "unsupported" (code "schedule") when one is to go past its neighbour.
     */
    async write(input: EventInput, now: Series, wanted: Series, known: ReadonlyMap<string, Address>): Promise<void> {
      const steps = stepsBetween(now, wanted)
      const strangers = steps.flatMap(({ originalStart }) =>
        known.has(originalStart.toString()) ? [] : [originalStart],
      )
      const others = strangers.length === 0 ? new Map<string, Address>() : await addresses(input, now, strangers)
      for (const { originalStart, time } of steps) {
        const name = originalStart.toString()
        const address = known.get(name) ?? others.get(name)
        if (address === undefined) {
          if (time === null) continue
          throw unwritable()
        }
        const at = { calendarId: input.calendarId, eventId: address.eventId }
        const precondition = { etag: null, signal: input.signal }
        if (time === null) await calls.deleteEvent(input.access, at, precondition)
        else await calls.patchEvent(input.access, at, timesForGraph(time), precondition)
      }
    },
  }
}

/** All of the days on which these occurrences take place, on whichever clock, as the API's parameters name them. */
function spanOf(series: Series, around: readonly WallStart[]) {
  const instants = around
    .map((start) => originalName(series, start))
    .map((name) => (name instanceof Temporal.Instant ? name : name.toZonedDateTime("UTC").toInstant()))
    .sort(Temporal.Instant.compare)
  const [from, to] = [instants[0], instants.at(-1)]
  if (from === undefined || to === undefined) throw new Error("no occurrence is asked for")
  return { startDateTime: from.subtract({ hours: 48 }).toString(), endDateTime: to.add({ hours: 48 }).toString() }
}
