import { attributeOf, textAt, type XmlNode } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import { type EwsCall, type FrontDeps, folderNamed, lookAt, type Operation, orError } from "../call.ts"
import { element, leaf, type Markup } from "../markup.ts"
import { partsOf } from "../shape.ts"
import {
  EwsError,
  eachMessage,
  errorMessage,
  responseMessages,
  schemaError,
  streamedEnvelope,
  successMessage,
  xmlHeaders,
} from "../soap.ts"
import { noticesAtOnce, positionOf, type Subscription, type SubscriptionStore, watermarkOf } from "../subscriptions.ts"

/** Streaming subscriptions end when nobody has listened for so long. */
const streamingIdleMinutes = 30
const pullMinutesMost = 1_440
const heartbeatMs = 30_000
const streamsPerDeviceMost = 3
const minuteMs = 60_000

export type NotificationDeps = FrontDeps & { readonly subscriptions: SubscriptionStore; readonly clock: Clock }

/** Subscribe: pull and streaming. Push is refused: devices are called by nobody. */
export const subscribe =
  (deps: NotificationDeps): Operation =>
  async (call) => {
    const [request] = call.node.children
    if (request === undefined || !["PullSubscriptionRequest", "StreamingSubscriptionRequest"].includes(request.name))
      throw new EwsError("ErrorInvalidSubscriptionRequest", "The subscription request is invalid.", { isFault: true })
    const isPull = request.name === "PullSubscriptionRequest"
    const idleMinutes = isPull ? minutesOf(request, "Timeout", pullMinutesMost) : streamingIdleMinutes
    const isAll = attributeOf(request, "SubscribeToAllFolders") === "true"
    // What is there now has been seen once the subscription is made, so that later changes alone are told.
    const seen = await orError(lookAt(deps, call))
    return eachMessage("Subscribe", [request], () => {
      if (!isAll) for (const node of partsOf(request, "FolderIds")) folderNamed(call.device, node)
      if (seen instanceof EwsError) throw seen
      const kind = isPull ? "pull" : "streaming"
      const made = deps.subscriptions.add(call.device, { kind, idleMs: idleMinutes * minuteMs })
      return [leaf("m:SubscriptionId", made.id), isPull ? leaf("m:Watermark", watermarkOf(made, 0)) : ""]
    })
  }

function minutesOf(node: XmlNode, name: string, most: number): number {
  const minutes = Number(textAt(node, name))
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > most) throw schemaError()
  return minutes
}

/** GetEvents: what a pull subscription has to tell behind a watermark; a StatusEvent where there is nothing. */
export const getEvents =
  (deps: NotificationDeps): Operation =>
  async (call) => {
    const seen = await orError(lookAt(deps, call))
    return eachMessage("GetEvents", [textAt(call.node, "SubscriptionId") ?? ""], (id) => {
      const one = deps.subscriptions.find(call.device, id)
      if (seen instanceof EwsError) throw seen
      if (one.kind !== "pull")
        throw new EwsError("ErrorInvalidPullSubscriptionId", "The subscription is not a pull subscription.")
      const text = textAt(call.node, "Watermark") ?? ""
      const since = positionOf(one, text)
      if (since === null)
        throw new EwsError("ErrorInvalidWatermark", "The watermark used for creating this subscription was not found.")
      one.notices = one.notices.filter(({ position }) => position > since)
      const shown = one.notices.slice(0, noticesAtOnce)
      const quiet = element("t:StatusEvent", leaf("t:Watermark", watermarkOf(one, since)))
      return element("m:Notification", [
        leaf("t:SubscriptionId", id),
        leaf("t:PreviousWatermark", text),
        leaf("t:MoreEvents", one.notices.length > shown.length),
        ...(shown.length === 0 ? [quiet] : shown.map(({ markup }) => markup)),
      ])
    })
  }

export const unsubscribe =
  ({ subscriptions }: NotificationDeps): Operation =>
  async ({ node, device }) =>
    eachMessage("Unsubscribe", [textAt(node, "SubscriptionId") ?? ""], (id) => {
      subscriptions.remove(subscriptions.find(device, id))
      return ""
    })

