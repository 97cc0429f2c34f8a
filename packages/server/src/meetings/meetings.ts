import type { AuditAction } from "@kalends/domain/audit"
import type { MeetingReason } from "@kalends/domain/audit-reason"
import { type CalendarId, type MeetingId, parseMeetingId } from "@kalends/domain/ids"
import { lifeOf, meetingEnd } from "@kalends/domain/meeting-life"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { Schedule } from "@kalends/domain/schedule"
import { scheduleToJson } from "@kalends/domain/schedule-json"
import type { MeetingDetail, MeetingView } from "@kalends/protocol/meetings"
import type { EventPatch } from "../ports/calendar-provider.ts"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { MeetingBackend, MeetingFace } from "../ports/meeting-backend.ts"
import type { LinkRow, MeetingRow } from "../ports/meeting-tables.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, UserRow } from "../ports/store.ts"
import { joinBlock } from "./block.ts"
import type { Digests } from "./digest.ts"
import { createEventAccess, type EventAccessDeps, type Held, type Place } from "./event-access.ts"
import { meetingTag } from "./lookout.ts"

export type MeetingsDeps = EventAccessDeps & {
  readonly backends: ReadonlyMap<string, MeetingBackend>
  readonly digests: Digests
  readonly world: { readonly clock: Clock; readonly random: Random }
}

export type NewMeeting = { readonly key: string; readonly subject: string; readonly schedule: Schedule }
export type MeetingChange = {
  readonly version: string
  readonly subject?: string | undefined
  readonly schedule?: Schedule | undefined
}

const pageSize = 100
const historyMost = 500
/** After this an app that asked for a meeting and vanished is taken for gone; the sync looks then. */
const abandonedMinutes = 15

/**
 * Meetings as people make, change and cancel them in the app, the portal or through the API. Title and times pass through:
 * they are written into the calendar (where the sync finds them) and told to the meeting service, and kept nowhere. What
 * fails on the way is told to whoever asked, who has the content still and asks again with the same key.
 */
