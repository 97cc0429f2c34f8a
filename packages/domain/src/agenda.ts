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
export function agendaOf({ events, now, zone, dayCount, ownHosts = noHosts }: AgendaInput): Agenda {
  const today = now.toZonedDateTimeISO(zone).toPlainDate()
  const range = { first: today.toString(), before: today.add({ days: dayCount }).toString() }
  const byDay = new Map<string, AgendaEntry[]>([[range.first, []]])
  for (const event of events)
    for (const [date, entry] of partsOf(entryOf(event, steadyOf(event, zone, ownHosts), now), range)) {
      const entries = byDay.get(date)
      if (entries === undefined) byDay.set(date, [entry])
      else entries.push(entry)
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

/** What of an event stays as it is while the clock goes on. */
type Steady = Pick<AgendaEntry, "startsAt" | "endsAt" | "join"> & {
  readonly zone: string
  readonly ownHosts: OwnHosts
  /** The days it touches; one that ends at midnight does not touch the day that begins then. */
  readonly dates: readonly string[]
}

const noHosts: OwnHosts = {}
const datesMost = 366

/** An agenda is drawn again at each tick of a clock; this is worked out once, and goes with the event itself. */
const steadies = new WeakMap<CalendarEvent, Steady>()

function steadyOf(event: CalendarEvent, zone: string, ownHosts: OwnHosts): Steady {
  const known = steadies.get(event)
  if (known !== undefined && known.zone === zone && known.ownHosts === ownHosts) return known
  const span = eventSpan(event.time, zone)
  const steady = { ...span, join: findJoinLink(event, ownHosts), zone, ownHosts, dates: datesOf(span, zone) }
  steadies.set(event, steady)
  return steady
}

function datesOf({ startsAt, endsAt }: Pick<Steady, "startsAt" | "endsAt">, zone: string): readonly string[] {
  const first = startsAt.toZonedDateTimeISO(zone).toPlainDate()
  const lastInstant = Temporal.Instant.compare(startsAt, endsAt) < 0 ? endsAt.subtract({ nanoseconds: 1 }) : endsAt
  const days = first.until(lastInstant.toZonedDateTimeISO(zone).toPlainDate()).days + 1
  return Array.from({ length: Math.max(1, Math.min(datesMost, days)) }, (_, index) =>
    first.add({ days: index }).toString(),
  )
}

type Entry = { readonly entry: AgendaEntry; readonly dates: readonly string[] }

function entryOf(event: CalendarEvent, { startsAt, endsAt, join, dates }: Steady, now: Temporal.Instant): Entry {
  const isAllDay = event.time.kind === "all-day"
  const phase =
    Temporal.Instant.compare(endsAt, now) <= 0 ? "over" : Temporal.Instant.compare(startsAt, now) <= 0 ? "now" : "ahead"
  return { entry: { key: event.id, event, startsAt, endsAt, isAllDay, dayOf: null, join, phase }, dates }
}

/** The entry on each of its days within the range. */
function* partsOf(
  { entry, dates }: Entry,
  range: { readonly first: string; readonly before: string },
): Generator<readonly [string, AgendaEntry], void, void> {
  const days = dates.length
  for (const [index, date] of dates.entries()) {
    if (date < range.first || date >= range.before) continue
    yield [date, days === 1 ? entry : { ...entry, key: `${entry.key}@${date}`, dayOf: { day: index + 1, days } }]
  }
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
