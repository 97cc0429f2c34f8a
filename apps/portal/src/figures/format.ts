import { spanOf } from "@kalends/ui/words"

/** How numbers, times and instants are written in a language, for pictures. */
export function createFormat(locale: string, zone: string) {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 })
  const unit = (name: string, value: number, display: "narrow" | "short" | "long") =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      unitDisplay: display,
      maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value)
  const time = (ms: number, display: "narrow" | "short" | "long" = "short") => {
    if (ms < 1_000) return unit("millisecond", ms, display)
    if (ms < 60_000) return unit("second", ms / 1_000, display)
    if (ms < 3_600_000) return unit("minute", ms / 60_000, display)
    return ms < 2 * 86_400_000 ? unit("hour", ms / 3_600_000, display) : unit("day", ms / 86_400_000, display)
  }
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: zone })
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: zone })
  const dayAndClock = new Intl.DateTimeFormat(locale, {
    ...{ day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZone: zone },
  })
  return {
    count: (value: number) => number.format(value),
    shortCount: (value: number) => (value < 10_000 ? number.format(value) : short.format(value)),
    /** "4 ms", "2.1 s", "15 min". */
    time,
    /** A time that is promised, rounded up as everywhere. */
    bound: (ms: number) => spanOf(ms / 1000, locale),
    /** The beginning of a step below a picture: the time of day where steps are short, the day where they are long. */
    axis: (startMs: number, stepSeconds: number) => (stepSeconds < 3_600 ? clock : day).format(startMs),
    /** A step by its beginning, whatever day it is on. */
    step: (startMs: number, stepSeconds: number) => (stepSeconds < 900 ? clock : dayAndClock).format(startMs),
  }
}

export type Format = ReturnType<typeof createFormat>
