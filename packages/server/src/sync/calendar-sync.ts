import { createHash } from "node:crypto"
import type { MeetingReason } from "@kalends/domain/audit-reason"
import type { MeetingId, ProviderEventId } from "@kalends/domain/ids"
import { parseMeetingId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { lastEnd, touches } from "@kalends/domain/schedule"
import { watchedWindow } from "@kalends/domain/window"
import { eventFace } from "../meetings/block.ts"
import type { Digests } from "../meetings/digest.ts"
import type { Find, MeetingLookout } from "../meetings/lookout.ts"
import type { CalendarProvider, EventChange, EventInput, EventRecord, Lookout } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { Job } from "../ports/job-queue.ts"
import type { MeetingBackend, MeetingFace } from "../ports/meeting-backend.ts"
import type { LinkRow, MeetingRow } from "../ports/meeting-tables.ts"
import type { Metrics } from "../ports/metrics.ts"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, CalendarRow, ConnectionRow, Store } from "../ports/store.ts"
import { type Effect, planSync, type SeenEvent, type SyncPlan } from "./plan.ts"

export type CalendarSyncDeps = {
  readonly store: Store
  readonly lookout: MeetingLookout
  readonly digests: Digests
  /** Meeting services; the first makes the meetings that are asked for by keyword. */
  readonly backends: ReadonlyMap<string, MeetingBackend>
  readonly world: { readonly clock: Clock; readonly random: Random; readonly metrics: Metrics }
}

/** A calendar as a pass goes over it. */
export type SyncSubject = {
  readonly calendar: CalendarRow
  readonly connection: ConnectionRow
  readonly provider: CalendarProvider
  /** True when the pass lists the whole calendar from its beginning: what it does not meet is not there. */
  readonly isWholeListing: boolean
}

/** The sync's part of one pass. */
export type SyncRun = {
  readonly lookout: Lookout
  /** Remembers what of a page may concern a meeting. */
  look(changes: readonly EventChange[]): Promise<void>
  /**
   * Reads the events that were remembered and plans; the result writes the effects within the transaction that moves the
   * cursor, and holds the account; null where there are none. `isEnd`: no page follows.
   */
  plan(
    access: EventInput["access"],
    signal: AbortSignal,
    isEnd: boolean,
  ): Promise<((tables: AccountTables) => Promise<void>) | null>
}

/** How long an app that makes a meeting may take before it is taken for gone. */
const idsAtOnce = 1_000
/** Removed occurrences may be named by ids that say nothing of their series: then so many linked series are looked at. */
const seriesLookedAtMost = 200

/**
 * Finds out in a pass what the changes mean for meetings. Content is in memory only while one event is compared with its
 * digests; what is kept for the plan has none.
 */
export function createCalendarSync(deps: CalendarSyncDeps) {
  return {
    /** Null where the sync is off, the calendar is a room's, there is no meeting service, or the provider cannot read whole events. */
    async begin(subject: SyncSubject): Promise<SyncRun | null> {
      const { calendar, connection, provider } = subject
      if (provider.events === null || deps.backends.size === 0) return null
      const isOn = await deps.store.inAccount(calendar.accountId, async (tables) => {
        // A room's calendar has copies of other people's events alone.
        const person = await tables.findUser(connection.userId)
        return person !== null && (await effectivePolicyOf(tables, person.userId)).sync.value === "on"
      })
      return isOn ? createRun(deps, subject, provider.events) : null
    },
  }
}

export type CalendarSync = ReturnType<typeof createCalendarSync>

