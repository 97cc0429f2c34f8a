import { faceOf } from "./event-face.ts"
import { dropKnown, findKnown, keepKnown } from "./known.ts"
import { type Made, parseMeeting } from "./parse.ts"
import type { Conference, Services } from "./services.ts"
import { ask } from "./session.ts"
import { syncChanges } from "./sync.ts"

export type Place = { readonly calendarId: string; readonly eventId: string }

/** What Google Calendar is to put into the event, when a person chooses the conference or presses "Add a meeting". */
export function createConference(services: Services, place: Place, templateId: string | null = null): Conference {
  try {
    const answer = schedule(services, place, templateId)
    if (answer === null) return { kind: "sign-in", url: portalOf(services) }
    if (answer.status !== 200) return { kind: "failed", reason: answer.status === 403 ? "not-allowed" : "unavailable" }
    const made = parseMeeting(answer.body)
    keepKnown(services, { eventId: place.eventId, key: answer.key, meetingId: made.meetingId })
    follow(services, place.calendarId)
    return conferenceOf(made)
  } catch {
    // Google shows what went wrong in its own words; nothing of it is logged, for it may name the event.
    return { kind: "failed", reason: "unavailable" }
  }
}

/** Asked for again, an event's meeting is the one it had, unless that was given up. */
function schedule(services: Services, { calendarId, eventId }: Place, templateId: string | null) {
  const face = faceOf(services.calendar.findEvent(calendarId, eventId), services)
  const template = templateId === null ? {} : { templateId }
  const known = findKnown(services, eventId)
  for (const key of known === null ? [services.newKey()] : [known.key, services.newKey()]) {
    const answer = ask(services, "POST", "/v1/tools/meetings", { key, ...face, ...template })
    if (answer === null) return null
    if (answer.status !== 409 || key !== known?.key) return { ...answer, key }
    dropKnown(services, eventId)
  }
  return null
}

/** From the first meeting on, changes of the calendar are looked at; the first look finds the place to go on from. */
function follow(services: Services, calendarId: string): void {
  services.calendar.watch(calendarId)
  if (services.kept.find(`sync.${calendarId}`) === null) syncChanges(services, calendarId)
}

/** The longest that Google takes as notes. */
const notesMost = 2_048

const conferenceOf = ({ meetingId, joinUrl, html }: Made): Conference => ({
  ...{ kind: "made", conferenceId: meetingId, joinUrl },
  notes: html.length > notesMost ? "" : html,
})

/** Where tools are connected by their code. */
export const portalOf = ({ serviceUrl }: Pick<Services, "serviceUrl">) => `${serviceUrl}/#tools`
