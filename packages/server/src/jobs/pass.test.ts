import { Problem, type ProblemKind } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import { type Engine, enginePace, someDraft, startEngine } from "../testing/engine.ts"

const timer = { noticedAtMs: null }
const second = 1000

/** A calendar whose first listing is done and whose hints are taken away. */
async function listed(options: Parameters<typeof startEngine>[0] = {}): Promise<Engine> {
  const engine = await startEngine(options)
  await engine.remote.hand.create(someDraft())
  await engine.pass({ ...engine.mark, ...timer })
  await engine.clock.advance(60 * second)
  engine.jobs.take()
  await engine.see()
  return engine
}

const failing = (problem: () => Problem | null) => (provider: CalendarProvider) => ({
  ...provider,
  async *changes(input: Parameters<CalendarProvider["changes"]>[0]) {
    const thrown = problem()
    if (thrown !== null) throw thrown
    yield* provider.changes(input)
  },
})

describe("a pass", () => {
  test("ends a first listing with a cursor, a well connection and a hint for what changed meanwhile", async () => {
    const engine = await startEngine()
    await engine.pass({ ...engine.mark, ...timer })
    const { calendar, connection, told } = await engine.see()
    expect(calendar).toMatchObject({ isFirstListing: false, failureCount: 0, lastPassAt: engine.clock.now() })
    expect(calendar.cursor).not.toBeNull()
    expect(connection).toMatchObject({ state: "healthy", lastOkAt: engine.clock.now() })
    expect(told).toContain("calendar-changed")
  })

  test("tells clients of a change that nothing announced, and is quiet the next time", async () => {
    const engine = await listed()
    await engine.remote.hand.create(someDraft())
    await engine.pass({ ...engine.mark, ...timer })
    const { calendar, told } = await engine.see()
    expect(told).toEqual(["calendar-changed"])
    expect(calendar.changedAt).toEqual(engine.clock.now())
    await engine.clock.advance(1800 * second)
    await engine.pass({ ...engine.mark, ...timer })
    expect((await engine.see()).told).toEqual([])
  })

  test("repeats what a notification has just announced only for those who came meanwhile", async () => {
    const engine = await listed()
    await engine.remote.hand.create(someDraft())
    const noticedAtMs = engine.clock.now().epochMilliseconds
    await engine.clock.advance(100)
    await engine.pass({ ...engine.mark, noticedAtMs })
    const { calendar, told } = await engine.see()
    expect(told).toEqual(["repeated"])
    expect(calendar.changedAt?.epochMilliseconds).toBeGreaterThanOrEqual(noticedAtMs)
  })

  test("repeats a notification that waited long for its pass", async () => {
    const engine = await listed()
    await engine.remote.hand.create(someDraft())
    const noticedAtMs = engine.clock.now().epochMilliseconds
    await engine.clock.advance(10 * second)
    await engine.pass({ ...engine.mark, noticedAtMs })
    expect((await engine.see()).told).toEqual(["calendar-changed"])
  })

  test("the timer after an announced change tells clients once more, for what came between their read and the pass", async () => {
    const engine = await listed()
    await engine.arm(engine.accountId, engine.calendarId)
    await engine.remote.hand.create(someDraft())
    await engine.pass({ ...engine.mark, noticedAtMs: engine.clock.now().epochMilliseconds })
    expect((await engine.see()).told).toEqual(["repeated"])
    await engine.clock.advance(900 * second)
    await engine.pass({ ...engine.mark, ...timer })
    expect((await engine.see()).told).toEqual(["calendar-changed"])
    for (const _ of [1, 2, 3]) {
      await engine.clock.advance(900 * second)
      await engine.pass({ ...engine.mark, ...timer })
    }
    expect((await engine.see()).told.length).toBeLessThanOrEqual(1)
  })

  test("never moves the watermark back, however late a notification's pass is", async () => {
    const engine = await listed()
    const noticedAtMs = engine.clock.now().epochMilliseconds
    await engine.clock.advance(30 * second)
    await engine.remote.hand.create(someDraft())
    await engine.pass({ ...engine.mark, ...timer })
    const { changedAt } = (await engine.see()).calendar
    await engine.remote.hand.create(someDraft())
    await engine.pass({ ...engine.mark, noticedAtMs })
    expect((await engine.see()).calendar.changedAt?.epochMilliseconds).toBeGreaterThanOrEqual(
      changedAt?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    )
  })
})

