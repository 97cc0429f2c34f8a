import type { RolloutView, StepsView } from "@kalends/protocol/tenants"
import { expect, test } from "vitest"
import { messages } from "./messages.ts"
import { followRollout } from "./rollout-follow.ts"
import { countWords, resultSentences } from "./rollout-words.ts"
import { isWorking, meetingsOf, progressOf, readAllSteps } from "./rollouts.ts"

const none = { waiting: 0, checked: 0, done: 0, skipped: 0, failed: 0, undone: 0 }
function rollout(changes: Partial<Omit<RolloutView, "counts">>, counts: Partial<RolloutView["counts"]>): RolloutView {
  const at = "2026-11-23T09:00:00Z"
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return {
    rolloutId: "00000000-0000-4000-8000-000000000001",
    kind: "connect",
    state: "running",
    tenantConnectionId: "00000000-0000-4000-8000-000000000002",
    permission: "read",
    createdBy: null,
    createdAt: at,
    touchedAt: at,
    endedAt: null,
    counts: { ...none, ...counts, all },
    problems: [],
    actions: [],
    ...changes,
  }
}
const migration = (state: RolloutView["state"], counts: Partial<RolloutView["counts"]>) =>
  rollout({ kind: "migrate", state }, counts)
const words = messages.en

test("connecting is told in numbers, with those that need attention", () => {
  const running = rollout({}, { waiting: 185, done: 312, failed: 3 })
  expect(countWords(running, words)).toBe("312 of 500 connected, 3 need attention")
  expect(progressOf(running).percent).toBe(63)
  expect(resultSentences(running, words)).toBeNull()
})

test("what ended says how, in whole sentences", () => {
  expect(resultSentences(rollout({ state: "done" }, { done: 500 }), words)).toEqual([
    "All 500 calendars are connected.",
  ])
  expect(resultSentences(rollout({ state: "done" }, { done: 496, failed: 3, skipped: 1 }), words)).toEqual([
    "496 people are connected.",
    "3 need attention; the reasons are below.",
    "1 was left as they are.",
  ])
  expect(resultSentences(migration("checked", { checked: 498, failed: 2 }), words)).toEqual([
    "498 of 500 people can be moved.",
    "2 cannot be moved; the reasons are below.",
  ])
  expect(resultSentences(migration("undone", { undone: 4, skipped: 1 }), words)).toEqual([
    "4 people were moved back.",
    "Everything is as it was before the move.",
  ])
})

test("a migration counts what it is at: the check, the move, the way back", () => {
  expect(progressOf(migration("checking", { waiting: 3, checked: 6, failed: 1 }))).toMatchObject({
    phase: "check",
    done: 7,
  })
  expect(progressOf(migration("running", { checked: 6, done: 2, failed: 1 }))).toMatchObject({ done: 2, all: 8 })
  expect(progressOf(migration("undoing", { done: 6, undone: 2 }))).toMatchObject({ phase: "back", done: 2, all: 8 })
  expect(progressOf(migration("stopped", { checked: 6, done: 2 })).phase).toBe("move")
  expect(progressOf(migration("stopped", { waiting: 6, checked: 2 })).phase).toBe("check")
  expect(progressOf(rollout({}, {})).percent).toBe(100)
})

type Step = StepsView["steps"][number]
const step = (meetings: Step["meetings"]): Step => ({
  userId: "00000000-0000-4000-8000-000000000003",
  email: "ada@contoso.example",
  displayName: "Ada",
  state: "checked",
  problem: null,
  triedAt: null,
  meetings,
})

test("a report counts the meetings of all pages", async () => {
  const pages = [step({ found: 2, missing: 1 }), step(null), step({ found: 3, missing: 0 })]
  const steps = await readAllSteps(async (after) => {
    const at = Number(after ?? 0)
    const one = pages[at]
    return { steps: one === undefined ? [] : [one], after: at + 1 < pages.length ? String(at + 1) : null }
  })
  expect(meetingsOf(steps)).toEqual({ found: 5, missing: 1 })
})

/** A page on a service that answers what is put into `answers`, with time that goes by hand. */
function openPage(answers: (RolloutView | Error)[], doesRetry = true) {
  const timers: (() => void)[] = []
  const told: string[] = []
  let shown = () => {}
  const page = { asked: 0, isHidden: false, told, timers, show: () => shown() }
  const stop = followRollout({
    read: async () => {
      page.asked++
      const answer = answers.shift()
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("nothing is left")
      return answer
    },
    tell: ({ state }) => void told.push(state),
    fail: () => {
      told.push("failed")
      return doesRetry
    },
    platform: {
      isHidden: () => page.isHidden,
      after: (_delayMs, callback) => {
        timers.push(callback)
        return () => void timers.splice(timers.indexOf(callback), 1)
      },
      onShown: (callback) => {
        shown = callback
        return () => {
          shown = () => {}
        }
      },
    },
  })
  const settle = () =>
    new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(() => queueMicrotask(resolve))))
  const tick = async () => {
    for (const timer of timers.splice(0)) timer()
    await settle()
  }
  return { page, stop, tick, settle }
}
const working = rollout({ state: "running" }, { waiting: 1 })
const ended = rollout({ state: "done" }, { done: 1 })

test("work is asked for until it has ended, over an answer that is lost as well", async () => {
  expect([isWorking(working), isWorking(ended)]).toEqual([true, false])
  const { page, tick, settle } = openPage([working, new Error("lost"), working, ended])
  await settle()
  for (let turn = 0; turn < 6; turn++) await tick()
  expect(page.told).toEqual(["running", "failed", "running", "done"])
  expect(page.asked).toBe(4)
})

test("work that is not there any more is not asked for again", async () => {
  const { page, tick, settle } = openPage([new Error("gone"), working], false)
  await settle()
  await tick()
  expect([page.told, page.asked]).toEqual([["failed"], 1])
})

test("nobody asks while the page is hidden, and at once when it is shown again", async () => {
  const { page, tick, settle, stop } = openPage([working, working, working])
  await settle()
  page.isHidden = true
  await tick()
  await tick()
  expect(page.asked).toBe(1)
  page.isHidden = false
  page.show()
  await settle()
  expect(page.asked).toBe(2)
  stop()
  page.show()
  await tick()
  expect(page.asked).toBe(2)
})
