import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { keptFor, upkeepAt } from "../figures/upkeep.ts"
import type { FigureRow } from "../ports/figure-tables.ts"
import type { Store } from "../ports/store.ts"
import { flatFigures } from "../testing/flat-figures.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createStore } from "./store.ts"

const database = useDatabase()
const stores: readonly (readonly [string, () => Store])[] = [
  ["in PostgreSQL", () => createStore(database())],
  ["in memory", createMemoryStore],
]

const start = Temporal.Instant.from("2026-11-23T09:00:00Z")
const at = (minutes: number) => start.add({ minutes })
const hourMs = 3_600_000
let seed = 100

/** A store with a new account in it, and a way to make rows of that account and to read all of them. */
async function world(store: Store) {
  const rows = sampleRows(++seed)
  const { accountId } = rows.account
  await store.asSystem((tables) => tables.insertAccount(rows.account))
  const row = (minutes: number, count: number, more: Partial<FigureRow> = {}): FigureRow => ({
    ...{ accountId, measure: "own-share", provider: "graph", grain: "minute", at: at(minutes), slot: 3, count },
    ...more,
  })
  const add = (...added: readonly FigureRow[]) => store.asSystem((tables) => tables.addFigures(added))
  const sum = async (stepSeconds = 60) =>
    flatFigures(
      await store.inAccount(accountId, (tables) =>
        tables.figures.sum({
          measures: ["own-share", "hints-sent"],
          from: start.subtract({ hours: 24 * 500 }),
          to: start.add({ hours: 24 * 500 }),
          stepSeconds,
        }),
      ),
    )
  const total = async () => (await sum()).reduce((all, { count }) => all + count, 0)
  const keepUp = (now: Temporal.Instant, limit = 1_000) =>
    store.asSystem((tables) => tables.keepUpFigures(upkeepAt(now, limit)))
  return { store, rows, accountId, row, add, sum, total, keepUp }
}

