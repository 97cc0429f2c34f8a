import { Problem, type ProblemKind } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { createMemoryQueue } from "../testing/engine.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { sampleRows } from "../testing/rows.ts"
import { createTaskList } from "./runner.ts"

const { calendar, connection } = sampleRows()
const { accountId, calendarId } = calendar
const { connectionId } = connection

/** The tasks with a pass, an arming and a keep-alive that throw what they are told to. */
function tasks(thrown: unknown = null) {
  const clock = fakeClock()
  const jobs = createMemoryQueue(() => clock.now())
  const calls: unknown[] = []
  const lines: string[] = []
  const write = (message: string, fields: unknown = {}) => void lines.push(message + JSON.stringify(fields))
  const act = async (...given: unknown[]) => {
    calls.push(given)
    if (thrown !== null) throw thrown
  }
  const list = createTaskList({
    pass: act,
    arm: async (...ids) => act(...ids).then(() => "pushed"),
    broker: { keepAlive: act },
    revocations: { run: async () => {} },
    rollouts: { run: act },
    keyWork: { run: act },
    policyChanges: { run: act },
    rooms: { connectByJob: act },
    queue: jobs.queue,
    settle: act,
    world: { clock, log: { info: write, warn: write, error: write } },
  })
  const run = async (name: string, payload: unknown) => list[name]?.(payload, { job: { id: "41" } } as never)
  return { clock, jobs, calls, lines, run }
}

describe("the jobs", () => {
  test("hand on the ids of their payload, and what the audit log calls them", async () => {
    const { calls, run } = tasks()
    await run("pass", { accountId, calendarId, noticedAtMs: 7, more: "x" })
    await run("subscribe", { accountId, calendarId })
    await run("keep-alive", { accountId, connectionId })
    expect(calls).toEqual([
      [{ accountId, calendarId, noticedAtMs: 7 }, "job:pass:41"],
      [accountId, calendarId, "job:subscribe:41"],
      [accountId, connectionId, "job:keep-alive:41"],
    ])
  })

  test("refuse a payload that is not theirs", async () => {
    const { calls, run } = tasks()
    for (const payload of [null, {}, { accountId, calendarId: "1; drop table", noticedAtMs: null }, { accountId }])
      await expect(run("pass", payload)).rejects.toThrow()
    expect(calls).toEqual([])
  })
})

describe("arming that fails", () => {
  test.each<[ProblemKind, boolean]>([
    ["unavailable", true],
    ["auth-expired", true],
    ["malformed", true],
    ["auth-revoked", false],
    ["forbidden", false],
    ["not-found", false],
  ])("with %s is tried again: %s", async (kind, isTriedAgain) => {
    const { jobs, clock, lines, run } = tasks(new Problem(kind, "No."))
    await run("subscribe", { accountId, calendarId })
    const again = [{ job: { kind: "subscribe", accountId, calendarId }, runAt: clock.now().add({ minutes: 5 }) }]
    expect(jobs.waiting()).toEqual(isTriedAgain ? again : [])
    expect(lines).toHaveLength(1)
  })

  test("waits exactly as long as the provider said", async () => {
    const { jobs, clock, run } = tasks()
    const retryAt = clock.now().add({ seconds: 41 })
    const limited = tasks(new Problem("rate-limited", "Later.", { retryAt }))
    await limited.run("subscribe", { accountId, calendarId })
    expect(limited.jobs.waiting().map(({ runAt }) => runAt)).toEqual([retryAt])
    await run("subscribe", { accountId, calendarId })
    expect(jobs.waiting()).toEqual([])
  })

  test("a bug is left to the queue, which tries again and says so", async () => {
    for (const name of ["pass", "subscribe", "keep-alive"])
      await expect(
        tasks(new TypeError("a bug")).run(name, { accountId, calendarId, connectionId, noticedAtMs: null }),
      ).rejects.toThrow("a bug")
  })

  test("a keep-alive that is refused ends quietly: the broker has said what it means", async () => {
    await tasks(new Problem("auth-revoked", "Dead.")).run("keep-alive", { accountId, connectionId })
  })
})
