/** A half-open span of time: `startsAt` is in it, `endsAt` is not. Throws RangeError when it is empty or reversed. */
export type TimeWindow = { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant }

export function timeWindow(startsAt: Temporal.Instant, endsAt: Temporal.Instant): TimeWindow {
  if (Temporal.Instant.compare(startsAt, endsAt) >= 0) throw new RangeError("a window must end after it starts")
  return { startsAt, endsAt }
}

/** What a calendar is watched over (SPEC 1.10), at one moment: six months back, eighteen ahead. */
export function watchedWindow(now: Temporal.Instant): TimeWindow {
  const today = now.toZonedDateTimeISO("UTC")
  return timeWindow(today.subtract({ months: 6 }).toInstant(), today.add({ months: 18 }).toInstant())
}

/**
 * The window to ask a provider for, where a cursor is frozen to the window it began with (providers.md A.3): from the first
 * of the month six months back to nineteen months ahead, and up to 27 days more. It covers the watched window for a month
 * or longer; `spreadDays` (0 to 27, a hash of the calendar) keeps calendars from being listed anew all on one day.
 */
export function cursorWindow(now: Temporal.Instant, spreadDays: number): TimeWindow {
  const month = now.toZonedDateTimeISO("UTC").toPlainDate().with({ day: 1 })
  const at = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone: "UTC" }).toInstant()
  return timeWindow(at(month.subtract({ months: 6 })), at(month.add({ months: 19, days: spreadDays })))
}

/** True when `inner` lies wholly inside `outer`. */
export function covers(outer: TimeWindow, inner: TimeWindow): boolean {
  return (
    Temporal.Instant.compare(outer.startsAt, inner.startsAt) <= 0 &&
    Temporal.Instant.compare(inner.endsAt, outer.endsAt) <= 0
  )
}

/** True when the two windows share at least one instant. */
export function overlaps(a: TimeWindow, b: TimeWindow): boolean {
  return Temporal.Instant.compare(a.startsAt, b.endsAt) < 0 && Temporal.Instant.compare(b.startsAt, a.endsAt) < 0
}
