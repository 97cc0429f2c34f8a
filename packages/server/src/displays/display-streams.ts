import type { Booking } from "@kalends/domain/booking"
import { actsOf } from "@kalends/domain/display"
import type { AccountId, DisplayId } from "@kalends/domain/ids"
import { quietDisplayMinutes } from "@kalends/domain/in-trouble"
import { roomTroubleOf } from "@kalends/domain/room-trouble"
import { type DisplayMessage, displayBeatSeconds } from "@kalends/protocol/display"
import type { Clock } from "../ports/clock.ts"
import type { ListedDisplay } from "../ports/display-tables.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { RoomAgendas, RoomRef } from "../ports/room-agendas.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { Store } from "../ports/store.ts"
import { agendaMessage, helloMessage } from "./screen-messages.ts"

export type DisplayStreamsDeps = {
  readonly store: Store
  readonly agendas: Pick<RoomAgendas, "known" | "problem" | "read" | "listen" | "offerCheckIn" | "checkInBy">
  readonly fanOut: FanOut
  readonly clock: Clock
}

/** The screen's end of a stream. */
export interface StreamEnd {
  /** False when the screen reads too slowly and must be dropped. */
  write(text: string): boolean
  close(): void
}

/** A screen that lost its network asks anew before the old stream is known to be dead. */
const streamsPerDisplayMost = 2
/** After so many beats a screen is asked after: whether it still is one, and what it is called. */
const beatsPerLook = 15

export function encodeMessage(message: DisplayMessage): string {
  return `data: ${JSON.stringify(message)}\n\n`
}

/**
 * The open streams of this node. A stream listens for its screen and its rooms. One timer beats for all of them, notes which
 * screens said that they hear, and looks whether a change was missed. A line that is cut is not told of for a quarter of an
 * hour: the stream of a screen of which no node has heard for minutes ends, so that nobody is waited for at it.
 */
export function createDisplayStreams(deps: DisplayStreamsDeps) {
  const { store, clock } = deps
  const streams = new Set<Stream>()
  /** Screens that spoke to this node since the last beat. */
  const heard = new Map<DisplayId, AccountId>()
  let isNoting = false
  let failedAt: Temporal.Instant | null = null
  let cancelBeat = () => {}

  function beat(): void {
    const now = clock.now()
    for (const stream of streams) stream.beat(now)
    void note(now)
    cancelBeat = clock.after(displayBeatSeconds * 1000, beat)
  }
  beat()

  /** What could not be noted, or takes longer than a beat, screens say again. Until they had the time to, their silence says nothing. */
  async function note(now: Temporal.Instant): Promise<void> {
    if (isNoting) {
      failedAt = now
      return
    }
    isNoting = true
    try {
      await noteHeard(now)
    } catch {
      failedAt = clock.now()
    } finally {
      isNoting = false
    }
  }

  async function noteHeard(now: Temporal.Instant): Promise<void> {
    const spoke = Map.groupBy(heard, ([, accountId]) => accountId)
    heard.clear()
    const since = now.subtract({ minutes: quietDisplayMinutes })
    const isTelling = failedAt === null || Temporal.Instant.compare(failedAt, since) < 0
    const open = Map.groupBy(streams, ({ display }) => display.accountId)
    for (const accountId of new Set([...spoke.keys(), ...open.keys()])) {
      const here = open.get(accountId) ?? []
      const silent = await store.inAccount(accountId, async ({ displays }) => {
        await displays.touch(
          (spoke.get(accountId) ?? []).map(([displayId]) => displayId),
          now,
        )
        return displays.listUnseen([...new Set(here.map(({ display }) => display.displayId))], since)
      })
      if (isTelling) for (const stream of here) if (silent.includes(stream.display.displayId)) stream.close()
    }
  }

  return {
    /** Opens a stream; returns a function that ends it. */
    async open(display: ListedDisplay, end: StreamEnd): Promise<() => void> {
      const { accountId, displayId } = display
      // Before it is one of the streams: whoever looks for silent ones finds it seen.
      await store.inAccount(accountId, (tables) => tables.displays.touch([displayId], clock.now()))
      const same = [...streams].filter((stream) => stream.display.displayId === displayId)
      for (const stream of same.slice(0, Math.max(0, same.length + 1 - streamsPerDisplayMost))) stream.close()
      const stream = new Stream(deps, display, end, (closed) => void streams.delete(closed))
      streams.add(stream)
      try {
        await stream.look()
      } catch (error) {
        stream.close()
        throw error
      }
      return () => stream.close()
    },
    /** The screen said that it hears its stream, which may be another node's. */
    heard({ accountId, displayId }: Pick<ListedDisplay, "accountId" | "displayId">): void {
      heard.set(displayId, accountId)
    },
    /** Ends all of them: screens ask again, another node if there is one. */
    close(): void {
      cancelBeat()
      for (const stream of [...streams]) stream.close()
    },
    get count() {
      return streams.size
    },
  }
}
export type DisplayStreams = ReturnType<typeof createDisplayStreams>

