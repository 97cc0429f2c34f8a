import type { ConnectionState } from "@kalends/domain/connection"
import { type CalendarId, type ConnectionId, parseProviderCalendarId, parseProviderName } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { createConnectionLife } from "../connections/life.ts"
import { createProcessFanOut } from "../platform/process-fan-out.ts"
import type { AccessBroker, AccessWish } from "../ports/access-broker.ts"
import type { CalendarProvider, StreamNotice } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import type { Job } from "../ports/job-queue.ts"
import type { Store } from "../ports/store.ts"
import { createListening } from "../subscriptions/listen.ts"
import { countingMetrics } from "./engine.ts"
import { fakeClock, settled } from "./fake-clock.ts"
import { createMemoryStore } from "./memory-store.ts"
import { memorySilenceMs, type NoticeQueue, noticesOf } from "./memory-streams.ts"
import { sampleRows } from "./rows.ts"
import { seededRandom } from "./seeded-random.ts"

/** A stream as the provider holds it. */
export type HeldStream = NoticeQueue & {
  readonly node: string
  readonly connectionId: ConnectionId
  readonly calendarIds: readonly string[]
  readonly openedAtMs: number
  isOpen: boolean
}

export type ListenWorldOptions = {
  readonly connections?: number
  readonly seed?: number
  readonly calendarsEach?: number
  readonly perStreamMost?: number
}

/** Connections of one provider that is listened to, on one store, with as many nodes as a test starts. */
export async function listenWorld(options: ListenWorldOptions = {}) {
  const { connections = 1, seed = 1, calendarsEach = 1, perStreamMost = 10 } = options
  const clock = fakeClock()
  const random = seededRandom(seed)
  const store = createMemoryStore()
  const remote = createStreamServer(clock, perStreamMost)
  const fanOut = createProcessFanOut()
  const hints: Hint[] = []
  const announced: Job[] = []
  const faults = { areHintsLost: false, isLogFailing: false }
  const shared: FanOut = {
    ...fanOut,
    publish(topic, hint) {
      if (hint.kind === "calendar-changed") hints.push(hint)
      if (!faults.areHintsLost) fanOut.publish(topic, hint)
    },
  }
  const all: Awaited<ReturnType<typeof insertConnection>>[] = []
  for (let index = 1; index <= connections; index++) all.push(await insertConnection(store, index, calendarsEach))
  const notices = {
    async append(jobs: readonly Job[]) {
      if (faults.isLogFailing) throw new Error("the database is away")
      announced.push(...jobs)
    },
  }

  const setState = async (index: number, state: ConnectionState | "gone") => {
    const { accountId, userId, connectionId } = at(index)
    await store.inAccount(accountId, (tables) =>
      state === "gone" ? tables.deleteConnection(connectionId) : tables.updateConnection(connectionId, { state }),
    )
    shared.publish({ kind: "user", accountId, userId }, { kind: "connection-changed", connectionId, state })
    await settled()
  }
  const ask = async (index: number) => {
    const { accountId, connectionId } = at(index)
    await store.inAccount(accountId, async (tables) => {
      if ((await tables.findConnection(connectionId)) !== null) await tables.listening.ask(connectionId, clock.now())
    })
  }
  const at = (index: number) => {
    const found = all[index]
    if (found === undefined) throw new Error("no such connection")
    return found
  }

  return {
    ...{ clock, random, store, remote, hints, announced, faults, at, setState, ask, all },
    askForAll: async () => {
      for (const index of all.keys()) await ask(index)
    },
    /** The queue's passes: those that openings made due. */
    dueCalendars: () => store.jobs.flatMap(({ job }) => (job.kind === "pass" ? [job.calendarId] : [])),
    row: (index: number) =>
      store.inAccount(at(index).accountId, (tables) => tables.listening.find(at(index).connectionId)),
    startNode: (name: string, listenersMost = 1_000) =>
      startListenNode({ name, listenersMost, clock, random, store, remote, fanOut: shared, notices }),
  }
}

export type ListenWorld = Awaited<ReturnType<typeof listenWorld>>

async function insertConnection(store: Store, seed: number, calendarsEach: number) {
  const rows = sampleRows(seed)
  const { accountId, userId, connectionId } = rows.connection
  const random = seededRandom(seed + 1_000_000)
  const calendars = Array.from({ length: calendarsEach }, (_, number) => ({
    ...rows.calendar,
    calendarId: random.uuid() as CalendarId,
    providerCalendarId: parseProviderCalendarId(`calendar-${seed}-${number}`),
  }))
  await store.asSystem((tables) => tables.insertAccount(rows.account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(rows.user)
    await tables.insertConnection(rows.connection)
    await tables.upsertCredential(rows.credential)
    for (const calendar of calendars) await tables.insertCalendar(calendar)
  })
  return { accountId, userId, connectionId, calendars }
}

type NodeParts = {
  readonly name: string
  readonly listenersMost: number
  readonly clock: Clock
  readonly random: ReturnType<typeof seededRandom>
  readonly store: Store
  readonly remote: StreamServer
  readonly fanOut: FanOut
  readonly notices: Parameters<typeof createListening>[0]["notices"]
}