function createRun(
  deps: CalendarSyncDeps,
  { calendar, connection, provider, isWholeListing }: SyncSubject,
  events: NonNullable<CalendarProvider["events"]>,
): SyncRun {
  const { store, world } = deps
  const { accountId, calendarId } = calendar
  const waiting = new Set<ProviderEventId>()
  const met = new Set<ProviderEventId>()
  const inAccount = <Result>(work: (tables: AccountTables) => Promise<Result>) => store.inAccount(accountId, work)

  async function look(changes: readonly EventChange[]): Promise<void> {
    const ids = [...new Set(changes.map(({ seriesId, eventId }) => seriesId ?? eventId))]
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      const some = ids.slice(from, from + idsAtOnce)
      const links = await inAccount((tables) => tables.meetings.findLinks(calendarId, some))
      for (const { eventId } of links) waiting.add(eventId)
    }
    for (const change of changes)
      if (change.kind === "upserted" && change.finds.length > 0) waiting.add(change.seriesId ?? change.eventId)
    const mayHideSeries =
      provider.limits.hidesSeriesOfRemoved &&
      !isWholeListing &&
      changes.some((change) => change.kind === "removed" && change.seriesId === null && !waiting.has(change.eventId))
    if (mayHideSeries) await addLinkedSeries()
  }

  async function addLinkedSeries(): Promise<void> {
    const links = await inAccount((tables) => tables.meetings.listLinksOfCalendar(calendarId))
    for (const { eventId } of links.slice(0, seriesLookedAtMost)) waiting.add(eventId)
  }

  /** Linked events that a whole listing has not met are looked at themselves: they may lie outside its window. */
  async function addUnmet(): Promise<void> {
    const links = await inAccount((tables) => tables.meetings.listLinksOfCalendar(calendarId))
    for (const { eventId } of links) if (!met.has(eventId)) waiting.add(eventId)
  }

  async function plan(
    access: EventInput["access"],
    signal: AbortSignal,
    isEnd: boolean,
  ): Promise<((tables: AccountTables) => Promise<void>) | null> {
    if (isEnd && isWholeListing) await addUnmet()
    const eventIds = [...waiting]
    waiting.clear()
    for (const eventId of eventIds) met.add(eventId)
    if (eventIds.length === 0) return null
    const looked = await eachAtOnce(eventIds, provider.limits.concurrentCallsPerMailbox, (eventId) =>
      readOne({ access, calendarId: calendar.providerCalendarId, eventId, signal }),
    )
    const found = looked.filter((one) => one !== null)
    const canWrite = calendar.canWrite && connection.permission === "read-write"
    const { seen, links, meetings, linkCount } = await inAccount((tables) => known(deps, tables, { calendar, found }))
    const planned = planSync({ seen, links, meetings, calendarId, linkCount, canWrite })
    if (planned.effects.length === 0 && planned.heldCount === 0) return null
    return (tables) => write(deps, { calendar, connection }, planned, tables)
  }

  /** Null for an event that cannot be understood: it is set aside, its meeting stays as it is, and the rest goes on. */
  async function readOne(input: EventInput): Promise<Found | null> {
    try {
      return { eventId: input.eventId, seen: lookAt(await events.fetch(input)) }
    } catch (error) {
      if (!isProblem(error, "malformed") && !isProblem(error, "unsupported")) throw error
      world.metrics.count("malformed_items_total", { provider: provider.name })
      return null
    }
  }

  function lookAt(record: EventRecord | null): Looked | null {
    if (record === null || record.isCancelled) return null
    const { schedule, location, description, onlineMeetingUrl, tag } = record
    return {
      face: eventFace(record),
      event: {
        version: record.version,
        isOrganizer: record.isOrganizer,
        isInWindow: touches(schedule, watchedWindow(world.clock.now())),
        endsAt: lastEnd(schedule),
      },
      finds: deps.lookout.find({ location, others: [tag, onlineMeetingUrl, description] }),
    }
  }

  return { lookout: deps.lookout.lookout, look, plan }
}

type Looked = {
  readonly face: MeetingFace
  readonly event: Omit<NonNullable<SeenEvent["event"]>, "digest">
  readonly finds: readonly Find[]
}
type Found = { readonly eventId: ProviderEventId; readonly seen: Looked | null }

