import type { CalendarEvent, EventTime } from "@kalends/domain/event"
import { eventSpan } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { originalStarts, untilOnWallClock, type WallStart } from "@kalends/domain/recurrence"
import { overlaps, type TimeWindow } from "@kalends/domain/window"
import ICAL from "ical.js"
import { attributes } from "./attributes.ts"
import { readableCalendar, ruleProperty } from "./calendar-text.ts"
import { type Clock, createClocks, type IcalTime, icalTime, wallStartOn } from "./wall-clock.ts"

/** One calendar object resource: an address, its tag, and the iCalendar text. */
export type CalendarObject = { readonly href: string; readonly version: string; readonly data: string }
export type Expanded = { readonly events: readonly CalendarEvent[]; readonly malformedCount: number }
type Query = { readonly window: TimeWindow; readonly zone: string }

/**
 * The occurrences that a calendar object has in a window. One resource holds one UID: the event or series, and its
 * exceptions. Throws when the text is no iCalendar; a single bad event in it is set aside and counted.
 */
export function expandObject(object: CalendarObject, query: Query): Expanded {
  const calendars = parseCalendars(object.data)
  const events: CalendarEvent[] = []
  let malformedCount = 0
  let seen = 0
  for (const calendar of calendars) {
    const clockOf = createClocks(calendar)
    for (const [uid, group] of byUid(calendar.getAllSubcomponents("vevent"))) {
      try {
        // A resource should hold one event (RFC 4791 4.1); where there are more, each needs a name of its own.
        const name = seen++ === 0 ? object.href : `${object.href}#${uid.trim()}`
        const expanded = expandGroup(group, { object, name, query, clockOf })
        events.push(...expanded.events)
        malformedCount += expanded.malformedCount
      } catch {
        malformedCount++
      }
    }
  }
  return { events, malformedCount }
}

/** The calendars of a file: usually one. */
function parseCalendars(data: string): readonly ICAL.Component[] {
  const root = ICAL.parse(readableCalendar(data))
  return (Array.isArray(root[0]) ? root : [root]).map(
    (jcal: unknown) => new ICAL.Component(jcal as [string, unknown[], unknown[]]),
  )
}

function byUid(components: readonly ICAL.Component[]): ReadonlyMap<string, readonly ICAL.Component[]> {
  const groups = new Map<string, ICAL.Component[]>()
  for (const component of components) {
    // Events without a UID have nothing to do with each other.
    const uid = String(component.getFirstPropertyValue("uid") ?? `\n${groups.size}`)
    groups.set(uid, [...(groups.get(uid) ?? []), component])
  }
  return groups
}

type Context = {
  readonly object: CalendarObject
  /** Of the event or series. */
  readonly name: string
  readonly query: Query
  readonly clockOf: (tzid: string | null) => Clock
}
type Override = { readonly component: ICAL.Component; readonly original: WallStart; readonly isThisAndFuture: boolean }

function expandGroup(group: readonly ICAL.Component[], context: Context): Expanded {
  const master = newest(group.filter((component) => !component.hasProperty("recurrence-id")))
  if (master === undefined)
    return collect(group, (component) => [single(component, context, recurrenceIdOf(component, context))], context)
  const start = timeOf(master, "dtstart", context)
  if (start === null) throw new TypeError("no start")
  const clock = start.kind === "wall" ? start.clock : null
  if (group.length === 1 && !master.hasProperty(ruleProperty) && !master.hasProperty("rdate"))
    return collect([master], (component) => [single(component, context, null)], context)
  return expandSeries(
    master,
    group.filter((component) => component !== master),
    { ...context, start, clock },
  )
}

/** Of several versions in one file the one with the highest SEQUENCE, of those the last. */
function newest(versions: readonly ICAL.Component[]): ICAL.Component | undefined {
  return versions.reduce<ICAL.Component | undefined>(
    (best, version) => (best === undefined || sequenceOf(version) >= sequenceOf(best) ? version : best),
    undefined,
  )
}

function sequenceOf(component: ICAL.Component): number {
  return Number(component.getFirstPropertyValue("sequence")) || 0
}

type SeriesContext = Context & { readonly start: IcalTime; readonly clock: Clock }

