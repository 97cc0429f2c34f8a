import type { Access } from "@kalends/domain/access"
import type { CalendarEvent } from "@kalends/domain/event"
import type { ProviderCalendarId, ProviderEventId, ProviderName, SubscriptionId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { ContactsPermission } from "@kalends/domain/policy"
import type { Schedule } from "@kalends/domain/schedule"
import type { TimeWindow } from "@kalends/domain/window"
import type { ContactReader } from "@kalends/readers/contact-reader"
import type { EventPage, WindowReader } from "@kalends/readers/reader"
import type { EventIdentities } from "./event-identities.ts"
import type { ProxiedCalls } from "./proxied-calls.ts"
import type { RoomSource } from "./room-source.ts"
import type { TenantSource } from "./tenant-source.ts"

/** What the engine must know of a provider; data, so that it never asks who you are. */
export type ProviderLimits = {
  readonly pageSize: number
  /** How long a subscription is asked for; null where there is no push. What is granted counts. */
  readonly subscriptionLifeMs: number | null
  /** True when a cursor is frozen to the window it began with and must be begun again as the window rolls. */
  readonly isCursorBoundToWindow: boolean
  /** How many calls to one mailbox may be under way at once. */
  readonly concurrentCallsPerMailbox: number
  /** True when a removed occurrence may come by an id that does not say which series it was of. */
  readonly hidesSeriesOfRemoved: boolean
  /** True when an occurrence is an item that can be fetched, updated and removed by its own id; false when only its series is. */
  readonly areOccurrencesItems: boolean
  /** True when browsers are allowed (CORS) to read the provider directly. */
  readonly isReachableFromBrowser: boolean
  /** A refresh token dies after this long without use; null when it never does, or where there is none. */
  readonly refreshTokenIdleLifeMs: number | null
}

/** A calendar as listed by the provider. */
export type ProviderCalendar = {
  readonly id: ProviderCalendarId
  readonly isPrimary: boolean
  readonly canWrite: boolean
}

/** Opaque to the engine. Kept in the database; never logged. */
export type Cursor = string

export type EventChange =
  | {
      readonly kind: "upserted"
      readonly eventId: ProviderEventId
      readonly seriesId: ProviderEventId | null
      readonly version: string | null
      /** What the lookout found in the event's texts; empty without one. */
      readonly finds: readonly string[]
    }
  | { readonly kind: "removed"; readonly eventId: ProviderEventId; readonly seriesId: ProviderEventId | null }

/** The texts of an event that may carry a meeting, as a lookout is shown them. */
export type EventTexts = {
  readonly location: string | null
  /** Description, online-meeting address, our own tag; whichever there are. */
  readonly others: readonly (string | null)[]
}

/**
 * Shown the texts of each changed event; answers with what it found. The texts are forgotten at once, so that a page of
 * changes holds no content.
 */
export type Lookout = (texts: EventTexts) => readonly string[]

export type ChangePage = {
  readonly changes: readonly EventChange[]
  /**
   * When the provider says that what is on this page was changed (epoch ms, by its clock), as far as it tells; in no
   * order, and by no event's name. Only how late a notification was is made of it.
   */
  readonly modifiedAtMs: readonly number[]
  readonly malformedCount: number
  /**
   * The cursor that belongs to exactly the changes up to and including this page. Null where the provider gives one
   * only after the last page (Graph, Google).
   */
  readonly cursor: Cursor | null
}

export type ChangesInput = {
  readonly access: Access
  readonly calendarId: ProviderCalendarId
  /** Null lists everything in the window (a first listing). */
  readonly cursor: Cursor | null
  readonly window: TimeWindow
  readonly signal: AbortSignal
  /** Null where nobody looks: then ids and tags alone are asked for. */
  readonly lookout: Lookout | null
}

export type ReadInput = {
  readonly access: Access
  readonly calendarId: ProviderCalendarId
  readonly window: TimeWindow
  readonly zone: string
  readonly signal: AbortSignal
}

/** Which event, and how to get at it. A series is named by its own id, never by an occurrence's. */
export type EventInput = {
  readonly access: Access
  readonly calendarId: ProviderCalendarId
  readonly eventId: ProviderEventId
  readonly signal: AbortSignal
}

/** A whole event or series, as the sync compares it with its meeting. In memory only. */
export type EventRecord = {
  readonly eventId: ProviderEventId
  readonly version: string
  readonly subject: string
  readonly schedule: Schedule
  readonly location: string | null
  readonly description: string | null
  readonly onlineMeetingUrl: string | null
  /** True for the organizer's own copy; an attendee's copy never drives a meeting. */
  readonly isOrganizer: boolean
  readonly isCancelled: boolean
  /** Our own tag (extended property), where the event has one. */
  readonly tag: string | null
}

/** What is written of an event; what is left out stays as it is. */
export type EventPatch = {
  readonly subject?: string
  readonly schedule?: Schedule
  readonly location?: string
  /** Text of our own block at the end of the description, put in place of the one there was; null takes it away. */
  readonly block?: string | null
  readonly tag?: string
}

export type EventDraft = Required<Pick<EventPatch, "subject" | "schedule" | "location" | "tag">> & {
  readonly block: string
}

export type Written = { readonly eventId: ProviderEventId; readonly version: string }

/** Whole events, read and written one at a time. Every write has a precondition, so that doing it again does nothing. */
export interface EventSource {
  /** Null when there is none, or it was deleted. */
  fetch(input: EventInput): Promise<EventRecord | null>
  /**
   * `key`: ours, 32 lower-case hexadecimal digits. Written again with the same key, nothing is made and the event there is
   * comes back. Throws "unsupported" (code "schedule") for a schedule the provider cannot write.
   */
  create(input: Omit<EventInput, "eventId"> & { readonly draft: EventDraft; readonly key: string }): Promise<Written>
  /** Throws "conflict" when the event's version is not `expect` any more, "not-found" when it is gone. */
  update(input: EventInput & { readonly patch: EventPatch; readonly expect: string }): Promise<Written>
  /** Succeeds also when it is gone already. Throws "conflict" as update. */
  remove(input: EventInput & { readonly expect: string }): Promise<void>
}

/** Who a provider says has signed in. */
export type Subject = {
  /** Stable within the provider. */
  readonly id: string
  /** Shown to the user so that they see which mailbox is connected; null when the provider does not tell. */
  readonly email: string | null
  /** The provider's tenant or hosted domain; null for personal accounts and password providers. */
  readonly tenantId: string | null
}

/** What a person may be asked to allow: each is its own scopes, and none includes another. */
export type AskedFor = { readonly permission: Permission; readonly contacts: ContactsPermission }

/** What a provider granted. What it says counts, not what was asked for. */
export type Grant = {
  readonly accessToken: string
  readonly accessExpiresAt: Temporal.Instant
  /** Null when the provider returned none: on a refresh the old one stays valid. */
  readonly refreshToken: string | null
  /** When the refresh token dies if unused; null when unknown. */
  readonly refreshExpiresAt: Temporal.Instant | null
  readonly permission: Permission
  /** May be less than was asked for, since people may withhold it; never more. */
  readonly contacts: ContactsPermission
}

/** What a browser is sent to a sign-in page with. */
export type SignInRequest = {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  /** PKCE S256 challenge. */
  readonly codeChallenge: string
  readonly loginHint: string | null
}
export type AuthorizeInput = AskedFor & SignInRequest

/** What it came back with, and what proves that it was sent from here. */
export type CodeExchange = {
  readonly redirectUri: string
  readonly code: string
  readonly codeVerifier: string
  readonly nonce: string
}
/** Asked for: the same as at the authorize page. Throws Problem "forbidden" (code "permission-withheld") for less of the calendar. */
export type CodeInput = AskedFor & CodeExchange

/** OAuth 2.0 authorization code with PKCE; each call makes exactly one token request. */
export interface OAuthSignIn {
  readonly kind: "oauth"
  authorizeUrl(input: AuthorizeInput): URL
  exchangeCode(input: CodeInput): Promise<{ readonly grant: Grant; readonly subject: Subject }>
  /**
   * Throws Problem: "auth-revoked" (the grant is dead), "forbidden" (consent withdrawn), "misconfigured" (our client
   * secret), "rate-limited", "unavailable"; `isTenantWide` when the application was removed from the tenant.
   */
  refresh(refreshToken: string, wanted: AskedFor): Promise<Grant>
  /** False where the provider cannot revoke a single grant. */
  revoke(refreshToken: string): Promise<boolean>
  /** The form on which an administrator consents for everybody; null where there is none. */
  adminConsentUrl(input: { readonly redirectUri: string; readonly state: string }): URL | null
}

/** User name and password over TLS; the server is found from what the user typed. */
export interface PasswordSignIn {
  readonly kind: "password"
  /** Throws Problem: "auth-revoked" (wrong password), "unsupported" (no calendar there), "forbidden" (address not allowed), "unavailable". */
  discover(input: { readonly server: string; readonly username: string; readonly password: string }): Promise<{
    readonly access: Access
    readonly subject: Subject
  }>
}

export type SubscribeInput = {
  readonly access: Access
  readonly calendarId: ProviderCalendarId
  /** Ours, unguessable; where the provider lets us name the channel, this is its name. */
  readonly subscriptionId: SubscriptionId
  /** Echoed by the provider in every notice; at most 128 printable ASCII characters. Proves itself, see subscriptions/hook-secret.ts. */
  readonly secret: string
  /** Public https address of our receiver for this provider, without a trailing slash. */
  readonly hookUrl: string
  readonly signal: AbortSignal
}

export type Subscribed = {
  /** What the provider calls it; needed to renew and stop. */
  readonly providerSubscriptionId: string
  /** A second handle some providers need to stop a channel; null elsewhere. */
  readonly providerResourceId: string | null
  /** As granted. */
  readonly expiresAt: Temporal.Instant
}

export type LiveSubscription = Pick<Subscribed, "providerSubscriptionId" | "providerResourceId"> & {
  readonly access: Access
  readonly signal: AbortSignal
}

/** One verified-later item of a webhook request. */
export type Notice = {
  /** As echoed; the receiver verifies it before anything else. */
  readonly secret: string
  readonly kind:
    | "changed"
    | "missed" // the provider lost some: reconcile now
    | "reauthorize" // renew with a fresh token
    | "removed" // the provider ended it: arm a new one and reconcile
    | "armed" // the first message of a new channel; nothing changed
  /** Same text for the same delivery, different for different ones: for recognising replays. Never shown or stored. */
  readonly fingerprint: string
}

export type HookRequest = {
  readonly method: string
  /** Path below the provider's hook address, "" or "/lifecycle" and the like. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export type Recognition =
  /** Answer this and do nothing. Text only, already bounded by the provider's adapter. */
  | { readonly kind: "handshake"; readonly text: string }
  | { readonly kind: "notices"; readonly notices: readonly Notice[] }
  | { readonly kind: "unrecognised" }

/** Push notifications. */
export interface PushSource {
  subscribe(input: SubscribeInput): Promise<Subscribed>
  /** Extends the life; null where a new one must be armed before the old is stopped. Throws "not-found" when it is gone. */
  readonly renew: ((subscription: LiveSubscription) => Promise<{ readonly expiresAt: Temporal.Instant }>) | null
  /** Succeeds also when it is gone already. */
  stop(subscription: LiveSubscription): Promise<void>
  /** Pure: what a request to our receiver means. Bounded work on any input; never throws. */
  recognise(request: HookRequest): Recognition
}

/** What a stream tells. Ids alone, never content. */
export type StreamNotice =
  /** From here on every change is told. The first notice of a stream, once; what changed before it is not told. */
  | { readonly kind: "listening" }
  /** Nothing changed, and the stream lives. */
  | { readonly kind: "alive" }
  | {
      readonly kind:
        | "changed"
        | "missed" // the provider lost some: reconcile now
        | "removed" // the provider will tell nothing more of this calendar: the stream is opened anew
      readonly calendarId: ProviderCalendarId
    }

export type ListenInput = {
  readonly access: Access
  /** Calendars of one connection; at least one, at most `perStreamMost`. */
  readonly calendarIds: readonly ProviderCalendarId[]
  /** Ends the stream: the iterable ends, or throws the signal's reason. */
  readonly signal: AbortSignal
}

/** Notices over a connection that we open, for providers that cannot reach us. */
export interface StreamSource {
  /** Calendars that one stream carries at most. */
  readonly perStreamMost: number
  /** A stream that told nothing for this long is dead: a living one says "alive" more often than that. */
  readonly silenceMostMs: number
  /**
   * Listens until the signal aborts. Reopens by itself what the provider closes in the ordinary way, as long as nothing is
   * missed by it. Ends, or throws Problem, when it can tell no more: "auth-expired", "auth-revoked", "forbidden",
   * "unsupported" (cannot be listened to here), "rate-limited", "unavailable".
   */
  listen(input: ListenInput): AsyncIterable<StreamNotice>
}

/** Contacts, which the person's own app reads and writes with the access that it is handed. The service never does. */
export type ContactSource = {
  readonly reader: ContactReader
  /** Base address that apps read from. */
  apiBase(access: Access): string
}

/**
 * One calendar service. All methods throw Problem and nothing else, except bugs. Optional abilities are null, never a
 * method that throws. Passes providers/conformance.
 */
export interface CalendarProvider {
  readonly name: ProviderName
  readonly limits: ProviderLimits
  readonly signIn: OAuthSignIn | PasswordSignIn
  /** How the window is read, for clients and for us. */
  readonly reader: WindowReader
  /** Base address clients read from: the API base, or for password providers the access's own server. */
  apiBase(access: Access): string
  listCalendars(access: Access, signal: AbortSignal): Promise<readonly ProviderCalendar[]>
  /** Changes since the cursor, in pages; ends after the last. Throws "cursor-lost" (a normal path). Always yields at least one page, the last with a cursor. */
  changes(input: ChangesInput): AsyncIterable<ChangePage>
  /** The events of a window, in pages. */
  readWindow(input: ReadInput): AsyncIterable<EventPage>
  /** One event; null when there is none. */
  fetchEvent(input: Omit<ReadInput, "window"> & { readonly eventId: ProviderEventId }): Promise<CalendarEvent | null>
  /** Whole events for the sync; null where it cannot be done. */
  readonly events: EventSource | null
  /** Null where contacts are not offered. */
  readonly contacts: ContactSource | null
  readonly push: PushSource | null
  /** Where we can listen for changes; used where it cannot push to us. */
  readonly listen: StreamSource | null
  /** Calls that we make for apps, which are then not given what opens the calendar; null where apps make them. */
  readonly proxy: ProxiedCalls | null
  /** Events by a name that outlives a move to another service; null where that cannot be had. */
  readonly identities: EventIdentities | null
  /** Access to everybody's calendars, given by an administrator; null where there is none. */
  readonly tenant: TenantSource | null
  /** Rooms: which there are, and how they are opened; null where there are none. */
  readonly rooms: RoomSource | null
  /** Push that depends on the server at hand (WebDAV-Push); null where push does not depend on it. */
  readonly detectPush:
    | ((access: Access, calendarId: ProviderCalendarId, signal: AbortSignal) => Promise<boolean>)
    | null
}
