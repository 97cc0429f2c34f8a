import type { Details, Meeting, Occurrence, Wire } from "./meeting.ts"
import { startsOf } from "./recurrence.ts"

/** At what time, and how many occurrences are made at the most. */
export type Moment = { readonly now: Temporal.Instant; readonly most: number }

/**
 * PATCH of a whole meeting; returns the fields that Zoom would refuse, and then has changed nothing. "The start_time
 * value must be a future date. If the value is omitted or a date in the past, the API ignores this value and does not
 * update any recurring meetings. The recurrence object is required only when updating the entire series" (OpenAPI).
 * A series that is made anew loses what its coming occurrences had of their own.
 */
export function applyDetails(meeting: Meeting, details: Partial<Details>, { now, most }: Moment): readonly string[] {
  const type = details.type ?? meeting.type
  const wanted = details.startsAt
  const next = wanted !== undefined && Temporal.Instant.compare(wanted, now) > 0 ? wanted : null
  const startsAt = next ?? meeting.startsAt
  const recurrence = details.recurrence ?? null
  if (type === 8) {
    const isNew = meeting.type !== 8
    if (recurrence === null && (isNew || next !== null)) return ["recurrence"]
    if (isNew && startsAt === null) return ["start_time"]
  }
  if (type === 2 && startsAt === null) return ["start_time"]
  applyPlain(meeting, details)
  if (type === 8) {
    const from = next ?? (meeting.type === 8 ? null : startsAt)
    if (recurrence !== null && from !== null) makeSeries(meeting, { recurrence, from }, { now, most })
    else if (details.minutes !== undefined) lengthenComing(meeting, details.minutes, now)
  } else {
    meeting.recurrence = null
    meeting.occurrences = []
    meeting.startsAt = type === 2 ? startsAt : null
  }
  meeting.type = type
  return []
}

function applyPlain(meeting: Meeting, { settings, ...details }: Partial<Details>): void {
  const { topic, agenda, minutes, zone, password, trackingFields, isPrescheduled } = details
  meeting.topic = topic ?? meeting.topic
  meeting.agenda = agenda ?? meeting.agenda
  meeting.minutes = minutes ?? meeting.minutes
  meeting.zone = zone ?? meeting.zone
  meeting.password = password ?? meeting.password
  meeting.trackingFields = trackingFields ?? meeting.trackingFields
  meeting.isPrescheduled = isPrescheduled ?? meeting.isPrescheduled
  meeting.settings = { ...meeting.settings, ...settings }
}

/** Makes the occurrences from `from` on; those that have begun stay. */
export function makeSeries(
  meeting: Meeting,
  { recurrence, from }: { readonly recurrence: Details["recurrence"]; readonly from: Temporal.Instant },
  { now, most }: Moment,
): void {
  const begun = meeting.occurrences.filter(({ startsAt }) => Temporal.Instant.compare(startsAt, now) <= 0)
  const made = startsOf(recurrence, from, { zone: meeting.zone, most }).map(
    (startsAt): Occurrence => ({
      id: String(startsAt.epochMilliseconds),
      startsAt,
      minutes: meeting.minutes,
      isDeleted: false,
      agenda: null,
      settings: {},
    }),
  )
  const ids = new Set(made.map(({ id }) => id))
  meeting.recurrence = recurrence
  meeting.startsAt = from
  meeting.occurrences = [...begun.filter(({ id }) => !ids.has(id)), ...made]
}

function lengthenComing(meeting: Meeting, minutes: number, now: Temporal.Instant): void {
  for (const occurrence of meeting.occurrences)
    if (Temporal.Instant.compare(occurrence.startsAt, now) > 0) occurrence.minutes = minutes
}

/** The only settings that an occurrence may have of its own (OpenAPI, PATCH, `occurrence_id`). */
const ownSettings = [
  "host_video",
  "participant_video",
  "join_before_host",
  "mute_upon_entry",
  "waiting_room",
  "watermark",
  "auto_recording",
]

/** PATCH of one occurrence: agenda, start, duration and a few settings; all else is ignored, as is a past start. */
export function applyToOccurrence(occurrence: Occurrence, details: Partial<Details>, now: Temporal.Instant): void {
  const { startsAt, minutes, agenda, settings } = details
  if (startsAt !== undefined && Temporal.Instant.compare(startsAt, now) > 0) occurrence.startsAt = startsAt
  occurrence.minutes = minutes ?? occurrence.minutes
  occurrence.agenda = agenda ?? occurrence.agenda
  const kept = Object.entries(settings ?? {}).filter(([name]) => ownSettings.includes(name))
  const own: Wire = Object.fromEntries(kept)
  occurrence.settings = { ...occurrence.settings, ...own }
}
