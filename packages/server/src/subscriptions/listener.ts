import { statesForPerson } from "@kalends/domain/connection"
import type { ConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { AccessBroker, HeldAccess } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionLife } from "../ports/connection-life.ts"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import type { TakenListening } from "../ports/listening-tables.ts"
import type { Log } from "../ports/log.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Random } from "../ports/random.ts"
import type { ConnectionRow, Store } from "../ports/store.ts"
import type { Announce } from "./announce.ts"
import { type CalendarNotice, followStreams } from "./follow-streams.ts"
import { createNoticeTeller } from "./listen-notices.ts"
import { leaseMarginMs } from "./listen-pace.ts"
import { createPatience, type Ending } from "./listen-patience.ts"
import { createListenerRecord, type Subject } from "./listener-record.ts"

export type ListenerDeps = {
  readonly store: Store
  readonly broker: AccessBroker
  readonly life: ConnectionLife
  readonly fanOut: FanOut
  readonly providerOf: (connection: ConnectionRow) => CalendarProvider | null
  readonly world: {
    readonly clock: Clock
    readonly random: Random
    readonly metrics: Metrics
    readonly log: Log
  }
}

/** Whose streams these are, and who is told. */
export type ListenerOwn = {
  readonly nodeId: string
  readonly announce: Announce
  readonly taken: TakenListening
  readonly leasedUntil: Temporal.Instant
  /** Before the first opening. */
  readonly delayMs: number
  /** Called once when it listens no more, whatever ended it. */
  readonly ended: () => void
}

/** One opening, from the first look at the connection to its end. */
type Attempt = {
  /** As the audit log names it. */
  readonly call: Call
  readonly controller: AbortController
  access: HeldAccess | null
  openedAtMs: number | null
}

const wish = { actor: { kind: "service", part: "subscriptions" }, reason: "listen" } as const

/**
 * Listens for one connection while this node holds its lease:
 *
 *   waiting ──delay──▶ opening ──all streams listen──▶ listening
 *   opening, listening ──ended, failed, silent──▶ waiting (longer with each failure)
 *   any ──reconnected──▶ opening, with what opens it by now
 *   any ──lease runs out, connection removed or for a person to mend, node stops──▶ ended
 *
 * As soon as it listens, a pass of each calendar is made due, for what changed while nobody did.
 */
