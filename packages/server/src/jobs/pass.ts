import type { Access } from "@kalends/domain/access"
import type { AccountId, CalendarId } from "@kalends/domain/ids"
import { isPassing, isProblem, Problem } from "@kalends/domain/problem"
import { covers, cursorWindow, timeWindow, watchedWindow } from "@kalends/domain/window"
import { type AccessBroker, type AccessWish, accessDigest } from "../ports/access-broker.ts"
import type { CalendarProvider, ChangePage } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionLife } from "../ports/connection-life.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { DueMark } from "../ports/job-queue.ts"
import { isListenedTo } from "../ports/listening-tables.ts"
import type { Metrics } from "../ports/metrics.ts"
import { isSuspended } from "../ports/person-tables.ts"
import type { Random } from "../ports/random.ts"
import type { CalendarRow, Changes, ConnectionRow, Store } from "../ports/store.ts"
import type { CalendarSync, SyncRun } from "../sync/calendar-sync.ts"
import type { ReconcilePace } from "./pace.ts"
import { countFailure, countPass, newestBefore } from "./pass-figures.ts"

export type PassDeps = {
  readonly store: Store
  readonly broker: AccessBroker
  readonly life: ConnectionLife
  readonly fanOut: FanOut
  /** Keeps meetings in step with what is read. */
  readonly sync: CalendarSync
  readonly providerOf: (connection: ConnectionRow) => CalendarProvider | null
  readonly world: {
    readonly clock: Clock
    readonly random: Random
    readonly metrics: Metrics
    readonly pace: ReconcilePace
  }
}

/** A pass gives up on a provider that does not come to an end. */
const pagesMost = 2_000
const passTimeoutMs = 5 * 60_000
/** From this failure on, silence is no hiccup. */
const failuresUntilLasting = 3
/** Clients that heard of a change are not told again by its pass, unless the pass came this much later. */
const lateNoticeMs = 2_000
/** Calendars that lose their cursors together are listed again over this span. */
const relistSpreadMs = 10_000

/** One pass under way: what it is about, and what it has come to so far. */
type Run = {
  readonly mark: DueMark
  /** Why, and for which job, the calendar's access is asked for. */
  readonly wish: AccessWish
  readonly calendar: CalendarRow
  readonly connection: ConnectionRow
  readonly provider: CalendarProvider
  readonly isPushed: boolean
  /** Whatever is read was asked for after this instant. */
  readonly startedAt: Temporal.Instant
  /** The version of the credential that the provider was asked with last; null while there is none. */
  credentialVersion: number | null
  malformedCount: number
  /** When the newest change that can have caused the notification was made, by the provider's clock; null: not told. */
  modifiedAtMs: number | null
}

/** How pages are read: with what access, until when, and who looks at them. */
type Reading = { readonly access: Access; readonly signal: AbortSignal; readonly sync: SyncRun | null }

type Found = { readonly isChanged: boolean; readonly wasListing: boolean }

/**
 * One pass over a calendar: reads the changes since its cursor and forgets them, so that what is left is a cursor and, if
 * something changed, an instant. It takes no instruction: a notification, a timer and a repair run the same code.
 *
 * Nothing found is forgotten untold: that something changed is stored with the cursor that passes over it, before clients
 * are told and before `lastPassAt` says that it is done. Whoever dies in between leaves a change younger than the last
 * pass, and the next one tells. A listing cannot tell old from new, so its end always tells.
 */
