import type { Access } from "@kalends/domain/access"
import type { AccountId, CalendarId } from "@kalends/domain/ids"
import { isPassing, isProblem, Problem } from "@kalends/domain/problem"
import { covers, cursorWindow, timeWindow, watchedWindow } from "@kalends/domain/window"
import { type AccessBroker, type AccessWish, tokenDigest } from "../ports/access-broker.ts"
import type { CalendarProvider, ChangePage } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionLife } from "../ports/connection-life.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { DueMark } from "../ports/job-queue.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Random } from "../ports/random.ts"
import type { CalendarRow, Changes, ConnectionRow, Store } from "../ports/store.ts"
import type { ReconcilePace } from "./pace.ts"

export type PassDeps = {
  readonly store: Store
  readonly broker: AccessBroker
  readonly life: ConnectionLife
  readonly fanOut: FanOut
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
const wish: AccessWish = { actor: { kind: "service", part: "pass" }, reason: "pass" }

/** The version of the credential that the provider was asked with last; null while there is none. */
type Tried = { credentialVersion: number | null }

type Subject = { readonly calendar: CalendarRow; readonly connection: ConnectionRow; readonly isPushed: boolean }

/** What the pass found out; `isChanged` counts only what came after a first listing. */
type Found = { readonly isChanged: boolean; readonly malformedCount: number }

/**
 * One pass over a calendar: reads the changes since its cursor and forgets them, so that what is left is a cursor and, if
 * something changed, an instant. It takes no instruction: a notification, a timer and a repair run the same code. Clients
 * are told when a change was found that no notification had announced.
 */
export function createPass(deps: PassDeps) {
  const { store, world } = deps
  const { clock, metrics } = world

  async function find({ accountId, calendarId }: DueMark): Promise<Subject | null> {
    return store.inAccount(accountId, async (tables) => {
      const calendar = await tables.findCalendar(calendarId)
      const connection = calendar === null ? null : await tables.findConnection(calendar.connectionId)
      if (calendar === null || connection === null) return null
      const subscriptions = await tables.listSubscriptions(calendarId)
      return {
        calendar,
        connection,
        isPushed: subscriptions.some(({ expiresAt }) => Temporal.Instant.compare(expiresAt, clock.now()) > 0),
      }
    })
  }

  /** Reads all pages; a cursor that comes with a page is stored with that page, so that an interrupted pass goes on there. */
  async function read(subject: Subject, access: Access, provider: CalendarProvider): Promise<Found> {
    const calendar = begun(subject.calendar, provider, clock.now())
    const window = timeWindow(
      calendar.cursorWindowStartsAt ?? clock.now(),
      calendar.cursorWindowEndsAt ?? clock.now().add({ hours: 1 }),
    )
    const isFirstListing = calendar.cursor === null || calendar.isFirstListing
    const input = {
      access,
      calendarId: calendar.providerCalendarId,
      cursor: calendar.cursor,
      window,
      signal: AbortSignal.timeout(passTimeoutMs),
    }
    let found: Found = { isChanged: false, malformedCount: 0 }
    let pages = 0
    let last: ChangePage | null = null
    for await (const page of provider.changes(input)) {
      if (++pages > pagesMost)
        throw new Problem("malformed", "The calendar service did not come to an end of its pages.")
      found = {
        isChanged: found.isChanged || (!isFirstListing && page.changes.length > 0),
        malformedCount: found.malformedCount + page.malformedCount,
      }
      // With the cursor goes that something changed: if the next page fails, nobody sees these changes again.
      const changed = found.isChanged ? { changedAt: newest(calendar.changedAt, clock.now()) } : {}
      if (page.cursor !== null)
        await update(calendar, { ...windowOf(calendar), ...changed, cursor: page.cursor, isFirstListing })
      last = page
    }
    if (last === null || last.cursor === null)
      throw new Problem("malformed", "The calendar service gave no mark to go on from.")
    return found
  }

  async function update(calendar: CalendarRow, changes: Changes<CalendarRow>): Promise<void> {
    await store.inAccount(calendar.accountId, (tables) => tables.updateCalendar(calendar.calendarId, changes))
  }

  /** Reads with a fresh access; one that is refused is replaced once. */
  async function readWithAccess(subject: Subject, provider: CalendarProvider, tried: Tried): Promise<Found> {
    const { accountId, connectionId } = subject.connection
    const access = await deps.broker.freshAccess(accountId, connectionId, wish)
    tried.credentialVersion = access.credentialVersion
    try {
      return await read(subject, access, provider)
    } catch (error) {
      if (!isProblem(error, "auth-expired") || access.kind !== "bearer") throw error
      tried.credentialVersion = null
      const replaced = await deps.broker.freshAccess(accountId, connectionId, {
        ...wish,
        refusedTokenDigest: tokenDigest(access.token),
      })
      tried.credentialVersion = replaced.credentialVersion
      return read(subject, replaced, provider)
    }
  }

  async function settle(subject: Subject, mark: DueMark, found: Found): Promise<void> {
    const { calendar, connection, isPushed } = subject
    const now = clock.now()
    const changedAt = newest(
      calendar.changedAt,
      mark.noticedAtMs === null ? now : Temporal.Instant.fromEpochMilliseconds(mark.noticedAtMs),
    )
    const dueAt = world.pace.nextDueAt(now, isPushed, world.random.fraction())
    await update(calendar, {
      isFirstListing: false,
      lastPassAt: now,
      failureCount: 0,
      dueAt,
      ...(found.isChanged ? { changedAt } : {}),
    })
    metrics.count("passes_total", { provider: connection.provider, outcome: found.isChanged ? "changed" : "quiet" })
    if (found.malformedCount > 0)
      metrics.count("malformed_items_total", { provider: connection.provider }, found.malformedCount)
    await deps.life.isWell(calendar.accountId, connection.connectionId)
    if (!found.isChanged) return
    if (mark.noticedAtMs === null && isPushed)
      metrics.count("missed_pushes_repaired_total", { provider: connection.provider })
    // A client that connected between notice and pass has not heard of it: changedAt said nothing yet.
    tellClients(calendar, changedAt, mark.noticedAtMs)
  }

  function tellClients(
    { accountId, calendarId }: CalendarRow,
    at: Temporal.Instant,
    announcedAtMs: number | null,
  ): void {
    deps.fanOut.publish(
      { kind: "calendar", accountId, calendarId },
      { kind: "calendar-changed", calendarId, watermarkMs: at.epochMilliseconds, announcedAtMs },
    )
  }

  /** What a failed pass leaves behind: when to try again, and what it means for the connection. */
  async function fail(subject: Subject, mark: DueMark, problem: Problem, tried: Tried): Promise<void> {
    const { calendar, connection } = subject
    metrics.count("passes_total", { provider: connection.provider, outcome: problem.kind })
    const now = clock.now()
    if (problem.kind === "cursor-lost") {
      // A normal path: list again, a little later so that many who lost theirs at once do not come at once.
      const again = now.add({ milliseconds: Math.round(world.random.fraction() * 10_000) })
      await update(calendar, { cursor: null, isFirstListing: true, changedAt: now })
      await requeue(mark, again)
      return tellClients(calendar, now, null)
    }
    const failureCount = calendar.failureCount + 1
    await update(calendar, { failureCount, lastPassAt: now })
    await deps.life.isTroubled(calendar.accountId, connection.connectionId, problem, {
      isLasting: !isPassing(problem) || failureCount >= failuresUntilLasting,
      credentialVersion: tried.credentialVersion,
    })
    if (isPassing(problem) || problem.kind === "malformed")
      await requeue(mark, problem.retryAt ?? world.pace.retryAt(now, failureCount, world.random.fraction()))
  }

  async function requeue(mark: DueMark, runAt: Temporal.Instant): Promise<void> {
    await store.inAccount(mark.accountId, (tables) => tables.addJobs([{ kind: "pass", ...mark }], runAt))
  }

  return async (mark: DueMark): Promise<void> => {
    const subject = await find(mark)
    const provider = subject === null ? null : deps.providerOf(subject.connection)
    if (subject === null || provider === null) return
    const startedAt = clock.now()
    const tried: Tried = { credentialVersion: null }
    try {
      await settle(subject, mark, await readWithAccess(subject, provider, tried))
    } catch (error) {
      if (!isProblem(error)) throw error
      await fail(subject, mark, error, tried)
    }
    metrics.observeSeconds("pass_seconds", startedAt.until(clock.now()).total("seconds"), { provider: provider.name })
  }
}

export type Pass = ReturnType<typeof createPass>

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
