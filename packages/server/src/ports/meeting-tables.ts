import type {
  AccountId,
  CalendarId,
  GroupId,
  MeetingId,
  ProviderEventId,
  TemplateId,
  UserId,
} from "@kalends/domain/ids"
import type { Changes } from "./store.ts"

/**
 * making: asked for, not yet whole. live: can be joined. ending: its event is gone or somebody cancelled it; the meeting
 * service is to be told. ended: told.
 */
export type MeetingState = "making" | "live" | "ending" | "ended"

/** A meeting of ours. Neither its title nor its times: those are the calendar's and the meeting service's. */
export type MeetingRow = {
  readonly accountId: AccountId
  readonly meetingId: MeetingId
  /** Whose it is. */
  readonly userId: UserId
  readonly backend: string
  /** Null until the meeting service has made it. */
  readonly backendId: string | null
  readonly state: MeetingState
  /** 32 hexadecimal digits, from whoever asked: asking again makes nothing. */
  readonly key: string
  /** Grows with each change; settles races between two that bring it in step. */
  readonly revision: number
  readonly isRecurring: boolean
  /** When the last occurrence of its events ends; null for never, and while it has none. */
  readonly scheduledUntil: Temporal.Instant | null
  readonly lastStartedAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
  /** When a timer looks at it next. */
  readonly reviewAt: Temporal.Instant
  /** What a scheduling tool made it with; null for none. */
  readonly templateId: TemplateId | null
  /** Since when a scheduling tool says that its event was given up: it ends once no event carries its link. */
  readonly givenUpAt: Temporal.Instant | null
  /** Until when one that brings it in step has it to itself; null while nobody does. */
  readonly settlingUntil: Temporal.Instant | null
}

/** driver: the event whose times the meeting follows. copy: another event that carries the same link. */
export type LinkRole = "driver" | "copy"

/** An event that carries a meeting's link. */
export type LinkRow = {
  readonly accountId: AccountId
  readonly calendarId: CalendarId
  /** The series, or the single event. */
  readonly eventId: ProviderEventId
  readonly meetingId: MeetingId
  readonly role: LinkRole
  /** The version last seen or written; what comes back with it is our own echo. */
  readonly version: string
  /** Keyed digests of what the event had when both sides were last in step; null before they first were. */
  readonly agreedTopic: Uint8Array | null
  readonly agreedSchedule: Uint8Array | null
  /** Likewise of what the meeting service showed then. */
  readonly shownTopic: Uint8Array | null
  readonly shownSchedule: Uint8Array | null
  /** When the event's last occurrence ends; null for never. */
  readonly endsAt: Temporal.Instant | null
  /** Since when the event is missing, and the mass-deletion brake keeps the meeting alive; null when it is there. */
  readonly heldAt: Temporal.Instant | null
}

/** People for whom things are set together; what is set is in policy-tables.ts. */
export type GroupRow = {
  readonly accountId: AccountId
  readonly groupId: GroupId
  readonly name: string
}

export type GroupCount = { readonly groupId: GroupId | null; readonly people: number; readonly connected: number }

/** Part of AccountTables: who is in which group. */
export interface GroupTables {
  putGroup(row: GroupRow): Promise<void>
  deleteGroup(groupId: GroupId): Promise<void>
  listGroups(): Promise<readonly GroupRow[]>
  /** A user is in one group, or (null) in none. */
  setGroupOfUser(userId: UserId, groupId: GroupId | null): Promise<void>
  findGroupOfUser(userId: UserId): Promise<GroupId | null>
  /** Of these people, those who are in a group. */
  findGroupsOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, GroupId>>
  /** How many people are in each group, and (null) in none, and how many of them have a connection. */
  countPeople(): Promise<readonly GroupCount[]>
  /** Has the calendars of everybody in the group, or (null) in none, listed anew by their next pass; which they are. */
  relistCalendars(groupId: GroupId | null): Promise<readonly CalendarId[]>
}

/** Part of SystemTables: who opens a join link says nothing of an account. */
export interface SystemMeetingTables {
  /** Of several with one name (keys are the askers' own) the first made: a link that is out is nobody else's. */
  findMeetingByBackend(backend: string, backendId: string): Promise<MeetingRow | null>
  /** Lets go of all that are taken, for a node that knows that whoever took them is gone. */
  letGoOfMeetings(): Promise<void>
}

/** Part of AccountTables: within one account and one transaction. */
export interface MeetingTables {
  /** Throws Problem "conflict" (code "key-taken") when the user has asked with this key before. */
  insertMeeting(row: MeetingRow): Promise<void>
  /** Writes and counts the revision on, if it is still `revision`; false when somebody was faster. */
  updateMeeting(meetingId: MeetingId, revision: number, changes: Changes<MeetingRow>): Promise<boolean>
  /**
   * Has it to oneself until `until`; false, and nothing is done, when another has it at `now` or there is no such meeting.
   * The transaction of who has it is not waited for until it is on disk: nothing else is to be written in it.
   */
  takeMeeting(
    meetingId: MeetingId,
    span: { readonly now: Temporal.Instant; readonly until: Temporal.Instant },
  ): Promise<boolean>
  /** Lets go of what was taken until `until`; does nothing when another has taken it since. */
  letGoOfMeeting(meetingId: MeetingId, until: Temporal.Instant): Promise<void>
  findMeeting(meetingId: MeetingId): Promise<MeetingRow | null>
  findMeetingByKey(userId: UserId, key: string): Promise<MeetingRow | null>
  /** Those of one meeting service with one of these names of its own. */
  findMeetingsByBackend(backend: string, backendIds: readonly string[]): Promise<readonly MeetingRow[]>
  /** Newest first; ended ones last of all are left out after they are forgotten. */
  listMeetings(page: {
    readonly userId: UserId
    readonly before: Temporal.Instant | null
    readonly limit: number
  }): Promise<readonly MeetingRow[]>
  deleteMeeting(meetingId: MeetingId): Promise<void>
  /** Puts in, or in place of the link of the same event. */
  putLink(row: LinkRow): Promise<void>
  updateLink(calendarId: CalendarId, eventId: ProviderEventId, changes: Changes<LinkRow>): Promise<void>
  deleteLink(calendarId: CalendarId, eventId: ProviderEventId): Promise<void>
  findLinks(calendarId: CalendarId, eventIds: readonly ProviderEventId[]): Promise<readonly LinkRow[]>
  listLinksOfMeetings(meetingIds: readonly MeetingId[]): Promise<readonly LinkRow[]>
  listLinksOfCalendar(calendarId: CalendarId): Promise<readonly LinkRow[]>
}
