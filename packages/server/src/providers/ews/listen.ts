import { isProblem, Problem } from "@kalends/domain/problem"
import type { EwsMessage } from "@kalends/readers/ews/soap"
import { messagesOf } from "@kalends/readers/ews/soap"
import { attributeOf, find, textAt, type XmlNode } from "@kalends/readers/ews/xml"
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

/** Streaming notifications (notification-subscriptions-mailbox-events-and-ews-in-exchange.md): one stream for each connection. */
export function createEwsStreams(calls: EwsCalls, clock: Clock): StreamSource {
  async function* listen(input: ListenInput): AsyncGenerator<StreamNotice, void, void> {
    // handling-delegation-related-errors-in-ews-in-exchange.md: only whoever acts for the owner may subscribe.
    if (input.access.kind === "password" && input.access.isDelegate === true)
      throw new Problem("unsupported", "Exchange tells a delegate of no changes.", { code: "delegate-not-told" })
    let subscription = await calls.subscribe(input, input.calendarIds)
    let isFirst = true
    try {
      for (;;) {
        const end = yield* follow(input, subscription, isFirst)
        isFirst = false
        if (end === "ordinary") continue
        // The server knows the subscription no more: what happened since is not told.
        subscription = await calls.subscribe(input, input.calendarIds)
        for (const calendarId of input.calendarIds) yield { kind: "missed", calendarId }
      }
    } catch (error) {
      if (!input.signal.aborted) throw error
    } finally {
      void calls
        .unsubscribe({ access: input.access, signal: AbortSignal.timeout(unsubscribeMs) }, subscription)
        .catch(() => {})
    }
  }

  /** One stream until its end. "lost": its subscription is gone. Throws Problem where it breaks. */
  async function* follow(
    input: ListenInput,
    subscription: Subscription,
    isFirst: boolean,
  ): AsyncGenerator<StreamNotice, "ordinary" | "lost", void> {
    const openedAt = clock.now()
    const response = await calls.openStream(input, subscription)
    if (response.status !== 200) throw await refused(input, response)
    if (isFirst) yield { kind: "listening" }
    for await (const envelope of envelopesOf(response.body)) {
      for (const message of messagesOf(envelope)) {
        if (message.isError && isLost(message)) return "lost"
        if (message.isError) throw problemOfMessage(message, clock)
        yield* noticesOf(message.node, input)
        if (textAt(message.node, "ConnectionStatus") === "Closed") return "ordinary"
      }
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

function broken(cause?: unknown): Problem {
  return new Problem("unavailable", "Exchange broke its notices off.", { code: "stream-broken", cause })
}

function isLost({ code }: EwsMessage): boolean {
  return (
    code === "ErrorSubscriptionNotFound" || code === "ErrorExpiredSubscription" || code === "ErrorInvalidSubscription"
  )
}

/** What a message tells: of each calendar once; that it lives, where it tells nothing. */
function* noticesOf(node: XmlNode, { calendarIds }: ListenInput): Generator<StreamNotice, void, void> {
  const changed = new Set<string>()
  for (const notification of find(node, "Notifications")?.children ?? [])
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
