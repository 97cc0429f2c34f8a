import { expect, test } from "vitest"
import { pageAt, pagesOf } from "./board-pages.ts"
import { createTimed } from "./timed.ts"

/** Time that the test passes. */
function fakeTimers() {
  let nowMs = 0
  let timers: readonly { readonly atMs: number; readonly callback: () => void }[] = []
  return {
    count: () => timers.length,
    after(delayMs: number, callback: () => void) {
      const timer = { atMs: nowMs + delayMs, callback }
      timers = [...timers, timer]
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        nowMs += 1_000
        const due = timers.filter(({ atMs }) => atMs <= nowMs)
        timers = timers.filter(({ atMs }) => atMs > nowMs)
        for (const { callback } of due) callback()
      }
    },
  }
}

test("a question that nobody answers closes by itself, each time half a minute after it was asked", () => {
  const time = fakeTimers()
  const asked = createTimed<string | null>(null, { after: time.after, delayMs: 30_000, next: () => null })
  let draws = 0
  const leave = asked.subscribe(() => {
    draws += 1
  })
  asked.set("end 1")
  time.pass(29)
  expect(asked.get()).toBe("end 1")
  time.pass(1)
  expect([asked.get(), draws]).toEqual([null, 2])
  asked.set("end 1")
  time.pass(20)
  asked.set(null)
  asked.set("end 2")
  time.pass(20)
  expect(asked.get()).toBe("end 2")
  leave()
  expect(time.count()).toBe(0)
})

test("pages turn by themselves, later when somebody has turned one, and not at all where nobody looks or nothing may move", () => {
  const time = fakeTimers()
  const turns = createTimed(0, { after: time.after, delayMs: 10_000, next: (count) => count + 1 })
  time.pass(60)
  expect(turns.get()).toBe(0)
  const leave = turns.subscribe(() => {})
  time.pass(15)
  expect(turns.get()).toBe(1)
  turns.set(turns.get() - 1)
  time.pass(9)
  expect(turns.get()).toBe(0)
  time.pass(1)
  expect(turns.get()).toBe(1)
  leave()
  const still = createTimed(0, { after: time.after, delayMs: 10_000, next: (count) => count })
  still.subscribe(() => {})
  time.pass(60)
  expect([still.get(), turns.get(), time.count()]).toEqual([0, 1, 0])
})

test("rooms stand on as few pages as hold them, each on one, about as many on each, around and around", () => {
  const sizes = (count: number) => pagesOf(Array.from({ length: count }, (_, at) => at)).map(({ length }) => length)
  expect([0, 40, 41, 100].map(sizes)).toEqual([[0], [40], [21, 20], [34, 34, 32]])
  expect(pagesOf([1, 2, 3]).flat()).toEqual([1, 2, 3])
  expect([0, 1, 2, 3, -1].map((turns) => pageAt(turns, 3))).toEqual([0, 1, 2, 0, 2])
})
