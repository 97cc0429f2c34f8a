import { type ClientState, signedOut } from "@kalends/client/types"
import type { CalendarEvent } from "@kalends/domain/event"
import { Problem } from "@kalends/domain/problem"
import { scheduleToJson } from "@kalends/domain/schedule-json"
import { someEvent } from "@kalends/domain/testing/some-event"
import type { MeetingDetail, MeetingView, NewMeetingInput } from "@kalends/protocol/meetings"
import { scheduleOf } from "@kalends/ui/meetings"
import { describe, expect, test } from "vitest"
import { createMeetingStore, meetingOf } from "./meeting-store.ts"

const zone = "Europe/Zurich"
const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const joinUrl = "https://meet.example/abc"

const scheduleOn = (date: string) => {
  const draft = { subject: "", date, time: "10:00", minutes: 30, repeats: "none", count: 2 } as const
  const schedule = scheduleOf(draft, zone)
  if (schedule === null) throw new Error("a schedule is expected")
  return scheduleToJson(schedule)
}
const input = (date = "2026-11-24"): NewMeetingInput => ({
  key: "0".repeat(32),
  subject: "Comets",
  schedule: scheduleOn(date),
})
const meeting = (changes: Partial<MeetingDetail> = {}): MeetingDetail => ({
  meetingId: "m1",
  state: "live",
  joinUrl,
  isRecurring: false,
  createdAt: "2026-11-23T09:00:00Z",
  endsAt: null,
  events: [{ calendarId: "c", eventId: "e1", role: "driver", isHeld: false }],
  event: { version: "1", subject: "Comets", schedule: scheduleOn("2026-11-24"), canWrite: true },
  history: [],
  ...changes,
})
const time = { kind: "timed", startsAt: now, endsAt: now.add({ minutes: 30 }), zone } as const
const event = (id: string, changes: Partial<CalendarEvent> = {}) => someEvent(id, time, changes)

