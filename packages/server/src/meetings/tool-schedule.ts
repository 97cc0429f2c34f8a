import { Problem } from "@kalends/domain/problem"
import type { Schedule } from "@kalends/domain/schedule"
import { findZone } from "@kalends/domain/zone"

/** When an event begins, as tools say it: nothing of how long it lasts, nor of how it recurs. */
export type ToolTime = { readonly date: string; readonly time: string | null; readonly zone: string }

/** Until the saved event is found, which says how long it lasts. */
const usualMinutes = 60

/** Throws Problem "unsupported" (code "unknown-zone"). */
export function scheduleOf({ date, time, zone: name }: ToolTime): Schedule {
  const zone = findZone(name)
  if (zone === null) throw new Problem("unsupported", "This time zone is not known.", { code: "unknown-zone" })
  const startsOn = Temporal.PlainDate.from(date)
  if (time === null)
    return { kind: "single", time: { kind: "all-day", startsOn, endsBefore: startsOn.add({ days: 1 }) } }
  // A time that the clocks skip moves on by as much, as everywhere (RFC 5545 3.3.5).
  const startsAt = startsOn.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) }).toInstant()
  const endsAt = startsAt.add({ minutes: usualMinutes })
  return { kind: "single", time: { kind: "timed", startsAt, endsAt, zone } }
}

type ToolTimeChange = { readonly [Part in keyof ToolTime]?: ToolTime[Part] | undefined }

/** The schedule with what is said anew; null where too little is known to tell when it is. */
export function scheduleAfter(known: Schedule | null, change: ToolTimeChange): Schedule | null {
  const before = known?.kind === "single" ? partsOf(known) : {}
  const { date = before.date, time = before.time, zone = before.zone } = withoutMissing(change)
  if (change.date === undefined && change.time === undefined && change.zone === undefined) return known
  return date === undefined || time === undefined || zone === undefined ? null : scheduleOf({ date, time, zone })
}

const withoutMissing = (change: ToolTimeChange): Partial<ToolTime> => ({
  ...(change.date === undefined ? {} : { date: change.date }),
  ...(change.time === undefined ? {} : { time: change.time }),
  ...(change.zone === undefined ? {} : { zone: change.zone }),
})

function partsOf({ time }: Extract<Schedule, { kind: "single" }>): Partial<ToolTime> {
  if (time.kind === "all-day") return { date: time.startsOn.toString(), time: null, zone: "UTC" }
  if (time.kind === "floating" || time.zone === null) return {}
  const at = time.startsAt.toZonedDateTimeISO(time.zone)
  const clock = at.toPlainTime().toString({ smallestUnit: "minute" })
  return { date: at.toPlainDate().toString(), time: clock, zone: time.zone }
}
