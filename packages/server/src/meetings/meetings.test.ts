import { parseMeetingId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import type { Schedule } from "@kalends/domain/schedule"
import { scheduleToJson } from "@kalends/domain/schedule-json"
import { describe, expect, test } from "vitest"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { MeetingBackend } from "../ports/meeting-backend.ts"
import { type EngineOptions, startEngine } from "../testing/engine.ts"
import { type FaultLine, failEachStep, faultyStore } from "../testing/fail-each-step.ts"
import { recordOf } from "../testing/memory-events.ts"
import { callerOf, sampleRows } from "../testing/rows.ts"
import { createMeetings } from "./meetings.ts"

const single = (starts: string): Schedule => {
  const startsAt = Temporal.Instant.from(starts)
  return {
    kind: "single",
    time: { kind: "timed", startsAt, endsAt: startsAt.add({ minutes: 30 }), zone: "Europe/Berlin" },
  }
}
const key = "00000000000000000000000000000001"
const wished = { key, subject: "Observation", schedule: single("2026-12-01T20:00:00Z") }
const { user } = sampleRows()

async function world(options: EngineOptions = {}) {
  const engine = await startEngine(options)
  const {
    store,
    broker,
    provider,
    meetings: service,
    digests,
    clock,
    random,
    jobs,
    pass,
    settle,
    accountId,
    calendarId,
  } = engine
  const backend = options.dressBackend?.(service.backend) ?? service.backend
  const meetings = createMeetings({
    ...{ store, broker, providerOf: () => provider, digests, world: { clock, random } },
    backends: new Map([[backend.name, backend]]),
  })
  const sync = async () => {
    await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
    for (let due = jobs.take(); due.length > 0; due = jobs.take())
      for (const job of due) {
        if (job.kind === "pass") await pass(job)
        if (job.kind === "settle") await settle(job)
      }
  }
  const events = () =>
    engine.remote.calendar
      .all()
      .filter(({ isRemoved }) => !isRemoved)
      .map(recordOf)
  return { ...engine, meetings, service, sync, events }
}

describe("a meeting made in the app", () => {
  test("stands in the calendar with its link, and is an echo to the sync", async () => {
    const { meetings, events, service, sync } = await world()
    const made = await meetings.create(callerOf(user), wished)
    expect(made).toMatchObject({ state: "live", joinUrl: "https://meet.example/m-1", events: [{ role: "driver" }] })
    expect(events()).toMatchObject([
      { subject: "Observation", location: made.joinUrl, tag: `kalends:${made.meetingId}` },
    ])
    expect(events()[0]?.schedule).toEqual(wished.schedule)
    const { version } = events()[0] ?? {}
    await sync()
    await sync()
    expect(events()[0]?.version).toBe(version)
    expect(service.calls.get("update") ?? 0).toBe(0)
  })

  test("is made once however often it is asked for", async () => {
    const { meetings, events, service } = await world()
    const first = await meetings.create(callerOf(user), wished)
    expect(await meetings.create(callerOf(user), wished)).toEqual(first)
    expect([events().length, service.kept.size]).toEqual([1, 1])
  })

  test("is whole when it is asked for again, whichever step failed and however", async () => {
    const faulty = (line: FaultLine) => ({
      dressStore: (store: Parameters<typeof faultyStore>[0]) => faultyStore(store, line),
      dress: (provider: CalendarProvider) => faultyEvents(provider, line),
      dressBackend: (backend: MeetingBackend): MeetingBackend => ({
        ...backend,
        create: (input) => line.call(() => backend.create(input)),
      }),
    })
    const steps = await failEachStep({
      make: (line) => world(faulty(line)),
      flow: ({ meetings }) => meetings.create(callerOf(user), wished),
      async check({ meetings, events, service, sync, jobs, clock }, { where }) {
        // The sync may come first, and the person's second try later.
        await sync()
        const made = await meetings.create(callerOf(user), wished)
        expect({ where, state: made.state, events: made.events.length }).toEqual({ where, state: "live", events: 1 })
        expect({ where, count: events().length, kept: service.kept.size }).toEqual({ where, count: 1, kept: 1 })
        await clock.advance(3_600_000)
        await sync()
        expect({ where, isEnded: [...service.kept.values()][0]?.isEnded }).toEqual({ where, isEnded: false })
        expect({ where, waiting: jobs.waiting().filter(({ job }) => job.kind === "settle") }).toEqual({
          where,
          waiting: [],
        })
      },
    })
    expect(steps).toBeGreaterThan(5)
  })

  test("that nobody asks for again is taken back after a while", async () => {
    const dress = (provider: CalendarProvider) => {
      const { events } = provider
      if (events === null) throw new Error("events are expected")
      return { ...provider, events: { ...events, create: () => Promise.reject(new Error("the app was closed")) } }
    }
    const { meetings, service, clock, settle, accountId, memory } = await world({ dress })
    await expect(meetings.create(callerOf(user), wished)).rejects.toThrow("closed")
    const due = async () =>
      memory.asSystem((tables) => tables.takeDueReviews({ now: clock.now(), limit: 9, nextReviewAt: clock.now() }))
    expect(await due()).toEqual([])
    await clock.advance(16 * 60_000)
    for (const { meetingId } of await due()) {
      await settle({ kind: "settle", accountId, meetingId, cause: "review" })
      await settle({ kind: "settle", accountId, meetingId, cause: "review" })
    }
    expect([...service.kept.values()].map(({ isEnded }) => isEnded)).toEqual([true])
  })

  test("changes in the calendar when it is edited, and its service follows", async () => {
    const { meetings, events, service, sync } = await world()
    const meetingId = parseMeetingId((await meetings.create(callerOf(user), wished)).meetingId)
    const { event } = await meetings.detail(callerOf(user), meetingId)
    expect(event).toMatchObject({ subject: "Observation", canWrite: true, schedule: scheduleToJson(wished.schedule) })
    const schedule = single("2026-12-02T20:00:00Z")
    await meetings.change(callerOf(user), meetingId, { version: event?.version ?? "", subject: "Perseids", schedule })
    expect(events()).toMatchObject([{ subject: "Perseids" }])
    await sync()
    expect(service.kept.get("m-1")?.face).toEqual({ topic: "Perseids", schedule })
  })

  test("is not written over when the event was changed meanwhile", async () => {
    const { meetings, events, remote } = await world()
    const meetingId = parseMeetingId((await meetings.create(callerOf(user), wished)).meetingId)
    const { event } = await meetings.detail(callerOf(user), meetingId)
    const [made] = events()
    if (made === undefined) throw new Error("no event")
    await remote.hand.rename(made.eventId, "Theirs")
    const failed = await meetings
      .change(callerOf(user), meetingId, { version: event?.version ?? "", subject: "Ours" })
      .catch((error: unknown) => error)
    expect(isProblem(failed, "conflict")).toBe(true)
    expect(events()).toMatchObject([{ subject: "Theirs" }])
  })

  test("that is cancelled is out of the calendar and ended", async () => {
    const { meetings, events, service, sync } = await world()
    const meetingId = parseMeetingId((await meetings.create(callerOf(user), wished)).meetingId)
    await meetings.cancel(callerOf(user), meetingId)
    await sync()
    expect(events()).toEqual([])
    expect(service.kept.get("m-1")?.isEnded).toBe(true)
    const { state, history } = await meetings.detail(callerOf(user), meetingId)
    expect(state).toBe("ended")
    expect(history.map(({ action, cause }) => `${action} ${cause}`)).toEqual([
      "meeting-asked-for app",
      "meeting-made app",
      "meeting-unlinked app-cancelled",
      "meeting-ended app-cancelled",
    ])
  })

  test("is another's business to nobody", async () => {
    const { meetings } = await world()
    const meetingId = parseMeetingId((await meetings.create(callerOf(user), wished)).meetingId)
    const other = { ...user, userId: sampleRows(2).user.userId }
    expect(
      isProblem(await meetings.detail(callerOf(other), meetingId).catch((error: unknown) => error), "not-found"),
    ).toBe(true)
    expect(
      isProblem(await meetings.cancel(callerOf(other), meetingId).catch((error: unknown) => error), "not-found"),
    ).toBe(true)
  })
})

describe("meetings whose events vanished together", () => {
  async function held() {
    const here = await world()
    for (let count = 1; count <= 8; count++)
      await here.meetings.create(callerOf(user), { ...wished, key: String(count).padStart(32, "0") })
    await here.sync()
    for (const { eventId } of here.events()) await here.remote.hand.remove(eventId)
    await here.sync()
    return { ...here, endedCount: () => [...here.service.kept.values()].filter(({ isEnded }) => isEnded).length }
  }

  test("wait for a person, who may end them", async () => {
    const { meetings, sync, endedCount } = await held()
    expect(endedCount()).toBe(0)
    const { meetings: listed } = await meetings.list(user, null)
    expect(listed.every(({ events }) => events.every(({ isHeld }) => isHeld))).toBe(true)
    expect(await meetings.decideHeld(callerOf(user), "end")).toBe(8)
    await sync()
    expect(endedCount()).toBe(8)
    expect(await meetings.decideHeld(callerOf(user), "end")).toBe(0)
  })

  test("or keep them, until they expire", async () => {
    const { meetings, sync, endedCount } = await held()
    expect(await meetings.decideHeld(callerOf(user), "keep")).toBe(8)
    await sync()
    expect(endedCount()).toBe(0)
    const { meetings: listed } = await meetings.list(user, null)
    expect(listed.map(({ state, events }) => [state, events.length])).toEqual(
      Array.from({ length: 8 }, () => ["live", 0]),
    )
  })
})

describe("a calendar connected for reading only", () => {
  test("has meetings without events", async () => {
    const { meetings, events, change } = await world()
    await change({ canWrite: false })
    expect(await meetings.create(callerOf(user), wished)).toMatchObject({ state: "live", events: [] })
    expect(events()).toEqual([])
  })
})

function faultyEvents(provider: CalendarProvider, line: FaultLine): CalendarProvider {
  const { events } = provider
  if (events === null) throw new Error("events are expected")
  return {
    ...provider,
    events: {
      fetch: (input) => line.call(() => events.fetch(input)),
      create: (input) => line.call(() => events.create(input)),
      update: (input) => line.call(() => events.update(input)),
      remove: (input) => line.call(() => events.remove(input)),
    },
  }
}