describe("a pass that is interrupted", () => {
  test("leaves the later of two notices for the next, so that clients who heard it are not told again", async () => {
    const engine = await listed()
    await engine.remote.hand.create(someDraft())
    const first = { kind: "pass" as const, ...engine.mark, noticedAtMs: engine.clock.now().epochMilliseconds }
    await engine.clock.advance(3 * second)
    const later = { ...first, noticedAtMs: engine.clock.now().epochMilliseconds }
    await engine.jobs.queue.add([later])
    engine.remote.faults.cutAfterPages(0)
    await engine.pass(first)
    expect(engine.jobs.waiting().map(({ job }) => job)).toEqual([later])
    await engine.pass(later)
    expect((await engine.see()).told).toEqual(["repeated"])
  })

  test("goes on at the page it came to, and what it had found is not forgotten", async () => {
    const engine = await listed({ cursorComes: "with-each-page" })
    const before = (await engine.see()).calendar.cursor
    for (const subject of ["a", "b", "c"]) await engine.remote.hand.create(someDraft(subject))
    engine.remote.faults.cutAfterPages(1)
    await engine.pass({ ...engine.mark, ...timer })
    const cut = await engine.see()
    expect(cut.calendar.cursor).not.toEqual(before)
    expect(cut.calendar.changedAt).toEqual(engine.clock.now())
    expect(cut.told).toEqual(["calendar-changed"])
    expect(engine.jobs.waiting()).toHaveLength(1)
  })

  test("is not announced while its changes are to be read again", async () => {
    const engine = await listed({ cursorComes: "after-the-last" })
    const before = (await engine.see()).calendar
    for (const subject of ["a", "b", "c"]) await engine.remote.hand.create(someDraft(subject))
    engine.remote.faults.cutAfterPages(1)
    await engine.pass({ ...engine.mark, ...timer })
    const cut = await engine.see()
    expect(cut.calendar).toMatchObject({ cursor: before.cursor, changedAt: before.changedAt, failureCount: 1 })
    expect(cut.told).toEqual([])
    await engine.pass({ ...engine.mark, ...timer })
    expect((await engine.see()).told).toEqual(["calendar-changed"])
  })

  test.each(["with-each-page", "after-the-last"] as const)(
    "at any write loses no change (cursor %s)",
    async (cursorComes) => {
      for (let dies = 1; dies <= 6; dies++) {
        let writesLeft = Number.POSITIVE_INFINITY
        const engine = await listed({
          cursorComes,
          beforeCalendarUpdate: () => {
            if (--writesLeft === 0) throw new Error("the process died here")
          },
        })
        for (const subject of ["a", "b", "c"]) await engine.remote.hand.create(someDraft(subject))
        writesLeft = dies
        const hasDied = await engine.pass({ ...engine.mark, ...timer }).then(
          () => false,
          () => true,
        )
        writesLeft = Number.POSITIVE_INFINITY
        // What a dying process still told does not count.
        const { told } = await engine.see()
        if (!hasDied) expect(told).toEqual(["calendar-changed"])
        await engine.clock.advance(300 * second)
        await engine.pass({ ...engine.mark, ...timer })
        expect({ dies, told: (await engine.see()).told }).toEqual({ dies, told: hasDied ? ["calendar-changed"] : [] })
      }
    },
  )
})

