import { RRuleTemporal } from "rrule-temporal"
import { SimContacts } from "./contacts.ts"
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
  /** The description as it was written, where that was HTML, and the text that it was then. */
  readonly html?: { readonly content: string; readonly text: string }
  /** Who invited; the calendar's owner when it is left out. */
  readonly organizer?: { readonly name: string; readonly email: string }
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

export type Service = "microsoft" | "google" | "exchange"
export type Tenant = { readonly id: string; readonly service: Service; readonly domain: string }
export type Person = {
  readonly id: string
  readonly tenant: Tenant
  readonly name: string
  readonly email: string
  readonly calendar: SimCalendar
  readonly contacts: SimContacts
  /** A room has a mailbox as people do, but nobody signs in as one. */
  readonly isRoom: boolean
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
    const { rule: _, ...single } = event.details
    const base = known === undefined || known === "cancelled" ? moved(single, original) : known
    event.exceptions.set(original, changes === "cancelled" ? "cancelled" : { ...base, ...changes })
    return this.#changed(event, "updated")
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

/** The occurrences that details by themselves would have. */
export function occurrencesIn(details: SimDetails): readonly SimOccurrence[] {
  const atFirst = Temporal.Instant.fromEpochMilliseconds(0)
  return occurrencesOf(
    {
      id: "",
      details,
      exceptions: new Map(),
      sequence: 0,
      createdSequence: 0,
      createdAt: atFirst,
      changedAt: atFirst,
      isDeleted: false,
      createKey: null,
      isMalformed: false,
      former: new Set(),
    },
    null,
  )
}

/** The occurrence of a series with this original start; null when there is none, or no longer. */
export function occurrenceAt(event: SimEvent, original: string): SimOccurrence | null {
  const exception = event.exceptions.get(original)
  if (exception === "cancelled" || event.details.rule === undefined) return null
  if (exception !== undefined)
    return { event, details: exception, original, isException: true, ...instants(exception.time) }
  const { rule, ...single } = event.details
  const at = Temporal.Instant.from(original.length > 10 ? original : `${original}T00:00:00Z`)
  if (!ruleStarts(single.time, rule, { from: at, to: at.add({ hours: 24 }) }).includes(original)) return null
  const details = moved(single, original)
  return { event, details, original, isException: false, ...instants(details.time) }
}

/** The original start that the end of an occurrence's id tells: "20261124T090000Z" or "20261124". */
function originalFrom(text: string): string | null {
  const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d)(T\d{6}Z)?$/.exec(text) ?? []
  if (year === undefined) return null
  const date = `${year}-${month}-${day}`
  return time === undefined ? date : `${date}T${time.slice(1, 3)}:${time.slice(3, 5)}:${time.slice(5, 7)}Z`
}

/** The live event or occurrence that an id means; the ids of occurrences are the series', "_" and the original start. */
export function findByWireId(
  calendar: SimCalendar,
  id: string,
): { readonly event: SimEvent; readonly original: string | null } | null {
  const event = calendar.events.get(id)
  if (event !== undefined) return event.isDeleted ? null : { event, original: null }
  const at = id.lastIndexOf("_")
  const series = calendar.events.get(id.slice(0, at))
  const original = originalFrom(id.slice(at + 1))
  if (series === undefined || series.isDeleted || original === null) return null
  return occurrenceAt(series, original) === null ? null : { event: series, original }
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
  /** Those whose account was disabled (Microsoft) or suspended (Google). */
  readonly disabled = new Set<Person>()
  readonly #platform: SimulatorPlatform

  constructor(platform: SimulatorPlatform) {
    this.#platform = platform
  }

  /** To whom else a calendar is open, by its owner's address: "make changes" and more. */
  readonly shares = new Map<string, Set<string>>()

  /** Who has Full Access to a mailbox of Microsoft's, by its address (Add-MailboxPermission). */
  readonly #fullAccess = new Map<string, Set<Person>>()

  giveFullAccess(mailbox: Person, account: Person): void {
    this.#fullAccess.set(mailbox.email, new Set([...(this.#fullAccess.get(mailbox.email) ?? []), account]))
  }

  /** Remove-MailboxPermission. */
  takeFullAccess(mailbox: Person, account: Person): void {
    this.#fullAccess.get(mailbox.email)?.delete(account)
  }

  hasFullAccess(mailbox: Person, account: Person): boolean {
    return this.#fullAccess.get(mailbox.email)?.has(account) === true
  }

  addPerson(tenant: Tenant, name: string, email: string): Person {
    return this.#add({ tenant, name, email, isRoom: false })
  }

  addRoom(tenant: Tenant, name: string, email: string): Person {
    return this.#add({ tenant, name, email, isRoom: true })
  }

  #add(who: Omit<Person, "id" | "calendar" | "contacts">): Person {
    const id = this.#platform.token("person")
    const calendarId = who.tenant.service === "google" ? who.email : this.#platform.token("AQMk")
    const calendar = new SimCalendar(calendarId, this.#platform)
    const person = { ...who, id, calendar, contacts: new SimContacts(this.#platform) }
    this.people.push(person)
    return person
  }

  /** Those who can sign in. */
  signers(service: Tenant["service"]): readonly Person[] {
    return this.people.filter(({ tenant, isRoom }) => tenant.service === service && !isRoom)
  }

  /** By id or address; one address may have a mailbox at two services, while it moves. */
  findPerson(key: string, service?: Tenant["service"]): Person | null {
    const isNamed = ({ id, email }: Person) => id === key || email === key.toLowerCase()
    return this.people.find((one) => isNamed(one) && (service ?? one.tenant.service) === one.tenant.service) ?? null
  }
}
