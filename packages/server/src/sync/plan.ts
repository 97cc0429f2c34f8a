import type { MeetingId, ProviderEventId } from "@kalends/domain/ids"
import { type FaceDigest, isSameDigest } from "../meetings/digest.ts"
import type { LinkRole, LinkRow, MeetingRow } from "../ports/meeting-tables.ts"

/** Why a meeting is changed; a machine word for the audit log and the meeting's page. */
export type Cause =
  | "event-moved"
  | "event-renamed"
  | "event-gone"
  | "event-linked"
  | "event-copied"
  | "link-removed"
  | "copy-promoted"
  | "keyword"

/** What a pass keeps of an event that it has looked at: no content, so that a plan can be printed. */
export type SeenEvent = {
  readonly eventId: ProviderEventId
  /** Null when it is gone or cancelled. */
  readonly event: {
    readonly version: string
    readonly digest: FaceDigest
    readonly isOrganizer: boolean
    /** Anything of it takes place in the watched window. */
    readonly isInWindow: boolean
    /** When its last occurrence ends; null for never. */
    readonly endsAt: Temporal.Instant | null
  } | null
  /** Meetings of ours whose link it carries, in the order in which they were found. */
  readonly carries: readonly MeetingId[]
  /** Those of them whose link it has in a former form, and needs the present one. */
  readonly stale: readonly MeetingId[]
  readonly asksForMeeting: boolean
}

type PresentEvent = NonNullable<SeenEvent["event"]>

export type Effect =
  | {
      readonly kind: "put-link"
      readonly meetingId: MeetingId
      readonly eventId: ProviderEventId
      readonly event: PresentEvent
      readonly role: LinkRole
      /** What the link is to know of the event: its version, or nothing when something is to be written into it. */
      readonly version: string
      readonly cause: Cause
    }
  | { readonly kind: "drop-link"; readonly link: LinkRow; readonly cause: Cause }
  | { readonly kind: "hold-link"; readonly link: LinkRow }
  /** Nothing but the version (and the end) is new: an edit that no meeting cares about. */
  | { readonly kind: "note-version"; readonly link: LinkRow; readonly event: PresentEvent; readonly version: string }
  | { readonly kind: "promote"; readonly link: LinkRow }
  | { readonly kind: "make"; readonly eventId: ProviderEventId; readonly event: PresentEvent }
  | { readonly kind: "settle"; readonly meetingId: MeetingId; readonly cause: Cause }
  | { readonly kind: "end"; readonly meetingId: MeetingId; readonly cause: Cause }

export type SyncPlan = { readonly effects: readonly Effect[]; readonly heldCount: number }

export type PlanInput = {
  readonly seen: readonly SeenEvent[]
  /** All links of the meetings that the seen events have or carry. */
  readonly links: readonly LinkRow[]
  readonly meetings: ReadonlyMap<MeetingId, MeetingRow>
  readonly calendarId: LinkRow["calendarId"]
  /** Links of this calendar in all, for the brake. */
  readonly linkCount: number
  /** Whether meetings may be written into events of this calendar. */
  readonly canWrite: boolean
}

/** So many vanished events are a busy day's; beyond that, a share of all. */
export const brakeFrom = 5
export const brakeShare = 0.2

/**
 * What a pass has to do about meetings: a value, made of values. Rules, in words:
 *
 * - A meeting follows one event, its driver: an organizer's own. An attendee's copy says nothing.
 * - Another event with the same link (copied, or split off a series) is a copy. It keeps the meeting alive. When the driver
 *   goes, the copy that lasts longest is promoted; when none is left, the meeting ends with the event that is gone, or, if
 *   the event is there and only the link was taken out, lives on until it expires.
 * - An event that comes back with the version we know is our own echo. One whose title and times are what both sides
 *   agreed on is noted and done.
 * - When more than a share of a calendar's linked events vanish in one pass, nothing ends: the links are held until
 *   somebody says so (the brake). An event that is there after all lets go of the hold.
 * - An event that lies outside the watched window is linked to nothing new; one that is linked already is followed.
 */
