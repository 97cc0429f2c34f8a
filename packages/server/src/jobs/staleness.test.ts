import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { CalendarProvider, HookRequest } from "../ports/calendar-provider.ts"
import { createReceiver } from "../subscriptions/receiver.ts"
import { type Engine, enginePace, someDraft, startEngine } from "../testing/engine.ts"
import type { FakeClock } from "../testing/fake-clock.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createReconcile } from "./reconcile.ts"

/** What happens to one push notification on its way. */
type Fate = { readonly isLost: boolean; readonly copies: 1 | 2; readonly delayMs: number }

type Edit = { readonly afterMs: number; readonly losesCursors: boolean; readonly fate: Fate }

type Scenario = {
  readonly seed: number
  readonly isPushed: boolean
  readonly cursorComes: "with-each-page" | "after-the-last"
  readonly edits: readonly Edit[]
}

/** A moment later, ten minutes later, and, where two edits race with a pass, within the same second. */
const pause = fc.oneof(fc.integer({ min: 0, max: 1_500 }), fc.integer({ min: 0, max: 600_000 }))

const edit = fc.record({
  afterMs: pause,
  losesCursors: fc.nat(15).map((chance) => chance === 0),
  fate: fc.record({
    isLost: fc.boolean(),
    copies: fc.constantFrom(1 as const, 2 as const),
    delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000_000 })),
  }),
})

const scenario: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.integer(),
  isPushed: fc.boolean(),
  cursorComes: fc.constantFrom("with-each-page" as const, "after-the-last" as const),
  edits: fc.array(edit, { minLength: 1, maxLength: 8 }),
})

const wait = (clock: FakeClock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))

/** The provider answers what was so when it was asked, a while later. */
function slowly(clock: () => FakeClock, delayMs: () => number) {
  return (provider: CalendarProvider): CalendarProvider => ({
    ...provider,
    async *changes(input) {
      const pages = await Array.fromAsync(provider.changes(input))
      await wait(clock(), delayMs())
      yield* pages
    },
  })
}

/** Takes what is due by then, and runs each job after a wait of its own. */
function runJobs(engine: Engine, runAt: Temporal.Instant, delayMs: () => number): void {
  const waitMs = Math.max(0, engine.clock.now().until(runAt).total("milliseconds"))
  engine.clock.after(waitMs, () => {
    for (const job of engine.jobs.take())
      engine.clock.after(delayMs(), () => {
        if (job.kind === "pass") void engine.pass(job)
        if (job.kind === "subscribe") void engine.arm(job.accountId, job.calendarId)
      })
  })
}

/** Delivers what the provider pushes as fate has it: lost, twice, late and so in another order. */
async function deliver(engine: Engine, fate: Fate, receive: (request: HookRequest) => void): Promise<void> {
  for (const request of await engine.remote.arrived())
    for (let copy = 0; copy < (fate.isLost ? 0 : fate.copies); copy++)
      engine.clock.after(fate.delayMs * (copy + 1), () => receive(request))
}

/**
 * A calendar through a run of edits, with a client that reads whenever it is told to. Resolves with how long, in seconds,
 * each edit took to be known beyond the stated bound: none is above zero if the bound holds.
 */
async function overdueSeconds(run: Scenario, hasReconcile: boolean): Promise<readonly number[]> {
  const random = seededRandom(run.seed)
  const between = (most: number) => () => Math.floor(random.fraction() * most)
  const dress = slowly(() => engine.clock, between(2_000))
  const engine: Engine = await startEngine({
    seed: run.seed,
    cursorComes: run.cursorComes,
    jobsAdded: (runAt) => runJobs(engine, runAt, between(3_000)),
    dress: (provider) => dress(run.isPushed ? provider : { ...provider, push: null }),
  })
  const { clock, store, jobs, fanOut, metrics, accountId, calendarId } = engine
  const log = { info() {}, warn() {}, error() {} }
  const keyMinder = { tick: async () => {} }
  const reconcile = createReconcile({ store, queue: jobs.queue, clock, log, pace: enginePace, keyMinder })
  const receiver = createReceiver({
    providers: new Map([[engine.provider.name, engine.provider]]),
    secrets: engine.secrets,
    notices: { append: (marks) => jobs.queue.add(marks) },
    fanOut,
    clock,
    metrics,
  })
  await jobs.queue.add([
    { kind: "pass", accountId, calendarId, noticedAtMs: null },
    { kind: "subscribe", accountId, calendarId },
  ])
  const stopReconcile = hasReconcile ? reconcile.start() : async () => {}
  await clock.advance(20_000)

  const openedAtMs = clock.now().epochMilliseconds
  const unknown = new Map<number, number>()
  const known: number[] = []
  fanOut.listen({ kind: "calendar", accountId, calendarId }, (hint) => {
    // As a change stream does: a repetition is for those who came later.
    if (hint.kind !== "calendar-changed" || (hint.announcedAtMs !== null && hint.announcedAtMs > openedAtMs)) return
    clock.after(between(200)(), () => {
      for (const [index, madeAtMs] of unknown) known[index] = (clock.now().epochMilliseconds - madeAtMs) / 1000
      unknown.clear()
    })
  })
  for (const [index, { afterMs, losesCursors, fate }] of run.edits.entries()) {
    await clock.advance(afterMs)
    if (losesCursors) engine.remote.faults.loseCursors()
    await engine.remote.hand.create(someDraft(`edit ${index}`))
    unknown.set(index, clock.now().epochMilliseconds)
    await deliver(engine, fate, (request) => void receiver.receive(engine.provider.name, request))
  }
  const boundSeconds = enginePace.stalenessBoundSeconds(run.isPushed)
  await clock.advance((boundSeconds + 60) * 1000)
  await stopReconcile()
  return run.edits.map((_, index) => Math.max(0, (known[index] ?? Number.POSITIVE_INFINITY) - boundSeconds))
}

describe("the staleness bound", () => {
  test("holds whatever notifications are lost, doubled, late or out of order, and whatever cursor is lost", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (run) => {
        expect(await overdueSeconds(run, true)).toEqual(run.edits.map(() => 0))
      }),
      { numRuns: 30, seed: 20261123 },
    )
  })

  test("is the reconcile's doing: without it a lost notification is never made good", async () => {
    const fate = { isLost: true, copies: 1, delayMs: 0 } as const
    const run: Scenario = {
      seed: 1,
      isPushed: true,
      cursorComes: "after-the-last",
      edits: [{ afterMs: 60_000, losesCursors: false, fate }],
    }
    expect(await overdueSeconds(run, false)).toEqual([Number.POSITIVE_INFINITY])
    expect(await overdueSeconds(run, true)).toEqual([0])
  })

  test("holds for a change that falls between a client's read and the pass of the notification before it", async () => {
    const heard = { isLost: false, copies: 1, delayMs: 0 } as const
    for (let seed = 1; seed <= 12; seed++) {
      const edits = [
        { afterMs: 60_000, losesCursors: false, fate: heard },
        { afterMs: 220, losesCursors: false, fate: { ...heard, isLost: true } },
      ]
      expect(await overdueSeconds({ seed, isPushed: true, cursorComes: "after-the-last", edits }, true)).toEqual([0, 0])
    }
  })
})