describe.each(stores)("figures %s", (_name, storeOf) => {
  test("several nodes that write the same minute at once add up", async () => {
    const { row, add, sum } = await world(storeOf())
    const some = [row(0, 2), row(0, 1, { slot: 5 }), row(0, 4, { measure: "hints-sent", slot: 0 })]
    await Promise.all(Array.from({ length: 6 }, (_, node) => add(...(node % 2 === 0 ? some : [...some].reverse()))))
    expect((await sum()).map(({ measure, slot, count }) => [measure, slot, count])).toEqual([
      ["hints-sent", 0, 24],
      ["own-share", 3, 12],
      ["own-share", 5, 6],
    ])
  })

  test("are summed over steps, each measure, provider and slot for itself, within the times that are asked for", async () => {
    const { store, accountId, row, add } = await world(storeOf())
    await add(row(-1, 7), row(0, 1), row(4, 2), row(5, 3), row(3, 5, { provider: "google" }), row(10, 9))
    const sums = await store.inAccount(accountId, (tables) =>
      tables.figures.sum({ measures: ["own-share"], from: at(0), to: at(10), stepSeconds: 300 }),
    )
    const told = flatFigures(sums).map(({ provider, at, count }) => [provider, at.toString().slice(11, 16), count])
    expect(told.sort()).toEqual([
      ["google", "09:00", 5],
      ["graph", "09:00", 3],
      ["graph", "09:05", 3],
    ])
  })

  test("of one account are none of another's, and of one that is gone are not written", async () => {
    const store = storeOf()
    const [one, other] = [await world(store), await world(store)]
    const gone = sampleRows(++seed).account.accountId
    await one.add(one.row(0, 1), one.row(0, 1, { accountId: gone }))
    expect([await one.total(), await other.total()]).toEqual([1, 0])
  })

  test("minutes become five minutes, these hours, and hours days, each when the whole of it is old, and nothing of the sum is lost", async () => {
    const { row, add, sum, keepUp } = await world(storeOf())
    await add(row(0, 1), row(4, 2), row(59, 16), row(60, 4), row(60 * 24, 8))
    await keepUp(at(60 * keptFor.minuteHours + 5))
    expect((await sum()).map(({ at, count }) => [at.toString().slice(0, 16), count])).toEqual([
      ["2026-11-23T09:00", 3],
      ["2026-11-23T09:59", 16],
      ["2026-11-23T10:00", 4],
      ["2026-11-24T09:00", 8],
    ])
    await keepUp(at(60 * (keptFor.fiveMinutesHours + 1)))
    expect((await sum()).map(({ at, count }) => [at.toString().slice(0, 16), count])).toEqual([
      ["2026-11-23T09:00", 19],
      ["2026-11-23T10:00", 4],
      ["2026-11-24T09:00", 8],
    ])
    await keepUp(at(60 * 24 * (keptFor.hourDays + 2)))
    expect((await sum()).map(({ at, count }) => [at.toString().slice(0, 16), count])).toEqual([
      ["2026-11-23T00:00", 23],
      ["2026-11-24T00:00", 8],
    ])
  })

  test("whatever is written when, rolling up keeps the sum until the days are too old, and then nothing is left", async () => {
    const store = storeOf()
    const entry = fc.tuple(fc.integer({ min: 0, max: 60 * 24 * 40 }), fc.integer({ min: 1, max: 1_000 }))
    const looks = fc.array(fc.integer({ min: 0, max: 24 * 90 }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 20 }), looks, async (entries, hours) => {
        const { row, add, total, keepUp } = await world(store)
        for (const [minutes, count] of entries) await add(row(minutes, count))
        for (const hour of hours) await keepUp(start.add({ hours: hour }), 7)
        expect(await total()).toBe(entries.reduce((all, [, count]) => all + count, 0))
        for (let go = 0; go < 3; go++) await keepUp(start.add({ hours: 24 * (keptFor.dayDays + 41) }))
        expect(await total()).toBe(0)
      }),
      { numRuns: 15 },
    )
  })

  test("two nodes that roll up at once neither lose nor double a count", async () => {
    const { row, add, total, keepUp } = await world(storeOf())
    await add(...Array.from({ length: 120 }, (_, minute) => row(minute, 1)))
    const now = Temporal.Instant.fromEpochMilliseconds(
      start.epochMilliseconds + (keptFor.fiveMinutesHours + 5) * hourMs,
    )
    await Promise.all([keepUp(now, 50), keepUp(now, 50), keepUp(now, 50)])
    expect(await total()).toBe(120)
  })

  test("tell how old what is known is, apart from calendars that wait for a person, by the bound of each way", async () => {
    const { store, rows, accountId } = await world(storeOf())
    const { user, connection, calendar } = rows
    const other = sampleRows(++seed)
    const dead = sampleRows(++seed)
    await store.inAccount(accountId, async (tables) => {
      for (const [index, one] of [rows, other, dead].entries()) {
        const userId = one.user.userId
        const state = one === dead ? "needs-reauth" : "healthy"
        await tables.insertUser({ ...user, userId, email: `someone-${seed}-${index}@example.org` })
        await tables.insertConnection({ ...connection, userId, connectionId: one.connection.connectionId, state })
        await tables.insertCalendar({
          ...calendar,
          connectionId: one.connection.connectionId,
          calendarId: one.calendar.calendarId,
          lastPassAt: at(0),
        })
      }
      // Its last pass failed: what is known is from the provider's last good answer, twenty minutes before.
      await tables.updateCalendar(other.calendar.calendarId, { failureCount: 1 })
      await tables.updateConnection(other.connection.connectionId, { lastOkAt: at(-20) })
    })
    const ages = await store.inAccount(accountId, (tables) =>
      tables.figures.knownAges(at(1), { pushedMs: 900_000, polledMs: 300_000 }),
    )
    expect(ages).toEqual([{ provider: "memory", isPushed: false, count: 2, lateCount: 1, oldestMs: 21 * 60_000 }])
    const states = await store.inAccount(accountId, (tables) => tables.figures.countConnections())
    expect(states).toEqual([
      { provider: "memory", state: "healthy", count: 2 },
      { provider: "memory", state: "needs-reauth", count: 1 },
    ])
  })
})
