import { addedSlots, quantileMs, slotOfMs } from "@kalends/domain/figures"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { createReceiver } from "../subscriptions/receiver.ts"
import { type Engine, type EngineOptions, someDraft, startEngine } from "../testing/engine.ts"
import { settled } from "../testing/fake-clock.ts"

const pass = (engine: Engine, noticedAtMs: number | null = null) => engine.pass({ ...engine.mark, noticedAtMs })

/** A calendar that is listed and pushed, with nothing counted yet. */
async function listed(options: EngineOptions = {}) {
  const engine = await startEngine(options)
  await pass(engine)
  await engine.arm(engine.accountId, engine.calendarId)
  await pass(engine)
  engine.metrics.figures.clear()
  engine.metrics.spreads.splice(0)
  return engine
}

/** One who receives the provider's notices, and takes `ownMs` to make them durable. */
function receiverOf({ provider, secrets, jobs, fanOut, clock, metrics }: Engine, ownMs: number) {
  const append = async (marks: Parameters<typeof jobs.queue.add>[0]) => {
    await new Promise<void>((resolve) => void clock.after(ownMs, resolve))
    await jobs.queue.add(marks)
  }
  const providers = new Map([[provider.name, provider]])
  return createReceiver({ providers, secrets, notices: { append }, fanOut, clock, metrics })
}

describe("what is counted of a pass", () => {
  test("a provider's lag of 2 s and our own few milliseconds are told apart, exactly so", async () => {
    const engine = await listed()
    const receiver = receiverOf(engine, 4)
    for (let edit = 0; edit < 20; edit++) {
      await engine.remote.hand.create(someDraft(`Night ${edit}`))
      await engine.clock.advance(2_000)
      for (const request of await engine.remote.arrived()) {
        const receiving = receiver.receive(engine.provider.name, request)
        // Until it waits for the database.
        await settled()
        await engine.clock.advance(4)
        await receiving
      }
      for (const job of engine.jobs.take()) if (job.kind === "pass") await engine.pass(job)
      await engine.clock.advance(60_000)
    }
    const times = (name: string) => engine.metrics.spreads.filter(({ measure }) => measure === name).map(({ ms }) => ms)
    expect(times("own-share")).toEqual(Array.from({ length: 20 }, () => 4))
    expect(times("provider-lag")).toEqual(Array.from({ length: 20 }, () => 2_000))
    const median = (name: string) =>
      quantileMs(addedSlots(times(name).map((ms) => new Map([[slotOfMs(ms), 1]]))), 0.5) ?? 0
    expect([slotOfMs(median("own-share")), slotOfMs(median("provider-lag"))]).toEqual([slotOfMs(4), slotOfMs(2_000)])
    const { figures } = engine.metrics
    expect([figures.get("notices-received"), figures.get("hints-sent"), figures.get("passes-by-hint")]).toEqual([
      20, 20, 20,
    ])
  })

  test("a change that was made after the notification does not count as its cause", async () => {
    const engine = await listed()
    await engine.remote.hand.create(someDraft("Before"))
    await engine.clock.advance(700)
    const noticedAtMs = engine.clock.now().epochMilliseconds
    await engine.clock.advance(100)
    await engine.remote.hand.create(someDraft("After"))
    await pass(engine, noticedAtMs)
    expect(engine.metrics.spreads).toContainEqual({ measure: "provider-lag", ms: 700 })
  })

  test("where the provider tells no time, no lag is counted", async () => {
    const engine = await listed({
      dress: (provider) => ({
        ...provider,
        async *changes(input) {
          for await (const page of provider.changes(input)) yield { ...page, modifiedAtMs: [] }
        },
      }),
    })
    await engine.remote.hand.create(someDraft())
    await pass(engine, engine.clock.now().epochMilliseconds)
    expect(engine.metrics.spreads.map(({ measure }) => measure)).not.toContain("provider-lag")
    expect(engine.metrics.figures.get("changes-found")).toBe(1)
  })

  test("a timer that finds what no notification announced says so", async () => {
    const engine = await listed()
    await engine.remote.hand.create(someDraft())
    await pass(engine)
    await pass(engine)
    const counted = ["passes-by-timer", "changes-found", "changes-unannounced"].map((name) =>
      engine.metrics.figures.get(name),
    )
    expect(counted).toEqual([2, 1, 1])
  })

  test("a look that comes later than promised is counted as late, with how old what was known had become", async () => {
    const engine = await listed()
    await engine.clock.advance(1_000_000)
    await pass(engine)
    expect(engine.metrics.spreads).toContainEqual({ measure: "known-age", ms: 1_000_000 })
    expect([engine.metrics.figures.get("looks-late"), engine.metrics.figures.get("seconds-watched")]).toEqual([
      1, 1_000,
    ])
  })

  test("after a failure, what is known is as old as the provider's last good answer", async () => {
    let isDown = false
    const engine = await listed({
      dress: (provider) => ({
        ...provider,
        async *changes(input) {
          if (isDown) throw new Problem("unavailable", "Silence.")
          yield* provider.changes(input)
        },
      }),
    })
    isDown = true
    await engine.clock.advance(300_000)
    await pass(engine)
    isDown = false
    await engine.clock.advance(60_000)
    await pass(engine)
    expect(engine.metrics.spreads).toEqual([{ measure: "known-age", ms: 360_000 }])
    const counted = ["passes-failed", "passes-to-repair"].map((name) => engine.metrics.figures.get(name))
    expect(counted).toEqual([1, 1])
  })
})
