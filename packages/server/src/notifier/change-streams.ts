import { parseConnectionId } from "@kalends/domain/ids"
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
}

/** The client's end of a stream. */
export interface StreamEnd {
  /** False when the client reads too slowly and must be dropped. */
  write(text: string): boolean
  close(): void
}

const streamsPerUserMost = 20
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
export function createChangeStreams({ store, fanOut, clock, metrics }: ChangeStreamsDeps) {
  const streams = new Set<Stream>()
  const perUser = new Map<string, number>()
  let cancelHeartbeat = () => {}

  function beat(): void {
    for (const stream of streams) stream.send(heartbeat)
    cancelHeartbeat = clock.after(heartbeatSeconds * 1000, beat)
  }
  beat()

  function count(userId: string, by: number): void {
    const next = (perUser.get(userId) ?? 0) + by
    if (next === 0) perUser.delete(userId)
    else perUser.set(userId, next)
    metrics.gauge("change_streams", streams.size)
  }

  const findCalendars = (session: SessionRow): Promise<readonly CalendarRow[]> =>
    store.inAccount(session.accountId, async (tables) => {
      const connection = await tables.findConnectionOfUser(session.userId)
      return connection === null ? [] : tables.listCalendars(connection.connectionId)
    })

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
      const stream = new Stream(end, fanOut, metrics, () => {
        if (streams.delete(stream)) count(session.userId, -1)
      })
      streams.add(stream)
      count(session.userId, 1)
      const rewire = async () => stream.wire(session, await findCalendars(session), rewire)
      // Listen first, look second: a change in between is told twice rather than never.
      await rewire()
      const calendars = await findCalendars(session)
      const changedMs = Math.max(0, ...calendars.map(({ changedAt }) => changedAt?.epochMilliseconds ?? 0))
      const missed = since === null || changedMs > since || !fanOut.isConnected
      stream.send(
        encodeMessage({
          kind: "hello",
          watermarkMs: clock.now().epochMilliseconds,
          missed,
          heartbeatSeconds,
          protocolVersion,
        }),
      )
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

/** Opened by a request; closed by the client, by sign-out, by slowness, or with the node. */
class Stream {
  readonly #end: StreamEnd
  readonly #fanOut: FanOut
  readonly #metrics: Metrics
  readonly #onClose: () => void
  #unlisten: readonly (() => void)[] = []
  #isClosed = false

  constructor(end: StreamEnd, fanOut: FanOut, metrics: Metrics, onClose: () => void) {
    this.#end = end
    this.#fanOut = fanOut
    this.#metrics = metrics
    this.#onClose = onClose
  }

  /** Listens for what concerns the session now; called again when the user connects or removes a calendar. */
  wire(session: SessionRow, calendars: readonly CalendarRow[], rewire: () => Promise<void>): void {
    for (const unlisten of this.#unlisten) unlisten()
    if (this.#isClosed) return
    const { accountId, userId, sessionId } = session
    const receive = (hint: Hint) => this.#receive(hint, rewire)
    this.#unlisten = [
      this.#fanOut.listen({ kind: "user", accountId, userId }, receive),
      this.#fanOut.listen({ kind: "session", accountId, sessionId }, receive),
      ...calendars.map(({ calendarId }) => this.#fanOut.listen({ kind: "calendar", accountId, calendarId }, receive)),
    ]
  }

  #receive(hint: Hint, rewire: () => Promise<void>): void {
    this.#metrics.count("hints_sent_total")
    switch (hint.kind) {
      case "calendar-changed":
        return this.send(encodeMessage(hint))
      case "connection-changed":
        this.send(encodeMessage({ ...hint, connectionId: parseConnectionId(hint.connectionId), watermarkMs: 0 }))
        return void rewire().catch(() => this.close())
      case "signed-out":
        this.send(encodeMessage({ kind: "signed-out", watermarkMs: 0 }))
        return this.close()
    }
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
    this.#onClose()
  }
}
