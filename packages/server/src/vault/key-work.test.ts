import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import type { KeyCustody } from "../ports/key-custody.ts"
import { failEachStep, faultyStore } from "../testing/fail-each-step.ts"
import { type KeyWorld, keyWorld, rowsPerBatch } from "../testing/key-world.ts"
import { createMemoryStore } from "../testing/memory-store.ts"

const small = () => keyWorld(createMemoryStore(), { count: 4 })

/** Runs the job again and again, as the queue does, until there is nothing to do. */
async function runAll(world: KeyWorld, node: ReturnType<KeyWorld["node"]>, most = 20): Promise<void> {
  for (let count = 0; count < most; count++) {
    await node.work.run(world.accountId)
    const work = await world.inAccount((tables) => tables.keys.findWork())
    if (work === null || work.state !== "running") return
    await world.clock.advance(3_000)
  }
  throw new Error("the work does not come to an end")
}

const keysOf = (world: KeyWorld) =>
  world.inAccount(async (tables) =>
    (await tables.listDataKeys()).map(({ keyVersion, custodyKeyId, destroyedAt }) => ({
      ...{ keyVersion, custodyKeyId },
      isDestroyed: destroyedAt !== null,
    })),
  )
const underOld = (world: KeyWorld, version: number) => world.inAccount((tables) => tables.keys.countSealed(version))
const workOf = (world: KeyWorld) => world.inAccount((tables) => tables.keys.findWork())

describe("a rotation", () => {
  test("seals everything under the new key, and destroys the old one", async () => {
    const world = await small()
    const node = world.node({ current: world.first })
    await world.rotate(node)
    expect([await underOld(world, 2), (await workOf(world))?.total]).toEqual([4, 4])
    await runAll(world, node)
    expect(await world.openAll(node)).toEqual(world.whole)
    expect(await underOld(world, 2)).toBe(0)
    expect((await keysOf(world)).map(({ keyVersion, isDestroyed }) => [keyVersion, isDestroyed])).toEqual([
      [2, false],
      [1, true],
    ])
    expect(await workOf(world)).toMatchObject({ state: "done", done: 4, failed: 0 })
  })

  test("writes a record of each step before it, and none with content", async () => {
    const world = await small()
    const node = world.node({ current: world.first })
    await world.rotate(node)
    await runAll(world, node)
    const audit = await world.inAccount((tables) => tables.listAudit({ after: 0, limit: 100 }))
    expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
    const actions = audit.map(({ action, reason }) => `${action} ${reason}`)
    expect(actions.slice(0, 4)).toEqual([
      "data-key-created first-secret",
      "data-key-created key-rotation",
      "key-work-changed key-rotation",
      "data-keys-wrapped key-wrapped",
    ])
    expect(actions).toContain("secrets-resealed secrets-batch")
    expect(actions.slice(-2)).toEqual(["data-key-destroyed key-unused", "key-work-changed key-work-done"])
  })

  test("goes over more than one batch, and says how far it is", async () => {
    const world = await keyWorld(createMemoryStore(), { count: rowsPerBatch + 3 })
    const node = world.node({ current: world.first })
    await world.rotate(node)
    await runAll(world, node)
    expect(await workOf(world)).toMatchObject({ total: rowsPerBatch + 3, done: rowsPerBatch + 3 })
    expect(await underOld(world, 2)).toBe(0)
  })

  test("is killed at any point, and comes to the same end", async () => {
    const steps = await failEachStep({
      async make(line) {
        const world = await small()
        const custody: KeyCustody = {
          ...world.first,
          wrap: (...given) => line.call(() => world.first.wrap(...given)),
          unwrap: (...given) => line.call(() => world.first.unwrap(...given)),
        }
        await world.rotate(world.node({ current: world.first }))
        return { world, faulty: world.node({ current: custody }, faultyStore(world.store, line)) }
      },
      flow: ({ world, faulty }) => faulty.work.run(world.accountId),
      async check({ world }, { where }) {
        const node = world.node({ current: world.first })
        expect(await world.openAll(node), where).toEqual(world.whole)
        await runAll(world, node)
        expect(await world.openAll(world.node({ current: world.first })), where).toEqual(world.whole)
        expect(await underOld(world, 2), where).toBe(0)
      },
    })
    expect(steps).toBeGreaterThan(15)
  })

  test("waits while it is paused, and goes on from there", async () => {
    const world = await small()
    const node = world.node({ current: world.first })
    await world.rotate(node)
    await world.inAccount((tables) => tables.keys.moveWork(["running"], { state: "paused" }))
    await node.work.run(world.accountId)
    expect(await underOld(world, 2)).toBe(4)
    await world.inAccount((tables) => tables.keys.moveWork(["paused"], { state: "running" }))
    await runAll(world, node)
    expect(await underOld(world, 2)).toBe(0)
  })

  test("leaves what cannot be opened as it is, with the key it is under", async () => {
    const world = await small()
    const node = world.node({ current: world.first })
    const [broken] = world.connectionIds
    if (broken === undefined) throw new Error("there are some")
    await world.inAccount(async (tables) => {
      const credential = await tables.findCredential(broken)
      if (credential === null) throw new Error("it is there")
      const sealedSecret = Uint8Array.from(credential.sealedSecret, (byte, at) => (at === 60 ? byte ^ 1 : byte))
      await tables.upsertCredential({ ...credential, sealedSecret })
    })
    await world.rotate(node)
    await runAll(world, node)
    expect(await workOf(world)).toMatchObject({ state: "done", done: 3, failed: 1 })
    expect((await keysOf(world)).every(({ isDestroyed }) => !isDestroyed)).toBe(true)
  })

  test("takes in a second rotation that is asked for meanwhile", async () => {
    const world = await small()
    const node = world.node({ current: world.first })
    await world.rotate(node)
    await world.rotate(node)
    await runAll(world, node)
    expect(await world.openAll(node)).toEqual(world.whole)
    expect((await keysOf(world)).map(({ isDestroyed }) => isDestroyed)).toEqual([false, true, true])
  })
})

