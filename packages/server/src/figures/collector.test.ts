import { figureMeasures } from "@kalends/domain/figures"
import { describe, expect, test } from "vitest"
import type { Store } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { flatFigures } from "../testing/flat-figures.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { createFigureCollector } from "./collector.ts"

const silent = { info() {}, warn() {}, error() {} }

/** A node that counts; `state.isAway`: its database does not answer. */
async function world() {
  const { account, connection } = sampleRows()
  const { accountId } = account
  const memory = createMemoryStore()
  await memory.asSystem((tables) => tables.insertAccount(account))
  const clock = fakeClock("2026-11-23T09:00:30Z")
  const state = { isAway: false, statements: 0 }
  const store: Store = {
    ...memory,
    async asSystem(work) {
      if (state.isAway) throw new Error("the database is away")
      state.statements++
      return memory.asSystem(work)
    },
  }
  const collector = createFigureCollector({ store, clock, log: silent })
  const read = () =>
    memory.inAccount(accountId, (tables) =>
      tables.figures.sum({
        measures: figureMeasures,
        from: Temporal.Instant.from("2026-11-23T00:00:00Z"),
        to: Temporal.Instant.from("2026-11-24T00:00:00Z"),
        stepSeconds: 60,
      }),
    )
  const shown = async () =>
    flatFigures(await read()).map(({ measure, slot, at, count }) => [measure, slot, at.toString().slice(11, 16), count])
  return { connection, clock, state, collector, shown, memory }
}

describe("the collector of figures", () => {
  test("writes what was counted with one statement, in the minute it was counted in", async () => {
    const { connection, clock, state, collector, shown } = await world()
    const stop = collector.start()
    for (let count = 0; count < 1_000; count++) collector.countFor(connection, "hints-sent")
    collector.countFor(connection, "seconds-watched", 12.6)
    collector.spreadFor(connection, "own-share", 4)
    collector.spreadFor(connection, "own-share", 3.9)
    await clock.advance(5_000)
    expect(state.statements).toBe(1)
    expect(await shown()).toEqual([
      ["hints-sent", 0, "09:00", 1_000],
      ["own-share", 4, "09:00", 2],
      ["seconds-watched", 0, "09:00", 13],
    ])
    await clock.advance(30_000)
    expect(state.statements).toBe(1)
    collector.countFor(connection, "hints-sent")
    await stop()
    expect((await shown()).filter(([measure]) => measure === "hints-sent")).toEqual([
      ["hints-sent", 0, "09:00", 1_000],
      ["hints-sent", 0, "09:01", 1],
    ])
    expect(clock.waitingCount).toBe(0)
  })

  test("keeps what it counted while the database is away, with its minute", async () => {
    const { connection, clock, state, collector, shown } = await world()
    const stop = collector.start()
    state.isAway = true
    collector.countFor(connection, "hints-sent")
    await clock.advance(60_000)
    collector.countFor(connection, "hints-sent", 2)
    state.isAway = false
    await stop()
    expect(await shown()).toEqual([
      ["hints-sent", 0, "09:00", 1],
      ["hints-sent", 0, "09:01", 2],
    ])
  })

  test("a node that is killed loses no more than what it counted since its last flush", async () => {
    const { connection, clock, collector, shown } = await world()
    collector.start()
    collector.countFor(connection, "hints-sent", 5)
    await clock.advance(5_000)
    collector.countFor(connection, "hints-sent", 3)
    // Killed here: nobody stops it.
    expect(await shown()).toEqual([["hints-sent", 0, "09:00", 5]])
  })

  test("what is kept names no user, calendar, connection or event", async () => {
    const { connection, collector, memory } = await world()
    for (const measure of ["own-share", "provider-lag"] as const) collector.spreadFor(connection, measure, 2_000)
    await collector.flush()
    const kept = JSON.stringify(memory.everything())
    for (const id of [connection.connectionId, connection.userId, connection.subjectEmail ?? "@"])
      expect(kept).not.toContain(id)
    expect(kept).toContain("provider-lag")
  })
})
