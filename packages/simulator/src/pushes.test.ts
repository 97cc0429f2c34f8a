import { expect, test } from "vitest"
import { freshKnobs } from "./knobs.ts"
import type { SimulatorPlatform } from "./platform.ts"
import { createPushes, googleRules, graphRules, type Push } from "./pushes.ts"

// Delivery by a clock that is moved by hand and a receiver that is a function.

function world(receive: (body: string) => { readonly status: number; readonly tookSeconds?: number } | null) {
  let now = Temporal.Instant.from("2026-11-23T12:00:00Z")
  const timers = new Map<() => void, Temporal.Instant>()
  const posted: string[] = []
  const platform: SimulatorPlatform = {
    now: () => now,
    after(delayMs, callback) {
      timers.set(callback, now.add({ milliseconds: delayMs }))
      return () => timers.delete(callback)
    },
    fraction: () => 0.5,
    token: (prefix) => prefix,
    async post(_url, _headers, body) {
      const text = String(body)
      posted.push(text)
      const answer = receive(text)
      now = now.add({ seconds: answer?.tookSeconds ?? 0 })
      return answer === null ? null : { status: answer.status, text: "" }
    },
  }
  const knobs = freshKnobs()
  const pushes = createPushes(platform, () => knobs)
  /** Lets time pass, and what is due happen. */
  async function pass(minutes: number): Promise<void> {
    now = now.add({ minutes })
    for (const [work, at] of [...timers]) {
      if (Temporal.Instant.compare(at, now) > 0) continue
      timers.delete(work)
      work()
    }
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return { pushes, knobs, posted, pass, timers }
}

const item = (name: string, onLost = () => {}): Push => ({
  url: "https://hooks.example/a",
  rules: graphRules,
  content: { kind: "item", item: { name } },
  onLost,
})
const whole: Push = { url: "https://hooks.example/b", rules: googleRules, content: { kind: "whole", headers: {} } }

test("notifications that arise together go out in one request", async () => {
  const { pushes, posted } = world(() => ({ status: 202 }))
  pushes.push("t", item("one"))
  pushes.push("t", item("two"))
  await pushes.deliver()
  expect(posted.map((body) => JSON.parse(body).value)).toEqual([[{ name: "one" }, { name: "two" }]])
})

test("Graph tries again for four hours and then tells that something was missed", async () => {
  let lost = 0
  const { pushes, posted, pass, timers } = world(() => ({ status: 404 }))
  pushes.push(
    "t",
    item("one", () => lost++),
  )
  await pass(0)
  for (let minutes = 0; minutes < 300; minutes += 5) await pass(5)
  expect({ lost, waiting: timers.size }).toEqual({ lost: 1, waiting: 0 })
  expect(posted.length).toBeGreaterThan(5)
})

test("an answer that comes late does not count for Graph", async () => {
  let seconds = 4
  const { pushes, posted, pass } = world(() => ({ status: 202, tookSeconds: seconds }))
  pushes.push("t", item("one"))
  await pass(0)
  seconds = 0
  await pass(1)
  await pass(60)
  expect(posted).toHaveLength(2)
})

test.each([
  [503, 2],
  [404, 1],
  [301, 1],
])("Google's notification that is answered %i is sent %i times", async (status, times) => {
  let isFirst = true
  const { pushes, posted, pass } = world(() => {
    const answer = { status: isFirst ? status : 200 }
    isFirst = false
    return answer
  })
  pushes.push("t", whole)
  await pass(0)
  await pass(1)
  await pass(60)
  expect(posted).toHaveLength(times)
})

test.each([
  ["that was slow gets new notifications ten minutes late", 3, [0, 1]],
  ["that hangs gets no new ones", 10, [0, 0]],
])("a receiver %s", async (_, tookSeconds, seen) => {
  const { pushes, posted, pass } = world((body) => ({
    status: 202,
    tookSeconds: body.includes("warm") ? tookSeconds : 0,
  }))
  for (let count = 0; count < 20; count++) {
    pushes.push("t", item("warm"))
    await pass(0)
  }
  const counts: number[] = []
  const count = () => counts.push(posted.filter((body) => body.includes("new")).length)
  pushes.push("t", item("new"))
  await pass(0)
  count()
  await pass(11)
  count()
  expect(counts).toEqual(seen)
})

test("the penalty for slowness can be forced", async () => {
  const { pushes, knobs, posted, pass } = world(() => ({ status: 202 }))
  knobs.slowReceiver = "dropped"
  pushes.push("t", item("never"))
  knobs.slowReceiver = "delayed"
  pushes.push("t", item("late"))
  await pass(9)
  expect(posted).toHaveLength(0)
  await pass(1)
  expect(posted.map((body) => JSON.parse(body).value)).toEqual([[{ name: "late" }]])
})

test("a share of notifications is late, twice there or lost, and each is counted", async () => {
  const { pushes, knobs, posted, pass } = world(() => ({ status: 202 }))
  // The one fraction there is here is 0.5.
  const send = async (fault: Partial<typeof knobs>) => {
    Object.assign(knobs, freshKnobs(), fault)
    pushes.push("t", whole)
    await pass(0)
    return posted.splice(0).length
  }
  expect([
    await send({ delayPushesMs: 60_000, delayShare: 0.4 }),
    await send({ delayPushesMs: 60_000, delayShare: 0.6 }),
    await send({ doublePushes: 0.6 }),
    await send({ dropPushes: 0.6 }),
  ]).toEqual([1, 0, 2, 0])
  expect(pushes.fatesOf("t")).toEqual({ sent: 2, delayed: 1, doubled: 1, dropped: 1 })
  await pass(1)
  expect(posted).toHaveLength(1)
})

test("no timer outlives the simulator", async () => {
  const { pushes, timers, pass } = world(() => null)
  pushes.push("t", item("one"))
  await pass(0)
  expect(timers.size).toBe(1)
  pushes.close()
  expect(timers.size).toBe(0)
})
