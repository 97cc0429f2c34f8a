import type { CalendarEvent, EventTime } from "@kalends/domain/event"
import { eventSpan } from "@kalends/domain/event"
import { type ProviderEventId, parseProviderEventId } from "@kalends/domain/ids"
import { originalStarts } from "@kalends/domain/recurrence"
import { overlaps, type TimeWindow, timeWindow } from "@kalends/domain/window"
import type { Clock } from "../ports/clock.ts"
import type { Draft, Hand } from "../providers/conformance/world.ts"

type Moved = Temporal.PlainDateTime | "cancelled"

export type StoredEvent = {
  readonly id: ProviderEventId
  draft: Draft
  /** Exceptions by original start on the wall clock. */
  readonly exceptions: Map<string, Moved>
  /** Where the last change stands among all changes of the calendar. */
  sequence: number
  modifiedAtMs: number
  isRemoved: boolean
  isMalformed: boolean
  /** What a meeting may be written into. */
  readonly texts: { location: string | null; description: string | null; tag: string | null }
  isOrganizer: boolean
  isPrivate: boolean
  /** With which it was written by an app; null when a person made it. */
  readonly key: string | null
  /** For an event in a zone that no table knows: its true start. */
  readonly at: Temporal.Instant | null
}

/** A calendar in memory, with a hand that edits it. `touched` is called after every edit. */
export function createMemoryCalendar(touched: () => void, clock: Clock) {
  const nowMs = () => clock.now().epochMilliseconds
  const stored = new Map<ProviderEventId, StoredEvent>()
  let sequence = 0

  function edit(id: ProviderEventId, change: (event: StoredEvent) => void): Promise<void> {
    const event = stored.get(id)
    if (event === undefined) throw new Error("no such event")
    change(event)
    event.sequence = ++sequence
    event.modifiedAtMs = nowMs()
    touched()
    return Promise.resolve()
  }

  function put(draft: Draft, at: Temporal.Instant | null, key: string | null = null): ProviderEventId {
    const id = parseProviderEventId(`event-${stored.size + 1}`)
    const texts = { location: null, description: null, tag: null }
    const marks = {
      sequence: ++sequence,
      modifiedAtMs: nowMs(),
      isRemoved: false,
      isMalformed: false,
      isOrganizer: true,
      isPrivate: false,
    }
    stored.set(id, { id, draft, exceptions: new Map(), ...marks, at, texts, key })
    touched()
    return id
  }

  const hand: Hand = {
    create: (draft) => Promise.resolve(put(draft, null)),
    rename: (id, subject) => edit(id, (event) => Object.assign(event, { draft: { ...event.draft, subject } })),
    moveTo: (id, starts) => edit(id, (event) => Object.assign(event, { draft: moved(event.draft, starts) })),
    remove: (id) => edit(id, (event) => Object.assign(event, { isRemoved: true })),
    cancelOccurrence: (id, original) =>
      edit(id, ({ exceptions }) => void exceptions.set(original.toString(), "cancelled")),
    moveOccurrence: (id, original, starts) =>
      edit(id, ({ exceptions }) => void exceptions.set(original.toString(), starts)),
  }
  return {
    hand,
    edit,
    put,
    all: () => [...stored.values()],
    createInUnknownZone: (subject: string, at: Temporal.Instant) =>
      put(
        {
          subject,
          rule: null,
          time: { kind: "timed", starts: at.toZonedDateTimeISO("UTC").toPlainDateTime(), minutes: 30, zone: "UTC" },
        },
        at,
      ),
    find: (id: ProviderEventId) => stored.get(id) ?? null,
    /** What changed after a sequence, in order. */
    since: (after: number) =>
      [...stored.values()].filter((event) => event.sequence > after).sort((a, b) => a.sequence - b.sequence),
    sequence: () => sequence,
    /** The events of a window, occurrences expanded. */
    read(window: TimeWindow, zone: string) {
      const live = [...stored.values()].filter((event) => !event.isRemoved)
      const events = live.filter((event) => !event.isMalformed).flatMap((event) => occurrences(event, window))
      return {
        events: events.filter(({ time }) => isInside(time, window, zone)),
        malformedCount: live.filter((event) => event.isMalformed).length,
      }
    },
  }
}

export type MemoryCalendar = ReturnType<typeof createMemoryCalendar>

function moved(draft: Draft, starts: Temporal.PlainDateTime): Draft {
  return {
    ...draft,
    time: draft.time.kind === "all-day" ? { ...draft.time, startsOn: starts.toPlainDate() } : { ...draft.time, starts },
  }
}

function isInside(time: EventTime, window: TimeWindow, zone: string): boolean {
  const { startsAt, endsAt } = eventSpan(time, zone)
  const ends = Temporal.Instant.compare(startsAt, endsAt) < 0 ? endsAt : startsAt.add({ milliseconds: 1 })
  return overlaps(timeWindow(startsAt, ends), window)
}

/** An event, or all occurrences of a series that touch the window by a day. */
function occurrences(event: StoredEvent, window: TimeWindow): readonly CalendarEvent[] {
  const { draft } = event
  if (draft.rule === null) return [shown(event, draft, null)]
  const from = window.startsAt.toZonedDateTimeISO("UTC").toPlainDateTime().subtract({ days: 40 })
  const to = window.endsAt.toZonedDateTimeISO("UTC").toPlainDateTime().add({ days: 40 })
  const start = draft.time.kind === "all-day" ? draft.time.startsOn : draft.time.starts
  const { starts } = originalStarts({ start, rules: [draft.rule], extraStarts: [], excludedStarts: [] }, from, to)
  return starts.flatMap((original) => {
    const wall = original instanceof Temporal.PlainDate ? original.toPlainDateTime() : original
    const exception = event.exceptions.get(wall.toString())
    if (exception === "cancelled") return []
    return [shown(event, moved(draft, exception ?? wall), moved(draft, wall))]
  })
}

function shown(event: StoredEvent, draft: Draft, original: Draft | null): CalendarEvent {
  const named = original === null ? null : startOf(timeOf(original, null))
  return {
    id: named === null ? event.id : parseProviderEventId(`${event.id}#${named}`),
    series: named === null ? null : { seriesId: event.id, originalStart: named },
    version: String(event.sequence),
    time: timeOf(draft, event.at),
    isCancelled: false,
    showsAs: "busy",
    isPrivate: event.isPrivate,
    subject: draft.subject,
    location: event.texts.location,
    description: event.texts.description,
    organizer: null,
    attendees: [],
    onlineMeetingUrl: null,
    myResponse: "organizer",
  }
}

function timeOf({ time }: Draft, at: Temporal.Instant | null): EventTime {
  if (time.kind === "all-day")
    return { kind: "all-day", startsOn: time.startsOn, endsBefore: time.startsOn.add({ days: time.days }) }
  if (time.kind === "floating")
    return { kind: "floating", starts: time.starts, ends: time.starts.add({ minutes: time.minutes }) }
  const startsAt = at ?? time.starts.toZonedDateTime(time.zone).toInstant()
  return {
    kind: "timed",
    startsAt,
    endsAt: startsAt.add({ minutes: time.minutes }),
    zone: at === null ? time.zone : null,
  }
}

function startOf(time: EventTime): Temporal.Instant | Temporal.PlainDate {
  if (time.kind === "timed") return time.startsAt
  return time.kind === "all-day" ? time.startsOn : time.starts.toPlainDate()
}
