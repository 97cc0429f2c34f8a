import type { SimulatorPlatform } from "../platform.ts"
import { applyDetails, applyToOccurrence, type Moment, makeSeries } from "./changes.ts"
import { wireDifference, wireOf, type ZoomEvent } from "./events.ts"
import {
  type Details,
  isAlive,
  isRecoverable,
  type Meeting,
  type Occurrence,
  wireHead,
  type ZoomUser,
} from "./meeting.ts"
import type { RecurrenceLimits } from "./recurrence.ts"

const defaultSettings = {
  host_video: false,
  participant_video: false,
  join_before_host: false,
  mute_upon_entry: false,
  waiting_room: true,
  watermark: false,
  audio: "both",
  auto_recording: "none",
  approval_type: 2,
  use_pmi: false,
}

export type AccountOptions = {
  readonly id: string
  /** Of the links: "https://us05web.zoom.us". */
  readonly linkBase: string
  readonly limits: RecurrenceLimits
  /** Told of all that happens to meetings, whoever did it. */
  readonly emit: (event: ZoomEvent) => void
}

/** A Zoom account: its people and their meetings. What tests do here happens as if people did it in Zoom's portal. */
export class ZoomAccount {
  readonly id: string
  readonly linkBase: string
  readonly limits: RecurrenceLimits
  readonly users: ZoomUser[] = []
  readonly #meetings = new Map<number, Meeting>()
  readonly #platform: SimulatorPlatform
  readonly #emit: (event: ZoomEvent) => void

  constructor(platform: SimulatorPlatform, { id, linkBase, limits, emit }: AccountOptions) {
    this.id = id
    this.linkBase = linkBase
    this.limits = limits
    this.#platform = platform
    this.#emit = emit
  }

  /** The first one owns the application: `me`, and the operator of what it does. */
  addUser(email: string, zone = "UTC"): ZoomUser {
    const user = { id: this.#platform.token("").slice(0, 22), email, zone }
    this.users.push(user)
    return user
  }

  findUser(idOrEmail: string): ZoomUser | null {
    if (idOrEmail === "me") return this.users[0] ?? null
    return this.users.find(({ id, email }) => id === idOrEmail || email === idOrEmail.toLowerCase()) ?? null
  }

  /** Null when there is none, or its id has expired. */
  find(id: number | string): Meeting | null {
    const meeting = this.#meetings.get(Number(id))
    return meeting !== undefined && isAlive(meeting, this.#platform.now()) ? meeting : null
  }

  /** Unexpired meetings that can be listed: no instant ones. */
  meetingsOf(user: ZoomUser): readonly Meeting[] {
    const now = this.#platform.now()
    return [...this.#meetings.values()].filter(
      (meeting) => meeting.host === user && meeting.type !== 1 && isAlive(meeting, now),
    )
  }

  /** A scheduled meeting without a start begins now and is an instant one (OpenAPI, `start_time`). */
  create(host: ZoomUser, details: Partial<Details>): Meeting {
    const now = this.#platform.now()
    const wanted = details.type ?? 2
    const type = wanted === 2 && details.startsAt === undefined ? 1 : wanted
    const meeting: Meeting = {
      id: this.#newId(),
      uuid: this.#newUuid(),
      host,
      createdAt: now,
      type,
      topic: details.topic ?? "Zoom Meeting",
      agenda: details.agenda ?? "",
      minutes: details.minutes ?? 60,
      zone: details.zone ?? host.zone,
      password: details.password ?? this.#platform.token("").slice(0, 6),
      settings: { ...defaultSettings, ...details.settings },
      trackingFields: details.trackingFields ?? [],
      isPrescheduled: details.isPrescheduled ?? false,
      startsAt: type === 2 || type === 8 ? (details.startsAt ?? null) : null,
      recurrence: null,
      occurrences: [],
      isRunning: false,
      lastStartedAt: null,
      deletedAt: null,
      linkToken: this.#platform.token(""),
    }
    if (type === 8 && details.recurrence !== undefined && details.startsAt !== undefined)
      makeSeries(meeting, { recurrence: details.recurrence, from: details.startsAt }, this.#moment())
    this.#meetings.set(meeting.id, meeting)
    this.#emit({ name: "meeting.created", host, reach: { operation: "all" }, object: wireOf(meeting, this.linkBase) })
    return meeting
  }

  /** Returns the fields that Zoom would refuse; then nothing has changed. */
  update(meeting: Meeting, details: Partial<Details>): readonly string[] {
    const before = wireOf(meeting, this.linkBase)
    const invalid = applyDetails(meeting, details, this.#moment())
    if (invalid.length > 0) return invalid
    const { object, old } = wireDifference(before, wireOf(meeting, this.linkBase))
    this.#emit({ name: "meeting.updated", host: meeting.host, reach: { scope: "all" }, object, old })
    return []
  }

  updateOccurrence(meeting: Meeting, occurrence: Occurrence, details: Partial<Details>): void {
    const before = { id: meeting.id, occurrences: wireOf(meeting, this.linkBase, [occurrence]).occurrences }
    applyToOccurrence(occurrence, details, this.#platform.now())
    const after = { id: meeting.id, occurrences: wireOf(meeting, this.linkBase, [occurrence]).occurrences }
    this.#emit({ name: "meeting.updated", host: meeting.host, reach: { scope: "single" }, object: after, old: before })
  }

  remove(meeting: Meeting): void {
    meeting.deletedAt = this.#platform.now()
    const object = wireHead(meeting, this.linkBase)
    this.#emit({ name: "meeting.deleted", host: meeting.host, reach: { operation: "all" }, object })
  }

  removeOccurrence(meeting: Meeting, occurrence: Occurrence): void {
    occurrence.isDeleted = true
    const object = {
      ...wireHead(meeting, this.linkBase),
      occurrences: wireOf(meeting, this.linkBase, [occurrence]).occurrences,
    }
    this.#emit({ name: "meeting.deleted", host: meeting.host, reach: { operation: "single" }, object })
  }

  /** Takes a meeting out of the trash; null when it is not there any more. */
  recover(id: number | string): Meeting | null {
    const meeting = this.#meetings.get(Number(id))
    if (meeting === undefined || !isRecoverable(meeting, this.#platform.now())) return null
    meeting.deletedAt = null
    return meeting
  }

  /** The host starts it: its id lives on from now. */
  start(meeting: Meeting): void {
    meeting.isRunning = true
    meeting.lastStartedAt = this.#platform.now()
  }

  finish(meeting: Meeting): void {
    meeting.isRunning = false
    meeting.uuid = this.#newUuid()
  }

  #moment(): Moment {
    return { now: this.#platform.now(), most: this.limits.occurrences }
  }

  #newId(): number {
    const id = 80_000_000_000 + Math.floor(this.#platform.fraction() * 9_999_999_999)
    return this.#meetings.has(id) ? this.#newId() : id
  }

  /** Base 64, as Zoom's are: slashes and plus signs occur. */
  #newUuid(): string {
    return `${this.#platform.token("").slice(0, 22).replaceAll("-", "+").replaceAll("_", "/")}==`
  }
}