/** Opened by a request; closed by the screen, by being taken away, by slowness, by silence, or with the node. */
class Stream {
  display: ListedDisplay
  readonly #deps: DisplayStreamsDeps
  readonly #end: StreamEnd
  readonly #closed: (stream: Stream) => void
  readonly #unlisten: () => void
  #rooms = new AbortController()
  /** What was said last of the screen and its rooms; nothing yet. */
  #said = ""
  #isClosed = false
  #beats = 0
  #looks: Promise<void> = Promise.resolve()

  constructor(deps: DisplayStreamsDeps, display: ListedDisplay, end: StreamEnd, closed: (stream: Stream) => void) {
    this.#deps = deps
    this.display = display
    this.#end = end
    this.#closed = closed
    const { accountId, displayId } = display
    this.#unlisten = deps.fanOut.listen({ kind: "display", accountId, displayId }, () => void this.#lookQuietly())
  }

  beat(now: Temporal.Instant): void {
    if (this.#said === "") return
    this.#send({ kind: "beat", now: now.toString() })
    this.#beats += 1
    if (this.#beats % beatsPerLook !== 0) return
    void this.#lookQuietly()
    const { accountId, rooms } = this.display
    for (const { roomId } of rooms) this.#tellUnread({ accountId, roomId })
  }

  /** One look after the other: each sees what was changed before it began. */
  look(): Promise<void> {
    const looked = this.#looks.then(() => this.#look())
    this.#looks = looked.catch(() => {})
    return looked
  }

  /** A look that fails is made up for by the next. */
  async #lookQuietly(): Promise<void> {
    await this.look().catch(() => {})
  }

  async #look(): Promise<void> {
    const { store, clock } = this.#deps
    const { accountId, displayId } = this.display
    const found = await store.inAccount(accountId, async (tables) => {
      const display = await tables.displays.find(displayId)
      const rooms = await Promise.all((display?.rooms ?? []).map(({ roomId }) => tables.rooms.find(roomId)))
      return display === null ? null : { display, rooms: rooms.filter((room) => room !== null) }
    })
    if (this.#isClosed) return
    if (found === null) {
      this.#send({ kind: "removed", now: clock.now().toString() })
      return this.close()
    }
    const { lastSeenAt: _seen, ...display } = found.display
    const said = JSON.stringify([display, found.rooms])
    if (said === this.#said) return
    this.#said = said
    this.display = found.display
    this.#send(helloMessage({ ...found, now: clock.now() }))
    this.#listen(found.rooms)
  }

  #listen(rooms: readonly RoomRow[]): void {
    const before = this.#rooms
    this.#rooms = new AbortController()
    const { signal } = this.#rooms
    const { agendas, clock } = this.#deps
    for (const { accountId, roomId } of rooms) {
      const unlisten = this.#deps.fanOut.listen({ kind: "user", accountId, userId: roomId }, ({ kind }) => {
        if (kind === "room-changed") void this.#lookQuietly()
      })
      signal.addEventListener("abort", unlisten, { once: true })
      const ref: RoomRef = { accountId, roomId }
      if (actsOf[this.display.kind].includes("check-in")) agendas.offerCheckIn(ref, signal)
      const checkInBy = (booking: Booking) => agendas.checkInBy(ref, booking)
      agendas.listen(
        ref,
        (agenda) =>
          this.#send(
            agendaMessage({ ...{ roomId, agenda, now: clock.now(), checkInBy }, problem: agendas.problem(ref) }),
          ),
        signal,
      )
      if (agendas.known(ref) === null) void this.#askWhyUnread(ref, signal)
    }
    // Last: rooms that stay are listened to without a break.
    before.abort()
  }

  /** A room of which nothing is known is told of as soon as it is read; until then the screen says why it is not. */
  async #askWhyUnread(ref: RoomRef, signal: AbortSignal): Promise<void> {
    await this.#deps.agendas.read(ref, signal).catch(() => {})
    if (!signal.aborted) this.#tellUnread(ref)
  }

  #tellUnread(ref: RoomRef): void {
    const { agendas, clock } = this.#deps
    const problem = agendas.problem(ref)
    if (agendas.known(ref) !== null || problem === null) return
    this.#send({ kind: "unread", now: clock.now().toString(), roomId: ref.roomId, trouble: roomTroubleOf(problem) })
  }

  #send(message: DisplayMessage): void {
    if (!this.#isClosed && !this.#end.write(encodeMessage(message))) this.close()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#rooms.abort()
    this.#unlisten()
    this.#closed(this)
    this.#end.close()
  }
}
