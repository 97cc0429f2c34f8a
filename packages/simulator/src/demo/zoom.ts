import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import type { Meeting } from "../zoom/meeting.ts"
import type { createZoom } from "../zoom/zoom.ts"

type DemoZoom = Pick<ReturnType<typeof createZoom>, "account" | "webhooks">

/** The secret token of the event subscription that the demo has. */
export const webhookSecret = "simulated-zoom-webhook-secret"

const topicCharsMost = 200
const loopback = ["localhost", "127.0.0.1", "[::1]"]

/** What the demo's page shows of Zoom, and the edits that are made there as if in Zoom itself. */
export function demoZoomRoutes({ account, webhooks }: DemoZoom): readonly Route[] {
  const subscribed = new Set<string>()

  /** Where Zoom is to send events: to this machine alone, for anybody may ask. Repeated, it changes nothing. */
  async function subscribe({ json }: SimRequest): Promise<SimResponse> {
    const url = URL.parse(String(json.url ?? ""))
    if (url === null || !loopback.includes(url.hostname)) return { status: 400, body: {} }
    if (!subscribed.has(url.href) && !(await webhooks.subscribe(url.href, webhookSecret)))
      return { status: 409, body: {} }
    subscribed.add(url.href)
    return { status: 200, body: {} }
  }

  function edit({ params, json }: SimRequest): SimResponse {
    const meeting = account.find(params.id ?? "")
    if (meeting === null) return { status: 404, body: {} }
    const topic = typeof json.topic === "string" ? json.topic.trim().slice(0, topicCharsMost) : ""
    const startsAtMs = typeof json.startsAt === "string" && meeting.type === 2 ? Date.parse(json.startsAt) : Number.NaN
    const refused = account.update(meeting, {
      ...(topic === "" ? {} : { topic }),
      ...(Number.isNaN(startsAtMs) ? {} : { startsAt: Temporal.Instant.fromEpochMilliseconds(startsAtMs) }),
    })
    return refused.length === 0 ? { status: 200, body: {} } : { status: 400, body: {} }
  }

  function remove({ params }: SimRequest): SimResponse {
    const meeting = account.find(params.id ?? "")
    if (meeting === null) return { status: 404, body: {} }
    account.remove(meeting)
    return { status: 200, body: {} }
  }

  return [
    route("GET", "/demo/zoom", () => ({ status: 200, body: { meetings: account.users.flatMap(meetingsOf) } })),
    route("POST", "/demo/zoom/subscribe", subscribe),
    route("POST", "/demo/zoom/meetings/:id", edit),
    route("POST", "/demo/zoom/meetings/:id/delete", remove),
  ]

  function meetingsOf(user: Parameters<typeof account.meetingsOf>[0]) {
    return account.meetingsOf(user).map(shown)
  }
}

/** `startsAt`: of a series its first start; null where it has no fixed time. */
function shown({ id, topic, type, startsAt, minutes }: Meeting) {
  return { id: String(id), topic, isSeries: type !== 2, startsAt: startsAt?.toString() ?? null, minutes }
}
