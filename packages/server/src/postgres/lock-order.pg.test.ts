import { isDeepStrictEqual } from "node:util"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type LockWorld, lockWorld, operations, outcomeOf } from "../testing/lock-world.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createDatabase, createPool } from "./database.ts"
import { createStore } from "./store.ts"

let clone: TestDatabase
beforeAll(async () => {
  clone = await cloneDatabase()
})
afterAll(() => clone.drop())

const names = Object.keys(operations)
const pairs = names.flatMap((first, index) => names.slice(index).map((second) => [first, second] as const))
type Pair = readonly [string, string]
const firstSeed = 30_000

const act = (world: LockWorld, name: string) => outcomeOf(Promise.resolve(operations[name]?.(world)))

/** What each came to, by its place in the pair, and how everything is then. */
async function inTurn(pair: Pair, order: readonly (0 | 1)[]) {
  const world = await lockWorld(createMemoryStore(), 1)
  const outcomes = ["", ""]
  for (const place of order) outcomes[place] = await act(world, pair[place])
  await world.finish()
  return { outcomes, state: await world.state() }
}

/** How many deadlocks the database has counted, once everybody who could report one has left it. */
async function deadlocks(): Promise<number> {
  const database = createDatabase(createPool(clone.url, 1))
  try {
    for (;;) {
      const { rows } = await sql<{ others: number; deadlocks: number }>`
        select (select count(*)::int from pg_stat_activity where datname = current_database()
            and backend_type = 'client backend' and pid <> pg_backend_pid()) as others,
          (select deadlocks::int from pg_stat_database where datname = current_database()) as deadlocks`.execute(
        database,
      )
      if (rows[0]?.others === 0) return rows[0].deadlocks
    }
  } finally {
    await database.destroy()
  }
}

test("whatever two do at the same moment, none waits for the other for ever, and all is as if one had come first", async () => {
  const before = await deadlocks()
  const database = createDatabase(createPool(clone.url, 16))
  const store = createStore(database)
  const random = seededRandom(5)
  /** Begins a little later, by as many answers of the database. */
  const afterSome = async (work: () => Promise<string>) => {
    const waits = Math.floor(random.fraction() * 12)
    for (let wait = 0; wait < waits; wait++) await sql`select 1`.execute(database)
    return work()
  }
  async function together(pair: Pair, number: number): Promise<void> {
    const later = random.fraction() < 0.5 ? 0 : 1
    const world = await lockWorld(store, firstSeed + number)
    const outcomes = await Promise.all(
      pair.map((name, place) => (place === later ? afterSome(() => act(world, name)) : act(world, name))),
    )
    await world.finish()
    const found = { outcomes, state: await world.state() }
    const first = await inTurn(pair, later === 0 ? [1, 0] : [0, 1])
    if (isDeepStrictEqual(found, first)) return
    expect([first, await inTurn(pair, later === 0 ? [0, 1] : [1, 0])], pair.join(" and ")).toContainEqual(found)
  }
  // Several organisations at a time: one waits for the database while another goes on.
  const waiting = [...pairs.entries()]
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await together(next[1], next[0])
  }
  await Promise.all(Array.from({ length: 4 }, lane))
  await database.destroy()
  expect(await deadlocks()).toBe(before)
})

test("two who do take locks in different orders are counted", async () => {
  const before = await deadlocks()
  const database = createDatabase(createPool(clone.url, 4))
  const store = createStore(database)
  const { accountId, ada } = await lockWorld(store, firstSeed - 1)
  const isHeld = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const both = Promise.all(isHeld.map(({ promise }) => promise))
  const ended = await Promise.allSettled([
    store.inAccount(accountId, async (tables) => {
      await tables.lockAccount()
      isHeld[0]?.resolve()
      await both
      await tables.persons.updateUser(ada.userId, { displayName: "Ada L." })
    }),
    store.inAccount(accountId, async (tables) => {
      await tables.signIn.setPassword(ada.userId, "scrypt$x$z")
      isHeld[1]?.resolve()
      await both
      await tables.lockAccount()
    }),
  ])
  expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
  await database.destroy()
  expect(await deadlocks()).toBe(before + 1)
})
