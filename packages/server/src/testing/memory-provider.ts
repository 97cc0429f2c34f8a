import type { Access } from "@kalends/domain/access"
import { type ProviderEventId, parseProviderCalendarId, parseProviderName } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { timeWindow } from "@kalends/domain/window"
import type { WindowReader } from "@kalends/readers/reader"
import type {
  CalendarProvider,
  ChangePage,
  ChangesInput,
  EventChange,
  HookRequest,
  Notice,
  PushSource,
} from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import { createMemoryCalendar, type MemoryCalendar, type StoredEvent } from "./memory-calendar.ts"
import { createMemoryEvents } from "./memory-events.ts"
import { createMemorySignIn } from "./memory-sign-in.ts"
import { createMemoryStreams } from "./memory-streams.ts"

export const memoryCalendarId = parseProviderCalendarId("memory-calendar")
export const memoryPageSize = 2
const subscriptionDays = 7

export type MemoryProviderOptions = {
  readonly clock: Clock
  /** Whether a cursor comes with each page (as CalDAV does) or after the last (as Graph and Google do). */
  readonly cursorComes: "with-each-page" | "after-the-last"
}

/** The reference implementation of a provider, with one calendar, its hand and its faults. */
export function createMemoryProvider({ clock, cursorComes }: MemoryProviderOptions) {
  const oauth = createMemorySignIn(clock)
  const pushes = createMemoryPush(clock)
  const streams = createMemoryStreams(admit)
  const calendar = createMemoryCalendar(() => [pushes.tell(), streams.tell(memoryCalendarId)], clock)
  const faults = {
    epoch: 1,
    cutAfter: null as number | null,
    throttle: null as { readonly seconds: number; readonly isSilent: boolean } | null,
  }

  function admit(access: Access): void {
    if (access.kind !== "bearer" || !oauth.isOpen(access.token))
      throw new Problem("auth-expired", "The access token is not accepted.")
    if (faults.throttle === null) return
    const { seconds, isSilent } = faults.throttle
    faults.throttle = null
    throw new Problem("rate-limited", "Come back later.", {
      retryAt: clock.now().add({ seconds: isSilent ? 30 : seconds }),
    })
  }

  async function* changes({ access, cursor, lookout }: ChangesInput): AsyncGenerator<ChangePage, void, void> {
    admit(access)
    const events = calendar.since(cursor === null ? 0 : sequenceOf(cursor))
    const cursorAt = (sequence: number) => `${faults.epoch}:${sequence}`
    for (let from = 0, pages = 0; from === 0 || from < events.length; from += memoryPageSize, pages++) {
      if (faults.cutAfter === pages) {
        faults.cutAfter = null
        throw new Problem("unavailable", "The answer was cut off.")
      }
      const page = events.slice(from, from + memoryPageSize)
      const isLast = from + memoryPageSize >= events.length
      const hasCursor = isLast || cursorComes === "with-each-page"
      yield {
        changes: page.map((event) => changeOf(event, lookout)),
        modifiedAtMs: page.map((event) => event.modifiedAtMs),
        malformedCount: 0,
        cursor: hasCursor ? cursorAt(isLast ? calendar.sequence() : (page.at(-1)?.sequence ?? 0)) : null,
      }
    }
  }

  function sequenceOf(cursor: string): number {
    const [epoch, sequence] = cursor.split(":").map(Number)
    if (epoch !== faults.epoch || sequence === undefined)
      throw new Problem("cursor-lost", "The cursor is of no use any more.")
    return sequence
  }

  const provider: CalendarProvider = {
    name: parseProviderName("memory"),
    limits: {
      pageSize: memoryPageSize,
      subscriptionLifeMs: subscriptionDays * 86_400_000,
      isCursorBoundToWindow: false,
      concurrentCallsPerMailbox: 4,
      ...{ hidesSeriesOfRemoved: false, areOccurrencesItems: false },
      isReachableFromBrowser: true,
      refreshTokenIdleLifeMs: null,
    },
    signIn: oauth.signIn,
    reader: createMemoryReader(calendar),
    apiBase: () => "https://memory.invalid",
    async listCalendars(access) {
      admit(access)
      return [{ id: memoryCalendarId, isPrimary: true, canWrite: true }]
    },
    changes,
    async *readWindow({ access, window, zone }) {
      admit(access)
      yield { ...calendar.read(window, zone), next: [] }
    },
    async fetchEvent({ access, eventId, zone }) {
      admit(access)
      return (
        calendar
          .read(always, zone)
          .events.find((event) => event.id === eventId || event.series?.seriesId === eventId) ?? null
      )
    },
    push: pushes.source,
    listen: streams.source,
    events: createMemoryEvents(calendar, ({ access }) => admit(access)),
    ...{ contacts: null, proxy: null, identities: null, tenant: null, rooms: null, detectPush: null },
  }

  return {
    provider,
    hand: calendar.hand,
    calendar,
    createInUnknownZone: calendar.createInUnknownZone,
    consent: oauth.consent,
    access: (): Access => ({ kind: "bearer", token: oauth.issueAccess(), expiresAt: clock.now().add({ hours: 1 }) }),
    ...{ arrived: pushes.arrived, streams },
    faults: {
      loseCursors: () => {
        faults.epoch++
      },
      cutAfterPages: (pages: number) => {
        faults.cutAfter = pages
      },
      throttle: (seconds: number, isSilent: boolean) => {
        faults.throttle = { seconds, isSilent }
      },
      malform: (id: ProviderEventId) => {
        const event = calendar.find(id)
        if (event !== null) event.isMalformed = true
      },
      revokeGrant: oauth.revokeGrants,
      dropPushes: pushes.drop,
      doublePushes: pushes.double,
    },
  }
}

