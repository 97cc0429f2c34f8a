import type { Attendee, CalendarEvent, EventTime } from "@kalends/domain/event"
import { eventSpan } from "@kalends/domain/event"
import { parseProviderEventId } from "@kalends/domain/ids"
import { originalStarts, untilOnWallClock, type WallStart } from "@kalends/domain/recurrence"
import { overlaps, type TimeWindow } from "@kalends/domain/window"
import ICAL from "ical.js"
import { plainText } from "../plain-text.ts"
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
  for (const calendar of calendars) {
    const clockOf = createClocks(calendar)
    for (const group of byUid(calendar.getAllSubcomponents("vevent"))) {
      try {
        const expanded = expandGroup(group, { object, query, clockOf })
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
  const root = ICAL.parse(repaired(data))
  return (Array.isArray(root[0]) ? root : [root]).map(
    (jcal: unknown) => new ICAL.Component(jcal as [string, unknown[], unknown[]]),
  )
}

/** What real files get wrong: a byte-order mark, bare carriage returns, blank lines between properties. */
function repaired(data: string): string {
  const text = data
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .replace(/\n{2,}/g, "\n")
    .trimEnd()
  return text.replace(/BEGIN:VEVENT[\s\S]*?END:VEVENT/g, (event) => event.replace(/^RRULE(?=[;:])/gim, ruleProperty))
}

/** The parser refuses a whole file for one bad rule; under another name rules stay text until they are read one by one. */
const ruleProperty = "X-KALENDS-RRULE"

function byUid(components: readonly ICAL.Component[]): readonly ICAL.Component[][] {
  const groups = new Map<string, ICAL.Component[]>()
  for (const component of components) {
    const uid = String(component.getFirstPropertyValue("uid") ?? "")
    groups.set(uid, [...(groups.get(uid) ?? []), component])
  }
  return [...groups.values()]
}

type Context = {
  readonly object: CalendarObject
  readonly query: Query
  readonly clockOf: (tzid: string | null) => Clock
}
type Override = { readonly component: ICAL.Component; readonly original: WallStart; readonly isThisAndFuture: boolean }

function expandGroup(group: readonly ICAL.Component[], context: Context): Expanded {
  const master = group.find((component) => !component.hasProperty("recurrence-id"))
  if (master === undefined)
    return collect(group, (component) => [single(component, context, recurrenceIdOf(component, context))], context)
  const start = timeOf(master, "dtstart", context)
  if (start === null) throw new TypeError("no start")
  const clock = start.kind === "wall" ? start.clock : null
  if (!master.hasProperty(ruleProperty.toLowerCase()) && !master.hasProperty("rdate"))
    return collect([master], (component) => [single(component, context, null)], context)
  return expandSeries(
    master,
    group.filter((component) => component !== master),
    { ...context, start, clock },
  )
}

type SeriesContext = Context & { readonly start: IcalTime; readonly clock: Clock }

function expandSeries(master: ICAL.Component, exceptions: readonly ICAL.Component[], context: SeriesContext): Expanded {
  const { start, clock, query } = context
  const overrides = new Map<string, Override>()
  for (const component of exceptions) {
    const property = component.getFirstProperty("recurrence-id")
    const original = recurrenceIdOf(component, context, clock)
    if (property === null || original === null) continue
    overrides.set(String(original), {
      component,
      original,
      isThisAndFuture: String(property.getFirstParameter("range") ?? "").toUpperCase() === "THISANDFUTURE",
    })
  }
  const { starts, badRules } = originalStarts(
    {
      start: wallStartOn(start, clock),
      rules: master
        .getAllProperties(ruleProperty.toLowerCase())
        .map((rule) =>
          untilOnWallClock(String(rule.getFirstValue()), start.kind === "date", (instant) =>
            clock === null ? instant.toZonedDateTimeISO("UTC").toPlainDateTime() : clock.toWall(instant),
          ),
        ),
      extraStarts: startsOf(master, "rdate", context),
      excludedStarts: startsOf(master, "exdate", context),
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
  return { events: expanded.events, malformedCount: expanded.malformedCount + badRules }
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
  const id = parseProviderEventId(`${context.object.href}${suffix}`)
  const series =
    original === null
      ? null
      : {
          seriesId: parseProviderEventId(context.object.href),
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
      ? { kind: "date", date: original }
      : { kind: "wall", wall: shifted(original, override, own), clock: context.clock }
  return {
    id: parseProviderEventId(`${context.object.href}#${String(original)}`),
    series: {
      seriesId: parseProviderEventId(context.object.href),
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

function startsOf(master: ICAL.Component, name: "rdate" | "exdate", { clockOf, clock }: SeriesContext): WallStart[] {
  return master
    .getAllProperties(name)
    .flatMap((property) =>
      property
        .getValues()
        .map((value: unknown) =>
          wallStartOn(icalTime(property, value instanceof ICAL.Period ? value.start : value, clockOf), clock),
        ),
    )
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

type Attributes = Omit<CalendarEvent, "id" | "series" | "version" | "time">
const responses: Readonly<Record<string, Attendee["response"]>> = {
  ACCEPTED: "accepted",
  DECLINED: "declined",
  TENTATIVE: "tentative",
}
const meetingFields = [
  "conference",
  "x-google-conference",
  "x-microsoft-skypeteamsmeetingurl",
  "x-microsoft-onlinemeetingconflink",
  "url",
] as const

function attributes(component: ICAL.Component): Attributes {
  const value = (name: string): string | null => {
    const found = component.getFirstPropertyValue(name)
    return found === null || found === undefined || String(found).trim() === "" ? null : String(found)
  }
  const status = value("status")?.toUpperCase()
  const organizer = component.getFirstProperty("organizer")
  const organizerEmail = organizer === null ? null : mailOf(organizer)
  return {
    isCancelled: status === "CANCELLED",
    showsAs: value("transp")?.toUpperCase() === "TRANSPARENT" ? "free" : status === "TENTATIVE" ? "tentative" : "busy",
    isPrivate: /^(PRIVATE|CONFIDENTIAL)$/i.test(value("class") ?? ""),
    subject: value("summary") ?? "",
    location: value("location"),
    description: plainText(value("description")),
    organizer: organizer === null ? null : { name: parameter(organizer, "cn"), email: organizerEmail },
    attendees: component.getAllProperties("attendee").map(attendee),
    onlineMeetingUrl: meetingFields.map(value).find((url) => url !== null && /^https:\/\//i.test(url)) ?? null,
    myResponse: "none",
  }
}

function attendee(property: ICAL.Property): Attendee {
  const kind = parameter(property, "cutype")?.toUpperCase()
  return {
    name: parameter(property, "cn"),
    email: mailOf(property),
    response: responses[parameter(property, "partstat")?.toUpperCase() ?? ""] ?? "none",
    isResource: kind === "ROOM" || kind === "RESOURCE",
  }
}

function parameter(property: ICAL.Property, name: string): string | null {
  const value = property.getFirstParameter(name)
  return value === undefined || value === "" ? null : String(value)
}

function mailOf(property: ICAL.Property): string | null {
  const address = /^mailto:(.+)$/i.exec(String(property.getFirstValue() ?? ""))?.[1]
  return address === undefined ? null : address.toLowerCase()
}