export function planSync(input: PlanInput): SyncPlan {
  const { calendarId, links, linkCount } = input
  const byEvent = new Map(links.filter((link) => link.calendarId === calendarId).map((link) => [link.eventId, link]))
  const isGone = ({ eventId, event }: SeenEvent) => event === null && byEvent.get(eventId)?.heldAt === null
  const goneCount = input.seen.filter(isGone).length
  const isBraked = goneCount > Math.max(brakeFrom, linkCount * brakeShare)

  const linked = input.seen.flatMap((seen) => {
    const link = byEvent.get(seen.eventId)
    if (link === undefined) return []
    return seen.event === null ? planGone(link, isBraked) : planLinked(seen, seen.event, link)
  })
  const dropped = new Set(linked.flatMap((effect) => (effect.kind === "drop-link" ? [effect.link] : [])))
  const driven = new Set(
    links.filter((link) => link.role === "driver" && !dropped.has(link)).map(({ meetingId }) => meetingId),
  )
  const unlinked = input.seen.flatMap((seen) =>
    byEvent.has(seen.eventId) || seen.event === null ? [] : planUnlinked(seen, seen.event, input, driven),
  )
  return { effects: [...linked, ...unlinked, ...planFates(linked, driven, input)], heldCount: isBraked ? goneCount : 0 }
}

function planGone(link: LinkRow, isBraked: boolean): readonly Effect[] {
  if (link.heldAt !== null) return []
  return isBraked ? [{ kind: "hold-link", link }] : [{ kind: "drop-link", link, cause: "event-gone" }]
}

function planLinked({ carries, stale }: SeenEvent, event: PresentEvent, link: LinkRow): readonly Effect[] {
  const { meetingId } = link
  if (!carries.includes(meetingId) && link.version !== "") return [{ kind: "drop-link", link, cause: "link-removed" }]
  if (event.version === link.version && link.heldAt === null) return []
  const isStale = stale.includes(meetingId)
  const noted: Effect = { kind: "note-version", link, event, version: isStale ? "" : event.version }
  if (link.role === "copy") return [noted, { kind: "settle", meetingId, cause: "event-copied" }]
  const isMoved = !isSameDigest(event.digest.schedule, link.agreedSchedule)
  const isRenamed = !isSameDigest(event.digest.topic, link.agreedTopic)
  if (isStale) return [{ kind: "settle", meetingId, cause: "event-linked" }]
  if (!isMoved && !isRenamed) return [noted]
  // The version is noted once both sides are in step: until then the event is new to us.
  return [{ kind: "settle", meetingId, cause: isMoved ? "event-moved" : "event-renamed" }]
}

/** `driven`: meetings that have a driver, those that are given one by this plan included. */
function planUnlinked(
  { eventId, carries, stale, asksForMeeting }: SeenEvent,
  event: PresentEvent,
  { meetings, canWrite }: PlanInput,
  driven: Set<MeetingId>,
): readonly Effect[] {
  if (!event.isOrganizer || !event.isInWindow) return []
  const meetingId = carries.find((id) => meetings.has(id))
  if (meetingId === undefined) return asksForMeeting && canWrite ? [{ kind: "make", eventId, event }] : []
  const role: LinkRole = driven.has(meetingId) ? "copy" : "driver"
  driven.add(meetingId)
  const cause: Cause = role === "copy" ? "event-copied" : "event-linked"
  const version = role === "copy" && !stale.includes(meetingId) ? event.version : ""
  return [
    { kind: "put-link", meetingId, eventId, event, role, version, cause },
    { kind: "settle", meetingId, cause },
  ]
}

/** What becomes of the meetings that lost a link and have no driver now. */
function planFates(linked: readonly Effect[], driven: ReadonlySet<MeetingId>, { links }: PlanInput): readonly Effect[] {
  const drops = linked.filter((effect) => effect.kind === "drop-link")
  const dropped = new Set(drops.map(({ link }) => link))
  const orphans = new Map(
    drops.filter(({ link }) => !driven.has(link.meetingId)).map((drop) => [drop.link.meetingId, drop]),
  )
  return [...orphans].flatMap(([meetingId, { cause }]): readonly Effect[] => {
    const heir = links.filter((link) => link.meetingId === meetingId && !dropped.has(link)).sort(byEnd)[0]
    if (heir !== undefined)
      return [
        { kind: "promote", link: heir },
        { kind: "settle", meetingId, cause: "copy-promoted" },
      ]
    return [{ kind: cause === "event-gone" ? "end" : "settle", meetingId, cause }]
  })
}

/** Those without an end first, then the latest; the same order on every node. */
function byEnd(a: LinkRow, b: LinkRow): number {
  if (a.endsAt === null || b.endsAt === null) return Number(b.endsAt === null) - Number(a.endsAt === null)
  return Temporal.Instant.compare(b.endsAt, a.endsAt) || (a.eventId < b.eventId ? -1 : 1)
}