const always = timeWindow(Temporal.Instant.from("1970-01-01T00:00Z"), Temporal.Instant.from("2100-01-01T00:00Z"))

function changeOf({ id, sequence, isRemoved, texts }: StoredEvent, lookout: ChangesInput["lookout"]): EventChange {
  return isRemoved
    ? { kind: "removed", eventId: id, seriesId: null }
    : {
        kind: "upserted",
        eventId: id,
        seriesId: null,
        version: String(sequence),
        finds: lookout?.({ location: texts.location, others: [texts.description, texts.tag] }) ?? [],
      }
}

/** Reads what the calendar holds when the page is parsed: there is no wire in between. */
function createMemoryReader(calendar: MemoryCalendar): WindowReader {
  return {
    firstPage: ({ apiBase }) => ({ method: "GET", url: `${apiBase}/window`, headers: {}, body: null }),
    parsePage: (_response, { window, zone }) => ({ ...calendar.read(window, zone), next: [] }),
    classify: ({ status }) =>
      status < 300
        ? null
        : status === 401
          ? new Problem("auth-expired", "The access token is not accepted.")
          : new Problem("unavailable", "No answer."),
  }
}

/** Push that arrives in a list. */
function createMemoryPush(clock: Clock) {
  const live = new Map<string, string>()
  let waiting: HookRequest[] = []
  let number = 0
  let copies = 1
  const source: PushSource = {
    async subscribe({ subscriptionId, secret }) {
      live.set(subscriptionId, secret)
      return {
        providerSubscriptionId: subscriptionId,
        providerResourceId: null,
        expiresAt: clock.now().add({ hours: 24 * subscriptionDays }),
      }
    },
    async renew({ providerSubscriptionId }) {
      if (!live.has(providerSubscriptionId)) throw new Problem("not-found", "No such subscription.")
      return { expiresAt: clock.now().add({ hours: 24 * subscriptionDays }) }
    },
    async stop({ providerSubscriptionId }) {
      live.delete(providerSubscriptionId)
    },
    recognise({ headers }) {
      const secret = headers["x-memory-secret"]
      const delivery = headers["x-memory-number"]
      if (secret === undefined || delivery === undefined) return { kind: "unrecognised" }
      const notice: Notice = { secret, kind: "changed", fingerprint: delivery }
      return { kind: "notices", notices: [notice] }
    },
  }
  return {
    source,
    drop: () => {
      copies = 0
    },
    double: () => {
      copies = 2
    },
    tell() {
      for (const secret of live.values()) {
        const headers = { "x-memory-secret": secret, "x-memory-number": String(++number) }
        const request: HookRequest = { method: "POST", path: "", query: {}, headers, body: new Uint8Array() }
        waiting.push(...Array.from({ length: copies }, () => request))
      }
    },
    arrived(): Promise<readonly HookRequest[]> {
      const all = waiting
      waiting = []
      return Promise.resolve(all)
    },
  }
}