export function createPass(deps: PassDeps) {
  const { store, world } = deps
  const { clock, metrics } = world

  async function begin(mark: DueMark, call: Call): Promise<Run | null> {
    const wish = { actor: { kind: "service", part: "pass" }, reason: "pass", call } as const
    return store.inAccount(mark.accountId, async (tables) => {
      const calendar = await tables.findCalendar(mark.calendarId)
      const connection = calendar === null ? null : await tables.findConnection(calendar.connectionId)
      const provider = connection === null ? null : deps.providerOf(connection)
      if (calendar === null || connection === null || provider === null) return null
      if (await isSuspended(tables, connection.userId)) return null
      const subscriptions = await tables.listSubscriptions(mark.calendarId)
      const startedAt = clock.now()
      const isPushed =
        subscriptions.some(({ expiresAt }) => Temporal.Instant.compare(expiresAt, startedAt) > 0) ||
        (provider.listen !== null && isListenedTo(await tables.listening.find(connection.connectionId), startedAt))
      return {
        mark,
        wish,
        calendar,
        connection,
        provider,
        isPushed,
        startedAt,
        credentialVersion: null,
        ...{ malformedCount: 0, modifiedAtMs: null },
      }
    })
  }

  /** Reads all pages; a cursor that comes with a page is stored with that page, so that an interrupted pass goes on there. */
  async function read(run: Run, access: Access): Promise<Found> {
    const calendar = begun(run.calendar, run.provider, run.startedAt)
    const wasListing = calendar.cursor === null || calendar.isFirstListing
    const changed = { changedAt: newest(calendar.changedAt, run.startedAt) }
    const signal = AbortSignal.timeout(passTimeoutMs)
    const isWholeListing = calendar.cursor === null
    const sync = await deps.sync.begin({ calendar, connection: run.connection, provider: run.provider, isWholeListing })
    /** The cursor and what the pages before it mean for meetings, in one transaction. */
    const keep = async (marks: Changes<CalendarRow>, isEnd: boolean) => {
      const effects = await sync?.plan(access, signal, isEnd)
      await deps.store.inAccount(calendar.accountId, async (tables) => {
        if (effects != null) await tables.lockAccount()
        await tables.updateCalendar(calendar.calendarId, marks)
        await effects?.(tables)
      })
    }
    let isChanged = false
    let isStored = false
    try {
      for await (const page of pages(run, calendar, { access, signal, sync })) {
        isChanged ||= !wasListing && page.changes.length > 0
        if (page.cursor === null) continue
        const marks = { ...windowOf(calendar), cursor: page.cursor, isFirstListing: wasListing }
        await keep({ ...marks, ...(isChanged ? changed : {}) }, false)
        isStored = isChanged
      }
      if (wasListing) await keep({ ...changed, isFirstListing: false }, true)
      isStored ||= wasListing
    } finally {
      if (isStored) tellClients(run, changed.changedAt, wasListing ? null : announcedAtMs(run))
    }
    return { isChanged: isChanged || wasListing, wasListing }
  }

  /** The provider's pages, of which the last must bring a cursor, and no more of them than a calendar can have. */
  async function* pages(
    run: Run,
    calendar: CalendarRow,
    { access, signal, sync }: Reading,
  ): AsyncGenerator<ChangePage, void, void> {
    const window = timeWindow(
      calendar.cursorWindowStartsAt ?? run.startedAt,
      calendar.cursorWindowEndsAt ?? run.startedAt.add({ hours: 1 }),
    )
    const { cursor, providerCalendarId: calendarId } = calendar
    const lookout = sync?.lookout ?? null
    let count = 0
    let last: ChangePage | null = null
    for await (const page of run.provider.changes({ access, calendarId, cursor, window, signal, lookout })) {
      if (++count > pagesMost)
        throw new Problem("malformed", "The calendar service did not come to an end of its pages.")
      run.malformedCount += page.malformedCount
      run.modifiedAtMs = newestBefore(run, page)
      last = page
      await sync?.look(page.changes)
      yield page
    }
    if (last === null || last.cursor === null)
      throw new Problem("malformed", "The calendar service gave no mark to go on from.")
  }

  async function update(calendar: CalendarRow, changes: Changes<CalendarRow>): Promise<void> {
    await store.inAccount(calendar.accountId, (tables) => tables.updateCalendar(calendar.calendarId, changes))
  }

  /** Reads with a fresh access; one that is refused is replaced once. */
  async function readWithAccess(run: Run): Promise<Found> {
    const { accountId, connectionId } = run.connection
    const access = await deps.broker.freshAccess(accountId, connectionId, run.wish)
    run.credentialVersion = access.credentialVersion
    try {
      return await read(run, access)
    } catch (error) {
      const isReplaceable = access.kind === "bearer" || access.mailbox !== undefined
      if (!isProblem(error, "auth-expired") || !isReplaceable) throw error
      run.credentialVersion = null
      const replaced = await deps.broker.freshAccess(accountId, connectionId, {
        ...run.wish,
        refusedTokenDigest: accessDigest(access),
      })
      run.credentialVersion = replaced.credentialVersion
      return read(run, replaced)
    }
  }

  async function settle(run: Run, { isChanged, wasListing }: Found): Promise<void> {
    const { calendar, connection, isPushed, mark } = run
    const now = clock.now()
    const isOwed = !isChanged && mark.noticedAtMs === null && owesHint(run)
    if (isOwed) tellClients(run, run.startedAt, null)
    const dueAt = world.pace.nextDueAt(now, isPushed, world.random.fraction())
    await update(calendar, { lastPassAt: now, failureCount: 0, dueAt })
    countPass(metrics, world.pace, run, { isChanged, wasListing })
    await deps.life.isWell(calendar.accountId, connection.connectionId)
  }

  /**
   * Whether clients may lack a change that the cursor has passed. After a death: the change is younger than the last pass.
   * With push: clients read as soon as a notification came, the pass a moment later, and what changed in that moment (its
   * own notification lost) is behind the cursor; so the first timer after it tells once more. Twice at most, not for ever.
   */
  function owesHint({ calendar: { changedAt, lastPassAt }, isPushed, startedAt }: Run): boolean {
    if (changedAt === null) return false
    const isYoung = changedAt.until(startedAt).total("seconds") <= world.pace.stalenessBoundSeconds(true)
    return (isPushed && isYoung) || lastPassAt === null || Temporal.Instant.compare(changedAt, lastPassAt) > 0
  }

  function tellClients(
    { calendar: { accountId, calendarId }, connection }: Run,
    at: Temporal.Instant,
    announcedAtMs: number | null,
  ): void {
    // A repetition is for streams that were opened meanwhile; it was counted when it was new.
    if (announcedAtMs === null) metrics.countFor(connection, "hints-sent")
    deps.fanOut.publish(
      { kind: "calendar", accountId, calendarId },
      { kind: "calendar-changed", calendarId, watermarkMs: at.epochMilliseconds, announcedAtMs },
    )
  }

  /** What a failed pass leaves behind: when to try again, and what it means for the connection. */
  async function fail(run: Run, problem: Problem): Promise<void> {
    const { calendar, connection, mark } = run
    countFailure(metrics, connection, problem)
    const now = clock.now()
    const failureCount = calendar.failureCount + 1
    const retryAt = problem.retryAt ?? world.pace.retryAt(now, failureCount, world.random.fraction())
    if (problem.kind === "cursor-lost") return relist(run, failureCount, retryAt)
    await update(calendar, { failureCount, lastPassAt: now })
    await deps.life.isTroubled(calendar.accountId, connection.connectionId, problem, {
      isLasting: !isPassing(problem) || failureCount >= failuresUntilLasting,
      credentialVersion: run.credentialVersion,
    })
    if (isPassing(problem) || problem.kind === "malformed") await requeue(mark, retryAt)
  }

  /**
   * A normal path: list again, a little later so that many who lost their cursor at once do not come at once. Where even a
   * listing loses it, ever more rarely.
   */
  async function relist(run: Run, failureCount: number, retryAt: Temporal.Instant): Promise<void> {
    const { calendar, mark } = run
    const now = clock.now()
    const changedAt = newest(calendar.changedAt, now)
    const hadCursor = calendar.cursor !== null
    await update(calendar, { failureCount, cursor: null, isFirstListing: true, ...(hadCursor ? { changedAt } : {}) })
    const soon = now.add({ milliseconds: Math.round(world.random.fraction() * relistSpreadMs) })
    await requeue(mark, failureCount === 1 ? soon : retryAt)
    if (hadCursor) tellClients(run, changedAt, null)
  }

  async function requeue(mark: DueMark, runAt: Temporal.Instant): Promise<void> {
    await store.inAccount(mark.accountId, (tables) => tables.addJobs([{ kind: "pass", ...mark }], runAt))
  }

  return async (mark: DueMark, call: Call): Promise<void> => {
    const run = await begin(mark, call)
    if (run === null) return
    try {
      await settle(run, await readWithAccess(run))
    } catch (error) {
      if (!isProblem(error)) throw error
      await fail(run, error)
    }
    const seconds = run.startedAt.until(clock.now()).total("seconds")
    metrics.observeSeconds("pass_seconds", seconds, { provider: run.provider.name })
  }
}

