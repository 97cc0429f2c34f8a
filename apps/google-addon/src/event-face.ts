import type { ToolMeetingInput } from "@kalends/protocol/tools"
import { messages } from "./messages.ts"
import type { EventResource, Services } from "./services.ts"

/** All that is said of an event to the service (SPEC 3.1). */
export type EventFace = Pick<ToolMeetingInput, "subject" | "date" | "time" | "zone" | "isRecurring">

const longest = 255

/**
 * What the service is told of an event. One that is not saved yet is told with its place held by today, as Google advises:
 * what it really is follows with the first change that is seen.
 */
export function faceOf(
  event: EventResource | null,
  services: Pick<Services, "zone" | "language" | "onClock">,
): EventFace {
  const { start, summary } = event ?? {}
  const named = (summary ?? "").trim().slice(0, longest).trim()
  const subject = named === "" ? messages(services.language).untitled : named
  const isRecurring = (event?.recurrence ?? []).length > 0
  if (start?.date !== undefined) return { subject, date: start.date, time: null, zone: services.zone, isRecurring }
  const zone = start?.timeZone ?? services.zone
  // The offset in dateTime is the calendar's, which need not be that of the event's own zone.
  const clock = services.onClock(start?.dateTime ?? null, zone)
  const time = start?.dateTime === undefined ? null : clock.slice(11, 16)
  return { subject, date: clock.slice(0, 10), time, zone, isRecurring }
}

/** The meeting that an event carries, by what the add-on wrote into it; null where it has none of ours. */
export function meetingOf({ conferenceData }: EventResource): string | null {
  if (conferenceData?.conferenceSolution?.key?.type !== "addOn") return null
  const named = conferenceData.parameters?.addOnParameters?.parameters?.[meetingParameter] ?? null
  return named !== null && /^[0-9a-f-]{36}$/.test(named) ? named : null
}

/** Names our meeting among the parameters of an event's conference data. */
export const meetingParameter = "kalendsMeetingId"
