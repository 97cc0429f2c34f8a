import { createHash } from "node:crypto"
import type { SimulatorPlatform } from "../platform.ts"

export type Role = "MODERATOR" | "VIEWER"
export type Attendee = { readonly userId: string; readonly fullName: string; readonly role: Role }

export type BbbMeeting = {
  readonly meetingId: string
  readonly internalId: string
  readonly name: string
  readonly attendeePassword: string
  readonly moderatorPassword: string
  readonly createdAt: Temporal.Instant
  readonly voiceBridge: number
  /** 0: without an end. */
  readonly durationMinutes: number
  readonly isRecorded: boolean
  readonly maxUsers: number
  readonly logoutUrl: string
  readonly metadata: Readonly<Record<string, string>>
  readonly idleMinutes: Idle
  attendees: readonly Attendee[]
  hasUserJoined: boolean
  /** When the last one left. */
  emptySince: Temporal.Instant | null
  /** Ended through the API: in memory for a while yet, and nobody comes in. */
  endedAt: Temporal.Instant | null
}

/** `meetingExpireIfNoUserJoinedInMinutes`, `meetingExpireWhenLastUserLeftInMinutes`; 0 is never. */
export type Idle = { readonly ifNobodyJoined: number; readonly whenAllLeft: number }

export type NewMeeting = Omit<
  BbbMeeting,
  "internalId" | "createdAt" | "attendees" | "hasUserJoined" | "emptySince" | "endedAt"
>

/** "It takes a minute or two for the server to clear the meeting from memory." */
const clearedAfter = { minutes: 1 }

/**
 * The meetings that the server remembers. Nothing is kept: a meeting is there from `create` until it is ended, has run
 * its time, or was empty for too long, and its id may then be used again, with another `createTime`.
 */
export class BbbMeetings {
  readonly #platform: SimulatorPlatform
  readonly #known = new Map<string, BbbMeeting>()

  constructor(platform: SimulatorPlatform) {
    this.#platform = platform
  }

  find(meetingId: string): BbbMeeting | null {
    const meeting = this.#known.get(meetingId)
    return meeting === undefined || this.#isForgotten(meeting) ? null : meeting
  }

  /** All, in the order in which they were created. */
  all(): readonly BbbMeeting[] {
    return [...this.#known.values()].filter((meeting) => !this.#isForgotten(meeting))
  }

  create(meeting: NewMeeting): BbbMeeting {
    const createdAt = this.#platform.now()
    const hash = createHash("sha1").update(meeting.meetingId).digest("hex")
    const made = {
      ...meeting,
      internalId: `${hash}-${createdAt.epochMilliseconds}`,
      createdAt,
      attendees: [],
      hasUserJoined: false,
      emptySince: null,
      endedAt: null,
    }
    this.#known.delete(meeting.meetingId)
    this.#known.set(meeting.meetingId, made)
    return made
  }

  join(meeting: BbbMeeting, attendee: Attendee): void {
    meeting.attendees = [...meeting.attendees, attendee]
    meeting.hasUserJoined = true
    meeting.emptySince = null
  }

  leave(meeting: BbbMeeting, userId: string): void {
    meeting.attendees = meeting.attendees.filter((one) => one.userId !== userId)
    if (meeting.attendees.length === 0) meeting.emptySince = this.#platform.now()
  }

  end(meeting: BbbMeeting): void {
    meeting.attendees = []
    meeting.endedAt = this.#platform.now()
  }

  /** The server is started anew: it remembers nothing. */
  forgetAll(): void {
    this.#known.clear()
  }

  #isForgotten(meeting: BbbMeeting): boolean {
    const { createdAt, durationMinutes, hasUserJoined, emptySince, endedAt, idleMinutes } = meeting
    const isPast = (since: Temporal.Instant, minutes: number) =>
      minutes > 0 && Temporal.Instant.compare(this.#platform.now(), since.add({ minutes })) >= 0
    if (endedAt !== null) return isPast(endedAt, clearedAfter.minutes)
    if (isPast(createdAt, durationMinutes)) return true
    if (!hasUserJoined) return isPast(createdAt, idleMinutes.ifNobodyJoined)
    return emptySince !== null && isPast(emptySince, idleMinutes.whenAllLeft)
  }
}
