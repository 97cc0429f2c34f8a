import { type DialRule, type DialString, dialStringsFrom } from "./dial-rule.ts"
import { type CalendarEvent, eventSpan } from "./event.ts"
import type { ProviderEventId } from "./ids.ts"
import { findJoinLink, type JoinLink, type OwnHosts } from "./join-link.ts"

/**
 * An event in a room's calendar, as screens and video systems need it. Lives in memory; what of it is kept for devices is
 * sealed. Nothing else of the event leaves the service.
 */
export type Booking = {
  readonly id: ProviderEventId
  /** The series it is an occurrence of. */
  readonly seriesId: ProviderEventId | null
  /** The provider's change tag: what is written is written over this one only. */
  readonly version: string
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
  readonly isAllDay: boolean
  readonly isPrivate: boolean
  /** Null where it is not to be shown, or empty. */
  readonly title: string | null
  /** The organizer's name, never an address; null where it is not to be shown, or unknown. */
  readonly host: string | null
  readonly join: JoinLink | null
  readonly dial: readonly DialString[]
}

/** What a room's screens may say of a meeting. */
export type RoomPrivacy = {
  /** private: the titles of private meetings are hidden. all: every title is. */
  readonly hidesTitles: "private" | "all"
  /** Whether a private meeting's host, and how to join it, are hidden too. */
  readonly hidesHostsOfPrivate: boolean
}

export const mostPrivate: RoomPrivacy = { hidesTitles: "all", hidesHostsOfPrivate: true }
export const usualPrivacy: RoomPrivacy = { hidesTitles: "private", hidesHostsOfPrivate: true }

export type BookingOptions = {
  /** The room's own, for events that are dates. */
  readonly zone: string
  readonly privacy: RoomPrivacy
  /** The organisation's rules, then those that are built in. */
  readonly dialRules: readonly DialRule[]
  readonly ownHosts: OwnHosts
}

/** The events that take the room, by start: what was cancelled, declined or shows as free does not. */
export function bookingsFrom(events: readonly CalendarEvent[], options: BookingOptions): readonly Booking[] {
  return events
    .filter(takesRoom)
    .map((event) => bookingOf(event, options))
    .sort((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt) || Temporal.Instant.compare(a.endsAt, b.endsAt))
}

function takesRoom({ isCancelled, myResponse, showsAs }: CalendarEvent): boolean {
  return !isCancelled && myResponse !== "declined" && showsAs !== "free"
}

/** What a stricter privacy leaves of bookings that were made under another. What was hidden before stays so. */
export function hiddenBy(bookings: readonly Booking[], privacy: RoomPrivacy): readonly Booking[] {
  return bookings.map((booking) => {
    const { isTitleHidden, isHostHidden } = whatIsHidden(booking, privacy)
    const titled = isTitleHidden ? { ...booking, title: null } : booking
    return isHostHidden ? { ...titled, host: null, join: null, dial: [] } : titled
  })
}

const whatIsHidden = ({ isPrivate }: Pick<Booking, "isPrivate">, privacy: RoomPrivacy) => ({
  isTitleHidden: privacy.hidesTitles === "all" || isPrivate,
  isHostHidden: isPrivate && privacy.hidesHostsOfPrivate,
})

function bookingOf(event: CalendarEvent, { zone, privacy, dialRules, ownHosts }: BookingOptions): Booking {
  const {
    id,
    version,
    series,
    isPrivate,
    subject,
    organizer,
    location,
    description,
    onlineMeetingUrl,
    dialUri = null,
  } = event
  const { isTitleHidden, isHostHidden } = whatIsHidden(event, privacy)
  const dial = isHostHidden ? null : dialStringsFrom([dialUri, onlineMeetingUrl, location, description], dialRules)
  return {
    ...{ id, version, isPrivate, seriesId: series?.seriesId ?? null },
    ...eventSpan(event.time, zone),
    isAllDay: event.time.kind === "all-day",
    title: isTitleHidden || subject.trim() === "" ? null : subject.trim(),
    host: isHostHidden ? null : (organizer?.name ?? null),
    join: isHostHidden ? null : findJoinLink(event, ownHosts),
    dial: dial?.strings ?? [],
  }
}
