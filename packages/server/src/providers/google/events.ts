import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { isSameSchedule, type MovedOccurrence, type Schedule } from "@kalends/domain/schedule"
import { list, requireText, text, type Wire, wire } from "@kalends/readers/parse"
import type {
  EventDraft,
  EventInput,
  EventPatch,
  EventRecord,
  EventSource,
  Written,
} from "../../ports/calendar-provider.ts"
import { orNull } from "../provider-deps.ts"
import type { GoogleCalls } from "./calls.ts"
import { etagOf, googlePatch, googleRecord, googleTimes, instanceId, recordFields } from "./mapping.ts"

/** Whole events of Google Calendar, read and written one at a time. */
export function createGoogleEvents(calls: GoogleCalls): EventSource {
  async function read({ access, calendarId, eventId, signal }: EventInput): Promise<Whole | null> {
    const asked = { fields: recordFields, signal }
    const master = await orNull(calls.getWhole(access, calendarId, eventId, asked))
    if (master === null || master.status === "cancelled") return null
    if (list(master.recurrence).length === 0) return { master, record: googleRecord(master, []) }
    const family = await calls.listFamily(access, calendarId, requireText(master.iCalUID, "iCalUID"), asked)
    const exceptions = list(family.items)
      .map(wire)
      .filter((item) => item !== null)
      .filter((item) => item.recurringEventId === eventId)
      .sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
    return { master, record: googleRecord(master, exceptions) }
  }

  /** Occurrences are events of their own to Google: each that is to be elsewhere than it is, is written by itself. */
  async function writeMoved(input: EventInput, before: Schedule | null, after: Schedule): Promise<void> {
    if (after.kind === "single") return
    const known = new Map(movedOf(before).map((one) => [one.originalStart.toString(), one]))
    for (const one of after.moved) {
      const there = known.get(one.originalStart.toString())
      if (
        there !== undefined &&
        isSameSchedule({ kind: "single", time: there.time }, { kind: "single", time: one.time })
      )
        continue
      const address = { calendarId: input.calendarId, eventId: instanceId(after, input.eventId, one) }
      await calls.patchEvent(input.access, address, googleTimes(one.time), {
        etag: null,
        tells: true,
        signal: input.signal,
      })
    }
  }

  async function written(input: EventInput): Promise<Written> {
    const whole = await read(input)
    if (whole === null) throw new Problem("not-found", "The event is gone.")
    return { eventId: input.eventId, version: whole.record.version }
  }

  return {
    fetch: async (input) => (await read(input))?.record ?? null,
    async create({ access, calendarId, draft, key, signal }) {
      const input = { access, calendarId, eventId: parseProviderEventId(key), signal }
      await calls.insertEvent(access, calendarId, { id: key, ...wireOf(draft) }, signal).catch((error: unknown) => {
        // The id is ours: somebody who has it already is ourselves, an answer ago.
        if (!isProblem(error, "conflict")) throw error
      })
      await writeMoved(input, null, draft.schedule)
      return written(input)
    },
    async update(input) {
      const { access, calendarId, eventId, patch, expect, signal } = input
      const now = await read(input)
      if (now === null) throw new Problem("not-found", "The event is gone.")
      if (now.record.version !== expect) throw new Problem("conflict", "The event was changed meanwhile.")
      const body = ofOccurrence(now.master, googlePatch(patch, text(now.master.description)))
      const tells = patch.schedule !== undefined || patch.subject !== undefined
      await calls.patchEvent(access, { calendarId, eventId }, body, { etag: etagOf(expect), tells, signal })
      if (patch.schedule !== undefined) await writeMoved(input, now.record.schedule, patch.schedule)
      return written(input)
    },
    async remove(input) {
      const { access, calendarId, eventId, expect, signal } = input
      const now = await read(input)
      if (now === null) return
      if (now.record.version !== expect) throw new Problem("conflict", "The event was changed meanwhile.")
      await orNull(calls.deleteEvent(access, { calendarId, eventId }, { etag: etagOf(expect), signal }))
    },
  }
}

/** An occurrence has no recurrence of its own that could be written. */
function ofOccurrence(item: Wire, { recurrence, ...body }: Wire): Wire {
  return text(item.recurringEventId) === null && recurrence !== undefined ? { ...body, recurrence } : body
}

type Whole = { readonly master: Wire; readonly record: EventRecord }

function wireOf({ subject, schedule, location, block, tag }: EventDraft): Wire {
  const patch: EventPatch = { subject, schedule, location, block, tag }
  return googlePatch(patch, null)
}

function movedOf(schedule: Schedule | null): readonly MovedOccurrence[] {
  return schedule?.kind === "series" ? schedule.moved : []
}
