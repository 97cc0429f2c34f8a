import type { Schedule } from "@kalends/domain/schedule"
import { type FaceDigest, isSameDigest } from "../meetings/digest.ts"
import type { MeetingFace } from "../ports/meeting-backend.ts"

/** What one side has, and the digests of it. */
export type EventSide = { readonly face: MeetingFace; readonly digest: FaceDigest }
/** A meeting whose times are not enough to move an event has none. */
export type MeetingSide = {
  readonly face: { readonly topic: string; readonly schedule: Schedule | null }
  readonly digest: FaceDigest
}

/**
 * What each side had when they were last in step; null before they first were. Kept apart for each side: a service may
 * show something else than it was told (a series that has begun already, a title that was cut).
 */
export type Agreed = { readonly event: FaceDigest | null; readonly meeting: FaceDigest | null }

export type Merge = {
  /** What both sides are to have in the end. */
  readonly face: MeetingFace
  readonly isEventBehind: boolean
  readonly isMeetingBehind: boolean
  /** What the event has that the meeting is to be told, since they were last in step; empty where they never were. */
  readonly news: readonly Field[]
  /** What the meeting had and is overwritten though it had been changed there; null when nothing is lost. */
  readonly lost: Partial<MeetingFace> | null
}

type Field = keyof MeetingFace
const fields: readonly Field[] = ["topic", "schedule"]

type MergeInput = {
  readonly event: EventSide
  readonly meeting: MeetingSide | null
  readonly agreed: Agreed
  readonly canWrite: boolean
}

/**
 * Three-way merge, field by field: whichever side changed since both were in step is followed; where both did, the event
 * wins and the meeting's version is `lost` (the caller keeps it with the meeting). A field that was never agreed on follows
 * the event. `meeting` is null where the service cannot be changed elsewhere, or keeps nothing: then the event is followed.
 * `canWrite` false: the event cannot be written, so it is followed whatever the meeting says.
 */
export function mergeFaces(input: MergeInput): Merge {
  const { event, meeting } = input
  const steps = new Map(fields.map((field) => [field, stepOf(field, input)]))
  const has = (step: Step, field: Field) => steps.get(field) === step
  const told = fields.filter((field) => has("tell-meeting", field) || has("overwrite", field))
  const lost = fields.filter((field) => has("overwrite", field))
  const { topic, schedule } = event.face
  return {
    face: {
      topic: has("follow-meeting", "topic") ? (meeting?.face.topic ?? topic) : topic,
      schedule: has("follow-meeting", "schedule") ? (meeting?.face.schedule ?? schedule) : schedule,
    },
    isEventBehind: fields.some((field) => has("follow-meeting", field)),
    isMeetingBehind: told.length > 0,
    news: input.agreed.event === null ? [] : told,
    lost: meeting === null || lost.length === 0 ? null : lostPart(meeting.face, lost),
  }
}

type Step = "nothing" | "tell-meeting" | "follow-meeting" | "overwrite"

function stepOf(field: Field, { event, meeting, agreed, canWrite }: MergeInput): Step {
  const isSame = meeting !== null && isSameDigest(event.digest[field], meeting.digest[field])
  const isEventChanged = agreed.event === null || !isSameDigest(event.digest[field], agreed.event[field])
  if (isSame) return "nothing"
  const isMeetingChanged =
    meeting !== null && agreed.meeting !== null && !isSameDigest(meeting.digest[field], agreed.meeting[field])
  if (!isMeetingChanged) return isEventChanged ? "tell-meeting" : "nothing"
  const canFollow = canWrite && meeting.face[field] !== null
  return isEventChanged || !canFollow ? "overwrite" : "follow-meeting"
}

function lostPart(face: MeetingSide["face"], lost: readonly Field[]): Partial<MeetingFace> {
  return {
    ...(lost.includes("topic") ? { topic: face.topic } : {}),
    ...(lost.includes("schedule") && face.schedule !== null ? { schedule: face.schedule } : {}),
  }
}
