import { type CalendarEvent, eventSpan } from "./event.ts"
import { findJoinLink, type JoinLink, type OwnHosts } from "./join-link.ts"

/** One line of a day: an event, or the part of a longer one that falls on the day. */
export type AgendaEntry = {
  /** Unlike any other entry of the agenda. */
  readonly key: string
  readonly event: CalendarEvent
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
  readonly isAllDay: boolean
  /** "Day 2 of 3" of an event that lasts longer; null when it begins and ends on this day. */
  readonly dayOf: { readonly day: number; readonly days: number } | null
  readonly join: JoinLink | null
  readonly phase: "over" | "now" | "ahead"
}

export type AgendaDay = { readonly date: Temporal.PlainDate; readonly entries: readonly AgendaEntry[] }

export type Agenda = {
  /** What goes on now, timed events only, the one that began last first. */
  readonly now: readonly AgendaEntry[]
  /** The next timed event that is not cancelled or declined; null when there is none in sight. */
  readonly next: AgendaEntry | null
  /** Days with entries, from today on; today is always there. */
  readonly days: readonly AgendaDay[]
}

export type AgendaInput = {
  readonly events: readonly CalendarEvent[]
  readonly now: Temporal.Instant
  /** IANA zone of whoever looks. */
  readonly zone: string
  readonly dayCount: number
  readonly ownHosts?: OwnHosts
}

/** This long before its start a meeting's join button becomes the big one. */
export const joinEarlyMinutes = 10

/** The agenda of some days from today, in order: all-day entries first, then by start. */
export function agendaOf({ events, now, zone, dayCount, ownHosts }: AgendaInput): Agenda {
  const today = now.toZonedDateTimeISO(zone).toPlainDate()
  const last = today.add({ days: dayCount })
  const byDay = new Map<string, AgendaEntry[]>([[today.toString(), []]])
  for (const event of events) {
    const base = entryOf(event, now, zone, ownHosts ?? {})
    for (const [date, entry] of partsOf(base, zone)) {
      if (Temporal.PlainDate.compare(date, today) < 0 || Temporal.PlainDate.compare(date, last) >= 0) continue
      byDay.set(date.toString(), [...(byDay.get(date.toString()) ?? []), entry])
    }
  }
  const days = [...byDay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, entries]) => ({ date: Temporal.PlainDate.from(date), entries: entries.sort(byStart) }))
  const timed = uniqueEntries(days).filter((entry) => !entry.isAllDay && isTaken(entry.event))
  return {
    now: timed.filter(({ phase }) => phase === "now").sort((a, b) => -Temporal.Instant.compare(a.startsAt, b.startsAt)),
    next: timed.find(({ phase }) => phase === "ahead") ?? null,
    days,
  }
}

/** True when the big join button is due: the meeting is on, or about to begin. */
export function isJoinDue(entry: AgendaEntry, now: Temporal.Instant): boolean {
  if (entry.join === null || entry.phase === "over" || entry.event.isCancelled) return false
  return entry.phase === "now" || now.until(entry.startsAt).total("minutes") <= joinEarlyMinutes
}

function entryOf(event: CalendarEvent, now: Temporal.Instant, zone: string, ownHosts: OwnHosts): AgendaEntry {
  const { startsAt, endsAt } = eventSpan(event.time, zone)
  const isAllDay = event.time.kind === "all-day"
  const phase =
    Temporal.Instant.compare(endsAt, now) <= 0 ? "over" : Temporal.Instant.compare(startsAt, now) <= 0 ? "now" : "ahead"
  return { key: event.id, event, startsAt, endsAt, isAllDay, dayOf: null, join: findJoinLink(event, ownHosts), phase }
}

/** The days an entry touches; one that ends at midnight does not touch the day that begins then. */
function partsOf(entry: AgendaEntry, zone: string): readonly (readonly [Temporal.PlainDate, AgendaEntry])[] {
  const first = entry.startsAt.toZonedDateTimeISO(zone).toPlainDate()
  const lastInstant =
    Temporal.Instant.compare(entry.startsAt, entry.endsAt) < 0
      ? entry.endsAt.subtract({ nanoseconds: 1 })
      : entry.endsAt
  const days = Math.min(366, first.until(lastInstant.toZonedDateTimeISO(zone).toPlainDate()).days + 1)
  if (days <= 1) return [[first, entry]]
  return Array.from({ length: days }, (_, index) => {
    const date = first.add({ days: index })
    return [date, { ...entry, key: `${entry.key}@${date}`, dayOf: { day: index + 1, days } }] as const
  })
}

function byStart(a: AgendaEntry, b: AgendaEntry): number {
  if (a.isAllDay !== b.isAllDay) return a.isAllDay ? -1 : 1
  return (
    Temporal.Instant.compare(a.startsAt, b.startsAt) ||
    Temporal.Instant.compare(a.endsAt, b.endsAt) ||
    (a.key < b.key ? -1 : 1)
  )
}

function uniqueEntries(days: readonly AgendaDay[]): readonly AgendaEntry[] {
  return [...new Map(days.flatMap(({ entries }) => entries).map((entry) => [entry.event.id, entry])).values()]
}

function isTaken({ isCancelled, myResponse }: CalendarEvent): boolean {
  return !isCancelled && myResponse !== "declined"
}
