import { startZoom, zoomApp } from "@kalends/simulator/zoom/zoom"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createHttpClient } from "../../platform/http-client.ts"
import { someDraft, startEngine } from "../../testing/engine.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { recordOf } from "../../testing/memory-events.ts"
import { describeBackend, face, series } from "../conformance/suite.ts"
import { createZoomBackend } from "./index.ts"

const host = "ada@example.org"

async function start(now: () => Temporal.Instant) {
  const zoom = await startZoom({ clock: now })
  zoom.account.addUser(host)
  const http = createHttpClient({ allowedPrivateHosts: [new URL(zoom.url).host] })
  const clock = { ...fakeClock(), now }
  const settings = { ...zoomApp, user: host, tokenUrl: zoom.baseUrls.oauth, apiUrl: zoom.baseUrls.api }
  const backend = createZoomBackend({ http, clock }, settings)
  const meetingOf = (backendId: string) => zoom.account.find(backendId) ?? never()
  return { zoom, http, settings, backend, meetingOf }
}

describeBackend("Zoom", async () => {
  const clock = fakeClock()
  const { zoom, http, backend, meetingOf } = await start(() => clock.now())
  return {
    backend,
    countOf: () => zoom.account.meetingsOf(zoom.account.users[0] ?? never()).length,
    rename: (backendId, topic) => void zoom.account.update(meetingOf(backendId), { topic }),
    remove: (backendId) => zoom.account.remove(meetingOf(backendId)),
    noteOf: (backendId) => meetingOf(backendId).agenda,
    async close() {
      await http.close()
      await zoom.close()
    },
  }
})

describe("the Zoom back end", () => {
  let clock = fakeClock()
  let here: Awaited<ReturnType<typeof start>>
  beforeEach(async () => {
    clock = fakeClock()
    here = await start(() => clock.now())
  })
  afterEach(async () => {
    await here.http.close()
    await here.zoom.close()
  })

  test("narrow-recurrence: a rule that Zoom knows is a series there, and what it does not is a link that always works", async () => {
    const { backend, meetingOf } = here
    let number = 0
    const typeOf = async (rule: string) => {
      const { backendId } = await backend.create({ key: String(++number).padStart(32, "0"), face: series(rule) })
      return meetingOf(backendId).type
    }
    expect(await typeOf("FREQ=WEEKLY;COUNT=5")).toBe(8)
    expect(await typeOf("FREQ=DAILY;INTERVAL=3;UNTIL=20270301T230000")).toBe(8)
    expect(await typeOf("FREQ=MONTHLY;BYDAY=1TU")).toBe(8)
    expect(await typeOf("FREQ=YEARLY")).toBe(3)
    expect(await typeOf("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH")).toBe(3)
    expect(await typeOf("FREQ=WEEKLY;BYDAY=WE")).toBe(3)
    expect(await typeOf("FREQ=DAILY;COUNT=200")).toBe(3)
    expect(await typeOf("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1")).toBe(3)
  })

  test("rate-limit-honoured: beyond a hundred changes a day it waits for midnight GMT", async () => {
    const { backend } = here
    const { backendId } = await backend.create({ key: "1".repeat(32), face })
    for (let count = 1; count < 100; count++)
      await backend.update(backendId, { ...face, topic: `Number ${count}` }, null)
    const refused = await backend.update(backendId, face, null).catch((error: unknown) => error)
    expect(refused).toMatchObject({ kind: "rate-limited", code: "zoom-daily" })
    expect(String((refused as { retryAt: unknown }).retryAt)).toBe("2026-11-24T00:01:00Z")
    await clock.advance(16 * 3_600_000)
    await backend.update(backendId, face, null)
  })

  test("a token that has ended early is replaced, and one that holds is used again", async () => {
    const { backend, zoom } = here
    await backend.create({ key: "1".repeat(32), face })
    await backend.find("1".repeat(32))
    expect(zoom.calls.count("token")).toBe(1)
    zoom.tokens.expireAll()
    expect(await backend.find("1".repeat(32))).not.toBeNull()
    expect(zoom.calls.count("token")).toBe(2)
  })

  test("secrets-unlogged: a refusal of the credentials names none of them", async () => {
    const { http, settings } = here
    const wrong = createZoomBackend({ http, clock }, { ...settings, clientSecret: "canary-secret" })
    const problem = await wrong.find("1".repeat(32)).catch((error: unknown) => error)
    expect(problem).toMatchObject({ kind: "misconfigured", code: "zoom-credentials" })
    expect(JSON.stringify(problem) + String(problem)).not.toContain("canary-secret")
  })

  test("the whole sync: made by a word in the location, followed both ways, quiet when in step, ended with its event", async () => {
    const { backend, zoom, meetingOf } = here
    const engine = await startEngine({ dressBackend: () => backend })
    const { jobs, pass, settle, accountId, calendarId, remote } = engine
    const sync = async () => {
      await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
      for (let due = jobs.take(); due.length > 0; due = jobs.take())
        for (const job of due) {
          if (job.kind === "pass") await pass(job)
          if (job.kind === "settle") await settle(job)
        }
    }
    const id = await remote.hand.create({ ...someDraft(), rule: "FREQ=WEEKLY;COUNT=5" })
    await remote.calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: "@meet" }))
    await sync()
    const event = () => recordOf(remote.calendar.find(id) ?? never())
    const backendId = /\/j\/(\d+)/.exec(event().location ?? "")?.[1] ?? never()
    expect(meetingOf(backendId)).toMatchObject({ topic: "Observation night", type: 8 })
    await remote.hand.rename(id, "Perseids")
    await sync()
    expect(meetingOf(backendId).topic).toBe("Perseids")
    await remote.hand.cancelOccurrence(id, Temporal.PlainDateTime.from("2026-12-01T20:00:00"))
    await sync()
    expect(meetingOf(backendId).type).toBe(3)
    zoom.account.update(meetingOf(backendId), { topic: "Leonids" })
    const [link] = await engine.memory.inAccount(accountId, (tables) => tables.meetings.listLinksOfCalendar(calendarId))
    const review = { kind: "settle", accountId, meetingId: (link ?? never()).meetingId, cause: "review" } as const
    await settle(review)
    expect(event().subject).toBe("Leonids")
    const writes = zoom.calls.count("updateMeeting")
    await sync()
    await settle(review)
    expect(zoom.calls.count("updateMeeting")).toBe(writes)
    await remote.hand.remove(id)
    await sync()
    expect(zoom.account.find(backendId)).toBeNull()
  })
})

function never(): never {
  throw new Error("there is nothing there")
}
