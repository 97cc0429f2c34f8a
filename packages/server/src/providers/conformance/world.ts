import type { Access } from "@kalends/domain/access"
import type { ProviderCalendarId, ProviderEventId } from "@kalends/domain/ids"
import type { ContactsPermission } from "@kalends/domain/policy"
import type { TimeWindow } from "@kalends/domain/window"
import type { CalendarProvider, HookRequest, OAuthSignIn, PasswordSignIn } from "../../ports/calendar-provider.ts"

/** What the hand puts into a calendar. `rule` is an RRULE value; null for a single event. */
export type Draft = {
  readonly subject: string
  readonly time:
    | {
        readonly kind: "timed"
        readonly starts: Temporal.PlainDateTime
        readonly minutes: number
        readonly zone: string
      }
    | { readonly kind: "all-day"; readonly startsOn: Temporal.PlainDate; readonly days: number }
    | { readonly kind: "floating"; readonly starts: Temporal.PlainDateTime; readonly minutes: number }
  readonly rule: string | null
}

/** Another client of the same calendar, which changes it behind our back. Ids are those that the provider's changes name. */
export interface Hand {
  create(draft: Draft): Promise<ProviderEventId>
  rename(id: ProviderEventId, subject: string): Promise<void>
  moveTo(id: ProviderEventId, starts: Temporal.PlainDateTime): Promise<void>
  remove(id: ProviderEventId): Promise<void>
  /** One occurrence of a series, named by its original start on the wall clock of the series. */
  cancelOccurrence(seriesId: ProviderEventId, originalStart: Temporal.PlainDateTime): Promise<void>
  moveOccurrence(
    seriesId: ProviderEventId,
    originalStart: Temporal.PlainDateTime,
    starts: Temporal.PlainDateTime,
  ): Promise<void>
}

/** What can be made to go wrong; null: this world cannot, and the rule is passed over with that reason. */
export type Faults = {
  /** All cursors given so far are forgotten. */
  readonly loseCursors: (() => Promise<void>) | null
  /** The answer after the next `pages` pages of changes is cut off, once. */
  readonly cutAfterPages: ((pages: number) => Promise<void>) | null
  /** The next call is refused for so long; `isSilent` leaves out when to come back. */
  readonly throttle: ((seconds: number, isSilent: boolean) => Promise<void>) | null
  /** The event is sent in a shape that cannot be read from now on. */
  readonly malform: ((id: ProviderEventId) => Promise<void>) | null
  /** The user or an administrator withdraws the grant. */
  readonly revokeGrant: (() => Promise<void>) | null
  /** No push arrives until further notice. */
  readonly dropPushes: (() => Promise<void>) | null
  /** Every push arrives twice until further notice. */
  readonly doublePushes: (() => Promise<void>) | null
}

export type OAuthWorld = {
  readonly kind: "oauth"
  readonly signIn: OAuthSignIn
  /** Plays the person on the consent page, who agrees to all or withholds the calendar. Resolves with the code. */
  readonly consent: (authorizeUrl: URL, answer: "agree" | "withhold") => Promise<string>
  /** Scope names that allow writing: none may be asked for with Read. */
  readonly writeScopes: readonly string[]
}

export type PasswordWorld = {
  readonly kind: "password"
  readonly signIn: PasswordSignIn
  readonly server: string
  readonly username: string
  readonly password: string
}

export type PushWorld = {
  readonly hookUrl: string
  /** Delivers what waits and returns what has arrived since the last call; handshakes are answered and included. */
  readonly arrived: () => Promise<readonly HookRequest[]>
}

export type ListenWorld = {
  /** Somebody changes a calendar that is not listened to. */
  readonly strangerChanges: () => Promise<void>
  /** Every stream that is open breaks. */
  readonly cutStreams: () => Promise<void>
}

/** An address book, empty at first, with somebody else who changes it. */
export type ContactsWorld = {
  /** An access that was granted these permissions. */
  readonly access: (wanted: { readonly calendar: boolean; readonly contacts: ContactsPermission }) => Promise<Access>
  /** Adds somebody, with what Kalends uses of them and with notes and a birthday besides. Resolves with the provider's id. */
  readonly add: (familyName: string, besides: string) => Promise<string>
  /** Changes somebody's organisation behind our back. */
  readonly change: (id: string, organisation: string) => Promise<void>
  readonly remove: (id: string) => Promise<void>
  readonly loseCursors: () => Promise<void>
  /** What the provider keeps of somebody, whole. */
  readonly kept: (id: string) => string
  readonly malform: (id: string) => Promise<void>
  /** False where a password opens everything, and the service alone holds an app back. */
  readonly hasScopes: boolean
}

/** One calendar at one provider, empty at first, with everything that surrounds it. */
export type World = {
  readonly provider: CalendarProvider
  readonly calendarId: ProviderCalendarId
  /** A fresh access that may read the calendar. */
  readonly access: () => Promise<Access>
  readonly now: () => Temporal.Instant
  /** What is listed and read; `now` is inside, and a month before and after it. */
  readonly window: TimeWindow
  /** So many events that a listing needs more than one page; 0 where a page has no end. */
  readonly eventsForTwoPages: number
  readonly hand: Hand
  readonly faults: Faults
  readonly signIn: OAuthWorld | PasswordWorld
  readonly push: PushWorld | null
  /** Null where the provider is not listened to. */
  readonly listen: ListenWorld | null
  /** Null where contacts are not offered. */
  readonly contacts: ContactsWorld | null
  /** Puts in an event whose zone no table knows, by this wall clock that is `at` in truth; null where events cannot carry one. */
  readonly createInUnknownZone: ((subject: string, at: Temporal.Instant) => Promise<void>) | null
  /** True where events may float. */
  readonly hasFloatingEvents: boolean
  readonly close: () => Promise<void>
}
