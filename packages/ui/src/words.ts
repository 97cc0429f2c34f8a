/** Languages there are catalogues for. */
export type Language = "en" | "ja"

/** The first of the user's languages that there is a catalogue for. */
export function chooseLanguage(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag === "en" || tag === "ja")
  return known === "ja" ? "ja" : "en"
}

/** The user's own tag for a language ("en-GB"), so that dates and the 24-hour clock are as they are used to. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.toLowerCase().split("-")[0] === language && isLocale(tag)) ?? language
}

/** Browsers pass on what the system says, even where it is no language tag ("en-US@posix"). */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}

/** The browser's zone; UTC where it names one that nobody knows ("Etc/Unknown", where the system tells none). */
export function chooseZone(named: string): string {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(named)
    return named
  } catch {
    return "UTC"
  }
}

/** "12 seconds ago", "in 3 days": how long before or after `now` an instant is, in the largest fitting unit. */
export function relativeTime(at: Temporal.Instant, now: Temporal.Instant, locale: string): string {
  const seconds = Math.round(now.until(at).total("seconds")) || -1
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "always" })
  const [unit, size] = unitOf(Math.abs(seconds))
  return format.format(Math.trunc(seconds / size), unit)
}

function unitOf(seconds: number): readonly [Intl.RelativeTimeFormatUnit, number] {
  if (seconds < 60) return ["second", 1]
  if (seconds < 3600) return ["minute", 60]
  return seconds < 86_400 ? ["hour", 3600] : ["day", 86_400]
}

/** "5 minutes", "40 seconds": a span, rounded up. */
export function spanOf(seconds: number, locale: string): string {
  const [unit, size] = seconds < 120 ? (["second", 1] as const) : (["minute", 60] as const)
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(Math.ceil(seconds / size))
}

/** "09:30" on the clock of `zone`, as the locale writes it. */
export function clockTime(at: Temporal.Instant, zone: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: zone }).format(at.epochMilliseconds)
}

/** "Monday, 23 November". */
export function dayName(date: Temporal.PlainDate, locale: string): string {
  const noonMs = date.toZonedDateTime({ timeZone: "UTC", plainTime: "12:00" }).epochMilliseconds
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(
    noonMs,
  )
}

/** "30 April 2027": a day by its date, as it is on the clock of UTC. */
export function dateWords(at: Temporal.Instant, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(at.epochMilliseconds)
}

/** "30 Nov 2026, 07:14:13 CET": an instant to the second on the clock of `zone`, which it names. */
export function momentWords(at: Temporal.Instant, zone: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long", timeZone: zone }).format(
    at.epochMilliseconds,
  )
}
