import type { SimStream } from "../server.ts"
import { EwsError, responseMessages, streamedEnvelope, successMessage } from "./soap.ts"
import { noticesAtOnce, type Subscription, type SubscriptionStore, timeoutOf } from "./subscriptions.ts"
import type { Operation, World } from "./world.ts"
import { allOf, element, find, leaf, type Markup, textAt } from "./xml.ts"

/** What streams are open, and how to break them. */
export type Streams = ReturnType<typeof createStreams>

const heartbeatMs = 45_000
/** HangingConnectionLimit of Exchange 2019. */
const streamsMost = 10
const idsMost = 200

export function createStreams(world: World) {
  const open = new Set<{ readonly mailbox: object; readonly out: SimStream }>()

  const piece = (parts: readonly Markup[]) =>
    streamedEnvelope(responseMessages("GetStreamingEvents", [successMessage("GetStreamingEvents", parts)]))
  const status = (value: "OK" | "Closed") => leaf("m:ConnectionStatus", value)

  function notification(subscription: Subscription): Markup | null {
    const shown = subscription.notices.splice(0, noticesAtOnce)
    if (shown.length === 0) return null
    return element("m:Notification", [leaf("t:SubscriptionId", subscription.id), ...shown.map(({ markup }) => markup)])
  }

  function run(out: SimStream, subscriptions: readonly Subscription[], { minutes, mailbox }: Hanging): void {
    const entry = { mailbox, out }
    open.add(entry)
    let isOpen = true
    const timers = new Set<() => void>()
    const after = (delayMs: number, work: () => void) =>
      timers.add(world.platform.after(delayMs, () => isOpen && work()))
    const flush = (): void => {
      for (;;) {
        const told = subscriptions.flatMap((one) => notification(one) ?? [])
        if (told.length === 0) return
        out.write(piece([element("m:Notifications", told)]))
      }
    }
    const finish = (): void => {
      if (!isOpen) return
      out.write(piece([status("Closed")]))
      out.end()
    }
    let isFlushing = false
    const send = (): void => {
      if (isFlushing) return
      isFlushing = true
      // What one act changes is told together.
      queueMicrotask(() => {
        isFlushing = false
        if (isOpen) flush()
      })
    }
    for (const one of subscriptions) {
      one.stream?.close()
      one.stream = { send, close: finish }
    }
    const beat = (): void => {
      out.write(piece([status("OK")]))
      after(heartbeatMs, beat)
    }
    out.onClose(() => {
      isOpen = false
      open.delete(entry)
      for (const cancel of timers) cancel()
      for (const one of subscriptions) {
        if (one.stream?.send !== send) continue
        one.stream = null
        one.lastUsedMs = world.platform.now().epochMilliseconds
      }
    })
    beat()
    flush()
    after(minutes * 60_000, finish)
  }

  return {
    count: (): number => open.size,
    /** Cuts every stream in the middle, without a last word. */
    drop: (): void => [...open].forEach(({ out }) => void out.destroy()),
    run,
    isFull: (mailbox: object): boolean => [...open].filter((one) => one.mailbox === mailbox).length >= streamsMost,
  }
}

type Hanging = { readonly minutes: number; readonly mailbox: object }

/** GetStreamingEvents: an answer that goes on, one envelope after the other. */
export const getStreamingEventsOperation =
  (store: SubscriptionStore, streams: Streams): Operation =>
  (_world, call) => {
    const ids = allOf(find(call.node, "SubscriptionIds"), "SubscriptionId").map(({ text }) => text.trim())
    const minutes = timeoutOf(textAt(call.node, "ConnectionTimeout"), 30)
    if (ids.length === 0 || ids.length > idsMost)
      throw new EwsError("ErrorInvalidSubscription", "The subscription is invalid.", { isFault: true })
    const found: Subscription[] = []
    const failed: { readonly id: string; readonly error: EwsError }[] = []
    for (const id of ids) {
      try {
        found.push(store.find(id, call))
      } catch (error) {
        if (!(error instanceof EwsError)) throw error
        failed.push({ id, error })
      }
    }
    const mailbox = call.actor.person ?? call.actor.account
    if (failed[0] === undefined && streams.isFull(mailbox))
      throw new EwsError(
        "ErrorExceededConnectionCount",
        "You have exceeded the available concurrent connections for your account. Try again once your other requests have completed.",
        { isFault: true },
      )
    const [first] = failed
    return {
      status: 200,
      headers: { "content-type": "text/xml; charset=utf-8", "transfer-encoding": "chunked" },
      stream: (out) => {
        if (first === undefined) return streams.run(out, found, { minutes, mailbox })
        out.write(
          refusal(
            first.error,
            failed.map(({ id }) => id),
          ),
        )
        out.end()
      },
    }
  }

function refusal({ message, code }: EwsError, ids: readonly string[]): string {
  const answer = element(
    "m:GetStreamingEventsResponseMessage",
    [
      leaf("m:MessageText", message),
      leaf("m:ResponseCode", code),
      leaf("m:DescriptiveLinkKey", 0),
      element(
        "m:ErrorSubscriptionIds",
        ids.map((id) => leaf("t:SubscriptionId", id)),
      ),
      leaf("m:ConnectionStatus", "Closed"),
    ],
    { ResponseClass: "Error" },
  )
  return streamedEnvelope(responseMessages("GetStreamingEvents", [answer]))
}
