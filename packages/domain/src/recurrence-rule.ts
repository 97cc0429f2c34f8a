/** How often; the period that a rule steps through. */
export type Frequency = "yearly" | "monthly" | "weekly" | "daily" | "hourly" | "minutely" | "secondly"

/** A weekday, 0 is Monday; `ordinal` picks one of the period ("the second Tuesday"), null means every one. */
export type RuleDay = { readonly weekday: number; readonly ordinal: number | null }

/** A recurrence rule (RFC 5545 3.3.10), read but not completed from its start. Empty lists: the part is not there. */
export type Rule = {
  readonly frequency: Frequency
  readonly interval: number
  readonly count: number | null
  /** Inclusive, on the wall clock of the series; a date includes its whole day. */
  readonly until: Temporal.PlainDateTime | null
  readonly weekStart: number
  readonly months: readonly number[]
  readonly weekNumbers: readonly number[]
  readonly yearDays: readonly number[]
  readonly monthDays: readonly number[]
  readonly days: readonly RuleDay[]
  readonly hours: readonly number[]
  readonly minutes: readonly number[]
  readonly seconds: readonly number[]
  readonly positions: readonly number[]
}

const frequencies: ReadonlyMap<string, Frequency> = new Map([
  ["YEARLY", "yearly"],
  ["MONTHLY", "monthly"],
  ["WEEKLY", "weekly"],
  ["DAILY", "daily"],
  ["HOURLY", "hourly"],
  ["MINUTELY", "minutely"],
  ["SECONDLY", "secondly"],
] as const)
/** The weekdays as RFC 5545 writes them, Monday first. */
export const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
const ruleCharsMost = 2_000

/**
 * Reads a RRULE value. Parts that no standard names are passed over, as other programs do; a part that cannot be read,
 * or that changes the meaning in a way unknown here (another calendar scale), makes the rule unreadable. Throws RangeError.
 */
export function parseRule(text: string): Rule {
  if (text.length > ruleCharsMost) throw new RangeError("the rule is too long")
  const parts = new Map<string, string>()
  for (const part of text.trim().toUpperCase().split(";")) {
    const at = part.indexOf("=")
    if (at > 0) parts.set(part.slice(0, at).trim(), part.slice(at + 1).trim())
  }
  const frequency = frequencies.get(parts.get("FREQ") ?? "")
  if (frequency === undefined) throw new RangeError("no frequency")
  if ((parts.get("RSCALE") ?? "GREGORIAN") !== "GREGORIAN") throw new RangeError("another calendar scale")
  const numbers = (name: string, least: number, most: number) => numberList(parts.get(name), least, most)
  const signed = (name: string, most: number) => numbers(name, -most, most).filter((value) => value !== 0)
  return {
    frequency,
    // Some programs write 0 and mean 1.
    interval: Math.max(1, numbers("INTERVAL", 0, 1e9)[0] ?? 1),
    count: numbers("COUNT", 1, 1e9)[0] ?? null,
    until: parts.has("UNTIL") ? parseUntil(parts.get("UNTIL") ?? "") : null,
    weekStart: parts.has("WKST") ? parseDay(parts.get("WKST") ?? "").weekday : 0,
    months: numbers("BYMONTH", 1, 12),
    weekNumbers: signed("BYWEEKNO", 53),
    yearDays: signed("BYYEARDAY", 366),
    monthDays: signed("BYMONTHDAY", 31),
    days: listOf(parts.get("BYDAY")).map(parseDay),
    hours: numbers("BYHOUR", 0, 23),
    minutes: numbers("BYMINUTE", 0, 59),
    // 60 is a leap second; calendars have none.
    seconds: [...new Set(numbers("BYSECOND", 0, 60).map((second) => Math.min(second, 59)))],
    positions: signed("BYSETPOS", 366),
  }
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : value.split(",").map((item) => item.trim())
}

function numberList(value: string | undefined, least: number, most: number): readonly number[] {
  const numbers = listOf(value).map((item) => (/^[+-]?\d{1,10}$/.test(item) ? Number(item) : Number.NaN))
  if (numbers.some((number) => !(number >= least && number <= most))) throw new RangeError("a number out of range")
  return [...new Set(numbers)].sort((a, b) => a - b)
}

function parseDay(text: string): RuleDay {
  const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text)
  const ordinal = match?.[1] === undefined ? null : Number(match[1])
  if (match === null || ordinal === 0 || Math.abs(ordinal ?? 1) > 53) throw new RangeError("no weekday")
  return { weekday: weekdays.indexOf(match[2] ?? ""), ordinal }
}

function parseUntil(text: string): Temporal.PlainDateTime {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(text)
  if (match === null) throw new RangeError("no end")
  const [, year, month, day, hour = "23", minute = "59", second = "59"] = match
  return Temporal.PlainDateTime.from(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
    },
    { overflow: "reject" },
  )
}
