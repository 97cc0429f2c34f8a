import { isProblem, Problem } from "@kalends/domain/problem"
import type { EwsMessage } from "@kalends/readers/ews/soap"
import { messagesOf } from "@kalends/readers/ews/soap"
import { attributeOf, find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { ListenInput, StreamNotice, StreamSource } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import type { StreamedResponse } from "../../ports/http-client.ts"
import { problemOfMessage } from "./calls/ask.ts"
import { type Subscription, streamMinutesMost } from "./calls/stream.ts"
import type { EwsCalls } from "./calls.ts"

/** A stream that ended before this was broken off. */
const ordinaryEndMs = (streamMinutesMost - 1) * 60_000
/** One envelope is some kilobytes; more without an end is no stream of Exchange's. */
const envelopeCharsMost = 4 * 2 ** 20
const unsubscribeMs = 5_000
/** Exchange says that it lives more often than this; a stream without a word is held back by something on the way. */
const firstWordMs = 60_000
/** Shorter than whoever listens waits for the beginning. */
const openingMs = 20_000
const fetchEveryMs = 30_000

/** Streaming notifications (notification-subscriptions-mailbox-events-and-ews-in-exchange.md): one stream for each connection. */
export function createEwsStreams(calls: EwsCalls, clock: Clock): StreamSource {
  async function* listen(input: ListenInput): AsyncGenerator<StreamNotice, void, void> {
    // handling-delegation-related-errors-in-ews-in-exchange.md: only whoever acts for the owner may subscribe.
    if (input.access.kind === "password" && input.access.isDelegate === true)
      throw new Problem("unsupported", "Exchange tells a delegate of no changes.", { code: "delegate-not-told" })
    try {
      if ((yield* streamed(input)) === "buffered") yield* fetched(input)
    } catch (error) {
      if (!input.signal.aborted) throw error
    }
  }

  /** Streams one after the other; ends where something on the way holds back what Exchange sends. */
  async function* streamed(input: ListenInput): AsyncGenerator<StreamNotice, "buffered", void> {
    let subscription = await calls.subscribe(input, input.calendarIds)
    let isFirst = true
    try {
      for (;;) {
        const end = yield* follow(input, subscription, isFirst)
        if (end === "buffered") return end
        isFirst = false
        if (end === "ordinary") continue
        // The server knows the subscription no more: what happened since is not told.
        subscription = await calls.subscribe(input, input.calendarIds)
        for (const calendarId of input.calendarIds) yield { kind: "missed", calendarId }
      }
    } finally {
      leave(input, subscription)
    }
  }

  /**
   * Asks for what happened, every so often (GetEvents): slower than a stream, and all that gets through a proxy that waits
   * for the end of an answer.
   */
  async function* fetched(input: ListenInput): AsyncGenerator<StreamNotice, void, void> {
    let subscription = await calls.subscribe(input, input.calendarIds, true)
    let watermark = subscription.watermark
    // While the stream was waited for, nothing was told.
    for (const calendarId of input.calendarIds) yield { kind: "missed", calendarId }
    try {
      for (;;) {
        await paused(fetchEveryMs, input.signal)
        const message = await calls.getEvents(input, subscription, watermark).catch(nullIfLost)
        if (message === null) {
          subscription = await calls.subscribe(input, input.calendarIds, true)
          watermark = subscription.watermark
          for (const calendarId of input.calendarIds) yield { kind: "missed", calendarId }
          continue
        }
        const notification = find(message.node, "Notification")
        watermark = lastWatermark(notification) ?? watermark
        yield* noticesOf(notification === null ? [] : [notification], input)
      }
    } finally {
      leave(input, subscription)
    }
  }

  function paused(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () => resolve())
      const refuse = () => {
        cancel()
        reject(signal.reason)
      }
      if (signal.aborted) refuse()
      signal.addEventListener("abort", refuse, { once: true })
    })
  }

  /** The server need not keep it until it runs out; nobody waits for that. */
  function leave({ access }: ListenInput, subscription: Subscription): void {
    const signal = AbortSignal.timeout(unsubscribeMs)
    void calls.unsubscribe({ access, signal }, subscription).catch(() => {})
  }

  /** One stream until its end. "lost": its subscription is gone. "buffered": nothing came of it at all. Throws Problem where it breaks. */
  async function* follow(
    input: ListenInput,
    subscription: Subscription,
    isFirst: boolean,
  ): AsyncGenerator<StreamNotice, "ordinary" | "lost" | "buffered", void> {
    const openedAt = clock.now()
    const nothing = new AbortController()
    let cancel = clock.after(openingMs, () => nothing.abort())
    let isTold = !isFirst
    const target = { access: input.access, signal: AbortSignal.any([input.signal, nothing.signal]) }
    try {
      const response = await calls.openStream(target, subscription)
      if (response.status !== 200) throw await refused(input, response)
      cancel()
      cancel = clock.after(firstWordMs, () => nothing.abort())
      if (!isTold) yield { kind: "listening" }
      isTold = true
      for await (const envelope of envelopesOf(response.body)) {
        cancel()
        for (const message of messagesOf(envelope)) {
          if (message.isError && isLost(message)) return "lost"
          if (message.isError) throw problemOfMessage(message, clock)
          yield* noticesOf(find(message.node, "Notifications")?.children ?? [], input)
          if (textAt(message.node, "ConnectionStatus") === "Closed") return "ordinary"
        }
      }
    } catch (error) {
      if (!nothing.signal.aborted) throw error
      if (!isTold) yield { kind: "listening" }
      return "buffered"
    } finally {
      cancel()
    }
    if (openedAt.until(clock.now()).total("milliseconds") >= ordinaryEndMs) return "ordinary"
    throw broken()
  }

  async function refused({ access }: ListenInput, { status, body, headers }: StreamedResponse): Promise<Problem> {
    const text = await new Response(body).text().catch(() => "")
    return calls.problemIn(access, { status, headers, body: text }) ?? broken()
  }

  return { perStreamMost: 200, silenceMostMs: 120_000, listen }
}

