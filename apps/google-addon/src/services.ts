import type { Card, CardAnswer } from "./cards.ts"
import type { Language } from "./messages.ts"

/** What of an event the add-on asks for: neither its description nor who takes part is ever read. */
export const eventFields =
  "id,status,summary,start,end,recurrence,recurringEventId,organizer(self),conferenceData(conferenceId,conferenceSolution(key(type)),parameters)"

/** What is asked for besides where the add-on may add meetings by itself: whether an event is new, and its location free. */
export const newEventFields = `${eventFields},etag,created,eventType,location`

type EventTime = { readonly date?: string; readonly dateTime?: string; readonly timeZone?: string }

/** An event as the Calendar API gives it, in its own words. */
export type EventResource = {
  readonly id?: string
  readonly status?: string
  readonly summary?: string
  readonly start?: EventTime
  readonly recurrence?: readonly string[]
  readonly recurringEventId?: string
  readonly organizer?: { readonly self?: boolean }
  readonly etag?: string
  readonly created?: string
  /** "default", or a kind of entry that nobody meets in, such as "outOfOffice". */
  readonly eventType?: string
  readonly location?: string
  readonly conferenceData?: {
    readonly conferenceId?: string
    readonly conferenceSolution?: { readonly key?: { readonly type?: string } }
    readonly parameters?: { readonly addOnParameters?: { readonly parameters?: Readonly<Record<string, string>> } }
  }
}

export type EventPage = {
  readonly items?: readonly EventResource[]
  readonly nextPageToken?: string
  readonly nextSyncToken?: string
}

export type Answer = { readonly status: number; readonly body: unknown }

/** What Google Calendar is given for an event. */
export type Conference =
  | { readonly kind: "made"; readonly conferenceId: string; readonly joinUrl: string; readonly notes: string }
  | { readonly kind: "sign-in"; readonly url: string }
  | { readonly kind: "failed"; readonly reason: "unavailable" | "not-allowed"; readonly told: string }

/** The services of Apps Script that the add-on uses, and no more of each than it needs. All of it is synchronous there. */
export interface Services {
  readonly serviceUrl: string
  /** Whether it was built and allowed to write links into events once they are saved. */
  readonly addsByItself: boolean
  readonly language: Language
  readonly zone: string
  /** Throws where the service cannot be reached. */
  send(method: string, path: string, options: { readonly token: string | null; readonly body?: unknown }): Answer
  /** Texts that are the person's own and stay with the add-on at Google: at most 9 KB each. */
  readonly kept: {
    find(name: string): string | null
    keep(name: string, text: string): void
    drop(name: string): void
  }
  readonly calendar: {
    /** Null where the event is not saved yet. */
    findEvent(calendarId: string, eventId: string): EventResource | null
    /** Null where the sync token is over. */
    changes(
      calendarId: string,
      from: { readonly syncToken: string | null; readonly pageToken: string | null },
    ): EventPage | null
    /** Calls the add-on back whenever an event of the calendar changes; once, however often it is asked for. */
    watch(calendarId: string): void
    /** The address of the person's own calendar; null where Google does not say. */
    ownId(): string | null
    /** Writes the location of an event as it was read. Throws where it was changed meanwhile, or may not be written. */
    putLocation(calendarId: string, event: EventResource, location: string): void
  }
  /** 32 random hexadecimal digits. */
  newKey(): string
  /** A moment ("2026-12-01T19:00:00Z"), null being now, on the clock of a zone: "2026-12-01T20:00". */
  onClock(moment: string | null, zone: string): string
  /** Whether a moment lies no longer back than so. */
  isWithin(moment: string, minutes: number): boolean
}

/** Turns what the add-on means into what Google's builders make. */
export interface Builders {
  conference(conference: Conference): unknown
  card(card: Card): unknown
  answer(answer: CardAnswer): unknown
}
