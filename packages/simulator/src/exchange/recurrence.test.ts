import { expect, test } from "vitest"
import { occurrencesIn, type SimTime } from "../org.ts"
import { recurrenceMarkup, ruleOf } from "./recurrence.ts"
import { parseXml } from "./xml.ts"

const time: SimTime = { kind: "timed", start: "2026-01-31T09:00:00", end: "2026-01-31T10:00:00", zone: "Europe/Berlin" }
const start = "<StartDate>2026-01-31+01:00</StartDate>"
const noEnd = `<NoEndRecurrence>${start}</NoEndRecurrence>`

function ruleIn(pattern: string, range = noEnd): string {
  const node = parseXml(`<Recurrence>${pattern}${range}</Recurrence>`)
  if (node === null) throw new Error("not XML")
  return ruleOf(node, time)
}

const patterns = [
  "<DailyRecurrence><Interval>3</Interval></DailyRecurrence>",
  "<WeeklyRecurrence><Interval>2</Interval><DaysOfWeek>Monday Friday</DaysOfWeek><FirstDayOfWeek>Sunday</FirstDayOfWeek></WeeklyRecurrence>",
  "<AbsoluteMonthlyRecurrence><Interval>1</Interval><DayOfMonth>31</DayOfMonth></AbsoluteMonthlyRecurrence>",
  "<RelativeMonthlyRecurrence><Interval>1</Interval><DaysOfWeek>Friday</DaysOfWeek><DayOfWeekIndex>Last</DayOfWeekIndex></RelativeMonthlyRecurrence>",
  "<RelativeMonthlyRecurrence><Interval>1</Interval><DaysOfWeek>Weekday</DaysOfWeek><DayOfWeekIndex>First</DayOfWeekIndex></RelativeMonthlyRecurrence>",
  "<AbsoluteYearlyRecurrence><DayOfMonth>29</DayOfMonth><Month>February</Month></AbsoluteYearlyRecurrence>",
  "<RelativeYearlyRecurrence><DaysOfWeek>WeekendDay</DaysOfWeek><DayOfWeekIndex>Second</DayOfWeekIndex><Month>October</Month></RelativeYearlyRecurrence>",
]

test.each(patterns)("a pattern comes back as it was: %s", (pattern) => {
  expect(recurrenceMarkup(ruleIn(pattern), time, "Europe/Berlin")).toBe(
    `<Recurrence>${pattern}${noEnd}</Recurrence>`.replaceAll(/<(\/?)/g, "<$1t:"),
  )
})

test.each([
  `<NumberedRecurrence>${start}<NumberOfOccurrences>7</NumberOfOccurrences></NumberedRecurrence>`,
  `<EndDateRecurrence>${start}<EndDate>2026-07-01+02:00</EndDate></EndDateRecurrence>`,
])("a range comes back as it was: %s", (range) => {
  const markup = recurrenceMarkup(ruleIn(patterns[0] ?? "", range), time, "Europe/Berlin")
  expect(markup.replaceAll("t:", "")).toContain(range)
})

test("the thirty-first is the last day of a month that has none", () => {
  const details = { subject: "Accounts", time, rule: `${ruleIn(patterns[2] ?? "")};COUNT=4` }
  expect(occurrencesIn(details).map(({ details }) => details.time.start.slice(0, 10))).toEqual([
    "2026-01-31",
    "2026-02-28",
    "2026-03-31",
    "2026-04-30",
  ])
})

test("a rule for the last day of the month is told as the thirty-first", () => {
  const markup = recurrenceMarkup("FREQ=MONTHLY;BYMONTHDAY=-1", time, "Europe/Berlin")
  expect(markup).toContain("<t:DayOfMonth>31</t:DayOfMonth>")
})

test.each([
  "<WeeklyRecurrence><Interval>0</Interval><DaysOfWeek>Monday</DaysOfWeek></WeeklyRecurrence>",
  "<HourlyRecurrence><Interval>1</Interval></HourlyRecurrence>",
])("what is no pattern is refused: %s", (pattern) => {
  expect(() => ruleIn(pattern)).toThrow()
})
