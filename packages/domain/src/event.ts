import type { ProviderEventId } from "./ids.ts"

/**
 * When an event takes place. An all-day event is dates, not midnights (`endsBefore` is exclusive, as in iCalendar and
 * Google); a floating event has a wall-clock time in whatever zone the reader is in.
 */
export type EventTime =
  | {
      readonly kind: "timed"
      readonly startsAt: Temporal.Instant
      readonly endsAt: Temporal.Instant
      /** IANA zone the organiser wrote the event in; null when unknown (then only the instants count). */
      readonly zone: string | null
    }
  | { readonly kind: "all-day"; readonly startsOn: Temporal.PlainDate; readonly endsBefore: Temporal.PlainDate }
  | { readonly kind: "floating"; readonly starts: Temporal.PlainDateTime; readonly ends: Temporal.PlainDateTime }

export type Attendee = {
  readonly name: string | null
  readonly email: string | null
  readonly response: "accepted" | "declined" | "tentative" | "none"
  /** A room or other resource. */
  readonly isResource: boolean
}

/**
 * Which event this is. An occurrence is named by its series and its original start, which never changes even when the
 * occurrence is moved (providers.md A.4, B.4; RFC 5545 RECURRENCE-ID).
 */
export type SeriesRef = {
  readonly seriesId: ProviderEventId
  /** Instant for timed series, date for all-day ones. */
  readonly originalStart: Temporal.Instant | Temporal.PlainDate
}

/** Somebody named in mail. */
export type MailPerson = { readonly name: string | null; readonly email: string | null }

/** What an event has of mail (SPEC 2.4). Clients hold it where the administrators have switched event capture on, and else drop it. */
export type MailDetails = {
  readonly sender: MailPerson | null
  readonly to: readonly MailPerson[]
  readonly cc: readonly MailPerson[]
  readonly bcc: readonly MailPerson[]
  /** Names of what is attached, never what is in it. */
  readonly attachments: readonly string[]
  /** Plain text. */
  readonly body: string | null
}

/**
 * One event or occurrence as shown to its owner. Lives in memory only (SPEC 2.1, 2.4): these are the used attributes,
 * everything else a provider sends is dropped by the reader that parsed it.
 */
export type CalendarEvent = {
  readonly id: ProviderEventId
  readonly series: SeriesRef | null
  /** The provider's change tag of this event (Graph changeKey, Google and CalDAV etag); opaque. */
  readonly version: string
  readonly time: EventTime
  readonly isCancelled: boolean
  readonly showsAs: "busy" | "free" | "tentative" | "out-of-office" | "working-elsewhere"
  readonly isPrivate: boolean
  readonly subject: string
  readonly location: string | null
  /** Plain text. */
  readonly description: string | null
  readonly organizer: { readonly name: string | null; readonly email: string | null } | null
  readonly attendees: readonly Attendee[]
  /** The provider's own online-meeting address, where it has a field for it. */
  readonly onlineMeetingUrl: string | null
  /** Where a video system dials in (`sip:…`), where the provider has a field for it and there is something in it. */
  readonly dialUri?: string
  readonly myResponse: "organizer" | "accepted" | "declined" | "tentative" | "none"
  /** Where a provider has it; survives `sanitize` with event capture alone. */
  readonly mail?: MailDetails
}

/** The instants an event covers for someone in `zone`. */
export function eventSpan(time: EventTime, zone: string): { startsAt: Temporal.Instant; endsAt: Temporal.Instant } {
  switch (time.kind) {
    case "timed":
      return { startsAt: time.startsAt, endsAt: time.endsAt }
    case "all-day":
      return {
        startsAt: time.startsOn.toZonedDateTime({ timeZone: zone }).toInstant(),
        endsAt: time.endsBefore.toZonedDateTime({ timeZone: zone }).toInstant(),
      }
    case "floating":
      return {
        startsAt: time.starts.toZonedDateTime(zone).toInstant(),
        endsAt: time.ends.toZonedDateTime(zone).toInstant(),
      }
  }
}
