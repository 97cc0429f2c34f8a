import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import type { Store } from "../ports/store.ts"
import { type KeyWorld, keyWorld, rowsPerBatch } from "../testing/key-world.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sealedColumns } from "./key-tables.ts"
import { createStore } from "./store.ts"

const database = useDatabase(12)
let store: Store
beforeAll(() => {
  store = createStore(database())
})

async function runAll(world: KeyWorld, node: ReturnType<KeyWorld["node"]>): Promise<void> {
  for (let count = 0; count < 20; count++) {
    await node.work.run(world.accountId)
    if ((await world.inAccount((tables) => tables.keys.findWork()))?.state !== "running") return
  }
  throw new Error("the work does not come to an end")
}

test("every sealed column of the schema is sealed anew and looked at before a key is destroyed", () => {
  const schema = readFileSync(new URL("./schema.sql", import.meta.url), "utf8")
  const found = [...schema.matchAll(/create table (\w+) \(([\s\S]*?)\n\);/g)].flatMap(([, table, body = ""]) =>
    [...body.matchAll(/^ {2}(sealed_\w+) bytea/gm)].map(([, column]) => `${table}.${column}`),
  )
  expect([...sealedColumns].sort()).toEqual(found.sort())
})

describe("the work on keys, on PostgreSQL", () => {
  test("seals everything anew over several batches, by two workers at once, and destroys the old key", async () => {
    const world = await keyWorld(store, { count: 3 * rowsPerBatch + 6 })
    const [one, two] = [world.node({ current: world.first }), world.node({ current: world.first })]
    await world.rotate(one)
    await Promise.all([runAll(world, one), runAll(world, two)])
    expect(await world.openAll(world.node({ current: world.first }))).toEqual(world.whole)
    const keys = await world.inAccount((tables) => tables.listDataKeys())
    expect(keys.map(({ keyVersion, destroyedAt }) => [keyVersion, destroyedAt !== null])).toEqual([
      [2, false],
      [1, true],
    ])
    expect(await world.inAccount((tables) => tables.keys.countSealed(2))).toBe(0)
    const audit = await world.inAccount((tables) => tables.listAudit({ after: 0, limit: 5_000 }))
    expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
  })

  test("moves to another custodian, and shreds", async () => {
    const world = await keyWorld(store, { count: 3, seed: 2 })
    const node = world.node({ current: world.second, former: [world.first] })
    await node.minder.tick()
    await runAll(world, node)
    expect(await world.openAll(world.node({ current: world.second }))).toEqual(world.whole)
    await world.inAccount(async (tables) => {
      expect(await tables.keys.shred(world.clock.now())).toBe(1)
      await node.work.begin(tables, null, "keys-shredded")
    })
    node.keys.drop(world.accountId)
    await runAll(world, node)
    const states = await world.inAccount((tables) =>
      Promise.all(world.connectionIds.map(async (id) => (await tables.findConnection(id))?.state)),
    )
    expect(new Set(states)).toEqual(new Set(["needs-reauth"]))
  })

  test("does not destroy a key while somebody seals with it, and sees what they sealed", async () => {
    const world = await keyWorld(store, { count: 1, seed: 3 })
    const node = world.node({ current: world.first })
    const [connectionId] = world.connectionIds
    if (connectionId === undefined) throw new Error("there is one")
    const order: string[] = []
    let destroying: Promise<boolean> | null = null
    await world.inAccount(async (tables) => {
      const sealed = await node.vault.sealSecret(tables, { connectionId, kind: "refresh-token" }, "late")
      // Another transaction makes a newer key and wants to destroy this one.
      destroying = world.inAccount(async (others) => {
        const done = await others.keys.destroyUnused(1, world.clock.now())
        order.push("looked")
        return done
      })
      const credential = await tables.findCredential(connectionId)
      if (credential === null) throw new Error("it is there")
      await tables.upsertCredential({ ...credential, sealedSecret: sealed, sealedAccessToken: null })
      order.push("sealed")
    })
    expect(await destroying).toBe(false)
    expect(order).toEqual(["sealed", "looked"])
  })

  test("passes over rows that somebody holds, and finds them later", async () => {
    const world = await keyWorld(store, { count: 2, seed: 4 })
    const node = world.node({ current: world.first })
    await world.rotate(node)
    const [held] = world.connectionIds
    if (held === undefined) throw new Error("there are some")
    await world.inAccount(async (tables) => {
      await tables.lockCredential(held)
      await node.work.run(world.accountId)
    })
    expect(await world.inAccount((tables) => tables.keys.findWork())).toMatchObject({ state: "running", done: 1 })
    await runAll(world, node)
    expect(await world.inAccount((tables) => tables.keys.findWork())).toMatchObject({ state: "done", done: 2 })
  })

  test("counts keys by custodian over all accounts", async () => {
    const world = await keyWorld(store, { count: 1, seed: 5 })
    const counts = await store.asSystem((tables) => tables.countByCustody())
    expect(counts).toContainEqual({ keyId: world.first.label, count: 1, destroyed: 0 })
    expect(await store.asSystem((tables) => tables.listAccountsUnder([world.first.label], 10))).toEqual([
      world.accountId,
    ])
  })
})
