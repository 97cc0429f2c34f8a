import { startZoom, zoomApp } from "@kalends/simulator/zoom/zoom"
import Fastify from "fastify"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { meetingHooksRoute } from "../../http/meeting-hooks-route.ts"
import { createHttpClient } from "../../platform/http-client.ts"
import type { MeetingBackend } from "../../ports/meeting-backend.ts"
import { createMeetingReceiver } from "../../sync/meeting-receiver.ts"
import { someDraft, startEngine } from "../../testing/engine.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { recordOf } from "../../testing/memory-events.ts"
import { createZoomBackend } from "./index.ts"
import { createZoomPush } from "./push.ts"

const host = "ada@example.org"
const secret = "secret-token"

/** Zoom, a calendar with one event that has a meeting in it, and our address that Zoom reports to. */
async function start() {
  const clock = fakeClock()
  const zoom = await startZoom({ clock: () => clock.now() })
  zoom.account.addUser(host)
  const http = createHttpClient({ allowedPrivateHosts: [new URL(zoom.url).host] })
  const settings = { ...zoomApp, user: host, tokenUrl: zoom.baseUrls.oauth, apiUrl: zoom.baseUrls.api }
  const backend = createZoomBackend({ http, clock }, settings)
  const told: { afterWrite: (() => void) | null } = { afterWrite: null }
  const engine = await startEngine({ dressBackend: () => watched(backend, told) })
  const { jobs, pass, settle, accountId, calendarId, remote, store, metrics } = engine
  const failing = { times: 0 }
  const queue = {
    ...jobs.queue,
    async add(...added: Parameters<typeof jobs.queue.add>) {
      if (failing.times-- > 0) throw new Error("the database is away")
      await jobs.queue.add(...added)
    },
  }
  const pushes = new Map([["zoom", createZoomPush(secret)]])
  const receiver = createMeetingReceiver({ pushes, store, queue, world: { clock, metrics } })
  const app = Fastify({ logger: false })
  await app.register((own) => meetingHooksRoute(own, { receiver, metrics }))
  const address = `${await app.listen({ port: 0, host: "127.0.0.1" })}/hooks/zoom`
  const run = async () => {
    for (let due = jobs.take(); due.length > 0; due = jobs.take())
      for (const job of due) {
        if (job.kind === "pass") await pass(job)
        if (job.kind === "settle") await settle(job)
      }
  }
  const sync = async () => {
    await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
    await run()
  }
  const id = await remote.hand.create({ ...someDraft(), rule: null })
  await remote.calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: "@meet" }))
  await sync()
  const event = () => recordOf(remote.calendar.find(id) ?? never())
  const meeting = () => zoom.account.find(/\/j\/(\d+)/.exec(event().location ?? "")?.[1] ?? "") ?? never()
  const outcomes = () => [...metrics.counts].filter(([name]) => name.startsWith("hook_notices_total"))
  const close = async () => {
    await app.close()
    await http.close()
    await zoom.close()
  }
  return { ...engine, zoom, told, failing, app, address, run, sync, id, event, meeting, outcomes, close }
}

/** `afterWrite` happens once, between a write of ours and the look after it. */
function watched(backend: MeetingBackend, told: { afterWrite: (() => void) | null }): MeetingBackend {
  return {
    ...backend,
    async update(...input) {
      await backend.update(...input)
      told.afterWrite?.()
      told.afterWrite = null
    },
  }
}

let here: Awaited<ReturnType<typeof start>>
beforeEach(async () => {
  here = await start()
})
afterEach(() => here.close())

/** Zoom tells what it has to tell, and we do what that calls for. */
async function deliver(): Promise<void> {
  await here.zoom.webhooks.deliver()
  await here.run()
}

