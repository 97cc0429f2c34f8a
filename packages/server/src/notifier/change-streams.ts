import { type AccountId, type CalendarId, parseConnectionId, type SessionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { type ChangeMessage, heartbeatSeconds } from "@kalends/protocol/changes"
import { protocolVersion } from "@kalends/protocol/version"
import type { Clock } from "../ports/clock.ts"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { CalendarRow, SessionRow, Store } from "../ports/store.ts"

export type ChangeStreamsDeps = {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: Metrics
  /** Notes that these sessions are in use; which of them are not over. */
  readonly useSessions: (accountId: AccountId, sessionIds: readonly SessionId[]) => Promise<readonly SessionId[]>
}

/** The client's end of a stream. */
export interface StreamEnd {
  /** False when the client reads too slowly and must be dropped. */
  write(text: string): boolean
  close(): void
}

const streamsPerUserMost = 20
/** How often, and for how many at once, it is noted that a session with a stream is in use. */
const useMinutes = 15
const usesPerStep = 500
const heartbeat = ":\n\n"

/** One message in the event stream's format; the id, where there is one, is the watermark a client reconnects with. */
export function encodeMessage(message: ChangeMessage): string {
  const id = message.watermarkMs > 0 ? `id: ${message.watermarkMs}\n` : ""
  return `${id}data: ${JSON.stringify(message)}\n\n`
}

/**
 * The open change streams of this node. A stream listens for its user, its session and the user's calendars; it holds no
 * timer, no buffer and no events of its own, so that an idle one costs little. One timer keeps all of them alive.
 */
export function createChangeStreams({ store, fanOut, clock, metrics, useSessions }: ChangeStreamsDeps) {
  const streams = new Set<Stream>()
  const perUser = new Map<string, number>()
  let cancelHeartbeat = () => {}

  function beat(): void {
    for (const stream of streams) stream.send(heartbeat)
    void noteUse()
    cancelHeartbeat = clock.after(heartbeatSeconds * 1000, beat)
  }
  beat()

  /** A client that listens is in use, and one whose session is over is told so. What fails is noted with the next. */
  async function noteUse(): Promise<void> {
    const nowMs = clock.now().epochMilliseconds
    const due = [...streams].filter((stream) => stream.takeUse(nowMs))
    for (const [accountId, own] of Map.groupBy(due, ({ listener }) => listener.accountId))
      for (let index = 0; index < own.length; index += usesPerStep) {
        const some = own.slice(index, index + usesPerStep)
        const ids = [...new Set(some.map(({ listener }) => listener.sessionId))]
        const going = await useSessions(accountId, ids).catch(() => ids)
        for (const stream of some) if (!going.includes(stream.listener.sessionId)) stream.signOut()
      }
  }

  function count(userId: string, by: number): void {
    const next = (perUser.get(userId) ?? 0) + by
    if (next === 0) perUser.delete(userId)
    else perUser.set(userId, next)
    metrics.gauge("change_streams", streams.size)
  }

  const findCalendars = ({ accountId, userId }: Listener): Promise<readonly CalendarRow[]> =>
    store.inAccount(accountId, async (tables) => {
      const connection = await tables.findConnectionOfUser(userId)
      return connection === null ? [] : tables.listCalendars(connection.connectionId)
    })

  const owner: StreamOwner = {
    fanOut,
    metrics,
    nowMs: () => clock.now().epochMilliseconds,
    findCalendarIds: async (listener) => (await findCalendars(listener)).map(({ calendarId }) => calendarId),
    closed(stream) {
      if (streams.delete(stream)) count(stream.listener.userId, -1)
    },
  }

  /** Whether a client that knows everything up to `since` may have missed something. */
  async function hasMissed(listener: Listener, since: number): Promise<boolean> {
    const calendars = await findCalendars(listener)
    return calendars.some(({ changedAt }) => changedAt !== null && changedAt.epochMilliseconds > since)
  }

  return {
    /**
     * Opens a stream; returns a function that ends it. `since` is the last watermark the client saw, null for none.
     * Throws Problem "rate-limited" when the user has too many.
     */
    async open(session: SessionRow, since: number | null, end: StreamEnd): Promise<() => void> {
      if ((perUser.get(session.userId) ?? 0) >= streamsPerUserMost)
        throw new Problem("rate-limited", "Too many apps are connected for this person.", {
          code: "too-many-streams",
          retryAt: clock.now().add({ seconds: 60 }),
        })
      // The row itself is not kept: its bytes would hold on to the whole answer of the database.
      const { accountId, userId, sessionId } = session
      const stream = new Stream(owner, { accountId, userId, sessionId }, end)
      streams.add(stream)
      count(userId, 1)
      try {
        // Listen first, look second: a change in between is told twice rather than never.
        await stream.wire()
        const missed = since === null || !fanOut.isConnected || (await hasMissed(stream.listener, since))
        const watermarkMs = clock.now().epochMilliseconds
        stream.send(encodeMessage({ kind: "hello", watermarkMs, missed, heartbeatSeconds, protocolVersion }))
      } catch (error) {
        stream.close()
        throw error
      }
      return () => stream.close()
    },
    /** Ends all of them: clients reconnect, to another node if there is one. */
    close(): void {
      cancelHeartbeat()
      for (const stream of [...streams]) stream.close()
    },
    get count() {
      return streams.size
    },
  }
}

export type ChangeStreams = ReturnType<typeof createChangeStreams>

/** Whom a stream is for. */
type Listener = Pick<SessionRow, "accountId" | "userId" | "sessionId">

/** What all streams of a node share. */
type StreamOwner = {
  readonly fanOut: FanOut
  readonly metrics: Metrics
  readonly nowMs: () => number
  readonly findCalendarIds: (listener: Listener) => Promise<readonly CalendarId[]>
  readonly closed: (stream: Stream) => void
}

/** How far the clocks of two nodes may be apart. */
const clockSkewMs = 5_000

/** Opened by a request; closed by the client, by sign-out, by slowness, or with the node. */
class Stream {
  readonly listener: Listener
  readonly #owner: StreamOwner
  readonly #end: StreamEnd
  readonly #openedAtMs: number
  #unlisten: readonly (() => void)[] = []
  #isClosed = false
  #useNotedAtMs: number

  constructor(owner: StreamOwner, listener: Listener, end: StreamEnd) {
    this.#owner = owner
    this.listener = listener
    this.#end = end
    this.#openedAtMs = owner.nowMs()
    this.#useNotedAtMs = this.#openedAtMs
  }

  /** Listens for what concerns the session now; called again when the user connects or removes a calendar. */
  async wire(): Promise<void> {
    const calendarIds = await this.#owner.findCalendarIds(this.listener)
    if (this.#isClosed) return
    const { accountId, userId, sessionId } = this.listener
    const { fanOut } = this.#owner
    const receive = (hint: Hint) => this.#receive(hint)
    const before = this.#unlisten
    this.#unlisten = [
      fanOut.listen({ kind: "user", accountId, userId }, receive),
      fanOut.listen({ kind: "session", accountId, sessionId }, receive),
      ...calendarIds.map((calendarId) => fanOut.listen({ kind: "calendar", accountId, calendarId }, receive)),
    ]
    for (const unlisten of before) unlisten()
  }

  #receive(hint: Hint): void {
    if (hint.kind === "calendar-changed" && this.#hasHeard(hint)) return
    this.#owner.metrics.count("hints_sent_total")
    switch (hint.kind) {
      case "calendar-changed": {
        const { kind, calendarId, watermarkMs } = hint
        return this.send(encodeMessage({ kind, calendarId, watermarkMs }))
      }
      case "connection-changed":
        this.send(encodeMessage({ ...hint, connectionId: parseConnectionId(hint.connectionId), watermarkMs: 0 }))
        return void this.wire().catch(() => this.close())
      case "signed-out":
        return this.signOut()
    }
  }

  /** Whether it is time to note that the session is in use; it is then the caller's to do. */
  takeUse(nowMs: number): boolean {
    const isDue = nowMs - this.#useNotedAtMs >= useMinutes * 60_000
    if (isDue) this.#useNotedAtMs = nowMs
    return isDue
  }

  signOut(): void {
    this.send(encodeMessage({ kind: "signed-out", watermarkMs: 0 }))
    this.close()
  }

  /** A repeated hint is for streams that were not open yet when it was given first. */
  #hasHeard({ announcedAtMs }: Extract<Hint, { kind: "calendar-changed" }>): boolean {
    return announcedAtMs !== null && announcedAtMs > this.#openedAtMs + clockSkewMs
  }

  send(text: string): void {
    if (!this.#isClosed && !this.#end.write(text)) this.close()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const unlisten of this.#unlisten) unlisten()
    this.#unlisten = []
    this.#end.close()
    this.#owner.closed(this)
  }
}
