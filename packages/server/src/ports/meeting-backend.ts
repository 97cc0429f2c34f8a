import type { Schedule } from "@kalends/domain/schedule"

/** What a meeting service and a calendar both know of a meeting, and what is kept in step. In memory only. */
export type MeetingFace = { readonly topic: string; readonly schedule: Schedule }

/**
 * What a service shows of a meeting, as texts to compare: of one meeting the same, whether it was fetched or would be after
 * being told. What the service cannot say (a moved occurrence, perhaps) is not in it. In memory only.
 */
export type ShownFace = { readonly topic: string; readonly schedule: string }

export type FetchedMeeting = {
  readonly shown: ShownFace
  readonly topic: string
  /** Null where what it shows is not enough to move an event: then the event's times stand. */
  readonly schedule: Schedule | null
}

export type MadeMeeting = {
  /** What the service calls it; opaque, at most 200 characters. */
  readonly backendId: string
  readonly joinUrl: string
}

export type MeetingBackendLimits = {
  /** True when people may change a meeting in the service itself, so that it has to be read before it is written. */
  readonly isEditableElsewhere: boolean
  /** False when the service knows no titles and times: nothing of an event's content goes there. */
  readonly keepsFace: boolean
}

/** As whom somebody enters: whose meeting it is; somebody signed in of the same organisation; anybody with the link. */
export type Entrant = "owner" | "colleague" | "guest"

/** What becomes of guests: they enter, they wait until the owner lets them in, or they are refused. */
export type GuestRule = "enter" | "wait" | "refuse"

export type Entry = {
  /** Where the person's browser is sent; for this person and this sitting alone, and to be kept nowhere. */
  readonly url: string
  /** True when the meeting was not open before. */
  readonly isFirst: boolean
}

/**
 * Of a service whose meetings exist only while people are in them: the join link is a page of ours, which opens the
 * meeting and sends people into it.
 */
export interface MeetingDoor {
  /** Of the service, for what a page may lead to. */
  readonly origin: string
  readonly guests: GuestRule
  /** `name`: shown to the others. `title`: what the meeting is called if it is opened now; nothing of an event's content. */
  enter(
    backendId: string,
    person: { readonly name: string; readonly entrant: Entrant; readonly title: string },
  ): Promise<Entry>
}

/**
 * One meeting service. All methods throw Problem and nothing else, except bugs: "rate-limited" with retryAt,
 * "unavailable", "misconfigured", "forbidden", "not-found" (update). Passes meeting-backends/conformance.
 */
export interface MeetingBackend {
  readonly name: string
  readonly limits: MeetingBackendLimits
  /** Null where the join link leads into the meeting itself. */
  readonly door: MeetingDoor | null
  /** Makes a meeting. Called again with the same key (32 hexadecimal digits), it makes none and gives back the first. */
  create(input: { readonly key: string; readonly face: MeetingFace }): Promise<MadeMeeting>
  /** The meeting that was made with a key, when it was made and nobody heard the answer; null when there is none. */
  find(key: string): Promise<string | null>
  /** The meeting as the service has it; null when it is gone. A service that keeps no face throws nothing and says null. */
  fetch(backendId: string): Promise<FetchedMeeting | null>
  /** What it would show after being told this; pure. */
  shown(face: MeetingFace): ShownFace
  /** Brings it to `face`. `note`: a line to keep with the meeting, where the service can (the version that lost a conflict). */
  update(backendId: string, face: MeetingFace, note: string | null): Promise<void>
  /** Succeeds also when it is gone already. */
  end(backendId: string): Promise<void>
  /** The meeting that a link is for, when it is this service's; pure. */
  recognise(link: URL): string | null
  joinUrl(backendId: string): Promise<string>
}
