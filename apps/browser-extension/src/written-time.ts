/** A date as people read it in their calendar: "Dec 1, 2026", "Tue 1 December 2026", "2026年12月1日(火)", "12/1/2026". */
export function readDate(text: string, language: string): string | null {
  const iso = /(\d{4})-(\d{1,2})-(\d{1,2})/.exec(text) ?? /(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})/.exec(text)
  if (iso !== null) return dateOf(iso[1], iso[2], iso[3])
  const monthFirst = /\b([a-z]{3})[a-z]{0,6}\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})/i.exec(text)
  if (monthFirst !== null) return dateOf(monthFirst[3], monthOf(monthFirst[1]), monthFirst[2])
  const dayFirst = /(\d{1,2})\.? ([a-z]{3})[a-z]{0,6}\.?,? (\d{4})/i.exec(text)
  if (dayFirst !== null) return dateOf(dayFirst[3], monthOf(dayFirst[2]), dayFirst[1])
  const numbers = /(\d{1,2})\/(\d{1,2})\/(\d{4})/.exec(text)
  // 3/4 is a day in March or in April: only the page's language says which, and where it does not, nobody guesses.
  if (numbers === null || !/^en-/i.test(language)) return null
  const isMonthFirst = /^en-us$/i.test(language)
  return dateOf(numbers[3], isMonthFirst ? numbers[1] : numbers[2], isMonthFirst ? numbers[2] : numbers[1])
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const monthOf = (name: string | undefined) => String(months.indexOf((name ?? "").toLowerCase()) + 1)

const daysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function dateOf(year: string | undefined, month: string | undefined, day: string | undefined): string | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  const isDay = d >= 1 && d <= (daysOf[m - 1] ?? 0)
  return isDay ? `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}` : null
}

/** A time as people read it: "20:00", "8:00pm", "8 PM", "午後8:00", "20時30分". */
export function readTime(text: string): string | null {
  const found = /(\d{1,2})(?:[:.時](\d{2})?)?/.exec(text)
  if (found === null) return null
  const isAfternoon = /p\.?m|午後/i.test(text)
  const isHalfDay = isAfternoon || /a\.?m|午前/i.test(text)
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? "0")]
  if (hour > (isHalfDay ? 12 : 23) || minute > 59) return null
  const whole = isHalfDay ? (hour % 12) + (isAfternoon ? 12 : 0) : hour
  return `${String(whole).padStart(2, "0")}:${String(minute).padStart(2, "0")}`
}
