import type { Booking } from "./booking.ts"

/** When a booking that nobody came to is given up. Set for each room. */
export type CheckInPolicy = {
  /** Minutes after its start within which somebody must check in; null where nobody has to. */
  readonly withinMinutes: number | null
  /** Minutes before its start from which one may. */
  readonly earlyMinutes: number
  /** After so many missed occurrences in a row the rest of a series is given up; null: never. */
  readonly missesMost: number | null
}

export type CheckInInput = {
  readonly booking: Booking
  /** Since when somebody could check in to it, had they come: its minutes do not run while no screen shows it. */
  readonly offeredSince: Temporal.Instant
  readonly now: Temporal.Instant
  readonly isCheckedIn: boolean
  /** Occurrences of its series that were missed in a row before this one. */
  readonly missed: number
}

/**
 * keep: nothing to do. wait: somebody may check in, until `releaseAt`. release: this booking is given up. release-series: it
 * and all that follow in its series are.
 */
export type CheckInVerdict =
  | { readonly kind: "keep" }
  | { readonly kind: "wait"; readonly releaseAt: Temporal.Instant }
  | { readonly kind: "release" | "release-series" }

/** What is to become of a booking now. Whole days are nobody's to check in to, and what is over is left as it was. */
export function checkInVerdict(
  policy: CheckInPolicy,
  { booking, offeredSince, now, isCheckedIn, missed }: CheckInInput,
): CheckInVerdict {
  const { earlyMinutes, missesMost } = policy
  const isOver = Temporal.Instant.compare(now, booking.endsAt) >= 0
  const releaseAt = checkInBy(policy, booking, offeredSince)
  if (releaseAt === null || isCheckedIn || isOver) return { kind: "keep" }
  if (Temporal.Instant.compare(now, booking.startsAt.subtract({ minutes: earlyMinutes })) < 0) return { kind: "keep" }
  if (Temporal.Instant.compare(now, releaseAt) < 0) return { kind: "wait", releaseAt }
  const isLastMiss = booking.seriesId !== null && missesMost !== null && missed + 1 >= missesMost
  return { kind: isLastMiss ? "release-series" : "release" }
}

/** By when somebody has to check in to a booking that can be checked in to since then; null where nobody ever has to. */
export function checkInBy(
  { withinMinutes }: Pick<CheckInPolicy, "withinMinutes">,
  { startsAt, endsAt, isAllDay }: Booking,
  offeredSince: Temporal.Instant,
): Temporal.Instant | null {
  if (withinMinutes === null || isAllDay) return null
  return earlier(later(startsAt, offeredSince).add({ minutes: withinMinutes }), endsAt)
}

const later = (a: Temporal.Instant, b: Temporal.Instant) => (Temporal.Instant.compare(a, b) > 0 ? a : b)
const earlier = (a: Temporal.Instant, b: Temporal.Instant) => (Temporal.Instant.compare(a, b) < 0 ? a : b)

/** How many in a row are missed after this one: a check-in, or a booking that was no series', begins anew. */
export function missedAfter(missed: number, verdict: CheckInVerdict["kind"], isCheckedIn: boolean): number {
  if (isCheckedIn) return 0
  return verdict === "release" || verdict === "release-series" ? missed + 1 : missed
}