/** GetStreamingEvents: an answer that goes on, one envelope after the other. */
export function getStreamingEvents(deps: NotificationDeps): Operation {
  const open = new Map<string, number>()
  return async (call) => {
    const minutes = minutesOf(call.node, "ConnectionTimeout", 30)
    const ids = partsOf(call.node, "SubscriptionIds").map(({ text }) => text.trim())
    if (ids.length === 0 || ids.length > streamsPerDeviceMost) throw schemaError()
    const found = await orError(findAll(deps, call, ids))
    if (found instanceof EwsError)
      return responseMessages("GetStreamingEvents", [
        errorMessage("GetStreamingEvents", found, leaf("m:ConnectionStatus", "Closed")),
      ])
    if ((open.get(call.device.deviceId) ?? 0) >= streamsPerDeviceMost)
      throw new EwsError("ErrorExceededConnectionCount", "You have too many open connections.", { isFault: true })
    const body = counted(stream(deps, call, { found, minutes }), open, call.device.deviceId)
    return { status: 200, headers: xmlHeaders, body }
  }
}

async function findAll({ subscriptions }: NotificationDeps, { device }: EwsCall, ids: readonly string[]) {
  const found = ids.map((id) => subscriptions.find(device, id))
  if (!found.every(({ kind }) => kind === "streaming"))
    throw new EwsError("ErrorInvalidSubscription", "The subscription is invalid.")
  return found
}

/** Counts an answer among the device's own while it goes on; one that never began does not count. */
async function* counted(body: AsyncIterable<string>, open: Map<string, number>, deviceId: string) {
  open.set(deviceId, (open.get(deviceId) ?? 0) + 1)
  try {
    yield* body
  } finally {
    const left = (open.get(deviceId) ?? 1) - 1
    if (left === 0) open.delete(deviceId)
    else open.set(deviceId, left)
  }
}

type Streaming = { readonly found: readonly Subscription[]; readonly minutes: number }

const piece = (parts: readonly Markup[]): string =>
  streamedEnvelope(responseMessages("GetStreamingEvents", [successMessage("GetStreamingEvents", parts)]))
const status = (value: "OK" | "Closed"): Markup => leaf("m:ConnectionStatus", value)

async function* stream(deps: NotificationDeps, call: EwsCall, { found, minutes }: Streaming): AsyncGenerator<string> {
  const nowMs = () => deps.clock.now().epochMilliseconds
  const untilMs = nowMs() + minutes * minuteMs
  const goesOn = () => !call.signal.aborted && nowMs() < untilMs && !found.some(({ isOver }) => isOver)
  try {
    yield piece([status("OK")])
    while (goesOn()) {
      const told = found.flatMap((one) => notification(one) ?? [])
      if (told.length > 0) yield piece([element("m:Notifications", told)])
      else if (await isQuiet(deps.clock, found, call.signal)) yield piece([status("OK")])
    }
    yield piece([status("Closed")])
  } finally {
    for (const one of found) one.lastUsedMs = nowMs()
  }
}

function notification(one: Subscription): Markup | null {
  const shown = one.notices.slice(0, noticesAtOnce)
  one.notices = one.notices.slice(shown.length)
  return shown.length === 0
    ? null
    : element("m:Notification", [leaf("t:SubscriptionId", one.id), ...shown.map(({ markup }) => markup)])
}

/** Waits until there is something to tell; true where there was nothing for the time of a heartbeat. */
function isQuiet(clock: Clock, found: readonly Subscription[], signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isQuietNow: boolean): void => {
      cancel()
      signal.removeEventListener("abort", woken)
      for (const one of found) one.wake = null
      resolve(isQuietNow)
    }
    const woken = (): void => finish(false)
    const cancel = clock.after(heartbeatMs, () => finish(true))
    signal.addEventListener("abort", woken, { once: true })
    for (const one of found) one.wake = woken
  })
}