describe("a lost cursor", () => {
  test("is listed again a little later, and clients are told at once and when the listing is done", async () => {
    const engine = await listed()
    engine.remote.faults.loseCursors()
    await engine.pass({ ...engine.mark, ...timer })
    const lost = await engine.see()
    expect(lost.calendar).toMatchObject({ cursor: null, isFirstListing: true })
    expect(lost.told).toEqual(["calendar-changed"])
    const [again] = engine.jobs.waiting()
    expect(again?.runAt.since(engine.clock.now()).total("seconds")).toBeLessThanOrEqual(10)
    await engine.clock.advance(10 * second)
    await engine.remote.hand.create(someDraft())
    for (const job of engine.jobs.take()) if (job.kind === "pass") await engine.pass(job)
    const again2 = await engine.see()
    expect(again2.calendar).toMatchObject({ isFirstListing: false, failureCount: 0 })
    expect(again2.told).toEqual(["calendar-changed"])
  })

  test("that is lost each time is tried ever more rarely", async () => {
    const engine = await startEngine({ dress: failing(() => new Problem("cursor-lost", "Gone again.")) })
    const waits: number[] = []
    for (let round = 0; round < 8; round++) {
      await engine.pass({ ...engine.mark, ...timer })
      const [again] = engine.jobs.waiting()
      waits.push(again?.runAt.since(engine.clock.now()).total("seconds") ?? 0)
      await engine.clock.advance(600 * second)
      engine.jobs.take()
    }
    expect(waits.at(-1)).toBeGreaterThan(200)
    expect((await engine.see()).told.length).toBeLessThanOrEqual(1)
  })

  test("a window that has run out is listed anew, and a change nobody announced is told all the same", async () => {
    const engine = await listed({
      dress: (provider) => ({ ...provider, limits: { ...provider.limits, isCursorBoundToWindow: true } }),
    })
    const before = (await engine.see()).calendar
    await engine.clock.advance(62 * 86_400 * second)
    await engine.remote.hand.create(someDraft())
    await engine.pass({ ...engine.mark, ...timer })
    const { calendar, told } = await engine.see()
    expect(calendar.cursorWindowEndsAt).not.toEqual(before.cursorWindowEndsAt)
    expect(told).toEqual(["calendar-changed"])
  })
})

