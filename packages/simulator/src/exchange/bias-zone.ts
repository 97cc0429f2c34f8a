import { element, find, leaf, type Markup, textAt, type XmlNode } from "./xml.ts"
import { changesIn, readDateTime, ruleOf } from "./zones.ts"

/** The zone of GetUserAvailability: a bias in minutes and two changes a year (MS docs: timezone-availability.md). */
type BiasZone = {
  /** UTC = local time + bias. */
  readonly bias: number
  readonly standard: Change
  readonly daylight: Change
}
type Change = {
  readonly bias: number
  readonly time: string
  readonly dayOrder: number
  readonly month: number
  readonly dayOfWeek: string
}

const dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

function readBiasZone(node: XmlNode | null): BiasZone | null {
  const bias = Number(textAt(node, "Bias") ?? Number.NaN)
  if (!Number.isInteger(bias)) return null
  return { bias, standard: readChange(find(node, "StandardTime")), daylight: readChange(find(node, "DaylightTime")) }
}

function readChange(node: XmlNode | null): Change {
  return {
    bias: Number(textAt(node, "Bias") ?? 0),
    time: textAt(node, "Time") ?? "00:00:00",
    dayOrder: Number(textAt(node, "DayOrder") ?? 0),
    month: Number(textAt(node, "Month") ?? 0),
    dayOfWeek: textAt(node, "DayOfWeek") ?? "Sunday",
  }
}

/** The wall clock at which a change happens in a year; null for a zone without changes. */
function changeIn(year: number, { month, dayOrder, dayOfWeek, time }: Change): Temporal.PlainDateTime | null {
  if (month < 1 || month > 12 || dayOrder < 1) return null
  const wanted = dayNames.indexOf(dayOfWeek) + 1
  const first = new Temporal.PlainDate(year, month, 1)
  let date = first.add({ days: (wanted - first.dayOfWeek + 7) % 7 })
  for (let order = 1; order < dayOrder && date.add({ days: 7 }).month === month; order++) date = date.add({ days: 7 })
  return date.toPlainDateTime(time)
}

/** Minutes from UTC to local time at a local time. */
function offsetAt(local: Temporal.PlainDateTime, { bias, standard, daylight }: BiasZone): number {
  const toStandard = changeIn(local.year, standard)
  const toDaylight = changeIn(local.year, daylight)
  const isBefore = (at: Temporal.PlainDateTime | null) => at !== null && Temporal.PlainDateTime.compare(local, at) < 0
  if (toStandard === null || toDaylight === null) return -(bias + standard.bias)
  const isNorthern = Temporal.PlainDateTime.compare(toDaylight, toStandard) < 0
  const isDaylight = isNorthern
    ? !isBefore(toDaylight) && isBefore(toStandard)
    : !isBefore(toDaylight) || isBefore(toStandard)
  return -(bias + (isDaylight ? daylight.bias : standard.bias))
}

function toInstant(text: string, zone: BiasZone): Temporal.Instant | null {
  try {
    if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return Temporal.Instant.from(text)
    const local = Temporal.PlainDateTime.from(text)
    return local
      .toZonedDateTime("UTC")
      .toInstant()
      .subtract({ minutes: offsetAt(local, zone) })
  } catch {
    return null
  }
}

/** Local time without an offset, as the answers have it. */
function localTime(instant: Temporal.Instant, zone: BiasZone): string {
  const guess = instant.toZonedDateTimeISO("UTC").toPlainDateTime().add({ minutes: -zone.bias })
  const offset = offsetAt(guess, zone)
  const local = instant.add({ minutes: offset }).toZonedDateTimeISO("UTC").toPlainDateTime()
  return local.toString({ smallestUnit: "second" })
}

function zoneMarkup({ bias, standard, daylight }: BiasZone): Markup {
  const change = (name: string, one: Change) =>
    element(name, [
      leaf("t:Bias", one.bias),
      leaf("t:Time", one.time),
      leaf("t:DayOrder", one.dayOrder),
      leaf("t:Month", one.month),
      leaf("t:DayOfWeek", one.dayOfWeek),
    ])
  return element("t:TimeZone", [
    leaf("t:Bias", bias),
    change("t:StandardTime", standard),
    change("t:DaylightTime", daylight),
  ])
}

/** How a request's times are read and the answer's are written: local time without an offset. */
export type WallClock = {
  read(text: string): Temporal.Instant | null
  write(instant: Temporal.Instant): string
  /** The zone itself, for the answer's working hours. */
  readonly markup: Markup
}

/** By the request's own zone; without one, as from Exchange 2010 on, by the zone of its header. Null for a damaged one. */
export function wallClock(node: XmlNode | null, zone: string, year: number): WallClock | null {
  const own = node === null ? headerZone(zone, year) : readBiasZone(node)
  if (own === null) return null
  if (node !== null)
    return {
      read: (text) => toInstant(text, own),
      write: (instant) => localTime(instant, own),
      markup: zoneMarkup(own),
    }
  return {
    read: (text) => readDateTime(text, zone),
    write: (instant) => instant.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: "second" }),
    markup: zoneMarkup(own),
  }
}

/** An IANA zone in the old form, by its rules of a year. */
function headerZone(zone: string, year: number): BiasZone {
  const january = Temporal.ZonedDateTime.from({ timeZone: zone, year, month: 1, day: 1 }).offsetNanoseconds / 6e10
  const changes = changesIn(zone, year)
  const standard = Math.min(january, ...changes.map(({ to }) => to))
  const part = (isDaylight: boolean): Change => {
    const change = changes.find(({ to }) => (to === standard) !== isDaylight)
    if (change === undefined) return { bias: 0, time: "00:00:00", dayOrder: 0, month: 0, dayOfWeek: "Sunday" }
    const { minutes, occurrence, month, dayName } = ruleOf(change)
    return {
      bias: standard - change.to,
      time: new Temporal.PlainTime(0).add({ minutes }).toString({ smallestUnit: "second" }),
      dayOrder: occurrence === -1 ? 5 : occurrence,
      month,
      dayOfWeek: dayName,
    }
  }
  return { bias: -standard, standard: part(false), daylight: part(true) }
}
