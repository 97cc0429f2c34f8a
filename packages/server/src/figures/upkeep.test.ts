import { expect, test } from "vitest"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { createFigureUpkeep, upkeepAt } from "./upkeep.ts"

test("takes whole spans of the next grain only", () => {
  const { minutesBefore, fiveMinutesBefore, hoursBefore, daysBefore } = upkeepAt(
    Temporal.Instant.from("2026-11-23T09:59:59Z"),
    1,
  )
  expect([minutesBefore, fiveMinutesBefore, hoursBefore, daysBefore].map(String)).toEqual([
    "2026-11-23T07:55:00Z",
    "2026-11-22T07:00:00Z",
    "2026-10-22T00:00:00Z",
    "2025-10-19T00:00:00Z",
  ])
})

test("a timer rolls up and purges, and ends when it is stopped", async () => {
  const { account } = sampleRows()
  const { accountId } = account
  const store = createMemoryStore()
  const clock = fakeClock()
  const old = { accountId, measure: "hints-sent", provider: "graph", slot: 0, count: 1 } as const
  await store.asSystem(async (tables) => {
    await tables.insertAccount(account)
    await tables.addFigures([
      { ...old, grain: "minute", at: clock.now().subtract({ hours: 30 }) },
      { ...old, grain: "day", at: clock.now().subtract({ hours: 24 * 500 }) },
    ])
  })
  const stop = createFigureUpkeep({ store, clock, log: { info() {}, warn() {}, error() {} } }).start()
  await clock.advance(5 * 60_000)
  await stop()
  const kept = JSON.stringify(store.everything())
  expect(kept).toContain('"grain":"hour"')
  expect(kept).not.toContain('"grain":"minute"')
  expect(kept).not.toContain('"grain":"day"')
  expect(clock.waitingCount).toBe(0)
})