/** What a fetch throws where the server knows the subscription no more (readers/ews/problems.ts). */
function nullIfLost(error: unknown): null {
  if (isProblem(error, "unavailable") && error.code === "stream-lost") return null
  throw error
}

/** Events come in order, each with its mark. */
function lastWatermark(notification: XmlNode | null): string | null {
  return (notification?.children ?? []).reduce<string | null>((last, event) => textAt(event, "Watermark") ?? last, null)
}

function broken(cause?: unknown): Problem {
  return new Problem("unavailable", "Exchange broke its notices off.", { code: "stream-broken", cause })
}

function isLost({ code }: EwsMessage): boolean {
  return (
    code === "ErrorSubscriptionNotFound" || code === "ErrorExpiredSubscription" || code === "ErrorInvalidSubscription"
  )
}

/** What a message tells: of each calendar once; that it lives, where it tells nothing. */
function* noticesOf(
  notifications: readonly XmlNode[],
  { calendarIds }: ListenInput,
): Generator<StreamNotice, void, void> {
  const changed = new Set<string>()
  for (const notification of notifications)
    for (const event of notification.children) {
      if (!event.name.endsWith("Event") || event.name === "StatusEvent") continue
      const folder = find(event, "ParentFolderId") ?? find(event, "FolderId")
      changed.add(attributeOf(folder, "Id") ?? "")
    }
  if (changed.size === 0) yield { kind: "alive" }
  // An event of the folder itself names its parent: which of ours it is, it does not say.
  const isNamed = [...changed].every((id) => calendarIds.some((known) => known === id))
  for (const calendarId of calendarIds)
    if (changed.size > 0 && (changed.has(calendarId) || !isNamed)) yield { kind: "changed", calendarId }
}

/** The answer is a row of documents, cut anywhere. Throws Problem "unavailable" when it breaks, "malformed" without an end. */
async function* envelopesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder()
  let held = ""
  try {
    for await (const chunk of body) {
      held += decoder.decode(chunk, { stream: true })
      for (let end = endOfEnvelope(held); end > 0; end = endOfEnvelope(held)) {
        yield held.slice(0, end)
        held = held.slice(end)
      }
      if (held.length > envelopeCharsMost) throw new Problem("malformed", "Exchange's notices cannot be read.")
    }
  } catch (error) {
    throw isProblem(error) ? error : broken(error)
  }
}

function endOfEnvelope(text: string): number {
  const found = /<\/(?:[\w-]{1,20}:)?Envelope\s{0,10}>/.exec(text)
  return found === null ? 0 : found.index + found[0].length
}
