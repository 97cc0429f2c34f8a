import { type CalendarEvent, eventSpan } from "@kalends/domain/event"
import { isProblem, Problem } from "@kalends/domain/problem"
import { type TimeWindow, timeWindow } from "@kalends/domain/window"
import type { SessionView } from "@kalends/protocol/api"
import { type ChangeMessage, fallbackRefreshSeconds } from "@kalends/protocol/changes"
import type { WindowReader } from "@kalends/readers/reader"
import { contactReaders, readers as knownReaders } from "@kalends/readers/registry"
import { createAccessHolder } from "./access-holder.ts"
import { createChangeStream } from "./change-listener.ts"
import { createContactCalls } from "./contact-book.ts"
import type { ClientLog } from "./log.ts"
import { type Ask, createMeetingCalls } from "./meeting-calls.ts"
import { type ClientPlatform, systemPlatform } from "./platform.ts"
import { type CalendarReading, createCalendarReading } from "./read-calendars.ts"
import { createServiceApi, type ServiceApi } from "./service-api.ts"
import { createToolCalls } from "./tool-calls.ts"
import { type ClientProblem, type ClientState, signedOut } from "./types.ts"

export type ClientOptions = {
  /** Address of the service, without a trailing slash. */
  readonly service: string
  /** IANA zone of whoever looks. */
  readonly zone: string
  /** A browser page, or an app that reaches any server. */
  readonly reach: "browser" | "native"
  readonly daysAhead?: number
  readonly platform?: ClientPlatform
  readonly readers?: ReadonlyMap<string, WindowReader>
  readonly log?: ClientLog
}

type SignInWords = { readonly email: string; readonly password: string; readonly deviceName: string }

const daysBack = 1
const longestRetrySeconds = 300
const timeoutMs = 60_000

/**
 * A client of the service, opened by `openClient` and ended by `close`. It signs in, reads the calendar from the provider
 * itself, listens for changes and reads again, and every 30 minutes in any case. Events, contacts, tokens and credentials
 * are in memory only and forgotten at sign-out and close.
 */
