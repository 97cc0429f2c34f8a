import { createHmac } from "node:crypto"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { systemPlatform } from "../platform.ts"
import { signed } from "./webhooks.ts"
import { startZoom, type Zoom } from "./zoom.ts"

type Event = { readonly event: string; readonly payload: Record<string, unknown> }

const secret = "secret-token"
let now: Temporal.Instant
let zoom: Zoom
let received: { readonly headers: Readonly<Record<string, string>>; readonly body: string }[]
let status: number
let isHonest: boolean

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T09:00:00Z")
  received = []
  status = 204
  isHonest = true
  const platform = {
    ...systemPlatform(7),
    now: () => now,
    post: async (_url: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array<ArrayBuffer>) => {
      const text = String(body)
      const { event, payload }: Event = JSON.parse(text)
      if (event !== "endpoint.url_validation") {
        received.push({ headers, body: text })
        return { status, text: "" }
      }
      const { plainToken } = payload
      const encryptedToken = createHmac("sha256", isHonest ? secret : "guess")
        .update(String(plainToken))
        .digest("hex")
      return { status: 200, text: JSON.stringify({ plainToken, encryptedToken }) }
    },
  }
  zoom = await startZoom({ platform })
  zoom.account.addUser("ada@northwind.example")
})
afterEach(() => zoom.close())

const ada = () => zoom.account.findUser("me") ?? zoom.account.addUser("ada@northwind.example")
const subscribe = () => zoom.webhooks.subscribe("https://kalends.example/hooks/zoom", secret)
const events = () => received.map(({ body }): Event => JSON.parse(body))
const first = Temporal.Instant.from("2026-12-01T09:00:00Z")

async function series() {
  const meeting = zoom.account.create(ada(), {
    topic: "Lesson",
    type: 8,
    startsAt: first,
    recurrence: { every: 1, pattern: { kind: "daily" }, end: { kind: "times", times: 3 } },
  })
  await zoom.webhooks.deliver()
  received = []
  return meeting
}

describe("an endpoint", () => {
  test("is told of nothing before it has shown that it knows the secret", async () => {
    isHonest = false
    expect(await subscribe()).toBe(false)
    zoom.account.create(ada(), { topic: "Quiet" })
    await zoom.webhooks.deliver()
    expect(received).toEqual([])
  })

  test("is switched off after six failed validations in a row", async () => {
    await subscribe()
    isHonest = false
    for (let count = 1; count < 6; count++) expect(await zoom.webhooks.revalidate()).toHaveLength(1)
    expect(await zoom.webhooks.revalidate()).toEqual([])
    zoom.account.create(ada(), { topic: "Quiet" })
    await zoom.webhooks.deliver()
    expect(received).toEqual([])
  })
})

describe("an event", () => {
  test("is signed over its time and its bytes", async () => {
    await subscribe()
    zoom.account.create(ada(), { topic: "Review", startsAt: first })
    await zoom.webhooks.deliver()
    const [{ headers, body } = { headers: {}, body: "" }] = received
    const timestamp = String(now.epochMilliseconds / 1_000)
    expect(headers).toMatchObject({
      "x-zm-request-timestamp": timestamp,
      "x-zm-signature": `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`,
    })
    expect(signed(secret, body, now)).toEqual(headers)
  })

  test("of an update holds what changed, before and after", async () => {
    const meeting = zoom.account.create(ada(), { topic: "Review", startsAt: first })
    await subscribe()
    zoom.account.update(meeting, { topic: "Audit", startsAt: first.add({ hours: 1 }) })
    await zoom.webhooks.deliver()
    expect(events()).toMatchObject([
      {
        event: "meeting.updated",
        payload: {
          operator: "ada@northwind.example",
          scope: "all",
          object: { id: meeting.id, topic: "Audit", start_time: "2026-12-01T10:00:00Z" },
          old_object: { id: meeting.id, topic: "Review", start_time: "2026-12-01T09:00:00Z" },
        },
      },
    ])
    expect(Object.keys(events()[0]?.payload.object ?? {})).toEqual(["id", "topic", "start_time"])
  })

  test("of one occurrence says which", async () => {
    await subscribe()
    const meeting = await series()
    const [, moved, gone] = meeting.occurrences
    if (moved === undefined || gone === undefined) throw new Error("too few occurrences")
    zoom.account.updateOccurrence(meeting, moved, { startsAt: moved.startsAt.add({ hours: 2 }) })
    zoom.account.removeOccurrence(meeting, gone)
    await zoom.webhooks.deliver()
    expect(events()).toMatchObject([
      {
        event: "meeting.updated",
        payload: {
          scope: "single",
          object: { occurrences: [{ occurrence_id: moved.id, start_time: "2026-12-02T11:00:00Z" }] },
          old_object: { occurrences: [{ occurrence_id: moved.id, start_time: "2026-12-02T09:00:00Z" }] },
        },
      },
      {
        event: "meeting.deleted",
        payload: {
          operation: "single",
          object: { id: meeting.id, uuid: meeting.uuid, occurrences: [{ occurrence_id: gone.id }] },
        },
      },
    ])
  })

  test("of what the application did itself comes too", async () => {
    await subscribe()
    const meeting = await series()
    const headers = { authorization: `Bearer ${zoom.tokens.newToken()}` }
    await fetch(`${zoom.baseUrls.api}/meetings/${meeting.id}`, { method: "DELETE", headers })
    await zoom.webhooks.deliver()
    expect(events()).toMatchObject([{ event: "meeting.deleted", payload: { operation: "all" } }])
    expect(zoom.webhooks.sent()).toEqual(["meeting.created", "meeting.deleted"])
  })

  test("is told again three times after a failure, and never after a refusal", async () => {
    await subscribe()
    status = 503
    zoom.account.create(ada(), { topic: "Review" })
    for (let count = 0; count < 6; count++) await zoom.webhooks.deliver()
    expect(received).toHaveLength(4)
    received = []
    status = 401
    zoom.account.create(ada(), { topic: "Review" })
    for (let count = 0; count < 6; count++) await zoom.webhooks.deliver()
    expect(received).toHaveLength(1)
  })

  test("is lost, doubled or out of order as the knobs say", async () => {
    await subscribe()
    zoom.knobs.dropPushes = 1
    zoom.account.create(ada(), { topic: "Lost" })
    zoom.knobs.dropPushes = 0
    zoom.knobs.doublePushes = 1
    zoom.account.create(ada(), { topic: "Twice" })
    zoom.knobs.doublePushes = 0
    zoom.knobs.reorderPushes = true
    zoom.account.create(ada(), { topic: "Later" })
    zoom.account.create(ada(), { topic: "Sooner" })
    await zoom.webhooks.deliver()
    const topics = events().map(({ payload }) => (payload.object as { topic: string }).topic)
    expect(topics).toEqual(["Twice", "Twice", "Sooner", "Later"])
  })
})
