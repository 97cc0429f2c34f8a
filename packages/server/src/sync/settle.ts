import { createHash } from "node:crypto"
import type { AuditAction } from "@kalends/domain/audit"
import type { MeetingReason } from "@kalends/domain/audit-reason"
import type { MeetingId } from "@kalends/domain/ids"
import { lifeOf, meetingEnd } from "@kalends/domain/meeting-life"
import { isProblem, Problem } from "@kalends/domain/problem"
import { eventFace, facePatch, joinPatch } from "../meetings/block.ts"
import type { Digests, FaceDigest } from "../meetings/digest.ts"
import type { EventAccessDeps, Held } from "../meetings/event-access.ts"
import type { MeetingLookout } from "../meetings/lookout.ts"
import type { EventRecord } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { MeetingBackend, ShownFace } from "../ports/meeting-backend.ts"
import type { LinkRow, MeetingRow } from "../ports/meeting-tables.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Changes } from "../ports/store.ts"
import { agreedNow } from "./agreed-now.ts"
import { lostNote } from "./lost-note.ts"
import { type Merge, mergeFaces } from "./merge.ts"
import { createTaking, type SettleMark, type Subject } from "./subject.ts"

export type SettleDeps = EventAccessDeps & {
  readonly backends: ReadonlyMap<string, MeetingBackend>
  readonly content: { readonly lookout: MeetingLookout; readonly digests: Digests }
  readonly world: { readonly clock: Clock; readonly metrics: Metrics }
}

/** After trouble that may pass. */
const retryMinutes = 2
/** After trouble that a person must end; also how often a meeting in step is looked at. */
const reviewHours = 24
/** A service in which people change meetings is read this often: it may not tell. */
const pollHours = 1
/** An app that asked for a meeting and vanished is taken for gone after this. */
export const abandonedMinutes = 15

type Outcome = {
  readonly link?: Pick<LinkRow, "version" | "agreedTopic" | "agreedSchedule" | "shownTopic" | "shownSchedule">
  /** Copies whose versions are new. */
  readonly copies?: readonly LinkRow[]
  readonly audit?: AuditAction
  readonly note?: MeetingReason
  /** Cause of the audit entry, where it is not the mark's. */
  readonly cause?: MeetingReason
  /** Settle again at once, for this cause. */
  readonly next?: MeetingReason
}
const wasGone: Outcome = { cause: "meeting-was-gone" }
/**
 * Brings one meeting in step with its event, from what both are now: it takes no instruction, so doing it twice, late or
 * after a crash does nothing more. States: making -> live -> ending -> ended; a meeting that is needed again after its end
 * (an event with its link came back) is made live once more. This is the only place that tells a meeting service anything
 * on the calendar's behalf.
 */