function expandSeries(master: ICAL.Component, exceptions: readonly ICAL.Component[], context: SeriesContext): Expanded {
  const { start, clock, query } = context
  const overrides = new Map<string, Override>()
  for (const component of exceptions) {
    const property = component.getFirstProperty("recurrence-id")
    const original = asWritten(recurrenceIdOf(component, context, clock), start)
    if (property === null || original === null) continue
    const known = overrides.get(String(original))?.component
    if (known !== undefined && newest([known, component]) === known) continue
    overrides.set(String(original), {
      component,
      original,
      isThisAndFuture: String(property.getFirstParameter("range") ?? "").toUpperCase() === "THISANDFUTURE",
    })
  }
  const extra = startsOf(master, "rdate", context)
  const excluded = startsOf(master, "exdate", context)
  const { starts, badRules } = originalStarts(
    {
      start: wallStartOn(start, clock),
      rules: master
        .getAllProperties(ruleProperty)
        .map((rule) =>
          untilOnWallClock(String(rule.getFirstValue()), start.kind === "date", (instant) =>
            clock === null ? instant.toZonedDateTimeISO("UTC").toPlainDateTime() : clock.toWall(instant),
          ),
        ),
      extraStarts: extra.starts,
      excludedStarts: excluded.starts,
    },
    ...reach(master, context),
  )
  const following = [...overrides.values()]
    .filter((override) => override.isThisAndFuture)
    .sort((a, b) => (String(a.original) < String(b.original) ? -1 : 1))
  const regular = starts
    .filter((original) => !overrides.has(String(original)))
    .map((original) => ({
      original,
      override: following.findLast((one) => String(one.original) <= String(original)) ?? null,
    }))
  const changed = [...overrides.values()].map((override) => ({ original: override.original, override }))
  const expanded = collect(
    [...regular, ...changed],
    ({ original, override }) => [occurrence(master, override, original, context)],
    { query },
  )
  return {
    events: expanded.events,
    malformedCount: expanded.malformedCount + badRules + extra.malformedCount + excluded.malformedCount,
  }
}

/** Some programs name the original start by its day where the series has times, or by a time where it has days. */
function asWritten(original: WallStart | null, start: IcalTime): WallStart | null {
  if (original === null || (start.kind === "date") === original instanceof Temporal.PlainDate) return original
  if (original instanceof Temporal.PlainDateTime) return original.toPlainDate()
  return start.kind === "wall" ? original.toPlainDateTime(start.wall.toPlainTime()) : original
}

/** Wall-clock bounds that surely hold every original start whose occurrence touches the window. */
function reach(
  master: ICAL.Component,
  { query, clock, ...context }: SeriesContext,
): readonly [Temporal.PlainDateTime, Temporal.PlainDateTime] {
  const span = durationOf(master, context.start, { ...context, query })
  const zone = clock?.zone ?? query.zone
  const wall = (instant: Temporal.Instant) => instant.toZonedDateTimeISO(zone).toPlainDateTime()
  return [wall(query.window.startsAt).subtract(span).subtract({ days: 2 }), wall(query.window.endsAt).add({ days: 2 })]
}

/** Maps each, keeps what is in the window, and counts what cannot be understood. */
function collect<Item>(
  items: readonly Item[],
  map: (item: Item) => readonly (CalendarEvent | null)[],
  { query }: Pick<Context, "query">,
): Expanded {
  const events: CalendarEvent[] = []
  let malformedCount = 0
  for (const item of items) {
    try {
      for (const event of map(item)) if (event !== null && isInWindow(event.time, query)) events.push(event)
    } catch {
      malformedCount++
    }
  }
  return { events, malformedCount }
}

function isInWindow(time: EventTime, { window, zone }: Query): boolean {
  const { startsAt, endsAt } = eventSpan(time, zone)
  // An event without length counts as an instant.
  return overlaps(window, {
    startsAt,
    endsAt: Temporal.Instant.compare(startsAt, endsAt) < 0 ? endsAt : startsAt.add({ milliseconds: 1 }),
  })
}

function single(component: ICAL.Component, context: Context, original: WallStart | null): CalendarEvent {
  const start = timeOf(component, "dtstart", context)
  if (start === null) throw new TypeError("no start")
  const time = eventTime(start, durationOf(component, start, context))
  const suffix = original === null ? "" : `#${String(original)}`
  const id = parseProviderEventId(`${context.name}${suffix}`)
  const series =
    original === null
      ? null
      : {
          seriesId: parseProviderEventId(context.name),
          originalStart: instantOrDate(original, start.kind === "wall" ? start.clock : null, context),
        }
  return { id, series, version: context.object.version, time, ...attributes(component) }
}

function occurrence(
  master: ICAL.Component,
  override: Override | null,
  original: WallStart,
  context: SeriesContext,
): CalendarEvent {
  const component = override?.component ?? master
  const own = timeOf(component, "dtstart", context) ?? context.start
  const isExact = override !== null && String(override.original) === String(original)
  const start: IcalTime = isExact
    ? own
    : original instanceof Temporal.PlainDate
      ? { kind: "date", date: shiftedDate(original, override, own) }
      : { kind: "wall", wall: shifted(original, override, own), clock: context.clock }
  return {
    id: parseProviderEventId(`${context.name}#${String(original)}`),
    series: {
      seriesId: parseProviderEventId(context.name),
      originalStart: instantOrDate(original, context.clock, context),
    },
    version: context.object.version,
    time: eventTime(start, durationOf(component, own, context)),
    ...attributes(component),
  }
}

