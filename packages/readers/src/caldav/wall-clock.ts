import type { WallStart } from "@kalends/domain/recurrence"
import { findZone } from "@kalends/domain/zone"
import ICAL from "ical.js"
import { fileClock, type ZoneClock } from "./file-clock.ts"

/** A time as iCalendar writes it: a date, a wall-clock time in some zone, UTC, or floating. */
export type IcalTime =
  | { readonly kind: "date"; readonly date: Temporal.PlainDate }
  | { readonly kind: "wall"; readonly wall: Temporal.PlainDateTime; readonly clock: Clock }

/** What turns a wall-clock time to an instant and back. Null for floating times. */
export type Clock = ZoneClock | null

function ianaClock(zone: string): ZoneClock {
  return {
    zone,
    // Times that do not exist or exist twice are read as RFC 5545 3.3.5 says: with the offset before the gap, and the first of two.
    toInstant: (wall) => wall.toZonedDateTime(zone, { disambiguation: "compatible" }).toInstant(),
    toWall: (instant) => instant.toZonedDateTimeISO(zone).toPlainDateTime(),
  }
}

const utcClock = ianaClock("UTC")

/** The clocks of one calendar file, by TZID. */
export function createClocks(calendar: ICAL.Component): (tzid: string | null) => Clock {
  const clocks = new Map<string, Clock>()
  const make = (tzid: string): Clock => {
    // Outlook and others put a path before the name: "/freeassociation.sourceforge.net/Europe/Berlin".
    const iana = findZone(tzid) ?? findZone(/([A-Z]\w{1,30}\/[A-Z][\w+-]{1,30}(?:\/\w{1,30})?)$/.exec(tzid)?.[1])
    if (iana !== null) return ianaClock(iana)
    const own = calendar.getAllSubcomponents("vtimezone").find((zone) => zone.getFirstPropertyValue("tzid") === tzid)
    // No zone of that name anywhere: nothing is guessed, the time floats.
    return own === undefined ? null : fileClock(own)
  }
  return (tzid) => {
    if (tzid === null) return null
    const known = clocks.get(tzid)
    if (known !== undefined) return known
    const clock = make(tzid)
    clocks.set(tzid, clock)
    return clock
  }
}

/** Reads a DATE or DATE-TIME property's value. Throws TypeError or RangeError when it is neither. */
export function icalTime(property: ICAL.Property, value: unknown, clockOf: (tzid: string | null) => Clock): IcalTime {
  if (!(value instanceof ICAL.Time)) throw new TypeError("not a time")
  checkWritten(property)
  const { year, month, day, hour, minute, second } = value
  if (value.isDate) return { kind: "date", date: new Temporal.PlainDate(year, month, day) }
  // 60 is a leap second (RFC 5545 3.3.12); calendars have none.
  const wall = new Temporal.PlainDateTime(year, month, day, hour, minute, Math.min(second, 59))
  if (value.zone === ICAL.Timezone.utcTimezone) return { kind: "wall", wall, clock: utcClock }
  const tzid = property.getFirstParameter("tzid")
  return { kind: "wall", wall, clock: clockOf(tzid === undefined || tzid === "" ? null : tzid) }
}

const writtenTime = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)Z?)?$/

/** The parser rolls month 13 over into the next year; what nobody meant is better set aside. Throws RangeError. */
function checkWritten(property: ICAL.Property): void {
  const values: readonly unknown[] = property.toJSON().slice(3)
  for (const value of values.flat())
    if (typeof value === "string" && /^\d{4}-/.test(value) && !writtenTime.test(value))
      throw new RangeError("no such time")
}

/** A time's original start, as a series names it on the clock of its first occurrence. */
export function wallStartOn(time: IcalTime, clock: Clock): WallStart {
  if (time.kind === "date") return time.date
  if (clock === null || time.clock === null || clock === time.clock) return time.wall
  return clock.toWall(time.clock.toInstant(time.wall))
}