export function createMeetings(deps: MeetingsDeps) {
  const { store, world } = deps
  const { clock } = world
  const access = ({ userId, call }: Caller) =>
    createEventAccess(deps, { actor: { kind: "user", userId }, reason: "meeting", call })

  function requireBackend(name: string | undefined): MeetingBackend {
    const backend = name === undefined ? undefined : deps.backends.get(name)
    if (backend === undefined)
      throw new Problem("unsupported", "No meeting service is set up here.", { code: "no-meeting-service" })
    return backend
  }

  async function audit(
    tables: AccountTables,
    user: UserRow,
    action: AuditAction,
    entry: { id: MeetingId; why: MeetingReason },
  ) {
    const actor = { kind: "user", userId: user.userId } as const
    await tables.appendAudit({ actor, action, subjectId: entry.id, reason: entry.why }, clock.now())
  }

  /** The meeting of this key, as far as it got; a new one where there is none. */
  function begin(user: UserRow, { key, schedule }: NewMeeting, backend: string): Promise<MeetingRow> {
    const { accountId, userId } = user
    return store.inAccount(accountId, async (tables) => {
      const known = await tables.meetings.findMeetingByKey(userId, key)
      if (known !== null) return known
      await tables.lockAccount()
      const now = clock.now()
      const meetingId = parseMeetingId(world.random.uuid())
      const row: MeetingRow = {
        ...{ accountId, meetingId, userId, backend, backendId: null, state: "making", key, revision: 1 },
        ...{
          ...lifeOf(schedule),
          lastStartedAt: null,
          templateId: null,
          givenUpAt: null,
          settlingUntil: null,
          createdAt: now,
          reviewAt: now.add({ minutes: abandonedMinutes }),
        },
      }
      await tables.meetings.insertMeeting(row)
      await audit(tables, user, "meeting-asked-for", { id: meetingId, why: "app" })
      return row
    })
  }

  /** Its event, in the user's calendar where that may be written; written once, whoever asks how often. */
  async function writeEvent(user: Caller, meeting: MeetingRow, { subject, schedule }: NewMeeting, joinUrl: string) {
    const place = await access(user).primaryPlace(user.accountId, user.userId)
    if (place === null || !place.canWrite) return null
    const input = await access(user).inputAt(place)
    const draft = {
      subject,
      schedule,
      location: joinUrl,
      block: joinBlock(joinUrl),
      tag: meetingTag(meeting.meetingId),
    }
    return { place, written: await place.events.create({ ...input, draft, key: meeting.key }) }
  }

  async function requireOwn(user: UserRow, meetingId: MeetingId) {
    return store.inAccount(user.accountId, async (tables) => {
      const meeting = await tables.meetings.findMeeting(meetingId)
      if (meeting === null || meeting.userId !== user.userId)
        throw new Problem("not-found", "There is no such meeting.", { code: "no-such-meeting" })
      return { meeting, links: await tables.meetings.listLinksOfMeetings([meetingId]) }
    })
  }

  /** The driver's event, which may be written. */
  async function requireEvent(
    user: Caller,
    links: readonly LinkRow[],
  ): Promise<{ readonly held: Held; readonly driver: LinkRow }> {
    const driver = links.find(({ role, heldAt }) => role === "driver" && heldAt === null)
    const held = driver === undefined ? null : await access(user).hold(driver)
    if (driver === undefined || held === null)
      throw new Problem("not-found", "This meeting has no event in the calendar.", { code: "no-event" })
    if (!held.place.canWrite)
      throw new Problem("forbidden", "This calendar is connected for reading only.", { code: "read-only" })
    return { held, driver }
  }

  async function viewOf(meeting: MeetingRow, links: readonly LinkRow[]): Promise<MeetingView> {
    const { meetingId, state, backendId, isRecurring, createdAt } = meeting
    const backend = deps.backends.get(meeting.backend)
    const endsAt = meetingEnd({ ...meeting, hasEvent: links.length > 0 })
    return {
      ...{ meetingId, state, isRecurring },
      joinUrl: backend === undefined || backendId === null ? null : await backend.joinUrl(backendId),
      createdAt: createdAt.toString(),
      endsAt: endsAt?.toString() ?? null,
      events: links.map(({ calendarId, eventId, role, heldAt }) => ({
        calendarId,
        eventId,
        role,
        isHeld: heldAt !== null,
      })),
    }
  }

  return {
    async create(user: Caller, input: NewMeeting): Promise<MeetingView> {
      const meeting = await begin(user, input, requireBackend([...deps.backends.keys()][0]).name)
      if (meeting.state !== "making") return viewOf(meeting, (await requireOwn(user, meeting.meetingId)).links)
      const face = { topic: input.subject, schedule: input.schedule }
      const made = await requireBackend(meeting.backend).create({ key: meeting.key, face })
      const event = await writeEvent(user, meeting, input, made.joinUrl)
      await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const isWritten = await tables.meetings.updateMeeting(meeting.meetingId, meeting.revision, {
          state: "live",
          backendId: made.backendId,
        })
        // The same request sent twice at once: whoever was faster has done all this.
        if (!isWritten) return
        if (event !== null) await tables.meetings.putLink(linkOf(meeting, event, digestOf(user, meeting, face)))
        await audit(tables, user, "meeting-made", { id: meeting.meetingId, why: "app" })
      })
      const now = await requireOwn(user, meeting.meetingId)
      return viewOf(now.meeting, now.links)
    },

    /** Writes the event, which the meeting follows. Throws Problem "conflict" when the event is not as last read any more. */
    async change(
      user: Caller,
      meetingId: MeetingId,
      { version, subject, schedule }: MeetingChange,
    ): Promise<MeetingDetail> {
      const { held } = await requireEvent(user, (await requireOwn(user, meetingId)).links)
      if (held.record.version !== version)
        throw new Problem("conflict", "The event was changed in the calendar meanwhile.", { code: "event-changed" })
      const patch: EventPatch = {
        ...(subject === undefined ? {} : { subject }),
        ...(schedule === undefined ? {} : { schedule }),
      }
      await held.place.events.update({ ...held.input, patch, expect: version })
      await settleSoon(user, meetingId, "app-edited")
      return this.detail(user, meetingId)
    },

    /** Takes the event out of the calendar and ends the meeting. */
    async cancel(user: Caller, meetingId: MeetingId): Promise<void> {
      const { meeting, links } = await requireOwn(user, meetingId)
      for (const link of links) await removeEvent(user, link)
      await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const now = await tables.meetings.findMeeting(meetingId)
        if (now === null || now.state === "ended") return
        for (const { calendarId, eventId } of links) await tables.meetings.deleteLink(calendarId, eventId)
        const isWritten = await tables.meetings.updateMeeting(meetingId, now.revision, { state: "ending" })
        if (!isWritten) throw new Problem("conflict", "The meeting is being changed; try again.", { code: "revision" })
        await audit(tables, user, "meeting-unlinked", { id: meetingId, why: "app-cancelled" })
        await tables.addJobs([{ kind: "settle", accountId: meeting.accountId, meetingId, cause: "app-cancelled" }])
      })
    },

    /** Somebody joined: an id lives on from its last start. */
    async started(user: UserRow, meetingId: MeetingId): Promise<void> {
      const { meeting } = await requireOwn(user, meetingId)
      await store.inAccount(user.accountId, (tables) =>
        tables.meetings.updateMeeting(meetingId, meeting.revision, { lastStartedAt: clock.now() }),
      )
    },

    async list(user: UserRow, before: Temporal.Instant | null) {
      const { rows, links } = await store.inAccount(user.accountId, async (tables) => {
        const rows = await tables.meetings.listMeetings({ userId: user.userId, before, limit: pageSize })
        return { rows, links: await tables.meetings.listLinksOfMeetings(rows.map(({ meetingId }) => meetingId)) }
      })
      const views = rows.map((row) =>
        viewOf(
          row,
          links.filter(({ meetingId }) => meetingId === row.meetingId),
        ),
      )
      return {
        meetings: await Promise.all(views),
        before: rows.length < pageSize ? null : (rows.at(-1)?.createdAt.toString() ?? null),
      }
    },

    async detail(user: Caller, meetingId: MeetingId): Promise<MeetingDetail> {
      const { meeting, links } = await requireOwn(user, meetingId)
      const history = await store.inAccount(user.accountId, (tables) => tables.listAuditOf(meetingId, historyMost))
      return {
        ...(await viewOf(meeting, links)),
        event: await eventNow(user, links),
        history: history.map(({ at, action, reason }) => ({ at: at.toString(), action, cause: reason })),
      }
    },

    /** Meetings that the brake keeps alive: ends them, or forgets that their events are gone. How many they were. */
    async decideHeld(user: Caller, decision: "end" | "keep"): Promise<number> {
      const place = await access(user).primaryPlace(user.accountId, user.userId)
      if (place === null) return 0
      return store.inAccount(user.accountId, (tables) => decideHeld(tables, user, place.calendar.calendarId, decision))
    },
  }

  function digestOf({ accountId }: UserRow, { backend }: MeetingRow, face: MeetingFace) {
    return deps.digests.of(accountId, requireBackend(backend).shown(face))
  }

  async function removeEvent(user: Caller, link: LinkRow): Promise<void> {
    const held = await access(user).hold(link)
    if (held === null) return
    if (!held.place.canWrite)
      throw new Problem("forbidden", "This calendar is connected for reading only.", { code: "read-only" })
    await held.place.events.remove({ ...held.input, expect: held.record.version })
  }

  async function settleSoon({ accountId }: UserRow, meetingId: MeetingId, cause: MeetingReason): Promise<void> {
    await store.inAccount(accountId, (tables) => tables.addJobs([{ kind: "settle", accountId, meetingId, cause }]))
  }

  /** What the event says now; null when it cannot be read for a reason that the page shows otherwise. */
  async function eventNow(user: Caller, links: readonly LinkRow[]): Promise<MeetingDetail["event"]> {
    const driver = links.find(({ role }) => role === "driver")
    if (driver === undefined) return null
    try {
      const held = await access(user).hold(driver)
      if (held === null) return null
      const { version, subject, schedule } = held.record
      return { version, subject, schedule: scheduleToJson(schedule), canWrite: held.place.canWrite }
    } catch (error) {
      if (!isProblem(error)) throw error
      return null
    }
  }

  async function decideHeld(
    tables: AccountTables,
    user: UserRow,
    calendarId: CalendarId,
    decision: "end" | "keep",
  ): Promise<number> {
    await tables.lockAccount()
    const held = (await tables.meetings.listLinksOfCalendar(calendarId)).filter(({ heldAt }) => heldAt !== null)
    const ended: MeetingId[] = []
    for (const { eventId, meetingId } of held) {
      await tables.meetings.deleteLink(calendarId, eventId)
      const meeting = await tables.meetings.findMeeting(meetingId)
      if (meeting === null || decision === "keep") continue
      await tables.meetings.updateMeeting(meetingId, meeting.revision, { state: "ending" })
      await audit(tables, user, "meeting-unlinked", { id: meetingId, why: "held-ended" })
      ended.push(meetingId)
    }
    const { accountId } = user
    await tables.addJobs(ended.map((meetingId) => ({ kind: "settle", accountId, meetingId, cause: "event-gone" })))
    return held.length
  }
}

export type Meetings = ReturnType<typeof createMeetings>

type WrittenEvent = {
  readonly place: Place
  readonly written: { readonly eventId: LinkRow["eventId"]; readonly version: string }
}

function linkOf(
  meeting: MeetingRow,
  { place, written }: WrittenEvent,
  { topic, schedule }: { readonly topic: Uint8Array; readonly schedule: Uint8Array },
): LinkRow {
  const { accountId, meetingId, scheduledUntil } = meeting
  const { eventId, version } = written
  return {
    ...{ accountId, calendarId: place.calendar.calendarId, eventId, meetingId, role: "driver", version },
    ...{
      agreedTopic: topic,
      agreedSchedule: schedule,
      shownTopic: null,
      shownSchedule: null,
      endsAt: scheduledUntil,
      heldAt: null,
    },
  }
}
