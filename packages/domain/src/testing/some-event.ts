import type { CalendarEvent, EventTime } from "../event.ts"
import { parseProviderEventId } from "../ids.ts"

/** An event that is nothing but its time; its subject is its id. */
export function someEvent(id: string, time: EventTime, changes: Partial<CalendarEvent> = {}): CalendarEvent {
  return {
    id: parseProviderEventId(id),
    series: null,
    version: "1",
    time,
    isCancelled: false,
    showsAs: "busy",
    isPrivate: false,
    subject: id,
    location: null,
    description: null,
    organizer: null,
    attendees: [],
    onlineMeetingUrl: null,
    myResponse: "accepted",
    ...changes,
  }
}
