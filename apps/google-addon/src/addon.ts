import { type Card, type CardAnswer, eventCard, homeCard, type OpenEvent, signInCard } from "./cards.ts"
import { createConference, follow, portalOf } from "./conference.ts"
import { meetingOf } from "./event-face.ts"
import { dropKnown, findKnown, knownMeetings } from "./known.ts"
import { messages } from "./messages.ts"
import { parseSettings, type Settings } from "./parse.ts"
import type { Choice, Place } from "./schedule.ts"
import type { Conference, Services } from "./services.ts"
import { ask, beginSignIn, isSignedIn, refusal, signedIn, signOut } from "./session.ts"
import { syncChanges } from "./sync.ts"

type Defaults = Pick<Settings, "templateId" | "addsToEveryEvent">

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

  /** Null: it is changed. Otherwise what is told instead. */
  function changeDefaults(change: (now: Defaults) => Partial<Defaults>): CardAnswer | null {
    const now = ask(services, "GET", "/v1/tools/settings")
    if (now === null) return { card: signInCard(services, null) }
    const { templateId, addsToEveryEvent } = parseSettings(now.body)
    const before = { templateId, addsToEveryEvent }
    const after = { ...before, ...change(before) }
    const answer = ask(services, "PUT", "/v1/tools/defaults", after)
    if (answer?.status !== 204) return { told: words.failed }
    return null
  }

  /** Built to add meetings by itself, it looks at the person's calendar from the first time they open its panel. */
  function followOwn(): void {
    if (services.addsByItself && isSignedIn(services)) follow(services, services.calendar.ownId() ?? "primary")
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
    home: (): Card => {
      followOwn()
      return homeCard(services)
    },
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
      pressed(
        () => changeDefaults(() => ({ templateId: templateId === "" ? null : templateId })) ?? { told: words.saved },
      ),

    /** Whether a meeting is added to every event, the other way round from now on. */
    everyEvent: () =>
      pressed(
        () =>
          changeDefaults(({ addsToEveryEvent }) => ({ addsToEveryEvent: !addsToEveryEvent })) ?? {
            card: homeCard(services),
            told: words.saved,
          },
      ),

    addMeeting: (place: Place, choice: Choice) =>
      pressed(() => {
        const conference = createConference(services, place, choice)
        if (conference.kind === "made") return { conference, told: words.added }
        if (conference.kind === "sign-in") return { card: signInCard(services, null) }
        return { told: conference.told }
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
