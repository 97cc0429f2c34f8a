import { isProblem } from "@kalends/domain/problem"
import { originalStarts } from "@kalends/domain/recurrence"
import type { Series } from "@kalends/domain/schedule"
import { parseXml } from "@kalends/readers/xml"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { recurrenceXml, ruleFromEws } from "./recurrence.ts"

const dayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const

function seriesOf(start: string, rule: string): Series {
  return {
    ...{ kind: "series", zone: "Europe/Berlin", length: 30, moved: [] },
    recurrence: { start: Temporal.PlainDateTime.from(start), rules: [rule], extraStarts: [], excludedStarts: [] },
  }
}

function startsOf(series: Series, rules = series.recurrence.rules): readonly string[] {
  const from = Temporal.PlainDateTime.from("2026-01-01T00:00")
  return originalStarts({ ...series.recurrence, rules }, from, from.add({ years: 4 })).starts.map(String)
}

const patterns = [
  ...["daily", "weekly", "monthDay", "monthEnd", "lateDay", "monthWeekday", "monthSeveral"],
  ...["yearDay", "yearEnd", "yearWeekday"],
] as const

/** A start and a rule that falls on it, of one of the six patterns. */
const writable = fc
  .record({
    day: fc.integer({ min: 0, max: 700 }),
    interval: fc.integer({ min: 1, max: 4 }),
    pattern: fc.constantFrom(...patterns),
    others: fc.subarray([...dayNames]),
    weekStart: fc.constantFrom(...dayNames),
    end: fc.constantFrom("", ";COUNT=9", ";UNTIL=20280301T235959"),
  })
  .map(({ day, interval, pattern, others, weekStart, end }) => {
    const any = Temporal.PlainDate.from("2026-01-01").add({ days: day })
    const date =
      {
        ...{ monthEnd: any.with({ day: 31 }), lateDay: any.with({ day: 30 }), yearEnd: any.with({ day: 31 }) },
        ...{ monthDay: any.with({ day: Math.min(any.day, 28) }), yearDay: any.with({ day: Math.min(any.day, 28) }) },
      }[pattern as "monthEnd"] ?? any
    const own = dayNames[date.dayOfWeek - 1] ?? "MO"
    // A fifth weekday of a month is its last: the rule says so.
    const weekday = date.day > 28 ? `-1${own}` : `${Math.min(4, Math.ceil(date.day / 7))}${own}`
    const group = date.dayOfWeek > 5 ? "SA,SU" : "MO,TU,WE,TH,FR"
    const rule = {
      daily: "FREQ=DAILY",
      weekly: `FREQ=WEEKLY;WKST=${weekStart};BYDAY=${[...new Set([own, ...others])].join()}`,
      monthDay: `FREQ=MONTHLY;BYMONTHDAY=${date.day}`,
      monthEnd: "FREQ=MONTHLY;BYMONTHDAY=-1",
      lateDay: "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
      monthWeekday: `FREQ=MONTHLY;BYDAY=${weekday}`,
      monthSeveral: `FREQ=MONTHLY;BYDAY=${group};BYSETPOS=${placeOf(date, group)}`,
      yearDay: `FREQ=YEARLY;BYMONTH=${date.month};BYMONTHDAY=${date.day}`,
      yearEnd: `FREQ=YEARLY;BYMONTH=${date.month};BYMONTHDAY=-1`,
      yearWeekday: `FREQ=YEARLY;BYMONTH=${date.month};BYDAY=${weekday}`,
    }[pattern]
    // A yearly pattern has no interval.
    return { start: `${date}T09:00`, rule: `${rule};INTERVAL=${pattern.startsWith("year") ? 1 : interval}${end}` }
  })
  .filter(({ rule }) => !/BYSETPOS=(?:[5-9]|\d\d)/.test(rule))

/** Which one of the month's days of this group a date is. */
function placeOf(date: Temporal.PlainDate, group: string): number {
  const isIn = (day: number) => group.includes(dayNames[date.with({ day }).dayOfWeek - 1] ?? "")
  return Array.from({ length: date.day }, (_, index) => index + 1).filter(isIn).length
}

const read = (xml: string) => ruleFromEws(parseXml(xml))
const written = (start: string, rule: string) =>
  recurrenceXml(seriesOf(start, rule)).replace(/^<t:Recurrence>|<\/t:Recurrence>$/g, "")

