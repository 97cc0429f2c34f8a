import type { SimTime } from "../org.ts"

export const zone = "Europe/Berlin"

/** The day that the demo is arranged around. */
export type Day = {
  readonly today: Temporal.PlainDate
  readonly monday: Temporal.PlainDate
  /** The current quarter of an hour. */
  readonly current: Temporal.PlainDateTime
}

export function dayOf(now: Temporal.Instant): Day {
  const wall = now.toZonedDateTimeISO(zone).toPlainDateTime()
  const today = wall.toPlainDate()
  const current = wall.round({ smallestUnit: "minute", roundingIncrement: 15, roundingMode: "floor" })
  return { today, monday: today.subtract({ days: today.dayOfWeek - 1 }), current }
}

export function at(date: Temporal.PlainDate, time: string, minutes: number): SimTime & { kind: "timed" } {
  return span(date.toPlainDateTime(time), minutes)
}

export function span(start: Temporal.PlainDateTime, minutes: number): SimTime & { kind: "timed" } {
  const text = (wall: Temporal.PlainDateTime) => wall.toString({ smallestUnit: "second" })
  return { kind: "timed", start: text(start), end: text(start.add({ minutes })), zone }
}