export function createSettle(deps: SettleDeps) {
  const { store, world } = deps
  const { clock, metrics } = world
  const { digests, lookout } = deps.content
  const { begin, letGo } = createTaking(deps)

  /** Makes the meeting that is asked for, and writes its link into the event. */
  async function make(subject: Subject): Promise<void> {
    const { driver, hold } = subject
    if (driver === null) return abandon(subject)
    const held = await hold(driver)
    if (held === null) return commit(subject, { state: "ending" }, { next: "event-gone" })
    return makeWith(subject, held, {})
  }

  /** Makes the meeting, again if need be, and writes its link into the driver's event, and into every copy that had another. */
  async function makeWith(subject: Subject, held: Held, outcome: Outcome): Promise<void> {
    const { meeting, backend, links } = subject
    requireWritable(held)
    const face = eventFace(held.record)
    const { backendId, joinUrl } = await backend.create({ key: keyNow(meeting), face })
    const copies = await relinkCopies({ ...subject, links: links.map((link) => ({ ...link, version: "" })) }, joinUrl)
    const version = await writeLink(held, meeting.meetingId, joinUrl)
    // One that was made before, and nobody heard of, has what its event had then.
    const made = backend.limits.isEditableElsewhere ? await backend.fetch(backendId) : null
    const isTold = made !== null && !isSameShown(made.shown, backend.shown(face))
    if (isTold) await backend.update(backendId, face, null)
    const known = { meeting: { ...meeting, backendId }, backend, digests }
    const { agreed, again } = await agreedNow(known, { face, before: made?.shown ?? null, isTold })
    const changes = { state: "live", backendId, ...life(subject, held.record) } as const
    const link = { version, ...agreed }
    await commit(subject, changes, { ...outcome, copies, link, audit: "meeting-made", ...again })
  }

  /** Writes the present link into the copies that are known to have another; their versions then. */
  async function relinkCopies({ links, meeting, hold }: Subject, joinUrl: string): Promise<readonly LinkRow[]> {
    const relinked: LinkRow[] = []
    for (const copy of links.filter(
      ({ role, heldAt, version }) => role === "copy" && heldAt === null && version === "",
    )) {
      const held = await hold(copy)
      if (held === null) continue
      const version = held.place.canWrite ? await writeLink(held, meeting.meetingId, joinUrl) : held.record.version
      relinked.push({ ...copy, version })
    }
    return relinked
  }

  /** The version with the link in it; an event that has it already (an answer was lost) is not written again. */
  async function writeLink({ record, place, input }: Held, meetingId: MeetingId, joinUrl: string): Promise<string> {
    if (hasLink(record, joinUrl) && carries(record, meetingId)) return record.version
    const patch = joinPatch(record, { meetingId, joinUrl, lookout })
    return (await place.events.update({ ...input, patch, expect: record.version })).version
  }

  /** An app asked for a meeting and never said that it is whole: after a while it is taken back. */
  async function abandon(subject: Subject): Promise<void> {
    const dueAt = subject.meeting.createdAt.add({ minutes: abandonedMinutes })
    if (Temporal.Instant.compare(clock.now(), dueAt) < 0) return commit(subject, { reviewAt: dueAt }, {})
    return commit(subject, { state: "ending" }, { next: "abandoned" })
  }

  /** Follows the event, field by field; whichever side changed is followed, and the event where both did. */
  async function follow(subject: Subject): Promise<void> {
    const { mark, meeting, backend, driver, hold } = subject
    const held = driver === null ? null : await hold(driver)
    // The event's end is for the pass to say, which has the brake; here only one event is seen.
    if (driver === null || held === null) return commit(subject, {}, {})
    const theirs = backend.limits.isEditableElsewhere ? await backend.fetch(meeting.backendId ?? "") : null
    // It is gone in its service, and its event is there: no live event keeps a dead link.
    if (backend.limits.isEditableElsewhere && theirs === null) return makeWith(subject, held, wasGone)
    const digestOf = (shown: ShownFace) => digests.of(meeting.accountId, shown)
    const face = eventFace(held.record)
    const joinUrl = await backend.joinUrl(meeting.backendId ?? "")
    const copies = await relinkCopies(subject, joinUrl)
    const isStale = held.place.canWrite && !hasLink(held.record, joinUrl)
    const merge = mergeFaces({
      event: { face, digest: digestOf(backend.shown(face)) },
      meeting: theirs === null ? null : { face: theirs, digest: digestOf(theirs.shown) },
      agreed: {
        event: digestPair(driver.agreedTopic, driver.agreedSchedule),
        meeting: digestPair(driver.shownTopic, driver.shownSchedule),
      },
      canWrite: held.place.canWrite,
    })
    const isTold = merge.isMeetingBehind && backend.limits.keepsFace
    if (isTold)
      await backend.update(meeting.backendId ?? "", merge.face, merge.lost === null ? null : lostNote(merge.lost))
    const patch = {
      ...(isStale ? joinPatch(held.record, { meetingId: meeting.meetingId, joinUrl, lookout }) : {}),
      ...(merge.isEventBehind ? facePatch(face, merge.face) : {}),
    }
    const written =
      merge.isEventBehind || isStale
        ? await held.place.events.update({ ...held.input, patch, expect: held.record.version })
        : held.record
    const isChanged = merge.isMeetingBehind || merge.isEventBehind
    const step = { face: merge.face, before: theirs?.shown ?? null, isTold }
    const { agreed, again } = await agreedNow({ meeting, backend, digests }, step)
    await commit(
      subject,
      { ...life(subject, { ...held.record, schedule: merge.face.schedule }) },
      {
        link: { version: written.version, ...agreed },
        copies,
        ...(isChanged ? { audit: "meeting-changed" } : {}),
        ...(merge.lost === null ? {} : { note: "both-changed" }),
        cause: causeOf(merge, mark.cause),
        ...again,
      },
    )
  }

  /** Without an event to follow: it lives until it expires. */
  async function review(subject: Subject): Promise<void> {
    const { meeting, links, backend } = subject
    const isGone = backend.limits.isEditableElsewhere && (await backend.fetch(meeting.backendId ?? "")) === null
    if (isGone && links.length === 0) return commit(subject, { state: "ending" }, { next: "meeting-was-gone" })
    if (meeting.givenUpAt !== null && links.length === 0)
      return commit(subject, { state: "ending" }, { next: "tool-removed" })
    const end = meetingEnd({ ...meeting, hasEvent: links.length > 0 })
    const isOver = end !== null && Temporal.Instant.compare(end, clock.now()) <= 0
    return isOver ? commit(subject, { state: "ending" }, { next: "expired" }) : commit(subject, {}, {})
  }

  async function end(subject: Subject): Promise<void> {
    const { meeting, backend, links } = subject
    // One that was made without our hearing of it, at first or in place of a lost one, ends too.
    const unheard = await backend.find(keyNow(meeting))
    for (const backendId of new Set([meeting.backendId, unheard])) if (backendId !== null) await backend.end(backendId)
    const isNeeded = links.some(({ heldAt }) => heldAt === null)
    await commit(subject, { state: "ended" }, { audit: "meeting-ended", ...(isNeeded ? { next: "event-linked" } : {}) })
  }

  /** What came of it, in one transaction; somebody who was faster makes it start again. */
  async function commit(subject: Subject, changes: Changes<MeetingRow>, outcome: Outcome): Promise<void> {
    const { meeting, driver, backend, mark } = subject
    const { accountId, meetingId } = meeting
    const now = clock.now()
    const reviewAt = now.add({ hours: backend.limits.isEditableElsewhere ? pollHours : reviewHours })
    await store.inAccount(accountId, async (tables) => {
      await tables.lockAccount()
      const isWritten = await tables.meetings.updateMeeting(meetingId, meeting.revision, {
        reviewAt,
        settlingUntil: null,
        ...changes,
      })
      if (!isWritten) throw new Problem("conflict", "The meeting was changed meanwhile.", { code: "revision" })
      if (outcome.link !== undefined && driver !== null)
        await tables.meetings.updateLink(driver.calendarId, driver.eventId, {
          ...outcome.link,
          endsAt: changes.scheduledUntil === undefined ? driver.endsAt : changes.scheduledUntil,
        })
      for (const { calendarId, eventId, version } of outcome.copies ?? [])
        await tables.meetings.updateLink(calendarId, eventId, { version })
      const entry = { actor: { kind: "service", part: "sync" }, subjectId: meetingId } as const
      const reason = outcome.cause ?? mark.cause
      if (outcome.audit !== undefined) await tables.appendAudit({ ...entry, action: outcome.audit, reason }, now)
      if (outcome.note !== undefined)
        await tables.appendAudit({ ...entry, action: "meeting-note", reason: outcome.note }, now)
      if (outcome.next !== undefined)
        await tables.addJobs([{ kind: "settle", accountId, meetingId, cause: outcome.next }])
    })
  }

  function settle(subject: Subject): Promise<void> {
    const { meeting, driver, backend } = subject
    switch (meeting.state) {
      case "making":
        return make(subject)
      case "live":
        return driver === null ? review(subject) : follow(subject)
      case "ending":
        return end(subject)
      case "ended":
        return driver === null ? letGo(subject) : revive(subject, backend)
    }
  }

  /** An event with the link of an ended meeting came back. */
  async function revive(subject: Subject, backend: MeetingBackend): Promise<void> {
    const held = subject.driver === null ? null : await subject.hold(subject.driver)
    if (held === null) return letGo(subject)
    if (backend.limits.isEditableElsewhere || subject.meeting.backendId === null)
      return makeWith(subject, held, wasGone)
    await commit(
      subject,
      { state: "live", ...life(subject, held.record) },
      { audit: "meeting-made", next: "event-linked" },
    )
  }

  return async (mark: SettleMark, call: Call): Promise<void> => {
    const subject = await begin(mark, call)
    if (subject === null) return
    const { backend } = subject.meeting
    try {
      await settle(subject)
      metrics.count("settles_total", { backend, outcome: "done" })
    } catch (error) {
      if (!isProblem(error)) {
        await letGo(subject)
        throw error
      }
      metrics.count("settles_total", { backend, outcome: error.kind })
      await letGo(subject, retryAt(error, clock.now()))
    }
  }
}

