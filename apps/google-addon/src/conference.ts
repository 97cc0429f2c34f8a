import { keepKnown } from "./known.ts"
import { messages } from "./messages.ts"
import { type Made, parseMeeting } from "./parse.ts"
import { type Choice, noChoice, type Place, schedule } from "./schedule.ts"
import type { Conference, Services } from "./services.ts"
import { refusal } from "./session.ts"
import { syncChanges } from "./sync.ts"

/** What Google Calendar is to put into the event, when a person chooses the conference or presses "Add a meeting". */
export function createConference(services: Services, place: Place, choice: Choice = noChoice): Conference {
  const { findEvent } = services.calendar
  try {
    const answer = schedule(services, { ...place, event: findEvent(place.calendarId, place.eventId) }, choice)
    if (answer === null) return { kind: "sign-in", url: portalOf(services) }
    if (answer.status !== 200) {
      const reason = answer.status === 403 ? "not-allowed" : "unavailable"
      return { kind: "failed", reason, told: refusal(answer, services) }
    }
    const made = parseMeeting(answer.body)
    keepKnown(services, { eventId: place.eventId, key: answer.key, meetingId: made.meetingId })
    follow(services, place.calendarId)
    return conferenceOf(made)
  } catch {
    // Google shows what went wrong in its own words; nothing of it is logged, for it may name the event.
    return { kind: "failed", reason: "unavailable", told: messages(services.language).failed }
  }
}

/**
 * From then on, changes of the calendar are looked at; the first look finds the place to go on from. A calendar that cannot
 * be looked at (somebody else's, say) takes no meeting from anybody: its owner's own connection follows it.
 */
export function follow(services: Services, calendarId: string): void {
  try {
    services.calendar.watch(calendarId)
    if (services.kept.find(`sync.${calendarId}`) === null) syncChanges(services, calendarId)
  } catch {
    // Tried again with the next meeting.
  }
}

/** The longest that Google takes as notes. */
const notesMost = 2_048

const conferenceOf = ({ meetingId, joinUrl, html }: Made): Conference => ({
  ...{ kind: "made", conferenceId: meetingId, joinUrl },
  notes: html.length > notesMost ? "" : html,
})

/** Where tools are connected by their code. */
export const portalOf = ({ serviceUrl }: Pick<Services, "serviceUrl">) => `${serviceUrl}/#tools`
