import type { DisplaySettings } from "@kalends/domain/display"

/** How times and days are written on a screen, in a room's zone. */
export type Format = {
  readonly time: (at: Temporal.Instant) => string
  /** "Monday 30 November". */
  readonly day: (at: Temporal.Instant) => string
  /** The time; with its day, where that is not today: "Mon 30 Nov, 09:00". */
  readonly moment: (at: Temporal.Instant, now: Temporal.Instant) => string
  /** "14:00" or "2 PM": for the marks of a timeline. */
  readonly hour: (at: Temporal.Instant) => string
  /** "5 minutes", "2 hours", rounded down. */
  readonly span: (seconds: number) => string
  readonly dateOf: (at: Temporal.Instant) => Temporal.PlainDate
  /** When the day begins after which something ended, where it ended with a day; null where it did not. */
  readonly dayEndedBy: (at: Temporal.Instant) => Temporal.PlainDate | null
  /** The whole hour before, which in some zones is no whole hour elsewhere. */
  readonly hourBegun: (at: Temporal.Instant) => Temporal.Instant
}

type Look = Pick<DisplaySettings, "language" | "hours">

const localeOf = ({ language, hours }: Look) => (language === "ja" ? "ja-JP" : hours === 12 ? "en-US" : "en-GB")

const made = new Map<string, Format>()
const formatsMost = 100

/** Formatters are costly to make and asked for every second: each is made once. */
export function formatFor(look: Look, zone: string): Format {
  const key = `${look.language} ${look.hours} ${zone}`
  const known = made.get(key)
  if (known !== undefined) return known
  if (made.size >= formatsMost) made.clear()
  const format = makeFormat(look, zone)
  made.set(key, format)
  return format
}

function makeFormat(look: Look, zone: string): Format {
  const locale = localeOf(look)
  const clock = { timeZone: zone, hourCycle: look.hours === 12 ? "h12" : "h23" } as const
  const hourDigits = look.hours === 12 ? "numeric" : "2-digit"
  const time = new Intl.DateTimeFormat(locale, { ...clock, hour: hourDigits, minute: "2-digit" })
  const hour = new Intl.DateTimeFormat(locale, { ...clock, hour: "numeric" })
  const day = new Intl.DateTimeFormat(locale, { timeZone: zone, weekday: "long", day: "numeric", month: "long" })
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    ...{ ...clock, hour: hourDigits, minute: "2-digit", weekday: "short", day: "numeric", month: "short" },
  })
  const dateOf = (at: Temporal.Instant) => at.toZonedDateTimeISO(zone).toPlainDate()
  return {
    time: (at) => time.format(at.epochMilliseconds),
    moment: (at, now) => (dateOf(at).equals(dateOf(now)) ? time : dayAndTime).format(at.epochMilliseconds),
    hour: (at) => (look.hours === 12 ? hour : time).format(at.epochMilliseconds),
    day: (at) => day.format(at.epochMilliseconds),
    span: (seconds) => spanText(seconds, locale),
    dateOf,
    dayEndedBy: (at) => {
      const isMidnight = at.equals(at.toZonedDateTimeISO(zone).startOfDay().toInstant())
      return isMidnight ? dateOf(at).subtract({ days: 1 }) : null
    },
    hourBegun: (at) => at.toZonedDateTimeISO(zone).round({ smallestUnit: "hour", roundingMode: "floor" }).toInstant(),
  }
}

function spanText(seconds: number, locale: string): string {
  const [unit, size] =
    seconds < 60 ? (["second", 1] as const) : seconds < 7200 ? (["minute", 60] as const) : (["hour", 3600] as const)
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(seconds / size))
}
