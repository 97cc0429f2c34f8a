import { RRuleTemporal } from "rrule-temporal"
import type { SimulatorPlatform } from "./platform.ts"

/** When an event takes place: wall clock and zone, or dates (the end exclusive). */
export type SimTime =
  | { readonly kind: "timed"; readonly start: string; readonly end: string; readonly zone: string }
  | { readonly kind: "all-day"; readonly start: string; readonly end: string }
export type SimAttendee = {
  readonly name: string
  readonly email: string
  readonly response: "accepted" | "declined" | "tentative" | "none"
  readonly isRoom?: boolean
}

export type SimDetails = {
  readonly subject: string
  readonly time: SimTime
  readonly location?: string
  readonly description?: string
  readonly attendees?: readonly SimAttendee[]
  readonly isPrivate?: boolean
  readonly isFree?: boolean
  readonly onlineUrl?: string
  /** RRULE value; makes a series. */
  readonly rule?: string
  /** The provider's own fields that are kept and given back as they are (extended properties, conference data). */
  readonly extra?: Readonly<Record<string, unknown>>
}

export type SimEvent = {
  readonly id: string
  details: SimDetails
  /** Changed or cancelled occurrences by original start (instant or date text). */
  readonly exceptions: Map<string, SimDetails | "cancelled">
  /** Grows with each change in the calendar. */
  sequence: number
  createdSequence: number
  createdAt: Temporal.Instant
  changedAt: Temporal.Instant
  isDeleted: boolean
  /** What makes a repeated create the same one. */
  readonly createKey: string | null
  /** For tests that bad items are set aside: its times cannot be read. */
  isMalformed: boolean
  /** Original starts that a change of the series did away with: their occurrences are told as removed. */
  readonly former: Set<string>
}

/** One occurrence, or a single event. */
export type SimOccurrence = {
  readonly event: SimEvent
  readonly details: SimDetails
  readonly original: string | null
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
  readonly isException: boolean
}

export type Tenant = { readonly id: string; readonly service: "microsoft" | "google"; readonly domain: string }
export type Person = {
  readonly id: string
  readonly tenant: Tenant
  readonly name: string
  readonly email: string
  readonly calendar: SimCalendar
}

export class SimCalendar {
  readonly id: string
  readonly events = new Map<string, SimEvent>()
  sequence = 0
  /** Cursors older than this are lost. */
  oldestCursor = 0
  readonly #platform: SimulatorPlatform
  readonly #listeners = new Set<(event: SimEvent, kind: "created" | "updated" | "deleted") => void>()

  constructor(id: string, platform: SimulatorPlatform) {
    this.id = id
    this.#platform = platform
  }

  onChange(listener: (event: SimEvent, kind: "created" | "updated" | "deleted") => void): void {
    this.#listeners.add(listener)
  }

  #changed(event: SimEvent, kind: "created" | "updated" | "deleted"): SimEvent {
    event.sequence = ++this.sequence
    event.changedAt = this.#platform.now()
    for (const listener of this.#listeners) listener(event, kind)
    return event
  }

  create(details: SimDetails, options: { readonly id?: string; readonly createKey?: string } = {}): SimEvent {
    const id = options.id ?? this.#platform.token("ev").replaceAll(/[-_]/g, "").toLowerCase().slice(0, 26)
    const event: SimEvent = {
      id,
      details,
      exceptions: new Map(),
      sequence: 0,
      createdSequence: this.sequence + 1,
      createdAt: this.#platform.now(),
      changedAt: this.#platform.now(),
      isDeleted: false,
      createKey: options.createKey ?? null,
      isMalformed: false,
      former: new Set(),
    }
    this.events.set(id, event)
    return this.#changed(event, "created")
  }

  /** A new time or rule of a series does away with its exceptions, as both services do. */
  update(event: SimEvent, changes: Partial<SimDetails>): SimEvent {
    const isMoved = changes.time !== undefined || changes.rule !== undefined
    if (isMoved)
      for (const { original } of occurrencesOf(event, null)) if (original !== null) event.former.add(original)
    if (isMoved) event.exceptions.clear()
    event.details = { ...event.details, ...changes }
    if (isMoved)
      for (const { original } of occurrencesOf(event, null)) if (original !== null) event.former.delete(original)
    return this.#changed(event, "updated")
  }