describe("a change of custodian", () => {
  test("moves every data key by itself, after which the old one may go", async () => {
    const world = await small()
    const { first, second } = world
    const node = world.node({ current: second, former: [first] })
    await node.minder.tick()
    await runAll(world, node)
    expect((await keysOf(world)).map(({ custodyKeyId }) => custodyKeyId)).toEqual([second.label])
    expect(await world.openAll(world.node({ current: second }))).toEqual(world.whole)
    await expect(world.openAll(world.node({ current: first }))).rejects.toMatchObject({ code: "custody-unknown" })
    // And there is nothing more to do.
    await node.minder.tick()
    expect(await workOf(world)).toMatchObject({ state: "done" })
  })

  test("is served by nodes with old and new settings at once, and no node moves anything back", async () => {
    const world = await small()
    const { first, second } = world
    const [old, fresh] = [
      world.node({ current: first, next: [second] }),
      world.node({ current: second, former: [first] }),
    ]
    await fresh.minder.tick()
    await old.work.run(world.accountId)
    expect((await keysOf(world)).map(({ custodyKeyId }) => custodyKeyId)).toEqual([first.label])
    await fresh.minder.tick()
    await runAll(world, fresh)
    await world.rotate(fresh)
    await runAll(world, fresh)
    await old.minder.tick()
    await old.work.run(world.accountId)
    expect((await keysOf(world))[0]?.custodyKeyId).toBe(second.label)
    for (const node of [old, fresh]) expect(await world.openAll(node)).toEqual(world.whole)
  })

  test("does not replace the only copy by one that does not come back as it was", async () => {
    const world = await small()
    const { first, second } = world
    const lying: KeyCustody = { ...second, unwrap: async () => new Uint8Array(32).fill(7) }
    const node = world.node({ current: lying, former: [first] })
    await node.minder.tick()
    await node.work.run(world.accountId)
    expect((await keysOf(world)).map(({ custodyKeyId }) => custodyKeyId)).toEqual([first.label])
    expect(await world.openAll(world.node({ current: first }))).toEqual(world.whole)
  })

  test("waits while either custodian is away, and goes on by itself", async () => {
    const world = await small()
    const { first, second, clock } = world
    let isAway = true
    const shy: KeyCustody = {
      ...second,
      wrap: (...given) => (isAway ? Promise.reject(new Problem("unavailable", "No answer.")) : second.wrap(...given)),
    }
    const node = world.node({ current: shy, former: [first] })
    await node.minder.tick()
    await node.work.run(world.accountId)
    expect(await workOf(world)).toMatchObject({ state: "running" })
    isAway = false
    await clock.advance(20_000)
    await runAll(world, node)
    expect((await keysOf(world)).map(({ custodyKeyId }) => custodyKeyId)).toEqual([second.label])
  })
})

