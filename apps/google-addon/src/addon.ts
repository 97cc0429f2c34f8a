import { type Card, type CardAnswer, eventCard, homeCard, type OpenEvent, signInCard } from "./cards.ts"
import { createConference, type Place, portalOf } from "./conference.ts"
import { meetingOf } from "./event-face.ts"
import { dropKnown, findKnown, knownMeetings } from "./known.ts"
import { messages } from "./messages.ts"
import { parseSettings } from "./parse.ts"
import type { Conference, Services } from "./services.ts"
import { ask, beginSignIn, refusal, signedIn, signOut } from "./session.ts"
import { syncChanges } from "./sync.ts"

/** Everything that Google calls, on services that may be fakes. */
export function createAddon(services: Services) {
  const words = messages(services.language)

  /** Runs what a person pressed: what fails is told to them and to nobody else. */
  function pressed(act: () => CardAnswer): CardAnswer {
    try {
      return act()
    } catch {
      return { told: words.failed }
    }
  }

  function opened(place: Place, canSetConference: boolean): OpenEvent {
    const event = services.calendar.findEvent(place.calendarId, place.eventId)
    const meetingId =
      (event === null ? null : meetingOf(event)) ?? findKnown(services, place.eventId)?.meetingId ?? null
    return { ...place, canSetConference, meetingId }
  }

  return {
    conference: (place: Place): Conference => createConference(services, place),
    settingsUrl: (): string => portalOf(services),
    changed: (calendarId: string): void => syncChanges(services, calendarId),
    home: (): Card => homeCard(services),
    event: (place: Place, canSetConference: boolean): Card => eventCard(services, opened(place, canSetConference)),

    beginSignIn: () => pressed(() => ({ card: signInCard(services, beginSignIn(services).code) })),

    codeTyped: () =>
      pressed(() => {
        const session = signedIn(services)
        if (session.kind === "in") return { card: homeCard(services), told: words.connected }
        if (session.kind === "waiting") return { told: words.notYet }
        return { card: signInCard(services, null), told: words.codeOver }
      }),

    signOut: () =>
      pressed(() => {
        signOut(services)
        return { card: signInCard(services, null), told: words.signedOut }
      }),

    /** The template of new meetings from now on; none: what the organisation has. */
    templateChosen: (templateId: string) =>
      pressed(() => {
        const now = ask(services, "GET", "/v1/tools/settings")
        if (now === null) return { card: signInCard(services, null) }
        const defaults = { templateId: templateId === "" ? null : templateId }
        const { addsToEveryEvent } = parseSettings(now.body)
        const answer = ask(services, "PUT", "/v1/tools/defaults", { ...defaults, addsToEveryEvent })
        return { told: answer?.status === 204 ? words.saved : words.failed }
      }),

    addMeeting: (place: Place, templateId: string) =>
      pressed(() => {
        const conference = createConference(services, place, templateId === "" ? null : templateId)
        if (conference.kind === "made") return { conference, told: words.added }
        if (conference.kind === "sign-in") return { card: signInCard(services, null) }
        return { told: conference.reason === "not-allowed" ? words.refused : words.failed }
      }),

    removeMeeting: (meetingId: string) =>
      pressed(() => {
        const answer = ask(services, "DELETE", `/v1/tools/meetings/${meetingId}`)
        if (answer === null) return { card: signInCard(services, null) }
        if (answer.status !== 204) return { told: refusal(answer, services) }
        for (const known of knownMeetings(services))
          if (known.meetingId === meetingId) dropKnown(services, known.eventId)
        return { told: words.removed }
      }),
  }
}

export type Addon = ReturnType<typeof createAddon>
