import type { SimTime } from "../org.ts"
import { EwsError } from "./soap.ts"
import { element, find, leaf, type Markup, textAt, type XmlNode } from "./xml.ts"

/** EWS recurrence patterns and ranges (MS docs: recurrence-patterns-and-ews.md) and the RRULE that the organisation keeps. */

const days: Readonly<Record<string, string>> = {
  Monday: "MO",
  Tuesday: "TU",
  Wednesday: "WE",
  Thursday: "TH",
  Friday: "FR",
  Saturday: "SA",
  Sunday: "SU",
  Day: "MO,TU,WE,TH,FR,SA,SU",
  Weekday: "MO,TU,WE,TH,FR",
  WeekendDay: "SA,SU",
}
const indexes: Readonly<Record<string, string>> = { First: "1", Second: "2", Third: "3", Fourth: "4", Last: "-1" }
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
]

const nameOf = (names: Readonly<Record<string, string>>, value: string): string =>
  Object.entries(names).find(([, known]) => known === value)?.[0] ?? value

/** The `Recurrence` of a series that starts at `time`; dates carry the offset of `zone`. */
export function recurrenceMarkup(rule: string, time: SimTime, zone: string): Markup {
  const parts = new Map(
    rule.split(";").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
  )
  const start = Temporal.PlainDate.from(time.start.slice(0, 10))
  return element("t:Recurrence", [pattern(parts, start), range(parts, start, zone)])
}

function pattern(parts: ReadonlyMap<string, string>, start: Temporal.PlainDate): Markup {
  const byDay = parts.get("BYDAY") ?? ""
  const interval = leaf("t:Interval", parts.get("INTERVAL") ?? "1")
  const month = leaf("t:Month", months[Number(parts.get("BYMONTH") ?? start.month) - 1] ?? "January")
  const dayOfMonth = leaf("t:DayOfMonth", lastDay(parts.get("BYMONTHDAY") ?? String(start.day)))
  const isRelative = byDay !== ""
  switch (parts.get("FREQ")) {
    case "WEEKLY":
      return element("t:WeeklyRecurrence", [
        interval,
        leaf("t:DaysOfWeek", weekDays(byDay, start)),
        leaf("t:FirstDayOfWeek", nameOf(days, parts.get("WKST") ?? "MO")),
      ])
    case "MONTHLY":
      return isRelative
        ? element("t:RelativeMonthlyRecurrence", [interval, ...relative(byDay, parts.get("BYSETPOS"))])
        : element("t:AbsoluteMonthlyRecurrence", [interval, dayOfMonth])
    case "YEARLY":
      return isRelative
        ? element("t:RelativeYearlyRecurrence", [...relative(byDay, parts.get("BYSETPOS")), month])
        : element("t:AbsoluteYearlyRecurrence", [dayOfMonth, month])
    default:
      return element("t:DailyRecurrence", interval)
  }
}

/** The last of a list stands for the whole (see `monthDay`); the last day of a month is the thirty-first. */
function lastDay(list: string): string {
  const last = list.split(",").at(-1) ?? "1"
  return last === "-1" ? "31" : last
}

function weekDays(byDay: string, start: Temporal.PlainDate): string {
  const own = Object.values(days)[start.dayOfWeek - 1] ?? "MO"
  return (byDay === "" ? own : byDay)
    .split(",")
    .map((day) => nameOf(days, day))
    .join(" ")
}

function relative(byDay: string, position: string | undefined): readonly Markup[] {
  const [, own = "", list = byDay] = /^([+-]?\d+)?(.*)$/.exec(byDay) ?? []
  const index = (own === "" ? (position ?? "1") : own).replace("+", "")
  return [leaf("t:DaysOfWeek", nameOf(days, list)), leaf("t:DayOfWeekIndex", nameOf(indexes, index))]
}

function range(parts: ReadonlyMap<string, string>, start: Temporal.PlainDate, zone: string): Markup {
  const startDate = leaf("t:StartDate", dated(start, zone))
  const count = parts.get("COUNT")
  const until = parts.get("UNTIL")
  if (count !== undefined) return element("t:NumberedRecurrence", [startDate, leaf("t:NumberOfOccurrences", count)])
  if (until === undefined) return element("t:NoEndRecurrence", startDate)
  return element("t:EndDateRecurrence", [startDate, leaf("t:EndDate", dated(untilDate(until, zone), zone))])
}

/** "2026-11-24+01:00", as Exchange writes dates. */
function dated(date: Temporal.PlainDate, zone: string): string {
  if (zone === "UTC") return `${date}Z`
  return `${date}${date.toZonedDateTime(zone).offset}`
}