/** What the database knows of the events that were looked at. Here their content ends: what goes on are digests. */
async function known(
  { backends, digests }: CalendarSyncDeps,
  tables: AccountTables,
  { calendar: { accountId, calendarId }, found }: { readonly calendar: CalendarRow; readonly found: readonly Found[] },
) {
  const finds = found.flatMap(({ seen }) => seen?.finds ?? [])
  const byLink = await meetingsOfLinks(tables, finds)
  const ownLinks = await tables.meetings.findLinks(
    calendarId,
    found.map(({ eventId }) => eventId),
  )
  const named = finds.flatMap((find) => (find.kind === "tag" ? [find.meetingId] : []))
  const ids = [
    ...new Set([
      ...named,
      ...byLink.values().map(({ meetingId }) => meetingId),
      ...ownLinks.map(({ meetingId }) => meetingId),
    ]),
  ]
  const rows = await Promise.all(ids.map((id) => tables.meetings.findMeeting(id)))
  const meetings = new Map<MeetingId, MeetingRow>(rows.flatMap((row) => (row === null ? [] : [[row.meetingId, row]])))
  const [usual] = backends.values()
  /** As the service of the event's meeting shows it. */
  const digestOf = (eventId: ProviderEventId, face: MeetingFace) => {
    const link = ownLinks.find((one) => one.eventId === eventId)
    const service = link === undefined ? undefined : backends.get(meetings.get(link.meetingId)?.backend ?? "")
    return digests.of(accountId, (service ?? usual)?.shown(face) ?? { topic: "", schedule: "" })
  }
  const seen = found.map(
    ({ eventId, seen: looked }): SeenEvent => ({
      eventId,
      event: looked === null ? null : { ...looked.event, digest: digestOf(eventId, looked.face) },
      ...carriedBy(looked?.finds ?? [], byLink, meetings),
      asksForMeeting: looked?.finds.some(({ kind }) => kind === "keyword") ?? false,
    }),
  )
  const links: readonly LinkRow[] = await tables.meetings.listLinksOfMeetings([...meetings.keys()])
  const linkCount = (await tables.meetings.listLinksOfCalendar(calendarId)).length
  return { seen, links, meetings, linkCount }
}

/**
 * The meetings whose link an event carries: by a link that we know, or by our tag beside a link of former days. The tag
 * alone is not enough: people who take the link out of an event cannot see the tag.
 */
function carriedBy(
  finds: readonly Find[],
  byLink: ReadonlyMap<string, MeetingRow>,
  meetings: ReadonlyMap<MeetingId, MeetingRow>,
): Pick<SeenEvent, "carries" | "stale"> {
  const links = finds.filter((find) => find.kind === "link")
  const tagged = links.length === 0 ? [] : finds.flatMap((find) => (find.kind === "tag" ? [find.meetingId] : []))
  const current = links.flatMap((find) => byLink.get(linkKey(find))?.meetingId ?? [])
  const carries = [...new Set([...tagged, ...current])].filter((id) => meetings.has(id))
  return { carries, stale: carries.filter((id) => !current.includes(id)) }
}

const linkKey = ({ backend, backendId }: { readonly backend: string; readonly backendId: string | null }) =>
  `${backend} ${backendId}`

async function meetingsOfLinks(
  tables: AccountTables,
  finds: readonly Find[],
): Promise<ReadonlyMap<string, MeetingRow>> {
  const wanted = Map.groupBy(
    finds.filter((find) => find.kind === "link"),
    ({ backend }) => backend,
  )
  const rows = await Promise.all(
    [...wanted].map(([backend, links]) =>
      tables.meetings.findMeetingsByBackend(backend, [...new Set(links.map(({ backendId }) => backendId))]),
    ),
  )
  return new Map(rows.flat().map((row) => [linkKey(row), row]))
}

type Where = { readonly calendar: CalendarRow; readonly connection: ConnectionRow }

/** Writes a plan's effects; part of the transaction that moves the cursor. */
async function write(deps: CalendarSyncDeps, where: Where, { effects, heldCount }: SyncPlan, tables: AccountTables) {
  const jobs: Job[] = []
  for (const effect of effects) await writeOne(deps, { ...where, jobs }, effect, tables)
  await tables.addJobs(jobs)
  if (heldCount > 0) deps.world.metrics.count("sync_held_total", {}, heldCount)
}

/** `jobs`: what is to be added once all is written, as is the order of locks. */
type Writing = Where & { readonly jobs: Job[] }

