import type { Series } from "@kalends/domain/schedule"
import { list, text, type Wire, wire } from "@kalends/readers/parse"
import { find, textAt, type XmlNode } from "@kalends/readers/xml"
import { ruleFromPatterned, toPatterned, unwritable } from "../../patterned-recurrence.ts"

// The six patterns and three ranges of recurrence-patterns-and-ews.md, which Microsoft Graph has under other names.

const patternNames: ReadonlyMap<string, string> = new Map([
  ["DailyRecurrence", "daily"],
  ["WeeklyRecurrence", "weekly"],
  ["AbsoluteMonthlyRecurrence", "absoluteMonthly"],
  ["RelativeMonthlyRecurrence", "relativeMonthly"],
  ["AbsoluteYearlyRecurrence", "absoluteYearly"],
  ["RelativeYearlyRecurrence", "relativeYearly"],
])
const elementNames = new Map([...patternNames].map(([element, type]) => [type, element]))
const months = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
]
const week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
/** Words for several days, which a relative pattern has instead of a list (dayofweektype). */
const several: ReadonlyMap<string, readonly string[]> = new Map([
  ["day", week],
  ["weekday", week.slice(0, 5)],
  ["weekendday", week.slice(5)],
])

/** The rule (RRULE value) of a Recurrence element. Throws TypeError for one that is none of the six patterns. */
export function ruleFromEws(recurrence: XmlNode): string {
  const element = recurrence.children.find(({ name }) => patternNames.has(name))
  const range = recurrence.children.find((node) => node !== element) ?? null
  if (element === undefined || range === null) throw new TypeError("no known pattern")
  return ruleFromPatterned({ pattern: patternFrom(element), range: rangeFrom(range) })
}

function patternFrom(element: XmlNode): Wire {
  const days = (textAt(element, "DaysOfWeek") ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((day) => day !== "")
  const number = (name: string) => {
    const written = textAt(element, name)
    return written === null ? undefined : Number(written)
  }
  const month = months.indexOf(textAt(element, "Month") ?? "") + 1
  return {
    type: patternNames.get(element.name),
    interval: number("Interval") ?? 1,
    dayOfMonth: number("DayOfMonth"),
    daysOfWeek: days.flatMap((day) => several.get(day) ?? [day]),
    index: textAt(element, "DayOfWeekIndex")?.toLowerCase(),
    firstDayOfWeek: textAt(element, "FirstDayOfWeek")?.toLowerCase(),
    ...(month === 0 ? {} : { month }),
  }
}

function rangeFrom(range: XmlNode): Wire {
  if (range.name === "NumberedRecurrence")
    return { type: "numbered", numberOfOccurrences: Number(textAt(range, "NumberOfOccurrences")) }
  // Dates come with a "Z" or an offset, and mean the day that they name.
  if (range.name === "EndDateRecurrence") return { type: "endDate", endDate: textAt(range, "EndDate")?.slice(0, 10) }
  if (range.name === "NoEndRecurrence") return { type: "noEnd" }
  throw new TypeError("no known range")
}

/** The Recurrence element of a series. Throws Problem "unsupported" (code "schedule") for what no pattern says. */
export function recurrenceXml(series: Series): string {
  const { pattern, range } = toPatterned(series)
  return `<t:Recurrence>${patternXml(wire(pattern) ?? {})}${rangeXml(wire(range) ?? {})}</t:Recurrence>`
}

function patternXml(pattern: Wire): string {
  const type = text(pattern.type) ?? ""
  const name = elementNames.get(type)
  const interval = Number(pattern.interval ?? 1)
  // A yearly pattern has no interval.
  if (name === undefined || (type.endsWith("Yearly") && interval !== 1)) throw unwritable()
  const isRelative = type.startsWith("relative")
  const parts = [
    type.endsWith("Yearly") ? "" : leaf("Interval", interval),
    isRelative || type === "weekly"
      ? leaf("DaysOfWeek", daysText(list(pattern.daysOfWeek).map(String), isRelative))
      : "",
    isRelative ? leaf("DayOfWeekIndex", capital(String(pattern.index))) : "",
    type === "weekly" ? leaf("FirstDayOfWeek", capital(String(pattern.firstDayOfWeek))) : "",
    type.startsWith("absolute") ? leaf("DayOfMonth", Number(pattern.dayOfMonth)) : "",
    type.endsWith("Yearly") ? leaf("Month", months[Number(pattern.month) - 1] ?? "") : "",
  ]
  return `<t:${name}>${parts.join("")}</t:${name}>`
}

const leaf = (name: string, value: string | number) => `<t:${name}>${value}</t:${name}>`
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** A list of days; a relative pattern takes one word alone. */
function daysText(days: readonly string[], isOneWord: boolean): string {
  if (!isOneWord || days.length === 1) return days.map(capital).join(" ")
  const sorted = [...days].sort().join()
  const word = [...several].find(([, all]) => [...all].sort().join() === sorted)?.[0]
  if (word === undefined) throw unwritable()
  return word === "weekendday" ? "WeekendDay" : capital(word)
}

function rangeXml({ type, startDate, endDate, numberOfOccurrences }: Wire): string {
  const start = leaf("StartDate", String(startDate))
  if (type === "numbered")
    return `<t:NumberedRecurrence>${start}${leaf("NumberOfOccurrences", Number(numberOfOccurrences))}</t:NumberedRecurrence>`
  if (type === "endDate")
    return `<t:EndDateRecurrence>${start}${leaf("EndDate", String(endDate))}</t:EndDateRecurrence>`
  return `<t:NoEndRecurrence>${start}</t:NoEndRecurrence>`
}

/** The recurrence of an item; null for a single one. */
export function recurrenceOf(item: XmlNode): XmlNode | null {
  return find(item, "Recurrence")
}
