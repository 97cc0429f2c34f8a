import type { SimTime } from "../org.ts"

type Wire = Readonly<Record<string, unknown>>

const dayNames: Readonly<Record<string, string>> = {
  MO: "monday",
  TU: "tuesday",
  WE: "wednesday",
  TH: "thursday",
  FR: "friday",
  SA: "saturday",
  SU: "sunday",
}
const indexNames: Readonly<Record<string, string>> = {
  "1": "first",
  "2": "second",
  "3": "third",
  "4": "fourth",
  "-1": "last",
}
const isoDays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

/** An RRULE value as Graph's patternedRecurrence (MSG recurrencepattern.md, recurrencerange.md). */
export function toRecurrence(rule: string, time: SimTime): Wire {
  const parts = new Map(
    rule.split(";").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
  )
  const startDate = time.start.slice(0, 10)
  return {
    pattern: patternOf(parts, Temporal.PlainDate.from(startDate)),
    range: { startDate, recurrenceTimeZone: "UTC", ...rangeOf(parts) },
  }
}

function rangeOf(parts: ReadonlyMap<string, string>): Wire {
  const count = parts.get("COUNT")
  const until = parts.get("UNTIL")
  if (count !== undefined) return { type: "numbered", numberOfOccurrences: Number(count), endDate: "0001-01-01" }
  if (until !== undefined)
    return {
      type: "endDate",
      numberOfOccurrences: 0,
      endDate: `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`,
    }
  return { type: "noEnd", numberOfOccurrences: 0, endDate: "0001-01-01" }
}

function patternOf(parts: ReadonlyMap<string, string>, start: Temporal.PlainDate): Wire {
  const days = (parts.get("BYDAY") ?? "").split(",").filter((day) => day !== "")
  const interval = Number(parts.get("INTERVAL") ?? 1)
  const daysOfWeek = (days.length === 0 ? [isoDays[start.dayOfWeek - 1] ?? "MO"] : days).map(
    (day) => dayNames[day.slice(-2)] ?? "monday",
  )
  const position = parts.get("BYSETPOS") ?? days[0]?.slice(0, -2) ?? ""
  const index = indexNames[position.replace("+", "")]
  const dayOfMonth = Number(parts.get("BYMONTHDAY") ?? start.day)
  const month = Number(parts.get("BYMONTH") ?? start.month)
  switch (parts.get("FREQ")) {
    case "WEEKLY":
      return { type: "weekly", interval, daysOfWeek, firstDayOfWeek: dayNames[parts.get("WKST") ?? "MO"] }
    case "MONTHLY":
      return index === undefined
        ? { type: "absoluteMonthly", interval, dayOfMonth }
        : { type: "relativeMonthly", interval, daysOfWeek, index }
    case "YEARLY":
      return index === undefined
        ? { type: "absoluteYearly", interval, dayOfMonth, month }
        : { type: "relativeYearly", interval, daysOfWeek, index, month }
    default:
      return { type: "daily", interval }
  }
}

/** Graph's patternedRecurrence as an RRULE value. */
export function fromRecurrence(pattern: Wire, range: Wire): string {
  const type = String(pattern.type)
  const frequency: Readonly<Record<string, string>> = {
    daily: "DAILY",
    weekly: "WEEKLY",
    absoluteMonthly: "MONTHLY",
    relativeMonthly: "MONTHLY",
    absoluteYearly: "YEARLY",
    relativeYearly: "YEARLY",
  }
  const named = (names: Readonly<Record<string, string>>, wanted: unknown) =>
    Object.entries(names).find(([, name]) => name === wanted)?.[0] ?? ""
  const isRelative = type.startsWith("relative")
  const index = isRelative ? named(indexNames, pattern.index ?? "first") : ""
  const days = Array.isArray(pattern.daysOfWeek) ? pattern.daysOfWeek.map((day) => named(dayNames, day)) : []
  const parts = [`FREQ=${frequency[type] ?? "DAILY"}`, `INTERVAL=${Number(pattern.interval ?? 1)}`]
  if (days.length > 0 && type !== "daily" && !type.startsWith("absolute"))
    parts.push(`BYDAY=${days.map((day) => (days.length === 1 ? `${index}${day}` : day)).join(",")}`)
  if (isRelative && days.length > 1) parts.push(`BYSETPOS=${index}`)
  if (type.startsWith("absolute") && typeof pattern.dayOfMonth === "number")
    parts.push(`BYMONTHDAY=${pattern.dayOfMonth}`)
  if (type.endsWith("Yearly") && typeof pattern.month === "number") parts.push(`BYMONTH=${pattern.month}`)
  if (range.type === "numbered") parts.push(`COUNT=${Number(range.numberOfOccurrences)}`)
  if (range.type === "endDate") parts.push(`UNTIL=${String(range.endDate).replaceAll("-", "")}T235959Z`)
  return parts.join(";")
}