/** "This and future" moves the rest of the series by as much as it moved its own occurrence. */
function shifted(original: Temporal.PlainDateTime, override: Override | null, own: IcalTime): Temporal.PlainDateTime {
  if (override === null || own.kind !== "wall" || override.original instanceof Temporal.PlainDate) return original
  return original.add(override.original.until(own.wall))
}

function shiftedDate(original: Temporal.PlainDate, override: Override | null, own: IcalTime): Temporal.PlainDate {
  if (override === null || own.kind !== "date" || !(override.original instanceof Temporal.PlainDate)) return original
  return original.add({ days: override.original.until(own.date).days })
}

function instantOrDate(
  original: WallStart,
  clock: Clock,
  { query }: Pick<Context, "query">,
): Temporal.Instant | Temporal.PlainDate {
  if (original instanceof Temporal.PlainDate) return original
  return clock === null ? original.toZonedDateTime(query.zone).toInstant() : clock.toInstant(original)
}

function timeOf(component: ICAL.Component, name: string, { clockOf }: Pick<Context, "clockOf">): IcalTime | null {
  const property = component.getFirstProperty(name)
  return property === null ? null : icalTime(property, property.getFirstValue(), clockOf)
}

function recurrenceIdOf(component: ICAL.Component, context: Context, clock?: Clock): WallStart | null {
  const time = timeOf(component, "recurrence-id", context)
  return time === null
    ? null
    : wallStartOn(time, clock === undefined ? (time.kind === "wall" ? time.clock : null) : clock)
}

type Starts = { readonly starts: readonly WallStart[]; readonly malformedCount: number }

/** A date that cannot be read is set aside and counted; the series goes on without it. */
function startsOf(master: ICAL.Component, name: "rdate" | "exdate", { clockOf, clock }: SeriesContext): Starts {
  let malformedCount = 0
  const starts = master.getAllProperties(name).flatMap((property) => {
    try {
      return property
        .getValues()
        .map((value: unknown) =>
          wallStartOn(icalTime(property, value instanceof ICAL.Period ? value.start : value, clockOf), clock),
        )
    } catch {
      malformedCount++
      return []
    }
  })
  return { starts, malformedCount }
}

/** DTEND, DURATION, or what RFC 5545 3.6.1 says when there is neither: a day for dates, nothing for times. */
function durationOf(
  component: ICAL.Component,
  start: IcalTime,
  context: Pick<Context, "clockOf" | "query">,
): Temporal.Duration {
  const end = timeOf(component, "dtend", context)
  const zero = new Temporal.Duration()
  if (end?.kind === "date" && start.kind === "date") {
    const days = start.date.until(end.date)
    return days.sign > 0 ? days : Temporal.Duration.from({ days: 1 })
  }
  if (end?.kind === "wall" && start.kind === "wall") {
    const span =
      start.clock === null || end.clock === null
        ? start.wall.until(end.wall)
        : start.clock.toInstant(start.wall).until(end.clock.toInstant(end.wall), { largestUnit: "hours" })
    return span.sign > 0 ? span : zero
  }
  const written = component.getFirstPropertyValue("duration")
  if (written instanceof ICAL.Duration && !written.isNegative) {
    const { weeks, days, hours, minutes, seconds } = written
    return new Temporal.Duration(0, 0, 0, weeks * 7 + days, hours, minutes, seconds)
  }
  return start.kind === "date" ? Temporal.Duration.from({ days: 1 }) : zero
}

function eventTime(start: IcalTime, span: Temporal.Duration): EventTime {
  if (start.kind === "date")
    return { kind: "all-day", startsOn: start.date, endsBefore: start.date.add({ days: Math.max(1, span.days) }) }
  if (start.clock === null) return { kind: "floating", starts: start.wall, ends: start.wall.add(span) }
  const startsAt = start.clock.toInstant(start.wall)
  // Days of a duration are days on the wall clock, hours are exact (RFC 5545 3.3.6).
  const { days } = span
  const from = days === 0 ? startsAt : start.clock.toInstant(start.wall.add({ days }))
  return {
    kind: "timed",
    startsAt,
    endsAt: from.add({ hours: span.hours, minutes: span.minutes, seconds: span.seconds }),
    zone: start.clock.zone,
  }
}