function untilDate(until: string, zone: string): Temporal.PlainDate {
  const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d)(?:T(\d{6})Z?)?$/.exec(until) ?? []
  const date = `${year}-${month}-${day}`
  if (time === undefined) return Temporal.PlainDate.from(date)
  const clock = `${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`
  return Temporal.Instant.from(`${date}T${clock}Z`).toZonedDateTimeISO(zone).toPlainDate()
}

/** The RRULE value of a `Recurrence`; throws what Exchange refuses. */
export function ruleOf(recurrence: XmlNode, time: SimTime): string {
  const found = recurrence.children.find(({ name }) => !/^(NoEnd|EndDate|Numbered)Recurrence$/.test(name))
  const extent = recurrence.children.find(({ name }) => /^(NoEnd|EndDate|Numbered)Recurrence$/.test(name))
  if (found === undefined || extent === undefined)
    throw new EwsError("ErrorCalendarInvalidRecurrence", "The recurrence cannot be created.")
  return [...patternParts(found), ...rangeParts(extent, time)].join(";")
}

function patternParts(node: XmlNode): readonly string[] {
  const number = (name: string, least: number, most: number) => {
    const value = Number(textAt(node, name) ?? "1")
    if (!Number.isInteger(value) || value < least || value > most) throw outOfRange(name)
    return value
  }
  const list = (textAt(node, "DaysOfWeek") ?? "").split(" ").map((day) => days[day] ?? "")
  const position = indexes[textAt(node, "DayOfWeekIndex") ?? "First"] ?? "1"
  const nth = list[0]?.includes(",") ? [`BYDAY=${list[0]}`, `BYSETPOS=${position}`] : [`BYDAY=${position}${list[0]}`]
  const month = `BYMONTH=${months.indexOf(textAt(node, "Month") ?? "January") + 1}`
  switch (node.name) {
    case "DailyRecurrence":
      return ["FREQ=DAILY", `INTERVAL=${number("Interval", 1, 999)}`]
    case "WeeklyRecurrence": {
      if (list.some((day) => day === "" || day.includes(",")))
        throw new EwsError("ErrorCalendarInvalidDayForWeeklyRecurrence", "The days of the week are invalid.")
      const first = days[textAt(node, "FirstDayOfWeek") ?? "Sunday"] ?? "SU"
      return ["FREQ=WEEKLY", `INTERVAL=${number("Interval", 1, 99)}`, `BYDAY=${list.join(",")}`, `WKST=${first}`]
    }
    case "AbsoluteMonthlyRecurrence":
      return ["FREQ=MONTHLY", `INTERVAL=${number("Interval", 1, 99)}`, ...monthDay(number("DayOfMonth", 1, 31))]
    case "RelativeMonthlyRecurrence":
      return ["FREQ=MONTHLY", `INTERVAL=${number("Interval", 1, 99)}`, ...nth]
    case "AbsoluteYearlyRecurrence":
      return ["FREQ=YEARLY", month, ...monthDay(number("DayOfMonth", 1, 31))]
    case "RelativeYearlyRecurrence":
      return ["FREQ=YEARLY", month, ...nth]
    default:
      throw new EwsError("ErrorCalendarInvalidRecurrence", "The recurrence cannot be created.")
  }
}

const outOfRange = (name: string): EwsError =>
  new EwsError("ErrorCalendarOutOfRange", `The value of ${name} is out of range.`)

/** In a month without the day it is the month's last one (dayofmonth.md). */
function monthDay(day: number): readonly string[] {
  if (day <= 28) return [`BYMONTHDAY=${day}`]
  return [`BYMONTHDAY=${Array.from({ length: day - 27 }, (_, index) => 28 + index).join(",")}`, "BYSETPOS=-1"]
}

function rangeParts(node: XmlNode, time: SimTime): readonly string[] {
  if (node.name === "NoEndRecurrence") return []
  if (node.name === "NumberedRecurrence") return [`COUNT=${Number(textAt(node, "NumberOfOccurrences") ?? "1")}`]
  const text = (textAt(find(node, "EndDate")) ?? "").slice(0, 10)
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw outOfRange("EndDate")
  if (time.kind === "all-day") return [`UNTIL=${text.replaceAll("-", "")}`]
  const end = Temporal.PlainDateTime.from(`${text}T23:59:59`).toZonedDateTime(time.zone).toInstant()
  return [`UNTIL=${end.toString({ smallestUnit: "second" }).replaceAll(/[-:]/g, "")}`]
}