  /** Changes one occurrence, or cancels it. */
  except(event: SimEvent, original: string, changes: Partial<SimDetails> | "cancelled"): SimEvent {
    const known = event.exceptions.get(original)
    const base = known === undefined || known === "cancelled" ? this.#occurrenceDetails(event, original) : known
    event.exceptions.set(original, changes === "cancelled" ? "cancelled" : { ...base, ...changes })
    return this.#changed(event, "updated")
  }

  #occurrenceDetails(event: SimEvent, original: string): SimDetails {
    const found = occurrencesOf(event, null).find((occurrence) => occurrence.original === original)
    const { rule: _, ...single } = event.details
    return found === undefined ? single : found.details
  }

  remove(event: SimEvent): void {
    event.isDeleted = true
    this.#changed(event, "deleted")
  }

  live(): readonly SimEvent[] {
    return [...this.events.values()].filter((event) => !event.isDeleted)
  }

  loseCursors(): void {
    this.oldestCursor = this.sequence + 1
    this.sequence++
  }
}

type Span = { readonly from: Temporal.Instant; readonly to: Temporal.Instant }
const occurrencesMost = 1_500

/** The occurrences that touch a span (all, up to a bound, for null). */
export function occurrencesOf(event: SimEvent, span: Span | null): readonly SimOccurrence[] {
  const { rule, ...single } = event.details
  const regular =
    rule === undefined
      ? []
      : ruleStarts(event.details.time, rule, span).map((original) => ({ original, details: moved(single, original) }))
  const all =
    rule === undefined
      ? [{ original: null, details: event.details }]
      : regular.filter(({ original }) => !event.exceptions.has(original))
  const changed = [...event.exceptions].flatMap(([original, details]) =>
    details === "cancelled" ? [] : [{ original, details }],
  )
  return [
    ...all.map((one) => ({ ...one, isException: false })),
    ...changed.map((one) => ({ ...one, isException: true })),
  ]
    .map(({ original, details, isException }) => ({ event, details, original, isException, ...instants(details.time) }))
    .filter(
      ({ startsAt, endsAt }) =>
        span === null ||
        (Temporal.Instant.compare(startsAt, span.to) < 0 && Temporal.Instant.compare(endsAt, span.from) > 0),
    )
}

function ruleStarts(time: SimTime, rule: string, span: Span | null): readonly string[] {
  const zone = time.kind === "timed" ? time.zone : "UTC"
  const first = time.kind === "timed" ? time.start : `${time.start}T00:00:00`
  const expansion = new RRuleTemporal({
    rruleString: `DTSTART;TZID=${zone}:${first.replace(/[-:]/g, "")}\nRRULE:${rule}`,
  })
  const dates =
    span === null
      ? expansion.all((_, index) => index < occurrencesMost)
      : expansion.between(
          span.from.subtract({ hours: 48 }).toZonedDateTimeISO(zone),
          span.to.toZonedDateTimeISO(zone),
          true,
        )
  return dates.map((date) => (time.kind === "timed" ? date.toInstant().toString() : date.toPlainDate().toString()))
}

/** The series' details at the original start. */
function moved(details: SimDetails, original: string): SimDetails {
  const { time } = details
  if (time.kind === "all-day") {
    const days = Temporal.PlainDate.from(time.start).until(time.end)
    return {
      ...details,
      time: { kind: "all-day", start: original, end: Temporal.PlainDate.from(original).add(days).toString() },
    }
  }
  const wall = Temporal.Instant.from(original).toZonedDateTimeISO(time.zone).toPlainDateTime()
  const length = Temporal.PlainDateTime.from(time.start).until(time.end)
  return { ...details, time: { ...time, start: seconds(wall), end: seconds(wall.add(length)) } }
}

const seconds = (wall: Temporal.PlainDateTime) => wall.toString({ smallestUnit: "second" })

export function instants(time: SimTime): { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant } {
  const zone = time.kind === "timed" ? time.zone : "UTC"
  const at = (text: string) => Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant()
  return { startsAt: at(time.start), endsAt: at(time.end) }
}

/** Everybody there is. */
export class Organisation {
  readonly people: Person[] = []
  readonly #platform: SimulatorPlatform

  constructor(platform: SimulatorPlatform) {
    this.#platform = platform
  }

  addPerson(tenant: Tenant, name: string, email: string): Person {
    const id = this.#platform.token("person")
    const calendar = new SimCalendar(tenant.service === "google" ? email : this.#platform.token("AQMk"), this.#platform)
    const person = { id, tenant, name, email, calendar }
    this.people.push(person)
    return person
  }

  findPerson(key: string): Person | null {
    return this.people.find(({ id, email }) => id === key || email === key.toLowerCase()) ?? null
  }
}