describe("a recurrence of Exchange", () => {
  test("means the same occurrences when it is read back", () => {
    fc.assert(
      fc.property(writable, ({ start, rule }) => {
        const series = seriesOf(start, rule)
        const again = read(recurrenceXml(series))
        expect({ rule, starts: startsOf(series, [again]) }).toEqual({ rule, starts: startsOf(series) })
      }),
      { numRuns: 400 },
    )
  })

  // The examples of recurrence-patterns-and-ews.md, table 1; the parts in the order of the schema's sequences.
  test.each([
    ["every other day", "2026-11-24", "FREQ=DAILY;INTERVAL=2", "Daily", "Interval=2"],
    [
      ...["Tuesday and Thursday every other week", "2026-11-24", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU"],
      ...["Weekly", "Interval=2 DaysOfWeek=Tuesday Thursday FirstDayOfWeek=Sunday"],
    ],
    [
      ...["the twenty-first of every other month", "2026-11-21", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=21"],
      ...["AbsoluteMonthly", "Interval=2 DayOfMonth=21"],
    ],
    [
      ...["the third Thursday of the month every three months", "2026-11-19", "FREQ=MONTHLY;INTERVAL=3;BYDAY=3TH"],
      ...["RelativeMonthly", "Interval=3 DaysOfWeek=Thursday DayOfWeekIndex=Third"],
    ],
    [
      ...["the last weekday of the month", "2026-11-30", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"],
      ...["RelativeMonthly", "Interval=1 DaysOfWeek=Weekday DayOfWeekIndex=Last"],
    ],
    [
      ...["the first day of the weekend", "2026-11-01", "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1"],
      ...["RelativeMonthly", "Interval=1 DaysOfWeek=WeekendDay DayOfWeekIndex=First"],
    ],
    [
      ...["September 1st every year", "2026-09-01", "FREQ=YEARLY"],
      ...["AbsoluteYearly", "DayOfMonth=1 Month=September"],
    ],
    [
      ...["the first Monday of August every year", "2026-08-03", "FREQ=YEARLY;BYMONTH=8;BYDAY=1MO"],
      ...["RelativeYearly", "DaysOfWeek=Monday DayOfWeekIndex=First Month=August"],
    ],
  ])("is written as Exchange has it: %s", (_, day, rule, name, parts) => {
    const content = (parts ?? "").replace(/(\w+)=(.*?)(?= \w+=|$)/g, "<t:$1>$2</t:$1>").replaceAll("> <", "><")
    expect(written(`${day}T09:00`, rule ?? "")).toBe(
      `<t:${name}Recurrence>${content}</t:${name}Recurrence><t:NoEndRecurrence><t:StartDate>${day}</t:StartDate></t:NoEndRecurrence>`,
    )
  })

  test.each([
    [
      "COUNT=10",
      "<t:NumberedRecurrence><t:StartDate>2026-11-24</t:StartDate><t:NumberOfOccurrences>10</t:NumberOfOccurrences>",
    ],
    [
      "UNTIL=20270131T235959",
      "<t:EndDateRecurrence><t:StartDate>2026-11-24</t:StartDate><t:EndDate>2027-01-31</t:EndDate>",
    ],
    [
      "UNTIL=20270131T085959",
      "<t:EndDateRecurrence><t:StartDate>2026-11-24</t:StartDate><t:EndDate>2027-01-30</t:EndDate>",
    ],
  ])("ends as the rule does: %s", (end, range) => {
    expect(written("2026-11-24T09:00", `FREQ=DAILY;${end}`)).toContain(range)
  })

  // From how-to-create-a-recurring-series-by-using-ews-in-exchange.md and how-to-update-…: no first day of the week, and
  // dates with the offset of a zone, which mean the day that they name.
  test.each([
    [
      "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Saturday</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2014-03-08-08:00</t:StartDate><t:NumberOfOccurrences>10</t:NumberOfOccurrences></t:NumberedRecurrence>",
      "FREQ=WEEKLY;INTERVAL=1;COUNT=10;WKST=SU;BYDAY=SA",
    ],
    [
      "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek></t:WeeklyRecurrence><t:EndDateRecurrence><t:StartDate>2014-05-06</t:StartDate><t:EndDate>2014-06-22-04:00</t:EndDate></t:EndDateRecurrence>",
      "FREQ=WEEKLY;INTERVAL=1;UNTIL=20140622T235959;WKST=SU;BYDAY=TU",
    ],
    [
      "<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Day</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence><t:NoEndRecurrence><t:StartDate>2026-11-30Z</t:StartDate></t:NoEndRecurrence>",
      "FREQ=MONTHLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-1",
    ],
  ])("is read as Microsoft's examples write it (%#)", (content, rule) => {
    expect(read(`<t:Recurrence>${content}</t:Recurrence>`)).toBe(rule)
  })

  test.each([
    ["no pattern", "<t:NoEndRecurrence/>"],
    ["no range", "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"],
    ["a pattern of tasks", "<t:DailyRegeneration><t:Interval>1</t:Interval></t:DailyRegeneration><t:NoEndRecurrence/>"],
    ["no interval", "<t:DailyRecurrence><t:Interval>often</t:Interval></t:DailyRecurrence><t:NoEndRecurrence/>"],
    ["no day", "<t:WeeklyRecurrence><t:DaysOfWeek>Caturday</t:DaysOfWeek></t:WeeklyRecurrence><t:NoEndRecurrence/>"],
    [
      "no month",
      "<t:AbsoluteYearlyRecurrence><t:DayOfMonth>1</t:DayOfMonth></t:AbsoluteYearlyRecurrence><t:NoEndRecurrence/>",
    ],
    ["no end", "<t:DailyRecurrence/><t:EndDateRecurrence><t:EndDate>never</t:EndDate></t:EndDateRecurrence>"],
  ])("is not guessed at: %s", (_, content) => {
    const error = thrownBy(() => read(`<t:Recurrence>${content}</t:Recurrence>`))
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
  })

  test.each([
    ["every second year", "2026-11-24", "FREQ=YEARLY;INTERVAL=2"],
    ["Mondays and Tuesdays by their place in the month", "2026-11-24", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=8"],
    ["two days that no one word names", "2026-11-02", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1"],
    ["a fifth weekday", "2026-01-29", "FREQ=MONTHLY;BYDAY=5TH"],
  ])("that Exchange has no words for is refused before anything is written: %s", (_, day, rule) => {
    const error = thrownBy(() => written(`${day}T09:00`, rule))
    expect(isProblem(error, "unsupported") && error.code).toBe("schedule")
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return expect.unreachable()
}
