import { sql } from "kysely"
import { afterEach, describe, expect, test } from "vitest"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createStore, inScope } from "./store.ts"

const nodeA = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
const nodeB = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
/** Holds what the tests before have left. */
const nodeOther = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
const at = (seconds: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ seconds })

const database = useDatabase()
afterEach(async () => {
  await createStore(database()).asSystem(async (tables) => {
    await tables.releaseListening({ nodeId: nodeA, now: at(0) })
    await tables.releaseListening({ nodeId: nodeB, now: at(0) })
    await tables.takeListening({ nodeId: nodeOther, now: at(1_000_000), leasedUntil: at(2_000_000), limit: 1_000 })
  })
})

/** A connection that was asked to be listened to at second 0. */
async function asked(seed: number) {
  const { account, user, connection } = sampleRows(seed)
  const store = createStore(database())
  const { accountId, connectionId } = connection
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.insertConnection(connection)
    await tables.listening.ask(connectionId, at(0))
  })
  const row = () => store.inAccount(accountId, (tables) => tables.listening.find(connectionId))
  return { store, accountId, connectionId, userId: user.userId, row }
}

const lease = (nodeId: string, second: number) => ({ nodeId, now: at(second), leasedUntil: at(second + 60) })

describe("the leases of what is listened to", () => {
  test("of two nodes that look at once, each takes what the other does not", async () => {
    const all = [await asked(1), await asked(2), await asked(3), await asked(4)]
    const store = createStore(database())
    const [ofA = [], ofB = []] = await Promise.all(
      [nodeA, nodeB].map((nodeId) =>
        store.asSystem((tables) => tables.takeListening({ ...lease(nodeId, 1), limit: 3 })),
      ),
    )
    const taken = [...ofA, ...ofB].map(({ connectionId }) => connectionId)
    expect(new Set(taken).size).toBe(taken.length)
    const rest = await store.asSystem((tables) => tables.takeListening({ ...lease(nodeA, 1), limit: 10 }))
    expect([...taken, ...rest.map(({ connectionId }) => connectionId)].sort()).toEqual(
      all.map(({ connectionId }) => connectionId).sort(),
    )
    expect(
      ofA.every(({ userId, connectionId }) => all.find((one) => one.connectionId === connectionId)?.userId === userId),
    ).toBe(true)
  })

  test("one that is renewed is not free, one that was not is, from the moment it runs out", async () => {
    const { store, connectionId, accountId } = await asked(5)
    await store.asSystem((tables) => tables.takeListening({ ...lease(nodeA, 0), limit: 1 }))
    const renewed = await store.asSystem((tables) => tables.renewListening(lease(nodeA, 30)))
    expect(renewed).toMatchObject([{ accountId, connectionId, state: "healthy" }])
    expect(renewed[0]?.askedAt.equals(at(0))).toBe(true)
    const takenAt = (second: number) =>
      store.asSystem((tables) => tables.takeListening({ ...lease(nodeB, second), limit: 1 }))
    expect(await takenAt(89)).toEqual([])
    expect(await takenAt(90)).toHaveLength(1)
  })

  test("one that has run out is not renewed, though nobody took it", async () => {
    const { store } = await asked(6)
    await store.asSystem((tables) => tables.takeListening({ ...lease(nodeA, 0), limit: 1 }))
    expect(await store.asSystem((tables) => tables.renewListening(lease(nodeA, 60)))).toEqual([])
  })

  test("a node that lost it writes nothing into it any more", async () => {
    const { store, accountId, connectionId, row } = await asked(7)
    await store.asSystem((tables) => tables.takeListening({ ...lease(nodeA, 0), limit: 1 }))
    await store.asSystem((tables) => tables.takeListening({ ...lease(nodeB, 60), limit: 1 }))
    await store.inAccount(accountId, async ({ listening }) => {
      expect(await listening.mark(connectionId, nodeA, at(61))).toBe(false)
      await listening.giveBack(connectionId, nodeA, at(61))
      await listening.drop(connectionId, nodeA, at(61))
      expect(await listening.mark(connectionId, nodeB, at(62))).toBe(true)
    })
    expect(await row()).toMatchObject({ nodeId: nodeB })
    expect((await row())?.listeningSince?.equals(at(62))).toBe(true)
  })

  test("asking again moves the instant alone, and keeps the row from being dropped for what was known before", async () => {
    const { store, accountId, connectionId, row } = await asked(8)
    await store.asSystem((tables) => tables.takeListening({ ...lease(nodeA, 0), limit: 1 }))
    await store.inAccount(accountId, async ({ listening }) => {
      await listening.ask(connectionId, at(10))
      await listening.drop(connectionId, nodeA, at(0))
    })
    expect(await row()).toMatchObject({ nodeId: nodeA })
    await store.inAccount(accountId, ({ listening }) => listening.drop(connectionId, nodeA, at(10)))
    expect(await row()).toBeNull()
  })

  test("a node that stops gives back what it has and nothing else", async () => {
    const mine = await asked(9)
    await mine.store.asSystem((tables) => tables.takeListening({ ...lease(nodeA, 0), limit: 1 }))
    const theirs = await asked(10)
    await theirs.store.asSystem((tables) => tables.takeListening({ ...lease(nodeB, 0), limit: 1 }))
    expect(
      await mine.store.asSystem((tables) => tables.releaseListening({ nodeId: nodeA, now: at(5) })),
    ).toBeGreaterThan(0)
    expect(await mine.row()).toMatchObject({ nodeId: null, listeningSince: null })
    expect(await theirs.row()).toMatchObject({ nodeId: nodeB })
  })

  test("a connection takes its row along, and row-level security hides it from other accounts", async () => {
    const mine = await asked(11)
    const theirs = await asked(12)
    const seen = await mine.store.inAccount(mine.accountId, ({ listening }) => listening.find(theirs.connectionId))
    expect(seen).toBeNull()
    const { rows } = await sql`select connection_id from listening`.execute(database())
    expect(rows).toEqual([])
    await mine.store.inAccount(mine.accountId, (tables) => tables.deleteConnection(mine.connectionId))
    expect(await mine.row()).toBeNull()
    expect(await theirs.row()).not.toBeNull()
  })

  test("taking is one indexed look, however many are listened to", async () => {
    const { rows } = await inScope(database(), "system", async (tx) => {
      await sql`set local enable_seqscan = off`.execute(tx)
      return sql<{ "QUERY PLAN": string }>`explain select account_id, connection_id from listening
        where leased_until <= ${at(0)} order by leased_until limit 500 for update skip locked`.execute(tx)
    })
    expect(JSON.stringify(rows)).toContain("listening_by_lease")
  })
})