/** A store on a client whose answers a test scripts. */
function world() {
  let state: ClientState = { ...signedOut, phase: "signed-in", isLoaded: true, readAt: now }
  const listeners = new Set<() => void>()
  const says = { list: [] as MeetingView[], meeting: meeting(), problem: null as Problem | null }
  const asked: string[] = []
  let keys = 0
  const timers: { delayMs: number; callback: () => void; isLive: boolean }[] = []
  const answer = async <Answer>(call: string, value: () => Answer): Promise<Answer> => {
    asked.push(call)
    if (says.problem !== null) throw says.problem
    return value()
  }
  const store = createMeetingStore({
    client: {
      get state() {
        return state
      },
      subscribe: (listener) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      refresh: async () => void asked.push("refresh"),
      meetings: {
        list: () => answer("list", () => says.list),
        detail: (id) => answer(`detail ${id}`, () => says.meeting),
        create: ({ key }) => answer(`create ${key}`, () => says.meeting),
        change: (id) => answer(`change ${id}`, () => ({ ...says.meeting, history: [] })),
        cancel: (id) => answer(`cancel ${id}`, () => undefined),
        started: (id) => answer(`started ${id}`, () => undefined),
      },
    },
    platform: {
      now: () => now,
      zone,
      newKey: () => String(++keys).padStart(32, "0"),
      after: (delayMs, callback) => {
        const timer = { delayMs, callback, isLive: true }
        timers.push(timer)
        return () => {
          timer.isLive = false
        }
      },
    },
  })
  const read = async (...events: CalendarEvent[]) => {
    state = { ...state, events }
    for (const listener of listeners) listener()
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { store, says, asked, timers, read, live: () => timers.filter(({ isLive }) => isLive) }
}

describe("a meeting made from the agenda", () => {
  test("is awaited until the calendar shows its event, and then told to be there", async () => {
    const { store, read, asked, live, says } = world()
    store.start()
    await store.make(input())
    says.list = [says.meeting]
    expect(store.state.done).toMatchObject({ kind: "made", subject: "Comets", event: "awaited" })
    expect(asked).toContain("refresh")
    await read(event("other"))
    expect(store.state.done).toMatchObject({ event: "awaited" })
    await read(event("other"), event("e1"))
    expect(store.state.done).toMatchObject({ event: "shown" })
    expect(live()).toEqual([])
  })

  test("is looked for again and again, less and less often, and not for ever", async () => {
    const { store, asked, live } = world()
    store.start()
    await store.make(input())
    const delays: number[] = []
    for (let [timer] = live(); timer !== undefined; [timer] = live()) {
      delays.push(timer.delayMs)
      timer.isLive = false
      timer.callback()
    }
    expect(delays).toEqual([2_000, 5_000, 15_000, 30_000])
    expect(asked.filter((call) => call === "refresh")).toHaveLength(5)
  })

  test("is not awaited where it cannot appear: later than the days shown, or without an event", async () => {
    const later = world()
    await later.store.make(input("2027-02-01"))
    expect(later.store.state.done).toMatchObject({ event: "beyond" })
    const bare = world()
    bare.says.meeting = meeting({ events: [], event: null })
    await bare.store.make(input())
    expect(bare.store.state.done).toMatchObject({ event: "without-event" })
    expect([later.live(), bare.live()]).toEqual([[], []])
  })

  test("that failed is told where it was typed, and leaves nothing behind", async () => {
    const { store, says } = world()
    says.problem = new Problem("unavailable", "no answer")
    await expect(store.make(input())).rejects.toBe(says.problem)
    expect(store.state).toEqual({ meetings: [], open: null, done: null })
  })
})

describe("a meeting that is opened", () => {
  test("is read, changed and shown as it then is", async () => {
    const { store, says, asked } = world()
    store.open("m1")
    expect(store.state.open).toEqual({ meetingId: "m1", detail: null, error: null })
    await store.reload()
    says.meeting = meeting({ endsAt: "2026-12-01T00:00:00Z" })
    await store.change("m1", { version: "1", subject: "Stars" })
    expect(store.state.open?.detail?.endsAt).toBe("2026-12-01T00:00:00Z")
    expect(asked).toContain("refresh")
  })

  test("and cannot be read says why, and can be read again", async () => {
    const { store, says } = world()
    says.problem = new Problem("not-found", "gone", { code: "no-such-meeting" })
    store.open("m1")
    await store.reload()
    expect(store.state.open).toMatchObject({ detail: null, error: says.problem })
    says.problem = null
    await store.reload()
    expect(store.state.open).toMatchObject({ detail: { meetingId: "m1" }, error: null })
  })

  test("is not shown after somebody went back while it was read", async () => {
    const { store } = world()
    store.open("m1")
    store.close()
    await store.reload()
    expect(store.state.open).toBeNull()
  })

  test("and cancelled is gone at once, and can be made again with a key of its own", async () => {
    const { store, says, asked } = world()
    store.open("m1")
    await store.reload()
    await store.cancel("m1")
    const { done } = store.state
    expect([store.state.open, done]).toMatchObject([null, { kind: "cancelled", subject: "Comets" }])
    if (done?.kind !== "cancelled") throw new Error("it is cancelled")
    says.problem = new Problem("unavailable", "no answer")
    await expect(store.again(done)).rejects.toBe(says.problem)
    says.problem = null
    await store.again(done)
    const create = `create ${"1".padStart(32, "0")}`
    expect(asked.filter((call) => call.startsWith("create"))).toEqual([create, create])
    expect(store.state.done).toMatchObject({ kind: "made", subject: "Comets" })
  })
})

describe("a meeting that an event asked for", () => {
  test("is asked for again while it is being made, since the calendar says no more of it, and not for ever", async () => {
    const { store, says, read, live, asked } = world()
    store.start()
    says.list = [meeting({ state: "making" })]
    await read(event("e1", { location: joinUrl }))
    const delays: number[] = []
    for (let [timer] = live(); timer !== undefined; [timer] = live()) {
      delays.push(timer.delayMs)
      timer.isLive = false
      timer.callback()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(delays).toEqual([2_000, 5_000, 15_000, 30_000])
    expect(asked.filter((call) => call === "list").length).toBeGreaterThanOrEqual(5)
    await read(event("e1", { location: joinUrl }))
    says.list = [meeting()]
    for (const timer of live()) timer.callback()
    await new Promise((resolve) => setImmediate(resolve))
    expect(meetingOf(store.state.meetings, event("e1"))?.meetingId).toBe("m1")
  })
})

describe("which event is a meeting of ours", () => {
  const meetings = [meeting()]

  test("is known by the event, by its series, or by the link that it carries", () => {
    const occurrence = event("e1_0", { series: { seriesId: event("e1").id, originalStart: now } })
    for (const one of [event("e1"), occurrence, event("x", { location: joinUrl })])
      expect(meetingOf(meetings, one)?.meetingId).toBe("m1")
    expect(meetingOf(meetings, event("x", { location: "Room Curie" }))).toBeNull()
    expect(meetingOf([meeting({ state: "ended" })], event("e1"))).toBeNull()
  })

  test("is asked for again when the calendar has changed, and joining one is told to the service", async () => {
    const { store, says, asked, read } = world()
    says.list = meetings
    const stop = store.start()
    await read(event("e1"))
    expect(store.state.meetings).toEqual(meetings)
    store.joined(event("e1"))
    store.joined(event("other"))
    expect(asked.filter((call) => call.startsWith("started"))).toEqual(["started m1"])
    stop()
    const before = asked.length
    await read()
    expect(asked.length).toBe(before)
  })
})
