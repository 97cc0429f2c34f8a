import { parseRevocationId, parseTenantConnectionId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { revocationWorld } from "../testing/revocation-world.ts"
import { createStore } from "./store.ts"

const database = useDatabase()
const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", () => createMemoryStore()],
]
let seed = 2_100
const someTenantConnection = parseTenantConnectionId("00000000-0000-4000-8000-0000000000ff")

/** Three people of one group, with subscriptions. */
async function connected(base: Store) {
  const world = await revocationWorld({ base, seed: ++seed })
  const run = <Result>(work: (tables: AccountTables) => Promise<Result>) => base.inAccount(world.accountId, work)
  return { ...world, scope: { kind: "group", groupId: world.groupId } as const, run }
}

/** As `connected`, and a revocation that was begun for them. */
async function begun(base: Store) {
  const world = await connected(base)
  const { accountId, clock, groupId, administrator, random, scope } = world
  const revocationId = parseRevocationId(random.uuid())
  await base.inAccount(accountId, async ({ revocations }) => {
    await revocations.insert({
      ...{ accountId, revocationId, scopeKind: "group", scopeId: groupId, provider: null, state: "deleting" },
      tenantConnectionId: null,
      ...{ createdBy: administrator.userId, createdAt: clock.now(), touchedAt: clock.now() },
      ...{ secretsDeletedAt: null, endedAt: null, counts: null },
    })
    expect(await revocations.addSteps(revocationId, scope)).toBe(3)
  })
  return { ...world, revocationId }
}

describe.each(stores)("revocations %s", (_where, make) => {
  test("concern a connection, a group or a tenant, by people's addresses", async () => {
    const { run, scope, connectionIds, provider } = await connected(make())
    const [connectionId] = connectionIds
    if (connectionId === undefined) throw new Error("there are three")
    const scopes = [
      scope,
      { kind: "connection", connectionId },
      { kind: "tenant", provider: provider.name, tenantId: "tenant-1", tenantConnectionId: null },
      { kind: "tenant", provider: provider.name, tenantId: "tenant-2", tenantConnectionId: null },
      // Nobody's calendar is opened by an administrator's connection here, whatever their tenant is.
      { kind: "tenant", provider: provider.name, tenantId: "tenant-1", tenantConnectionId: someTenantConnection },
    ] as const
    const counts = scopes.map((one) => run(({ revocations }) => revocations.countConcerned(one)))
    expect(await Promise.all(counts)).toEqual([3, 1, 3, 0, 0])
    const page = { after: "person1@example.org", limit: 1 }
    const listed = await run(({ revocations }) => revocations.listConcerned(scope, page))
    expect(listed).toMatchObject([{ email: "person2@example.org", displayName: "Ada", state: "healthy" }])
  })

  test("take every credential that nobody holds at once, and wait for the others", async () => {
    const { run, revocationId, connectionIds } = await begun(make())
    const [held] = connectionIds
    if (held === undefined) throw new Error("there are three")
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    let isHeld = () => {}
    const holding = new Promise<void>((resolve) => (isHeld = resolve))
    const refresh = run(async (tables) => {
      await tables.lockCredential(held)
      isHeld()
      await gate
    })
    await holding
    const first = await run(({ revocations }) => revocations.takeCredentials(revocationId, "left-out"))
    expect(first).toHaveLength(2)
    expect(first[0]).toMatchObject({ secretKind: "refresh-token" })
    expect(first[0]?.sealedSecret.length).toBeGreaterThan(0)
    const rest = run(({ revocations }) => revocations.takeCredentials(revocationId, "waited-for"))
    letGo()
    await refresh
    expect((await rest).map(({ connectionId }) => connectionId)).toEqual([held])
    const left = await run((tables) => Promise.all(connectionIds.map((id) => tables.findCredential(id))))
    expect(left).toEqual([null, null, null])
  })

  test("remove connections a batch at a time, remember their subscriptions, and forget them once told", async () => {
    const { run, revocationId, connectionIds, scope } = await begun(make())
    expect(await run(({ revocations }) => revocations.countConcerned(scope))).toBe(0)
    await run(({ revocations }) => revocations.takeCredentials(revocationId, "left-out"))
    const removed = await run(({ revocations }) => revocations.removeSome(revocationId, 2))
    expect(removed.map(({ isRemoved }) => isRemoved)).toEqual([true, true])
    // Whoever is removed before their provider was told is told of.
    const [gone] = removed
    expect(await run(({ persons }) => persons.deleteUser(gone?.userId ?? never()))).toBe(true)
    expect(await run(({ revocations }) => revocations.removeSome(revocationId, 2))).toHaveLength(1)
    expect(await run(({ revocations }) => revocations.removeSome(revocationId, 2))).toEqual([])
    const left = await run((tables) => Promise.all(connectionIds.map((id) => tables.findConnection(id))))
    expect(left).toEqual([null, null, null])
    const page = { state: "removed", after: null, limit: 10 } as const
    const steps = await run(({ revocations }) => revocations.listSteps(revocationId, page))
    expect(steps).toHaveLength(3)
    const [step] = steps
    expect(step?.farewell).toMatchObject({ permission: "read", tenantConnectionId: null })
    expect(step?.farewell?.subscriptions).toMatchObject([{ providerResourceId: null }])
    const connectionId = step?.connectionId ?? never()
    const done = { connectionId, subscriptionsStopped: 1, subscriptionsLeft: 0, grantOutcome: "revoked" } as const
    const end = () => run(({ revocations }) => revocations.endSteps(revocationId, [done]))
    expect([await end(), await end()]).toEqual([[connectionId], []])
    const all = await run(({ revocations }) => revocations.listSteps(revocationId, { ...page, state: "done" }))
    expect(all).toMatchObject([{ farewell: null, grantOutcome: "revoked" }])
    expect(await run(({ revocations }) => revocations.count(revocationId))).toMatchObject({
      ...{ waiting: 0, removed: 2, done: 1, subscriptionsStopped: 1, subscriptionsLeft: 0 },
      grants: { revoked: 1, "not-confirmed": 0 },
    })
  })

  test("leave a connection to its person who has connected it again", async () => {
    const { run, revocationId, connectionIds, credentialOf } = await begun(make())
    const [back] = connectionIds
    const credential = await credentialOf(back ?? never())
    await run(({ revocations }) => revocations.takeCredentials(revocationId, "left-out"))
    await run((tables) => tables.upsertCredential(credential ?? never()))
    const removed = await run(({ revocations }) => revocations.removeSome(revocationId, 10))
    expect(removed.filter(({ isRemoved }) => !isRemoved).map(({ connectionId }) => connectionId)).toEqual([back])
    expect(await run((tables) => tables.findConnection(back ?? never()))).not.toBeNull()
  })

  test("run from begin to end, and leave a whole log", async () => {
    const world = await connected(make())
    const { revocations, runs } = world.node()
    const view = await revocations.create(world.administrator, { scope: world.scope, confirmation: null })
    await runs.idle()
    const ended = await revocations.find(world.administrator, parseRevocationId(view.revocationId))
    expect(ended).toMatchObject({ state: "done", done: 3 })
    expect(await verifyChain((await world.see()).audit)).toMatchObject({ isWhole: true })
    await runs.stop()
  })
})

function never(): never {
  throw new Error("there is one")
}
