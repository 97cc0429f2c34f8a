/**
 * A date as people read it in their calendar, in the language of the page: "Dec 1, 2026", "Tue 1 December 2026", "1. März 2027",
 * "2026年12月1日(火)", "01.12.2026". Null where it is none, or could be two.
 */
export function readDate(text: string, language: string): string | null {
  const iso =
    /(\d{4})-(\d{1,2})-(\d{1,2})/.exec(text) ?? /(\d{4})\s?[年년/.]\s?(\d{1,2})\s?[月월/.]\s?(\d{1,2})/.exec(text)
  if (iso !== null) return dateOf(iso[1], iso[2], iso[3])
  const numbers = text.match(/\d+/g) ?? []
  const [first, second, third] = numbers
  if (numbers.length === 3) {
    // 3/4 is a day in March or in April: the page's language says which, and where it does not, nobody guesses.
    const order = dayAndMonthOrder(language)
    if (order === null) return null
    return order === "day" ? dateOf(third, second, first) : dateOf(third, first, second)
  }
  const month = numbers.length === 2 ? monthIn(text, language) : null
  return month === null ? null : dateOf(second, month, first)
}

const localeOf = (language: string) => (Intl.DateTimeFormat.supportedLocalesOf(language).length > 0 ? language : "en")

/** English is written both ways, and its region alone tells which. */
function dayAndMonthOrder(language: string): "day" | "month" | null {
  if (/^en$/i.test(language)) return null
  const parts = new Intl.DateTimeFormat(localeOf(language)).formatToParts(0).map(({ type }) => type)
  if (parts.indexOf("year") < parts.indexOf("day")) return null
  return parts.indexOf("day") < parts.indexOf("month") ? "day" : "month"
}

/** The one month that is named in the text, in the page's language, else in English; null for none or several. */
function monthIn(text: string, language: string): string | null {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
  for (const locale of [localeOf(language), "en"]) {
    const months = new Set(words.flatMap((word) => monthNames(locale).get(word) ?? []))
    if (months.size > 0) return months.size === 1 ? ([...months][0] ?? null) : null
  }
  return null
}

/** Short and long, with a day beside them, because some languages bend the month's name there. */
function monthNames(locale: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const month of ["short", "long"] as const) {
    const format = new Intl.DateTimeFormat(locale, { day: "numeric", month, timeZone: "UTC" })
    for (let index = 0; index < 12; index++) {
      const written = format.formatToParts(Date.UTC(2027, index, 1)).find(({ type }) => type === "month")?.value ?? ""
      names.set(written.toLowerCase().replace(/\.$/, ""), String(index + 1))
    }
  }
  return names
}

const daysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function dateOf(year: string | undefined, month: string | undefined, day: string | undefined): string | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  const isDay = y >= 1000 && y <= 9999 && d >= 1 && d <= (daysOf[m - 1] ?? 0)
  return isDay ? `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}` : null
}

/** A time as people read it: "20:00", "8:00pm", "8 PM", "20.00", "午後8:00", "20時30分", "20 h 30". */
export function readTime(text: string): string | null {
  const found = /(\d{1,2})(?:\s?[:.時시点h]\s?(\d{2})?)?/i.exec(text)
  if (found === null) return null
  const isAfternoon = /p\.?\s?m|午後|下午|오후/i.test(text)
  const isHalfDay = isAfternoon || /a\.?\s?m|午前|上午|오전/i.test(text)
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? "0")]
  if (hour > (isHalfDay ? 12 : 23) || minute > 59) return null
  const whole = isHalfDay ? (hour % 12) + (isAfternoon ? 12 : 0) : hour
  return `${String(whole).padStart(2, "0")}:${String(minute).padStart(2, "0")}`
}

const firstTime = /(?:午前|午後|上午|下午|오전|오후)?\s?\d{1,2}\s?[:時시点]\s?\d{2}(?:\s?[ap]\.?\s?m\b\.?)?/i
const summaryCharsMost = 80

/** Whether a text may be a date and its times, as "Fri 3/13/2026 2:00 PM - 2:30 PM". */
export const isSummary = (text: string) => text.length <= summaryCharsMost && /\d{4}/.test(text) && firstTime.test(text)

/**
 * Date and start of such a text. Null where one of them is none, or could be two; also where a half of the day stands beside the
 * end alone.
 */
export function readSummary(text: string, language: string): { readonly date: string; readonly time: string } | null {
  const found = firstTime.exec(text)
  if (found === null || text.length > summaryCharsMost) return null
  const rest = text.slice(found.index + found[0].length)
  if (isHalfOfDay(rest) && !isHalfOfDay(found[0])) return null
  const [date, time] = [readDate(text.slice(0, found.index), language), readTime(found[0])]
  return date === null || time === null ? null : { date, time }
}

const isHalfOfDay = (text: string) => /\d\s?[ap]\.?\s?m\b|午前|午後|上午|下午|오전|오후/i.test(text)