async function writeOne(deps: CalendarSyncDeps, where: Writing, effect: Effect, tables: AccountTables): Promise<void> {
  const { accountId, calendarId } = where.calendar
  const now = deps.world.clock.now()
  const audit = (
    action: "meeting-linked" | "meeting-unlinked" | "meeting-held",
    meetingId: MeetingId,
    cause: MeetingReason,
  ) =>
    tables.appendAudit({ actor: { kind: "service", part: "sync" }, action, subjectId: meetingId, reason: cause }, now)
  switch (effect.kind) {
    case "put-link": {
      const { meetingId, eventId, event, role, version } = effect
      await tables.meetings.putLink({
        ...{ accountId, calendarId, eventId, meetingId, role, endsAt: event.endsAt },
        ...{ version, agreedTopic: null, agreedSchedule: null, shownTopic: null, shownSchedule: null, heldAt: null },
      })
      return audit("meeting-linked", meetingId, effect.cause)
    }
    case "drop-link":
      await tables.meetings.deleteLink(calendarId, effect.link.eventId)
      return audit("meeting-unlinked", effect.link.meetingId, effect.cause)
    case "hold-link":
      await tables.meetings.updateLink(calendarId, effect.link.eventId, { heldAt: now })
      return audit("meeting-held", effect.link.meetingId, "event-gone")
    case "note-version": {
      const { version, event } = effect
      const { endsAt } = event
      return tables.meetings.updateLink(calendarId, effect.link.eventId, { version, endsAt, heldAt: null })
    }
    case "promote":
      return tables.meetings.updateLink(effect.link.calendarId, effect.link.eventId, { role: "driver" })
    case "make":
      return make(deps, where, effect, tables)
    case "end":
      await endMeeting(tables, effect.meetingId)
      where.jobs.push({ kind: "settle", accountId, meetingId: effect.meetingId, cause: effect.cause })
      return
    case "settle":
      where.jobs.push({ kind: "settle", accountId, meetingId: effect.meetingId, cause: effect.cause })
  }
}

async function endMeeting(tables: AccountTables, meetingId: MeetingId): Promise<void> {
  const meeting = await tables.meetings.findMeeting(meetingId)
  if (meeting === null || meeting.state === "ended") return
  const isWritten = await tables.meetings.updateMeeting(meetingId, meeting.revision, { state: "ending" })
  if (!isWritten) throw new Error("a meeting changed within a transaction that had read it")
}

/** A meeting for an event whose location asks for one. The key comes of the event: asked for twice, it is made once. */
async function make(
  { backends, world }: CalendarSyncDeps,
  { calendar, connection, jobs }: Writing,
  { eventId, event }: Extract<Effect, { kind: "make" }>,
  tables: AccountTables,
): Promise<void> {
  const { accountId, calendarId } = calendar
  const key = createHash("sha256").update(`${calendarId} ${eventId}`).digest("hex").slice(0, 32)
  const [makesWith] = backends.keys()
  if (makesWith === undefined || (await tables.meetings.findMeetingByKey(connection.userId, key)) !== null) return
  const now = world.clock.now()
  const meetingId = parseMeetingId(world.random.uuid())
  await tables.meetings.insertMeeting({
    ...{ accountId, meetingId, userId: connection.userId, backend: makesWith, backendId: null, state: "making", key },
    ...{
      revision: 1,
      isRecurring: false,
      scheduledUntil: event.endsAt,
      lastStartedAt: null,
      templateId: null,
      givenUpAt: null,
      settlingUntil: null,
      createdAt: now,
      reviewAt: now,
    },
  })
  await tables.meetings.putLink({
    ...{ accountId, calendarId, eventId, meetingId, role: "driver", version: "", endsAt: event.endsAt },
    ...{ agreedTopic: null, agreedSchedule: null, shownTopic: null, shownSchedule: null, heldAt: null },
  })
  await tables.appendAudit(
    { actor: { kind: "service", part: "sync" }, action: "meeting-linked", subjectId: meetingId, reason: "keyword" },
    now,
  )
  jobs.push({ kind: "settle", accountId, meetingId, cause: "keyword" })
}

/** At most `count` at once, in order. */
async function eachAtOnce<Item, Result>(
  items: readonly Item[],
  count: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (let from = 0; from < items.length; from += count)
    results.push(...(await Promise.all(items.slice(from, from + count).map(work))))
  return results
}