export function startListener(deps: ListenerDeps, own: ListenerOwn) {
  const { clock, metrics } = deps.world
  const { accountId, connectionId, userId } = own.taken
  const record = createListenerRecord(deps, own.nodeId, own.taken)
  const teller = createNoticeTeller(own.announce, () => ({ accountId, provider }), clock)
  const patience = createPatience(deps.world)
  const { pause, wake } = createPause(clock)
  const nowMs = () => clock.now().epochMilliseconds
  const isOver = () => state === "ended"
  let state: "waiting" | "opening" | "listening" | "ended" = "waiting"
  let provider = "unknown"
  let lastSignMs = nowMs()
  let attempt: Attempt | null = null
  let isReopening = false
  /** Whether the calendars may still be taken for pushed: since a stream of ours, or of the node that had the lease before. */
  let isTakenForPushed = true
  let cancelFence = () => {}

  /** Throws whatever ended it; see followStreams. */
  async function follow(current: Attempt, subject: Subject): Promise<void> {
    const { source, calendarIds } = subject
    const asked = { ...wish, call: current.call, refusedTokenDigest: patience.refusedTokenDigest() ?? undefined }
    const following = {
      ...{ source, calendarIds: [...calendarIds.keys()], controller: current.controller, clock },
      access: async () => {
        current.access = await deps.broker.freshAccess(accountId, connectionId, asked)
        return current.access
      },
    }
    await followStreams(following, {
      sign: () => {
        lastSignMs = nowMs()
      },
      async listening() {
        if (!(await record.listening())) return lose()
        if (current.controller.signal.aborted) return
        current.openedAtMs = nowMs()
        state = "listening"
        isTakenForPushed = true
        metrics.count("listening_total", { provider, outcome: "opened" })
      },
      notice: ({ kind, calendarId }: CalendarNotice) => {
        metrics.count("stream_notices_total", { provider, kind })
        metrics.countFor({ accountId, provider }, "notices-received")
        const known = calendarIds.get(calendarId)
        if (known !== undefined) teller.note(known)
      },
    })
  }

  /** One opening; how long to wait before the next, or null when there is to be none. */
  async function tryOnce(): Promise<number | null> {
    isReopening = false
    state = "opening"
    const call: Call = `stream:${deps.world.random.uuid()}`
    const current: Attempt = { call, controller: new AbortController(), access: null, openedAtMs: null }
    attempt = current
    let problem: Problem | null = null
    try {
      const subject = await record.find()
      if (subject === null) return null
      provider = subject.provider
      current.controller.signal.throwIfAborted()
      await follow(current, subject)
    } catch (error) {
      problem = problemOf(error, deps.world.log)
    } finally {
      attempt = null
    }
    if (isOver()) return null
    state = "waiting"
    if (isReopening) return 0
    if (isTakenForPushed) isTakenForPushed = !(await record.silent())
    const { access, openedAtMs } = current
    return afterwards({ access, problem, listenedMs: openedAtMs === null ? null : nowMs() - openedAtMs })
  }

  async function afterwards(ending: Ending): Promise<number | null> {
    const { problem, access } = ending
    metrics.count("listening_total", { provider, outcome: problem?.kind ?? "ended" })
    const delayMs = patience.after(ending)
    if (delayMs === 0) return 0
    const isHopeless = problem !== null && (await record.isHopeless(problem, access))
    // Not hopeless all the same: the credential has been replaced meanwhile.
    return isHopeless ? null : (delayMs ?? patience.after({ ...ending, problem: null }))
  }

  async function run(): Promise<void> {
    for (let delayMs: number | null = own.delayMs; delayMs !== null && !isOver(); ) {
      if (delayMs > 0 && !isReopening) await pause(delayMs)
      if (!isOver()) delayMs = await tryOnce()
    }
    if (!isOver()) await unwant()
    await teller.end()
  }

  /** Ends at once, from whatever it does. */
  function lose(): void {
    if (isOver()) return
    state = "ended"
    cancelFence()
    stopInterest()
    attempt?.controller.abort(new Problem("unavailable", "Not listened to from here.", { code: "stream-ended" }))
    wake()
    own.ended()
  }

  async function unwant(): Promise<void> {
    lose()
    await record.drop()
  }

  function reopen(): void {
    patience.forget()
    isReopening = true
    attempt?.controller.abort(new Problem("unavailable", "Opened anew.", { code: "stream-reopened" }))
    wake()
  }

  function hold(leasedUntil: Temporal.Instant): void {
    cancelFence()
    const leftMs = clock.now().until(leasedUntil).total("milliseconds") - leaseMarginMs
    if (!isOver()) cancelFence = clock.after(leftMs, lose)
  }

  const stopInterest = deps.fanOut.listen({ kind: "user", accountId, userId }, hearing(connectionId, unwant, reopen))
  hold(own.leasedUntil)
  const running = run()

  return {
    ...{ connectionId, accountId },
    state: () => state,
    /** When the streams last told anything (epoch ms). */
    lastSignMs: () => lastSignMs,
    /** The lease was renewed. */
    hold,
    /** Ends at once, and nobody else is to listen until it is asked for again. */
    unwant,
    /** Opens anew when it was asked for after the last opening. */
    askedFor(at: Temporal.Instant): void {
      if (record.isAskedSince(at)) reopen()
    },
    /** Closes the streams at once; resolves when nothing is under way any more. Leaves the lease alone. */
    async end(): Promise<void> {
      lose()
      await running
    },
  }
}

/** What becomes of the connection elsewhere, as soon as it is told. */
function hearing(connectionId: ConnectionId, unwant: () => Promise<void>, reopen: () => void) {
  return (hint: Hint): void => {
    if (hint.kind !== "connection-changed" || hint.connectionId !== connectionId) return
    if (hint.state === "gone" || statesForPerson.includes(hint.state)) void unwant()
    else if (hint.state === "connecting") reopen()
  }
}

/** A bug, or the database: neither ends the listener. */
function problemOf(met: unknown, log: Log): Problem {
  if (met instanceof Problem) return met
  log.error("listening failed", { error: met instanceof Error ? met.name : "unknown" })
  return new Problem("unavailable", "Listening failed here.", { code: "internal" })
}

/** A pause that can be cut short. */
function createPause(clock: Clock) {
  let end = () => {}
  return {
    pause: (delayMs: number): Promise<void> =>
      new Promise((resolve) => {
        const cancel = clock.after(delayMs, resolve)
        end = () => {
          cancel()
          resolve()
        }
      }),
    wake: () => end(),
  }
}

export type Listener = ReturnType<typeof startListener>
