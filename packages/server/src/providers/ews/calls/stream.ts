import { type EwsMessage, ewsRequest } from "@kalends/readers/ews/soap"
import { escapeXml, textAt } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import type { HttpClient, StreamedResponse } from "../../../ports/http-client.ts"
import { type Ask, onlyMessage, passwordOf, signedRequest, type Target } from "./ask.ts"

/** Longest that a stream may stay open, in minutes (getstreamingevents-operation.md). */
export const streamMinutesMost = 30

/** A pull subscription that nobody asks for this long is forgotten. */
const pullMinutes = 10

/** A subscription, and the cookie that brings calls about it to the server that keeps it. */
export type Subscription = { readonly id: string; readonly headers: Readonly<Record<string, string>> }

const eventTypes = [
  "CreatedEvent",
  "DeletedEvent",
  "ModifiedEvent",
  "MovedEvent",
  "CopiedEvent",
  "FreeBusyChangedEvent",
]
const affinity = { "x-preferserveraffinity": "true" }

/** Subscribe for notifications of these folders, over a stream or to be fetched (GetEvents). */
export async function subscribe(
  ask: Ask,
  clock: Clock,
  target: Target,
  { folderIds, isPull }: { readonly folderIds: readonly string[]; readonly isPull: boolean },
): Promise<Subscription & { readonly watermark: string }> {
  const folders = folderIds.map((id) => `<t:FolderId Id="${escapeXml(id)}"/>`).join("")
  const types = eventTypes.map((type) => `<t:EventType>${type}</t:EventType>`).join("")
  const wanted = `<t:FolderIds>${folders}</t:FolderIds><t:EventTypes>${types}</t:EventTypes>`
  const request = isPull
    ? `<m:PullSubscriptionRequest>${wanted}<t:Timeout>${pullMinutes}</t:Timeout></m:PullSubscriptionRequest>`
    : `<m:StreamingSubscriptionRequest>${wanted}</m:StreamingSubscriptionRequest>`
  const answered = await ask(target, `<m:Subscribe>${request}</m:Subscribe>`, {
    isRepeatable: false,
    headers: affinity,
  })
  const { node } = onlyMessage(answered, clock)
  const id = textAt(node, "SubscriptionId") ?? ""
  const cookie = /x-backendoverridecookie=[^;,\s]+/i.exec(answered.headers["set-cookie"] ?? "")?.[0]
  const headers = { ...affinity, ...(cookie === undefined ? {} : { cookie }) }
  return { id, headers, watermark: textAt(node, "Watermark") ?? "" }
}

/** GetEvents since a watermark. */
export async function getEvents(
  { ask, clock }: { readonly ask: Ask; readonly clock: Clock },
  target: Target,
  { id, headers }: Subscription,
  watermark: string,
): Promise<EwsMessage> {
  const body = `<m:GetEvents><m:SubscriptionId>${escapeXml(id)}</m:SubscriptionId><m:Watermark>${escapeXml(watermark)}</m:Watermark></m:GetEvents>`
  return onlyMessage(await ask(target, body, { isRepeatable: true, headers }), clock)
}

/** GetStreamingEvents: an answer that goes on for as long as the stream is open. */
export function openStream(
  http: HttpClient,
  { access, signal }: Target,
  { id, headers }: Subscription,
): Promise<StreamedResponse> {
  const body = `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${escapeXml(id)}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>${streamMinutesMost}</m:ConnectionTimeout></m:GetStreamingEvents>`
  const request = signedRequest(access, ewsRequest(passwordOf(access).server, body), { isRepeatable: true, headers })
  return http.stream({ ...request, signal, timeoutMs: (streamMinutesMost + 1) * 60_000 })
}

/** Unsubscribe: the server need not keep it until it runs out. */
export async function unsubscribe(ask: Ask, target: Target, { id, headers }: Subscription): Promise<void> {
  const body = `<m:Unsubscribe><m:SubscriptionId>${escapeXml(id)}</m:SubscriptionId></m:Unsubscribe>`
  await ask(target, body, { isRepeatable: true, headers })
}