/** One node, which can be killed, and cut off from the database. */
function startListenNode(parts: NodeParts) {
  const { name, remote, listenersMost, notices, random, fanOut } = parts
  const state = { isDead: false, isCutOff: false }
  const clock: Clock = {
    now: parts.clock.now,
    after: (delayMs, callback) => parts.clock.after(delayMs, () => (state.isDead ? undefined : callback())),
  }
  const reach = async () => {
    if (state.isDead) await new Promise(() => {})
    if (state.isCutOff) throw new Error("the database is away")
  }
  const store: Store = {
    inAccount: async (accountId, work) => {
      await reach()
      return parts.store.inAccount(accountId, work)
    },
    asSystem: async (work) => {
      await reach()
      return parts.store.asSystem(work)
    },
  }
  const wishes: AccessWish[] = []
  const broker: AccessBroker = {
    async freshAccess(_accountId, connectionId, wish) {
      await reach()
      wishes.push(wish)
      return remote.accessOf(connectionId, wish)
    },
  }
  const metrics = countingMetrics()
  const log = { info() {}, warn() {}, error() {} }
  const provider = { name: parseProviderName("memory"), listen: remote.sourceFor(name) } as unknown as CalendarProvider
  const own: FanOut = {
    ...fanOut,
    listen: (topic, receive) => fanOut.listen(topic, (hint) => (state.isDead ? undefined : receive(hint))),
  }
  const listening = createListening({
    ...{ store, broker, notices, listenersMost, fanOut: own },
    life: createConnectionLife({ store, fanOut, clock, metrics, log }),
    providerOf: () => provider,
    world: { clock, random, metrics, log },
  })
  const stop = listening.start()
  return {
    ...{ name, metrics, wishes, state },
    stop,
    /** As with kill -9: nothing runs any more, and the provider sees its connections break. */
    kill(): void {
      state.isDead = true
      remote.breakAllOf(name)
    },
  }
}

export type ListenNode = ReturnType<typeof startListenNode>

/** The provider's side of all streams, by node and connection. */
function createStreamServer(clock: Clock, perStreamMost: number) {
  const streams: HeldStream[] = []
  const doubles: string[] = []
  const refuse = new Map<ConnectionId, () => Problem | null>()
  const state = { isMute: false, openedCount: 0 }
  const nowMs = () => clock.now().epochMilliseconds
  const open = () => streams.filter(({ isOpen }) => isOpen)

  async function* listen(
    node: string,
    {
      access,
      calendarIds,
      signal,
    }: { access: { token?: string }; calendarIds: readonly string[]; signal: AbortSignal },
  ): AsyncGenerator<StreamNotice, void, void> {
    const connectionId = (access.token ?? "").split(" ")[0] as ConnectionId
    const problem = refuse.get(connectionId)?.() ?? null
    if (problem !== null) throw problem
    for (const other of open())
      if (other.connectionId === connectionId && other.node !== node)
        doubles.push(`${connectionId} ${other.node} ${node}`)
    const waiting: StreamNotice[] = state.isMute ? [] : [{ kind: "listening" }]
    const stream: HeldStream = {
      ...{ node, connectionId, calendarIds, openedAtMs: nowMs(), waiting },
      ...{ failure: null, isOpen: true, wake: () => {} },
    }
    state.openedCount++
    streams.push(stream)
    // What the service closes is closed at once at the other end, whatever its reader does.
    const close = () => {
      stream.isOpen = false
      stream.wake()
    }
    signal.addEventListener("abort", close)
    try {
      yield* noticesOf(stream, () => stream.isOpen)
    } finally {
      close()
      signal.removeEventListener("abort", close)
    }
  }

  return {
    ...{ streams, doubles, refuse, state, open },
    openOf: (connectionId: ConnectionId) => open().filter((stream) => stream.connectionId === connectionId),
    sourceFor: (node: string) => ({
      perStreamMost,
      silenceMostMs: memorySilenceMs,
      listen: (input: unknown) => listen(node, input as Parameters<typeof listen>[1]),
    }),
    accessOf: (connectionId: ConnectionId, { refusedTokenDigest }: AccessWish) => ({
      kind: "bearer" as const,
      token: `${connectionId} ${refusedTokenDigest === undefined ? "first" : "replaced"}`,
      expiresAt: clock.now().add({ hours: 1 }),
      credentialVersion: 1,
    }),
    async tell(connectionId: ConnectionId, notice: StreamNotice): Promise<void> {
      for (const stream of open())
        if (
          stream.connectionId === connectionId &&
          (!("calendarId" in notice) || stream.calendarIds.includes(notice.calendarId))
        ) {
          stream.waiting.push(notice)
          stream.wake()
        }
      await settled()
    },
    /** A sign of life on every stream, for which nobody waits. */
    beat(): void {
      for (const stream of open()) {
        stream.waiting.push({ kind: "alive" })
        stream.wake()
      }
    },
    async cut(connectionId: ConnectionId, problem = new Problem("unavailable", "Cut off.")): Promise<void> {
      for (const stream of open())
        if (stream.connectionId === connectionId) {
          stream.failure = problem
          stream.wake()
        }
      await settled()
    },
    breakAllOf(node: string): void {
      for (const stream of streams) if (stream.node === node) stream.isOpen = false
    },
  }
}

type StreamServer = ReturnType<typeof createStreamServer>