export function openClient(options: ClientOptions) {
  const platform = options.platform ?? systemPlatform
  const api = createServiceApi(options.service, platform)
  const access = createAccessHolder({ api, platform, reach: options.reach })
  const reading = createCalendarReading({ access, api, platform, readers: options.readers ?? knownReaders })
  const listeners = new Set<() => void>()
  let state: ClientState = signedOut
  let perCalendar = new Map<string, CalendarReading>()
  let cancelFallback = () => {}
  let failures = 0
  /** Calendars to be read by the next read; "all" includes the connection. */
  let wanted: "all" | ReadonlySet<string> | null = null
  let running: Promise<void> | null = null
  /** Changes at every sign-out, so that what was begun before does not come back after. */
  let life = new AbortController()

  function set(changes: Partial<ClientState>): void {
    state = { ...state, ...changes }
    for (const listener of [...listeners]) listener()
  }

  /** One read at a time; what is asked for meanwhile is read by one more that begins afterwards. */
  function refresh(calendars: "all" | ReadonlySet<string>): Promise<void> {
    wanted =
      wanted === null ? calendars : wanted === "all" || calendars === "all" ? "all" : new Set([...wanted, ...calendars])
    running ??= runAll().finally(() => {
      running = null
    })
    return running
  }

  async function runAll(): Promise<void> {
    while (wanted !== null && state.phase === "signed-in") {
      const calendars = wanted
      wanted = null
      const current = life
      set({ isRefreshing: true })
      await readOnce(calendars, current).catch((error: unknown) => fail(error, current))
      if (current === life) set({ isRefreshing: wanted !== null })
    }
  }

  async function readOnce(calendars: "all" | ReadonlySet<string>, current: AbortController): Promise<void> {
    const signal = AbortSignal.any([current.signal, AbortSignal.timeout(timeoutMs)])
    if (calendars === "all" || state.connection === null) {
      const connection = await api.findConnection(signal)
      if (current !== life) return
      if (connection === null) perCalendar = new Map()
      set({
        connection,
        isLoaded: true,
        ...(connection === null ? { events: [], readAt: null, malformedCount: 0 } : {}),
      })
    }
    const { connection } = state
    scheduleFallback(fallbackRefreshSeconds * (0.9 + 0.2 * platform.fraction()))
    if (connection === null) return set({ problem: null })
    const isPart = calendars !== "all" && state.readAt !== null
    const readings = await reading.read({
      connectionId: connection.connectionId,
      window: windowAround(platform.now(), options),
      zone: options.zone,
      calendarIds: isPart ? calendars : null,
      signal,
    })
    if (current !== life) return
    if (!isPart) perCalendar = new Map()
    for (const one of readings) perCalendar.set(one.calendarId, one)
    failures = 0
    const all = [...perCalendar.values()]
    set({
      events: inOrder(all, options.zone),
      malformedCount: all.reduce((sum, one) => sum + one.malformedCount, 0),
      readAt: platform.now(),
      problem: null,
    })
    options.log?.read(all.length, state.events.length)
  }

  /** Keeps what was read before, says what is wrong, and tries again by itself where that may help. */
  function fail(error: unknown, current: AbortController): void {
    if (current !== life) return
    const problem = problemFrom(error)
    if (isSignedOut(problem)) return forget()
    failures++
    options.log?.failed(problem.kind)
    set({ problem: describe(problem) })
    const isPassing =
      problem.kind === "unavailable" ||
      problem.kind === "rate-limited" ||
      problem.kind === "auth-expired" ||
      problem.kind === "malformed"
    const backOff =
      Math.min(longestRetrySeconds, 5 * 2 ** Math.min(failures - 1, 10)) * (0.75 + 0.5 * platform.fraction())
    const until = problem.retryAt === null ? 0 : platform.now().until(problem.retryAt).total("seconds")
    scheduleFallback(isPassing ? Math.max(backOff, until) : fallbackRefreshSeconds)
  }

  function scheduleFallback(seconds: number): void {
    cancelFallback()
    cancelFallback = platform.after(seconds * 1000, () => void refresh("all"))
  }

  function receive(message: ChangeMessage): void {
    switch (message.kind) {
      case "hello":
        if (message.missed && state.readAt !== null) void refresh("all")
        return
      case "calendar-changed":
        return void refresh(new Set([message.calendarId]))
      case "connection-changed":
        access.forget()
        contacts.forget()
        return void refresh("all")
      case "signed-out":
        return forget()
    }
  }

  function forget(): void {
    life.abort()
    life = new AbortController()
    stream.close()
    cancelFallback()
    access.forget()
    contacts.forget()
    api.forget()
    perCalendar = new Map()
    wanted = null
    failures = 0
    set(signedOut)
  }

  async function begin(open: (signal: AbortSignal) => Promise<SessionView>): Promise<void> {
    forget()
    const current = life
    set({ phase: "signing-in", problem: null })
    try {
      const { user } = await open(AbortSignal.any([current.signal, AbortSignal.timeout(timeoutMs)]))
      if (current !== life) return
      set({ phase: "signed-in", user })
    } catch (error) {
      if (current === life) set({ ...signedOut, problem: describe(problemFrom(error)) })
      return
    }
    stream.open()
    await refresh("all")
  }

  const ask = createAsk(() => life, forget)
  const stream = createChangeStream(api, platform, { onMessage: receive, onState: set, onSignedOut: forget })
  const connectionId = () => state.connection?.connectionId ?? null
  const contacts = createContactCalls({ access, platform, readers: contactReaders, connectionId }, ask)

  return {
    get state(): ClientState {
      return state
    },
    ...schedulingCalls(api, ask),
    contacts,
    /** Calls back after each change of the state; returns a function that ends it. */
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Resolves after the first full read; what went wrong is in the state. */
    signIn: (input: SignInWords) => begin((signal) => api.signIn(input, signal)),
    /** With a hand-off code from the portal. */
    signInWithCode: (code: string, deviceName: string) => begin((signal) => api.exchange(code, deviceName, signal)),
    /** For who is signed in and told "second-factor-needed". Throws Problem (code "wrong-code"). */
    async showSecondFactor(code: string): Promise<void> {
      await stream.without(() => ask((signal) => api.raise(code, signal)))
      await refresh("all")
    },
    refresh: () => refresh("all"),
    /** Ends the session at the service, and forgets everything even where that fails. */
    async signOut(): Promise<void> {
      await api.signOut(AbortSignal.timeout(5_000)).catch(() => {})
      forget()
    },
    /** Forgets everything and stops all timers. */
    close: forget,
  }
}

export type Client = ReturnType<typeof openClient>

function inOrder(readings: readonly CalendarReading[], zone: string): readonly CalendarEvent[] {
  const events = new Map(
    readings.flatMap(({ calendarId, events: own }) =>
      own.map((event) => [`${calendarId}/${event.id}`, event] as const),
    ),
  )
  const starts = new Map(
    [...events].map(([key, event]) => [key, eventSpan(event.time, zone).startsAt.epochMilliseconds]),
  )
  return [...events].sort(([a], [b]) => (starts.get(a) ?? 0) - (starts.get(b) ?? 0)).map(([, event]) => event)
}

function windowAround(now: Temporal.Instant, { zone, daysAhead = 30 }: ClientOptions): TimeWindow {
  const today = now.toZonedDateTimeISO(zone).startOfDay()
  return timeWindow(today.subtract({ days: daysBack }).toInstant(), today.add({ days: daysAhead }).toInstant())
}

const schedulingCalls = (api: ServiceApi, ask: Ask) => ({
  meetings: createMeetingCalls(api, ask),
  tools: createToolCalls(api, ask),
})

/** Calls within the current life; a session that turns out to be over is forgotten. */
function createAsk(life: () => AbortController, forget: () => void): Ask {
  return async (work) => {
    const current = life()
    try {
      return await work(AbortSignal.any([current.signal, AbortSignal.timeout(timeoutMs)]))
    } catch (error) {
      const problem = problemFrom(error)
      if (current === life() && isSignedOut(problem)) forget()
      throw problem
    }
  }
}

function problemFrom(error: unknown): Problem {
  return isProblem(error)
    ? error
    : new Problem("unavailable", "Something did not answer in time.", { code: "timeout", cause: error })
}

const isSignedOut = ({ kind, code }: Problem) => kind === "auth-expired" && code === "signed-out"

function describe({ kind, code, message }: Problem): ClientProblem {
  return { kind, code, message }
}
