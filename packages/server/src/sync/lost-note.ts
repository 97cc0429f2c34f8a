import { type Schedule, scheduleText } from "@kalends/domain/schedule"
import type { MeetingFace } from "../ports/meeting-backend.ts"

/**
 * A line for people about the version of a meeting that lost against its event. It is kept with the meeting in its service,
 * never here: so both versions can be found again.
 */
export function lostNote({ topic, schedule }: Partial<MeetingFace>): string {
  const parts = [
    ...(topic === undefined ? [] : [`title "${topic}"`]),
    ...(schedule === undefined ? [] : [`time ${when(schedule)}`]),
  ]
  // Times of a series cannot always be told from what its service shows.
  const had = parts.length === 0 ? "other times" : parts.join(", ")
  return `Changed here and in the calendar at once; the calendar's version was taken. This one had ${had}.`
}

function when(schedule: Schedule): string {
  if (schedule.kind === "series") return scheduleText(schedule)
  const { time } = schedule
  if (time.kind === "timed") return `${time.startsAt.toZonedDateTimeISO(time.zone ?? "UTC")} to ${time.endsAt}`
  return time.kind === "all-day" ? `${time.startsOn} to ${time.endsBefore}` : `${time.starts} to ${time.ends}`
}