export type Settle = ReturnType<typeof createSettle>

function retryAt(problem: Problem, now: Temporal.Instant): Temporal.Instant {
  if (problem.retryAt !== null) return problem.retryAt
  const isHopeless = ["auth-revoked", "forbidden", "misconfigured", "unsupported"].includes(problem.kind)
  return problem.kind === "conflict"
    ? now.add({ seconds: 1 })
    : now.add(isHopeless ? { hours: reviewHours } : { minutes: retryMinutes })
}

/**
 * Why a meeting changed, from what was seen to be new: a look that came for another reason (a review is due, a link was
 * found) may be the one that finds an event renamed. What an app or a tool did keeps its name.
 */
function causeOf({ isEventBehind, news }: Merge, asked: MeetingReason): MeetingReason {
  if (isEventBehind) return "meeting-edited"
  if (news.length === 0 || asked === "app-edited" || asked === "tool-edited") return asked
  return news.includes("schedule") ? "event-moved" : "event-renamed"
}

function isSameShown(a: ShownFace, b: ShownFace): boolean {
  return a.topic === b.topic && a.schedule === b.schedule
}

function digestPair(topic: Uint8Array | null, schedule: Uint8Array | null): FaceDigest | null {
  return topic === null || schedule === null ? null : { topic, schedule }
}