describe("trouble with the provider", () => {
  test("a refused token is replaced once", async () => {
    let refusals = 1
    const engine = await startEngine({
      dress: failing(() => (refusals-- > 0 ? new Problem("auth-expired", "Not accepted.") : null)),
    })
    await engine.pass({ ...engine.mark, ...timer })
    expect(engine.wishes.map(({ refusedTokenDigest }) => refusedTokenDigest !== undefined)).toEqual([false, true])
    expect((await engine.see()).connection.state).toBe("healthy")
  })

  test("a fresh token that is refused as well means that its user must sign in", async () => {
    const engine = await startEngine({ dress: failing(() => new Problem("auth-expired", "Not accepted.")) })
    await engine.pass({ ...engine.mark, ...timer })
    expect((await engine.see()).connection.state).toBe("needs-reauth")
    expect(engine.wishes).toHaveLength(2)
  })

  test("comes back exactly when the provider said so", async () => {
    const engine = await listed()
    engine.remote.faults.throttle(77, false)
    await engine.pass({ ...engine.mark, ...timer })
    expect(engine.jobs.waiting().map(({ runAt }) => runAt)).toEqual([engine.clock.now().add({ seconds: 77 })])
  })

  test("silence is unreachable from the third time on, tried ever more rarely, and healed by one answer", async () => {
    let isSilent = true
    const engine = await startEngine({
      dress: failing(() => (isSilent ? new Problem("unavailable", "No answer.") : null)),
    })
    const states: string[] = []
    const waits: number[] = []
    for (let round = 0; round < 4; round++) {
      await engine.pass({ ...engine.mark, ...timer })
      states.push((await engine.see()).connection.state)
      const [again] = engine.jobs.waiting()
      waits.push(again?.runAt.since(engine.clock.now()).total("seconds") ?? 0)
      await engine.clock.advance(600 * second)
      engine.jobs.take()
    }
    expect(states).toEqual(["connecting", "connecting", "unreachable", "unreachable"])
    expect(waits[3] ?? 0).toBeGreaterThan(waits[0] ?? 0)
    isSilent = false
    await engine.pass({ ...engine.mark, ...timer })
    expect((await engine.see()).connection.state).toBe("healthy")
  })

  test.each<[ProblemKind, string]>([
    ["auth-revoked", "needs-reauth"],
    ["forbidden", "needs-consent"],
  ])("%s makes the connection %s and is not tried again by itself", async (kind, state) => {
    const engine = await startEngine({ dress: failing(() => new Problem(kind, "No.")) })
    await engine.pass({ ...engine.mark, ...timer })
    expect((await engine.see()).connection.state).toBe(state)
    expect(engine.jobs.waiting()).toEqual([])
  })

  test("a provider that never comes to an end of its pages is left", async () => {
    const engine = await listed({
      dress: (provider) => ({
        ...provider,
        async *changes() {
          for (;;) yield { changes: [], modifiedAtMs: [], malformedCount: 0, cursor: null }
        },
      }),
    })
    expect((await engine.see()).calendar).toMatchObject({ cursor: null, failureCount: 1 })
  })

  test("items that cannot be understood are counted, the rest goes on", async () => {
    const engine = await startEngine({
      dress: (provider) => ({
        ...provider,
        async *changes(input) {
          for await (const page of provider.changes(input)) yield { ...page, malformedCount: 2 }
        },
      }),
    })
    await engine.pass({ ...engine.mark, ...timer })
    expect(engine.metrics.counts.get("malformed_items_total memory")).toBe(2)
    expect((await engine.see()).connection.state).toBe("healthy")
  })

  test("a bug is not swallowed", async () => {
    const engine = await startEngine({
      dress: failing(() => {
        throw new TypeError("a bug")
      }),
    })
    await expect(engine.pass({ ...engine.mark, ...timer })).rejects.toThrow("a bug")
  })

  test("a calendar that is gone meanwhile is left alone", async () => {
    const engine = await startEngine()
    await engine.store.inAccount(engine.accountId, (tables) => tables.deleteCalendar(engine.calendarId))
    await engine.pass({ ...engine.mark, ...timer })
    expect(engine.wishes).toEqual([])
  })

  test("the next pass is due within the interval of its kind", async () => {
    for (const isPushed of [true, false]) {
      const engine = await listed()
      if (isPushed) await engine.arm(engine.accountId, engine.calendarId)
      await engine.pass({ ...engine.mark, ...timer })
      const { dueAt } = (await engine.see()).calendar
      const wait = dueAt.since(engine.clock.now()).total("seconds")
      expect(wait).toBeLessThanOrEqual(isPushed ? 900 : 300)
      expect(wait).toBeGreaterThanOrEqual(isPushed ? 810 : 270)
      expect(enginePace.stalenessBoundSeconds(isPushed)).toBeGreaterThan(wait)
    }
  })

  test("a calendar that is listened to is looked at as rarely as one that is pushed", async () => {
    const engine = await startEngine()
    const nodeId = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
    const now = engine.clock.now()
    const { accountId, connectionId } = engine
    await engine.memory.inAccount(accountId, ({ listening }) => listening.ask(connectionId, now))
    const leasedUntil = now.add({ seconds: 60 })
    await engine.memory.asSystem((tables) => tables.takeListening({ nodeId, now, leasedUntil, limit: 1 }))
    await engine.memory.inAccount(accountId, ({ listening }) => listening.mark(connectionId, nodeId, now))
    await engine.pass({ ...engine.mark, noticedAtMs: null })
    expect((await engine.see()).calendar.dueAt.since(now).total("seconds")).toBeGreaterThanOrEqual(810)
  })
})
