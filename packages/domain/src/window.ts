/** A half-open span of time: `startsAt` is in it, `endsAt` is not. Throws RangeError when it is empty or reversed. */
export type TimeWindow = { readonly startsAt: Temporal.Instant; readonly endsAt: Temporal.Instant }

export function timeWindow(startsAt: Temporal.Instant, endsAt: Temporal.Instant): TimeWindow {
  if (Temporal.Instant.compare(startsAt, endsAt) >= 0) throw new RangeError("a window must end after it starts")
  return { startsAt, endsAt }
}

/**
 * The rolling sync window (SPEC 1.10): from the first of the month six months back to the first of the month nineteen
 * months ahead, in UTC, so that it covers −6…+18 months on every day of the current month and changes once a month.
 */
export function syncWindow(now: Temporal.Instant): TimeWindow {
  const month = now.toZonedDateTimeISO("UTC").toPlainDate().with({ day: 1 })
  const at = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone: "UTC" }).toInstant()
  return timeWindow(at(month.subtract({ months: 6 })), at(month.add({ months: 19 })))
}

/** True when `inner` lies wholly inside `outer`. */
export function covers(outer: TimeWindow, inner: TimeWindow): boolean {
  return (
    Temporal.Instant.compare(outer.startsAt, inner.startsAt) <= 0 && Temporal.Instant.compare(inner.endsAt, outer.endsAt) <= 0
  )
}

/** True when the two windows share at least one instant. */
export function overlaps(a: TimeWindow, b: TimeWindow): boolean {
  return Temporal.Instant.compare(a.startsAt, b.endsAt) < 0 && Temporal.Instant.compare(b.startsAt, a.endsAt) < 0
}