function hasLink({ location, description, onlineMeetingUrl }: EventRecord, joinUrl: string): boolean {
  return [location, description, onlineMeetingUrl].some((text) => text?.includes(joinUrl) ?? false)
}

function carries({ tag }: EventRecord, meetingId: MeetingId): boolean {
  return tag?.includes(meetingId) ?? false
}

/** The key to make it with: another for one that was lost in its service, the same for everybody who comes to need it. */
function keyNow({ key, backendId }: MeetingRow): string {
  return backendId === null ? key : createHash("sha256").update(`${key} ${backendId}`).digest("hex").slice(0, 32)
}

function requireWritable({ place }: Held): void {
  if (!place.canWrite) throw new Problem("forbidden", "The calendar may not be written.", { code: "read-only" })
}

function latest(instants: readonly (Temporal.Instant | null)[]): Temporal.Instant | null {
  return (
    instants
      .filter((instant) => instant !== null)
      .sort(Temporal.Instant.compare)
      .at(-1) ?? null
  )
}

/** What the events of a meeting say about its life; the driver's as just read. */
function life({ links, driver }: Subject, record: EventRecord): Pick<MeetingRow, "isRecurring" | "scheduledUntil"> {
  const own = lifeOf(record.schedule)
  const ends = [own.scheduledUntil, ...links.filter((link) => link !== driver).map(({ endsAt }) => endsAt)]
  return { isRecurring: own.isRecurring, scheduledUntil: ends.includes(null) ? null : latest(ends) }
}
