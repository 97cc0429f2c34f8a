import { createAdder } from "./by-itself.ts"
import { faceOf, meetingOf } from "./event-face.ts"
import { dropKnown, findKnown } from "./known.ts"
import type { EventResource, Services } from "./services.ts"
import { ask } from "./session.ts"

/** Pages in one pass: Google ends a trigger after some minutes, and the next one goes on. */
const pagesMost = 20

/**
 * Tells the service of what has changed since the last look at this calendar. Google's trigger says that something has
 * changed and never what. The new sync token is kept once all of it is told: what could not be is told the next time.
 */
export function syncChanges(services: Services, calendarId: string): void {
  const name = `sync.${calendarId}`
  const kept = services.kept.find(name)
  const syncToken =
    runThrough(services, calendarId, kept) ?? (kept === null ? null : runThrough(services, calendarId, null))
  if (syncToken === null) services.kept.drop(name)
  else services.kept.keep(name, syncToken)
}

/** The sync token to go on from; null where the one given is over. */
function runThrough(services: Services, calendarId: string, syncToken: string | null): string | null {
  const add = createAdder(services, calendarId)
  let pageToken: string | null = null
  for (let pages = 0; pages < pagesMost; pages++) {
    const page = services.calendar.changes(calendarId, { syncToken, pageToken })
    if (page === null) return null
    for (const event of page.items ?? []) if (!tell(services, event)) add(event)
    if (page.nextPageToken === undefined) return page.nextSyncToken ?? null
    pageToken = page.nextPageToken
  }
  return null
}

/**
 * False: an event that has no meeting. Occurrences of a series carry its link, and are what the service reads from the
 * calendar; the series speaks for itself here.
 */
function tell(services: Services, event: EventResource): boolean {
  const { id = "", status, recurringEventId, organizer, location = "" } = event
  if (recurringEventId !== undefined) return true
  const known = findKnown(services, id)
  if (status === "cancelled" || (known?.isLocation === true && location === "")) {
    if (known === null) return true
    send(services, "DELETE", known.meetingId)
    dropKnown(services, id)
    return true
  }
  const meetingId = meetingOf(event) ?? (known?.isLocation === true ? known.meetingId : null)
  if (meetingId !== null && organizer?.self === true) send(services, "PATCH", meetingId, faceOf(event, services))
  return meetingId !== null
}

/** Throws where the service could not take it now, so that it is told again. What it refuses, it would refuse again. */
function send(services: Services, method: "PATCH" | "DELETE", meetingId: string, body?: unknown): void {
  const answer = ask(services, method, `/v1/tools/meetings/${meetingId}`, body)
  if (answer !== null && (answer.status >= 500 || answer.status === 429))
    throw new Error("The service cannot take it now.")
}