describe("an edit made in Zoom", () => {
  beforeEach(async () => expect(await here.zoom.webhooks.subscribe(here.address, secret)).toBe(true))

  test("is in the calendar as soon as Zoom has told of it", async () => {
    const { zoom, meeting, event, outcomes } = here
    const startsAt = Temporal.Instant.from("2026-11-25T10:00:00Z")
    zoom.account.update(meeting(), { topic: "Leonids", startsAt })
    await deliver()
    expect(event().subject).toBe("Leonids")
    expect(event().schedule).toMatchObject({ time: { startsAt } })
    expect(outcomes()).toContainEqual(["hook_notices_total zoom accepted", 1])
    expect(zoom.calls.count("updateMeeting")).toBe(0)
  })

  test("that deletes the meeting gives its event a new one", async () => {
    const { zoom, meeting, event } = here
    const gone = meeting()
    zoom.account.remove(gone)
    await deliver()
    expect(event().location).not.toContain(String(gone.id))
    expect(meeting().topic).toBe("Observation night")
  })

  test("duplicate-push: an edit is taken once when Zoom tells it twice, late and out of order", async () => {
    const { zoom, meeting, event, remote, id } = here
    Object.assign(zoom.knobs, { doublePushes: 1, delayPushesMs: 60_000, delayShare: 1, reorderPushes: true })
    zoom.account.update(meeting(), { topic: "Leonids" })
    zoom.account.update(meeting(), { topic: "Geminids" })
    await deliver()
    expect(event().subject).toBe("Geminids")
    const { version } = recordOf(remote.calendar.find(id) ?? never())
    await deliver()
    expect(event().version).toBe(version)
  })

  test("missed-push-repaired: an edit that Zoom never told of waits for the hourly look", async () => {
    const { zoom, meeting, event, jobs, store, clock, run } = here
    zoom.knobs.dropPushes = 1
    zoom.account.update(meeting(), { topic: "Leonids" })
    await deliver()
    expect(event().subject).toBe("Observation night")
    await clock.advance(3_600_000)
    const now = clock.now()
    const due = await store.asSystem((tables) => tables.takeDueReviews({ now, limit: 10, nextReviewAt: now }))
    await jobs.queue.add(due.map((one) => ({ kind: "settle", ...one, cause: "review" })))
    await run()
    expect(event().subject).toBe("Leonids")
  })

  test("is told again when it could not be made durable", async () => {
    const { zoom, meeting, event, failing } = here
    failing.times = 1
    zoom.account.update(meeting(), { topic: "Leonids" })
    await deliver()
    expect(event().subject).toBe("Observation night")
    await deliver()
    expect(event().subject).toBe("Leonids")
  })

  test("between a write of ours and the look after it is kept, and the calendar follows it", async () => {
    const { zoom, meeting, event, told, remote, id, sync } = here
    told.afterWrite = () => void zoom.account.update(meeting(), { topic: "Leonids" })
    await remote.hand.moveTo(id, Temporal.PlainDateTime.from("2026-11-26T21:00:00"))
    await sync()
    expect(event().subject).toBe("Leonids")
    await deliver()
    expect(meeting()).toMatchObject({ topic: "Leonids", startsAt: Temporal.Instant.from("2026-11-26T20:00:00Z") })
    expect(zoom.calls.count("updateMeeting")).toBe(1)
  })
})

test("what we wrote ourselves comes back from Zoom, and is written no second time on either side", async () => {
  const { zoom, meeting, event, remote, id, sync, outcomes } = here
  await zoom.webhooks.subscribe(here.address, secret)
  await remote.hand.rename(id, "Perseids")
  await sync()
  expect(meeting().topic).toBe("Perseids")
  const { version } = event()
  await deliver()
  await deliver()
  expect(outcomes()).toContainEqual(["hook_notices_total zoom accepted", 1])
  expect(zoom.calls.count("updateMeeting")).toBe(1)
  expect(event().version).toBe(version)
})

test("an address that does not know the secret is no address for Zoom", async () => {
  expect(await here.zoom.webhooks.subscribe(here.address, "another-secret")).toBe(false)
})

test("forged, oversized and unreadable requests are answered like a genuine one and do nothing", async () => {
  const { app, jobs, outcomes } = here
  const post = async (payload: string, headers: Record<string, string> = {}) => {
    const { statusCode, body } = await app.inject({ method: "POST", url: "/hooks/zoom", payload, headers })
    return [statusCode, body]
  }
  const json = { "content-type": "application/json" }
  for (const answer of [
    await post("{}", json),
    await post("{", { ...json, "x-zm-signature": "v0=0", "x-zm-request-timestamp": "x" }),
    await post("<a/>", { "content-type": "text/xml" }),
    await post(""),
    await post(" ".repeat(256 * 1024 + 1), json),
  ])
    expect(answer).toEqual([204, ""])
  expect(jobs.take()).toEqual([])
  expect(outcomes()).toEqual([
    ["hook_notices_total zoom forged", 4],
    ["hook_notices_total unknown oversized", 1],
  ])
})

test("a meeting of Zoom's that is none of ours is of no concern", async () => {
  const { zoom, jobs } = here
  await zoom.webhooks.subscribe(here.address, secret)
  const other = zoom.account.create(zoom.account.findUser(host) ?? never(), { topic: "Private" })
  zoom.account.update(other, { topic: "Still private" })
  await zoom.webhooks.deliver()
  expect(jobs.take()).toEqual([])
})

function never(): never {
  throw new Error("there is nothing there")
}
