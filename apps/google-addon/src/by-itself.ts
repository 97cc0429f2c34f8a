import { keepKnown } from "./known.ts"
import { parseList, parseMeeting, parseSettings } from "./parse.ts"
import { noChoice, schedule } from "./schedule.ts"
import type { EventResource, Services } from "./services.ts"
import { ask } from "./session.ts"

/** An event that was made longer ago is not new, whatever brought it here. */
const newForMinutes = 15
/** Ids that are kept, so that an event whose meeting was given up does not get another. */
const seenMost = 150
const seenName = "seen"

/**
 * Adds meetings to new events that their person has saved. Google sets a conference for nobody but a person who chooses it,
 * so the link goes into the location, where that is free. Looks at a calendar's settings once, and only when it has to.
 */
export function createAdder(services: Services, calendarId: string) {
  let isWanted: boolean | null = null

  function mayAdd(): boolean {
    if (isWanted !== null) return isWanted
    const answer = ask(services, "GET", "/v1/tools/settings")
    if (answer?.status !== 200) return false
    const { isOn, addsToEveryEvent } = parseSettings(answer.body)
    isWanted = isOn && addsToEveryEvent
    return isWanted
  }

  return (event: EventResource): void => {
    const { id = "" } = event
    if (!services.addsByItself || !isNew(services, event) || isSeen(services, id) || !mayAdd()) return
    markSeen(services, id)
    const answer = schedule(services, { calendarId, eventId: id, event }, noChoice)
    if (answer === null || answer.status !== 200) return
    const { meetingId, joinUrl } = parseMeeting(answer.body)
    try {
      services.calendar.putLocation(calendarId, event, joinUrl)
      keepKnown(services, { eventId: id, key: answer.key, meetingId, isLocation: true })
    } catch {
      // Changed by its person meanwhile, or not theirs to write: what is in no event is given up again.
      ask(services, "DELETE", `/v1/tools/meetings/${meetingId}`)
    }
  }
}

function isNew(
  services: Services,
  { created, eventType, location, conferenceData, organizer }: EventResource,
): boolean {
  const isMeetable = eventType === undefined || eventType === "default"
  const isFree = conferenceData === undefined && (location ?? "").trim() === ""
  return organizer?.self === true && isMeetable && isFree && services.isWithin(created ?? "", newForMinutes)
}

const isSeen = ({ kept }: Services, id: string) => parseList(kept.find(seenName)).includes(id)

function markSeen({ kept }: Services, id: string): void {
  kept.keep(seenName, JSON.stringify([id, ...parseList(kept.find(seenName))].slice(0, seenMost)))
}
