import { Problem } from "@kalends/domain/problem"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { tokenDigest } from "../ports/access-broker.ts"
import { verifyChain } from "../ports/audit-chain.ts"
import type { Store } from "../ports/store.ts"
import { createDatabase, createPool } from "../postgres/database.ts"
import { createStore } from "../postgres/store.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"

let base: TestDatabase
let database: ReturnType<typeof createDatabase>
let store: Store

beforeAll(async () => {
  base = await cloneDatabase()
  database = createDatabase(createPool(base.url, 12))
  store = createStore(database)
})
afterAll(async () => {
  await database.destroy()
  await base.drop()
})

const wish = { actor: { kind: "service", part: "test" }, reason: "test" } as const

async function connected(seed: number) {
  const refreshed: string[] = []
  const world = await connectedWorld({
    base: store,
    seed,
    dress: (provider) => ({
      ...provider,
      signIn:
        provider.signIn.kind === "oauth"
          ? {
              ...provider.signIn,
              refresh: (token, permission) => {
                refreshed.push(token)
                return provider.signIn.kind === "oauth" ? provider.signIn.refresh(token, permission) : Promise.reject()
              },
            }
          : provider.signIn,
    }),
  })
  await world.connect()
  const { connection } = await world.see()
  if (connection === null) throw new Error("it was connected")
  return { ...world, connectionId: connection.connectionId, refreshed }
}

describe("the token broker on PostgreSQL", () => {
  test("two nodes on one database refresh a credential once", async () => {
    const { clock, brokerNode, accountId, connectionId, refreshed, see } = await connected(1)
    await clock.advance(3_600_000)
    const nodes = [brokerNode(), brokerNode()]
    const got = await Promise.all([...nodes, ...nodes].map((node) => node.freshAccess(accountId, connectionId, wish)))
    expect(refreshed).toHaveLength(1)
    expect(new Set(got.map((access) => access.kind === "bearer" && access.token)).size).toBe(1)
    expect(verifyChain((await see()).audit)).toEqual({ isWhole: true })
  })

  test("two nodes that were refused the same token replace it once", async () => {
    const { brokerNode, accountId, connectionId, refreshed } = await connected(2)
    const held = await brokerNode().freshAccess(accountId, connectionId, wish)
    const refusedTokenDigest = tokenDigest(held.kind === "bearer" ? held.token : "")
    await Promise.all(
      [brokerNode(), brokerNode()].map((node) =>
        node.freshAccess(accountId, connectionId, { ...wish, refusedTokenDigest }),
      ),
    )
    expect(refreshed).toHaveLength(1)
  })

  test("refresh, trouble, reconnect and removal at once never wait in a circle", async () => {
    for (let round = 0; round < 6; round++) {
      const { clock, brokerNode, life, accountId, connectionId, connect, connections, asker, see } = await connected(
        10 + round,
      )
      await clock.advance(3_600_000)
      const trouble = new Problem("unavailable", "Silence.")
      const outcomes = await Promise.allSettled([
        brokerNode().freshAccess(accountId, connectionId, wish),
        life.isTroubled(accountId, connectionId, trouble, { isLasting: true, credentialVersion: null }),
        connect(),
        brokerNode().keepAlive(accountId, connectionId),
        life.isWell(accountId, connectionId),
        ...(round % 2 === 0 ? [connections.remove(asker.user, connectionId)] : []),
      ])
      for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(Problem)
      const { connection, credential, audit } = await see()
      expect(verifyChain(audit)).toEqual({ isWhole: true })
      expect(credential === null).toBe(connection === null)
    }
  })
})
