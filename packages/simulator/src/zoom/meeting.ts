import { type Recurrence, wireRecurrence } from "./recurrence.ts"
import { wireTime } from "./times.ts"

export type Wire = Readonly<Record<string, unknown>>
export type ZoomUser = { readonly id: string; readonly email: string; readonly zone: string }

/** 1 instant, 2 scheduled, 3 recurring without a fixed time, 8 recurring with one. */
export type MeetingType = 1 | 2 | 3 | 8

/**
 * One occurrence of a type 8 meeting. Its id is the start it was made with, in milliseconds, and stays when it is
 * moved; a deleted one stays in the list (both captured from a real account on 2026-10-05).
 */
export type Occurrence = {
  readonly id: string
  startsAt: Temporal.Instant
  minutes: number
  isDeleted: boolean
  agenda: string | null
  settings: Wire
}

/** What a request may say of a meeting. */
export type Details = {
  type: MeetingType
  topic: string
  agenda: string
  minutes: number
  zone: string
  password: string
  settings: Wire
  trackingFields: readonly unknown[]
  isPrescheduled: boolean
  /** Of type 2; of type 8 the first occurrence. */
  startsAt: Temporal.Instant
  recurrence: Recurrence
}

export type Meeting = Omit<Details, "startsAt" | "recurrence"> & {
  readonly id: number
  /** A new one for each time that the meeting takes place. */
  uuid: string
  readonly host: ZoomUser
  readonly createdAt: Temporal.Instant
  startsAt: Temporal.Instant | null
  recurrence: Recurrence | null
  occurrences: readonly Occurrence[]
  isRunning: boolean
  lastStartedAt: Temporal.Instant | null
  deletedAt: Temporal.Instant | null
  /** In the links; other people's meetings cannot be guessed with it. */
  linkToken: string
}

const day = 24
const oneOffLife = { hours: 30 * day }
const recurringLife = { hours: 365 * day }
const trashLife = { hours: 7 * day }

/**
 * Whether the id still opens anything (support.zoom.com "Meeting ID"): 30 days from the date or the last start of a
 * one-off meeting, 365 days from the last start of a recurring one; an instant meeting ends with its end.
 */
export function isAlive(meeting: Meeting, now: Temporal.Instant): boolean {
  if (meeting.deletedAt !== null) return false
  if (meeting.isRunning) return true
  if (meeting.type === 1 && meeting.lastStartedAt !== null) return false
  const isRecurring = meeting.type === 3 || meeting.type === 8
  const since = latest([
    meeting.createdAt,
    ...(isRecurring || meeting.startsAt === null ? [] : [meeting.startsAt]),
    ...(meeting.lastStartedAt === null ? [] : [meeting.lastStartedAt]),
  ])
  return Temporal.Instant.compare(now, since.add(isRecurring ? recurringLife : oneOffLife)) <= 0
}

/** Deleted less than seven days ago: PUT status `recover` brings it back. */
export function isRecoverable({ deletedAt }: Meeting, now: Temporal.Instant): boolean {
  return deletedAt !== null && Temporal.Instant.compare(now, deletedAt.add(trashLife)) <= 0
}

function latest(instants: readonly [Temporal.Instant, ...Temporal.Instant[]]): Temporal.Instant {
  return instants.reduce((one, other) => (Temporal.Instant.compare(one, other) > 0 ? one : other))
}

export const endOf = ({ startsAt, minutes }: { readonly startsAt: Temporal.Instant; readonly minutes: number }) =>
  startsAt.add({ minutes })

export function wireOccurrence({ id, startsAt, minutes, isDeleted }: Occurrence): Wire {
  return {
    occurrence_id: id,
    start_time: wireTime(startsAt),
    duration: minutes,
    status: isDeleted ? "deleted" : "available",
  }
}

/** What lists, answers and events have in common (OpenAPI; types of Zoom's own client @zoom/rivet). */
export function wireHead(meeting: Meeting, linkBase: string): Wire {
  return {
    uuid: meeting.uuid,
    id: meeting.id,
    host_id: meeting.host.id,
    topic: meeting.topic,
    type: meeting.type,
    ...(meeting.type === 2 && meeting.startsAt !== null ? { start_time: wireTime(meeting.startsAt) } : {}),
    // A series has neither start nor duration of its own: they are in its occurrences (captured on 2026-10-05).
    ...(meeting.type === 8 ? {} : { duration: meeting.minutes }),
    timezone: meeting.zone,
    agenda: meeting.agenda,
    created_at: wireTime(meeting.createdAt),
    join_url: `${linkBase}/j/${meeting.id}?pwd=${meeting.linkToken}.1`,
  }
}

/** A meeting whole, with these of its occurrences. */
export function wireMeeting(meeting: Meeting, occurrences: readonly Occurrence[], linkBase: string): Wire {
  return {
    ...wireHead(meeting, linkBase),
    host_email: meeting.host.email,
    status: meeting.isRunning ? "started" : "waiting",
    start_url: `${linkBase}/s/${meeting.id}?zak=${meeting.linkToken}`,
    password: meeting.password,
    h323_password: meeting.password,
    pstn_password: meeting.password,
    encrypted_password: `${meeting.linkToken}.1`,
    tracking_fields: meeting.trackingFields,
    settings: meeting.settings,
    creation_source: "open_api",
    pre_schedule: meeting.isPrescheduled,
    ...(meeting.recurrence === null
      ? {}
      : { recurrence: wireRecurrence(meeting.recurrence), occurrences: occurrences.map(wireOccurrence) }),
  }
}