describe("shredding an account", () => {
  const shred = (world: KeyWorld, node: ReturnType<KeyWorld["node"]>) =>
    world.inAccount(async (tables) => {
      await tables.lockAccount()
      await tables.keys.shred(world.clock.now())
      await node.work.begin(tables, null, "keys-shredded")
    })

  test("makes everything unreadable at once, removes it, and asks its people to connect again", async () => {
    const world = await small()
    const node = world.node({ current: world.first })
    await shred(world, node)
    await expect(world.openAll(world.node({ current: world.first }))).rejects.toMatchObject({
      ...{ kind: "auth-revoked", code: "keys-shredded" },
    })
    await runAll(world, node)
    for (const connectionId of world.connectionIds) {
      const [connection, credential] = await world.inAccount(async (tables) => [
        await tables.findConnection(connectionId),
        await tables.findCredential(connectionId),
      ])
      expect(connection).toMatchObject({ state: "needs-reauth", problemCode: "keys-shredded" })
      expect([credential?.sealedSecret.length, credential?.sealedAccessToken]).toEqual([0, null])
    }
  })

  test("lets people connect again, under a new key", async () => {
    const world = await small()
    const node = world.node({ current: world.first })
    await shred(world, node)
    await runAll(world, node)
    node.keys.drop(world.accountId)
    const [connectionId] = world.connectionIds
    if (connectionId === undefined) throw new Error("there are some")
    const place = { connectionId, kind: "refresh-token" } as const
    const actor = { kind: "service", part: "test" } as const
    const text = await world.inAccount(async (tables) => {
      const sealed = await node.vault.sealSecret(tables, place, "anew")
      return node.vault.openSecret(tables, { ...place, actor, reason: "checkup", call: "request:test" }, sealed)
    })
    expect(text).toBe("anew")
    expect((await keysOf(world)).map(({ keyVersion, isDestroyed }) => [keyVersion, isDestroyed])).toEqual([
      [2, false],
      [1, true],
    ])
  })

  test("reaches a backup when the key-encryption key is gone that wrapped its keys, and not before", async () => {
    const world = await small()
    const { first, second } = world
    const node = world.node({ current: first })
    const backup = await world.inAccount(async (tables) => ({
      keys: await tables.listDataKeys(),
      credentials: await Promise.all(world.connectionIds.map((id) => tables.findCredential(id))),
    }))
    await shred(world, node)
    await runAll(world, node)
    const restored = async (by: ReturnType<KeyWorld["node"]>) => {
      const copy = await keyWorld(createMemoryStore(), { count: 0 })
      return copy.inAccount(async (tables) => {
        for (const row of backup.keys) await tables.insertDataKey(row)
        const [credential] = backup.credentials
        if (credential === null || credential === undefined) throw new Error("it is in the backup")
        const { connectionId, sealedSecret } = credential
        const opening = { connectionId, kind: "refresh-token", reason: "checkup", call: "request:test" } as const
        return by.vault.openSecret(tables, { ...opening, actor: { kind: "service", part: "test" } }, sealedSecret)
      })
    }
    // Whoever has the backup and the key file has everything, as with any backup …
    expect(await restored(world.node({ current: first }))).toBe("refresh 0")
    // … until the key-encryption key of that time is destroyed, all others having been moved to another.
    await expect(restored(world.node({ current: second }))).rejects.toMatchObject({ code: "custody-unknown" })
  })
})
