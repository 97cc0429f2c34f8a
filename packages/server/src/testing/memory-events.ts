import { withBlock } from "@kalends/domain/body-block"
import type { EventTime } from "@kalends/domain/event"
import { Problem } from "@kalends/domain/problem"
import type { MovedOccurrence, Schedule, Series } from "@kalends/domain/schedule"
import type { EventPatch, EventRecord, EventSource } from "../ports/calendar-provider.ts"
import type { Draft } from "../providers/conformance/world.ts"
import type { MemoryCalendar, StoredEvent } from "./memory-calendar.ts"

/** Whole events of the memory calendar, read and written as a provider's are. `admit` throws for an access that is refused. */
export function createMemoryEvents(
  calendar: MemoryCalendar,
  admit: (input: Pick<Parameters<EventSource["fetch"]>[0], "access">) => void,
): EventSource {
  const current = (eventId: StoredEvent["id"], expect: string): StoredEvent => {
    const event = calendar.find(eventId)
    if (event === null || event.isRemoved) throw new Problem("not-found", "There is no such event.")
    if (String(event.sequence) !== expect) throw new Problem("conflict", "The event was changed meanwhile.")
    return event
  }
  const written = (event: StoredEvent) => ({ eventId: event.id, version: String(event.sequence) })
  return {
    async fetch(input) {
      admit(input)
      const event = calendar.find(input.eventId)
      return event === null || event.isRemoved ? null : recordOf(event)
    },
    async create(input) {
      admit(input)
      const { draft, key } = input
      const known = calendar.all().find((event) => event.key === key)
      if (known !== undefined) return written(known)
      const { subject, schedule, location, block, tag } = draft
      const id = calendar.put(draftOf(schedule, subject), null, key)
      const made = calendar.find(id)
      if (made === null) throw new Error("what was put in is gone")
      applyPatch(made, { schedule, location, block, tag })
      return written(made)
    },
    async update(input) {
      admit(input)
      const event = current(input.eventId, input.expect)
      await calendar.edit(event.id, (held) => applyPatch(held, input.patch))
      return written(event)
    },
    async remove(input) {
      admit(input)
      const event = calendar.find(input.eventId)
      if (event === null || event.isRemoved) return
      current(input.eventId, input.expect)
      await calendar.hand.remove(input.eventId)
    },
  }
}

function applyPatch(event: StoredEvent, { subject, schedule, location, block, tag }: EventPatch): void {
  if (subject !== undefined) event.draft = { ...event.draft, subject }
  if (location !== undefined) event.texts.location = location
  if (block !== undefined) event.texts.description = withBlock(event.texts.description ?? "", block)
  if (tag !== undefined) event.texts.tag = tag
  if (schedule === undefined) return
  event.draft = draftOf(schedule, event.draft.subject)
  event.exceptions.clear()
  if (schedule.kind === "single") return
  for (const hole of schedule.recurrence.excludedStarts) event.exceptions.set(wallText(hole), "cancelled")
  for (const { originalStart, time } of schedule.moved)
    event.exceptions.set(wallText(originalStart), wallOf(time, schedule))
}

const wallText = (start: Temporal.PlainDate | Temporal.PlainDateTime) =>
  (start instanceof Temporal.PlainDate ? start.toPlainDateTime() : start).toString()

function wallOf(time: EventTime, { zone }: Series): Temporal.PlainDateTime {
  if (time.kind === "all-day") return time.startsOn.toPlainDateTime()
  return time.kind === "floating" ? time.starts : time.startsAt.toZonedDateTimeISO(zone ?? "UTC").toPlainDateTime()
}

/** The event as the sync sees it. */
export function recordOf(event: StoredEvent): EventRecord {
  const { location, description, tag } = event.texts
  return {
    eventId: event.id,
    version: String(event.sequence),
    subject: event.draft.subject,
    schedule: scheduleOf(event),
    ...{ location, description, tag },
    onlineMeetingUrl: null,
    isOrganizer: event.isOrganizer,
    isCancelled: false,
  }
}

function scheduleOf({ draft, exceptions }: StoredEvent): Schedule {
  if (draft.rule === null) return { kind: "single", time: timeAt(draft, null) }
  const isAllDay = draft.time.kind === "all-day"
  const start = draft.time.kind === "all-day" ? draft.time.startsOn : draft.time.starts
  const original = (text: string) => {
    const wall = Temporal.PlainDateTime.from(text)
    return isAllDay ? wall.toPlainDate() : wall
  }
  const all = [...exceptions]
  return {
    kind: "series",
    recurrence: {
      start,
      rules: [draft.rule],
      extraStarts: [],
      excludedStarts: all.flatMap(([text, moved]) => (moved === "cancelled" ? [original(text)] : [])),
    },
    zone: draft.time.kind === "timed" ? draft.time.zone : null,
    length: draft.time.kind === "all-day" ? draft.time.days : draft.time.minutes,
    moved: all.flatMap(([text, moved]): readonly MovedOccurrence[] =>
      moved === "cancelled" ? [] : [{ originalStart: original(text), time: timeAt(draft, moved) }],
    ),
  }
}

/** When the draft takes place, or would if it began at `starts`. */
function timeAt({ time }: Draft, starts: Temporal.PlainDateTime | null): EventTime {
  if (time.kind === "all-day") {
    const startsOn = starts?.toPlainDate() ?? time.startsOn
    return { kind: "all-day", startsOn, endsBefore: startsOn.add({ days: time.days }) }
  }
  const wall = starts ?? time.starts
  if (time.kind === "floating") return { kind: "floating", starts: wall, ends: wall.add({ minutes: time.minutes }) }
  const startsAt = wall.toZonedDateTime(time.zone).toInstant()
  return { kind: "timed", startsAt, endsAt: startsAt.add({ minutes: time.minutes }), zone: time.zone }
}

/** What a person would have to write for this schedule. */
export function draftOf(schedule: Schedule, subject: string): Draft {
  if (schedule.kind === "single") return { subject, rule: null, time: draftTime(schedule.time) }
  const { recurrence, zone, length } = schedule
  const rule = recurrence.rules[0] ?? null
  const { start } = recurrence
  if (start instanceof Temporal.PlainDate)
    return { subject, rule, time: { kind: "all-day", startsOn: start, days: length } }
  return zone === null
    ? { subject, rule, time: { kind: "floating", starts: start, minutes: length } }
    : { subject, rule, time: { kind: "timed", starts: start, minutes: length, zone } }
}

function draftTime(time: EventTime): Draft["time"] {
  if (time.kind === "all-day")
    return { kind: "all-day", startsOn: time.startsOn, days: time.startsOn.until(time.endsBefore).total("days") }
  if (time.kind === "floating")
    return { kind: "floating", starts: time.starts, minutes: time.starts.until(time.ends).total("minutes") }
  const zone = time.zone ?? "UTC"
  return {
    kind: "timed",
    starts: time.startsAt.toZonedDateTimeISO(zone).toPlainDateTime(),
    minutes: time.startsAt.until(time.endsAt).total("minutes"),
    zone,
  }
}
