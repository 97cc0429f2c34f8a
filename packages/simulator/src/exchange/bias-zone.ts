import { element, find, leaf, type Markup, textAt, type XmlNode } from "./xml.ts"

/** The zone of GetUserAvailability: a bias in minutes and two changes a year (MS docs: timezone-availability.md). */
export type BiasZone = {
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

export function readBiasZone(node: XmlNode | null): BiasZone | null {
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

export function toInstant(text: string, zone: BiasZone): Temporal.Instant | null {
  try {
    if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return Temporal.Instant.from(text)
    const local = Temporal.PlainDateTime.from(text)
    return local.toZonedDateTime("UTC").toInstant().subtract({ minutes: offsetAt(local, zone) })
  } catch {
    return null
  }
}

/** Local time without an offset, as the answers have it. */
export function localTime(instant: Temporal.Instant, zone: BiasZone): string {
  const guess = instant.toZonedDateTimeISO("UTC").toPlainDateTime().add({ minutes: -zone.bias })
  const offset = offsetAt(guess, zone)
  const local = instant.add({ minutes: offset }).toZonedDateTimeISO("UTC").toPlainDateTime()
  return local.toString({ smallestUnit: "second" })
}

export function zoneMarkup({ bias, standard, daylight }: BiasZone): Markup {
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
