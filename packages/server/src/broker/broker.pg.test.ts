import { Problem } from "@kalends/domain/problem"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { tokenDigest } from "../ports/access-broker.ts"
import { verifyChain } from "../ports/audit-chain.ts"
import type { Store } from "../ports/store.ts"
import { createDatabase, createPool } from "../postgres/database.ts"
import { createStore } from "../postgres/store.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"
import { callerOf, sampleRows } from "../testing/rows.ts"

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

const wish = { actor: { kind: "service", part: "test" }, reason: "checkup", call: "job:test:1" } as const

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
    expect(await verifyChain((await see()).audit)).toMatchObject({ isWhole: true })
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

  test("people of one account who are added and connect at once do not wait in a circle", async () => {
    const { accountId, base, connections, asker, remote, rows } = await connectedWorld({ base: store, seed: 30 })
    const users = [40, 41, 42, 43].map((seed) => ({ ...sampleRows(seed).user, accountId }))
    const added = users.map((user) =>
      base.inAccount(accountId, async (tables) => {
        await tables.insertUser(user)
        const entry = { actor: wish.actor, action: "user-created", subjectId: user.userId, reason: "asked" } as const
        await tables.appendAudit(entry, rows.user.createdAt)
      }),
    )
    await Promise.all(added)
    const connect = async (user: typeof rows.user) => {
      const who = { ...asker, user }
      const begun = await connections.begin(who, { provider: "memory", signIn: "oauth", permission: "read" })
      const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
      const code = await remote.consent(url, "agree")
      return connections.finish(who, { state: url.searchParams.get("state") ?? "", code })
    }
    expect(await Promise.all([rows.user, ...users].map(connect))).toHaveLength(5)
    const audit = await base.inAccount(accountId, (tables) => tables.listAudit({ after: 0, limit: 100 }))
    expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
    expect(audit.filter(({ action }) => action === "data-key-created")).toHaveLength(1)
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
        brokerNode().keepAlive(accountId, connectionId, "job:keep-alive:1"),
        life.isWell(accountId, connectionId),
        ...(round % 2 === 0 ? [connections.remove(callerOf(asker.user), connectionId)] : []),
      ])
      for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(Problem)
      const { connection, credential, audit } = await see()
      expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
      expect(credential === null).toBe(connection === null)
    }
  })
})
