import type { MeetingId } from "@kalends/domain/ids"
import { isSameSchedule } from "@kalends/domain/schedule"
import type { EventPatch, EventRecord } from "../ports/calendar-provider.ts"
import type { MeetingFace } from "../ports/meeting-backend.ts"
import { type MeetingLookout, meetingTag } from "./lookout.ts"

const topicCharsMost = 255

/** What an event says of its meeting. */
export function eventFace({ subject, schedule }: EventRecord): MeetingFace {
  return { topic: subject.trim().slice(0, topicCharsMost), schedule }
}

/** The lines that stand in an event's description. */
export function joinBlock(joinUrl: string): string {
  return `Join the meeting: ${joinUrl}`
}

/** Puts a meeting into an event that has none: link in the location where it is free, block, tag. */
export function joinPatch(
  { location }: EventRecord,
  {
    meetingId,
    joinUrl,
    lookout,
  }: { readonly meetingId: MeetingId; readonly joinUrl: string; readonly lookout: MeetingLookout },
): EventPatch {
  const rest = lookout.withoutKeyword(withoutLinks(location ?? ""))
  return {
    location: rest === "" ? joinUrl : `${rest}; ${joinUrl}`,
    block: joinBlock(joinUrl),
    tag: meetingTag(meetingId),
  }
}

/** The former link of a meeting that is replaced does not stay in the location. */
function withoutLinks(location: string): string {
  return location.replace(/\bhttps?:\/\/\S{1,2000}/g, "")
}

/** Only what differs. */
export function facePatch(from: MeetingFace, to: MeetingFace): EventPatch {
  return {
    ...(from.topic === to.topic ? {} : { subject: to.topic }),
    ...(isSameSchedule(from.schedule, to.schedule) ? {} : { schedule: to.schedule }),
  }
}
