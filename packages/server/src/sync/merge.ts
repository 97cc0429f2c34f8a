import type { Schedule } from "@kalends/domain/schedule"
import { type FaceDigest, isSameDigest } from "../meetings/digest.ts"
import type { MeetingFace } from "../ports/meeting-backend.ts"

/** What one side has, and the digests of it. */
export type Side = { readonly face: MeetingFace; readonly digest: FaceDigest }
/** A meeting whose times are not enough to move an event has none. */
export type MeetingSide = {
  readonly face: { readonly topic: string; readonly schedule: Schedule | null }
  readonly digest: FaceDigest
}

export type Agreed = { readonly topic: Uint8Array | null; readonly schedule: Uint8Array | null }

export type Merge = {
  /** What both sides are to show in the end. */
  readonly face: MeetingFace
  readonly digest: FaceDigest
  readonly isEventBehind: boolean
  readonly isMeetingBehind: boolean
  /** What the meeting service showed and is overwritten though it had been changed there; null when nothing is lost. */
  readonly lost: Partial<MeetingFace> | null
}

type Field = keyof MeetingFace
const fields: readonly Field[] = ["topic", "schedule"]

/**
 * Three-way merge, field by field: whichever side changed since both agreed is followed; where both did, the event wins
 * and the meeting's version is `lost` (the caller keeps it with the meeting). A field that was never agreed on follows the
 * event. `meeting` is null where the service cannot be changed elsewhere, or keeps nothing: then the event is followed.
 * `canWrite` false: the event cannot be written, so it is followed whatever the meeting says.
 */
export function mergeFaces(input: {
  readonly event: Side
  readonly meeting: MeetingSide | null
  readonly agreed: Agreed
  readonly canWrite: boolean
}): Merge {
  const { event, meeting, agreed } = input
  const choices = fields.map((field) => ({ field, ...chooseField(field, input) }))
  const isFollowed = (field: Field) => choices.some((choice) => choice.field === field && choice.follows === "meeting")
  const pick = <Value>(field: Field, ofEvent: Value, ofMeeting: Value): Value =>
    isFollowed(field) ? ofMeeting : ofEvent
  const digest = {
    topic: pick("topic", event.digest.topic, meeting?.digest.topic ?? event.digest.topic),
    schedule: pick("schedule", event.digest.schedule, meeting?.digest.schedule ?? event.digest.schedule),
  }
  const shown = meeting === null ? agreed : meeting.digest
  const lostFields = choices.filter(({ isLost }) => isLost).map(({ field }) => field)
  return {
    face: {
      topic: pick("topic", event.face.topic, meeting?.face.topic ?? event.face.topic),
      schedule: pick("schedule", event.face.schedule, meeting?.face.schedule ?? event.face.schedule),
    },
    digest,
    isEventBehind: fields.some((field) => !isSameDigest(digest[field], event.digest[field])),
    isMeetingBehind: fields.some((field) => !isSameDigest(digest[field], shown[field])),
    lost: meeting === null || lostFields.length === 0 ? null : lostPart(meeting.face, lostFields),
  }
}

function chooseField(
  field: Field,
  { event, meeting, agreed, canWrite }: Parameters<typeof mergeFaces>[0],
): { readonly follows: "event" | "meeting"; readonly isLost: boolean } {
  const ofEvent = event.digest[field]
  const ofMeeting = meeting?.digest[field] ?? null
  const base = agreed[field]
  if (ofMeeting === null || isSameDigest(ofEvent, ofMeeting)) return { follows: "event", isLost: false }
  const isMeetingChanged = base !== null && !isSameDigest(ofMeeting, base)
  if (!isMeetingChanged) return { follows: "event", isLost: false }
  const isEventChanged = !isSameDigest(ofEvent, base)
  const canFollow = canWrite && meeting?.face[field] !== null
  return isEventChanged || !canFollow ? { follows: "event", isLost: true } : { follows: "meeting", isLost: false }
}

function lostPart(face: MeetingSide["face"], lost: readonly Field[]): Partial<MeetingFace> {
  return {
    ...(lost.includes("topic") ? { topic: face.topic } : {}),
    ...(lost.includes("schedule") && face.schedule !== null ? { schedule: face.schedule } : {}),
  }
}