export type Pass = ReturnType<typeof createPass>

/** When what this pass found was announced; null where that was too long ago, or never. */
function announcedAtMs({ mark, startedAt }: Run): number | null {
  const { noticedAtMs } = mark
  return noticedAtMs !== null && startedAt.epochMilliseconds - noticedAtMs <= lateNoticeMs ? noticedAtMs : null
}

/** The calendar as this pass begins: with a window, and without the cursor when the window it is frozen to has run out. */
export function begun(calendar: CalendarRow, provider: CalendarProvider, now: Temporal.Instant): CalendarRow {
  const { cursor, cursorWindowStartsAt, cursorWindowEndsAt } = calendar
  const isCurrent =
    cursorWindowStartsAt !== null &&
    cursorWindowEndsAt !== null &&
    (!provider.limits.isCursorBoundToWindow ||
      covers(timeWindow(cursorWindowStartsAt, cursorWindowEndsAt), watchedWindow(now)))
  if (isCurrent && cursor !== null) return calendar
  const window = cursorWindow(now, spreadDays(calendar.calendarId))
  return { ...calendar, cursor: null, cursorWindowStartsAt: window.startsAt, cursorWindowEndsAt: window.endsAt }
}

function windowOf({ cursorWindowStartsAt, cursorWindowEndsAt }: CalendarRow): Changes<CalendarRow> {
  return { cursorWindowStartsAt, cursorWindowEndsAt }
}

/** 0 to 27, evenly over calendars: the first bits of its random id. */
function spreadDays(calendarId: CalendarId): number {
  return Number.parseInt(calendarId.slice(0, 8), 16) % 28
}

function newest(known: Temporal.Instant | null, other: Temporal.Instant): Temporal.Instant {
  return known !== null && Temporal.Instant.compare(known, other) > 0 ? known : other
}

/** The mark of a timer. */
export function timerMark(due: { readonly accountId: AccountId; readonly calendarId: CalendarId }): DueMark {
  return { ...due, noticedAtMs: null }
}
