import { parseGroupId, parseRolloutId, parseTenantConnectionId, parseUserId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { RolloutRow } from "../ports/rollout-tables.ts"
import type { Store } from "../ports/store.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createStore } from "./store.ts"

const at = (seconds: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ seconds })
const database = useDatabase()
const memory = createMemoryStore()
const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", () => memory],
]
let seed = 900

/** An organisation with one administrator's connection, five people (the first three in a group), and a rollout. */
async function organisation(store: Store) {
  const random = seededRandom(++seed)
  const { account, user, connection } = sampleRows(seed)
  const { accountId } = account
  const tenantConnectionId = parseTenantConnectionId(random.uuid())
  const rolloutId = parseRolloutId(random.uuid())
  const groupId = parseGroupId(random.uuid())
  const people = [1, 2, 3, 4, 5].map((number) => ({
    ...user,
    userId: parseUserId(random.uuid()),
    email: `person${number}-${seed}@example.org`,
  }))
  const tenant: TenantConnectionRow = {
    ...{
      accountId,
      tenantConnectionId,
      provider: connection.provider,
      method: "certificate",
      permission: "read-write",
    },
    ...{ tenantId: "tenant-1", identity: "application-1", sealedSecret: Buffer.from([1, 2]), version: 1 },
    ...{ secretExpiresAt: at(1_000), createdAt: at(0), lastOkAt: null },
    ...{ problemKind: null, problemCode: null, problemAt: null },
  }
  const rollout: RolloutRow = {
    ...{ accountId, rolloutId, kind: "connect", state: "running", tenantConnectionId, permission: "read" },
    ...{ createdBy: user.userId, createdAt: at(0), touchedAt: at(0), endedAt: null },
  }
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.groups.putGroup({ accountId, groupId, name: "Readers" })
    for (const person of people) await tables.insertUser(person)
    for (const { userId } of people.slice(0, 3)) await tables.groups.setGroupOfUser(userId, groupId)
    await tables.tenants.insert(tenant)
    await tables.rollouts.insert(rollout)
  })
  const [first, second] = people
  if (first === undefined || second === undefined) throw new Error("five people")
  return { accountId, tenant, rollout, people, first, second, groupId, connection, random }
}

describe.each(stores)("administrators' connections %s", (_name, storeOf) => {
  test("come back as they were written, changed and deleted", async () => {
    const store = storeOf()
    const { accountId, tenant, connection, first } = await organisation(store)
    const { tenantConnectionId } = tenant
    await store.inAccount(accountId, async ({ tenants }) => {
      expect(await tenants.find(tenantConnectionId)).toEqual(tenant)
      await tenants.update(tenantConnectionId, { version: 2, problemKind: "misconfigured", problemAt: at(5) })
      expect(await tenants.list()).toEqual([{ ...tenant, version: 2, problemKind: "misconfigured", problemAt: at(5) }])
    })
    const twice = store.inAccount(accountId, ({ tenants }) => tenants.insert(tenant))
    await expect(twice).rejects.toThrow()
    await store.inAccount(accountId, async (tables) => {
      await tables.insertConnection({ ...connection, userId: first.userId, tenantConnectionId })
      expect(await tables.tenants.countConnections(tenantConnectionId)).toEqual({ people: 1, rooms: 0 })
      expect(await tables.tenants.listConnections(tenantConnectionId, { after: null, limit: 5 })).toEqual([
        { connectionId: connection.connectionId, userId: first.userId },
      ])
    })
    await expect(store.inAccount(accountId, ({ tenants }) => tenants.delete(tenantConnectionId))).rejects.toThrow()
    await store.inAccount(accountId, async (tables) => {
      await tables.deleteConnection(connection.connectionId)
      await tables.tenants.delete(tenantConnectionId)
      expect(await tables.tenants.list()).toEqual([])
    })
  })

  test("keep a secret that was renewed, but not over another one that was given meanwhile", async () => {
    const store = storeOf()
    const { accountId, tenant } = await organisation(store)
    await store.inAccount(accountId, async ({ tenants }) => {
      await tenants.renewSecret(tenant, Buffer.from([3]))
      expect((await tenants.find(tenant.tenantConnectionId))?.sealedSecret).toEqual(Buffer.from([3]))
      await tenants.update(tenant.tenantConnectionId, { version: 2, sealedSecret: Buffer.from([4]) })
      await tenants.renewSecret(tenant, Buffer.from([5]))
      expect((await tenants.find(tenant.tenantConnectionId))?.sealedSecret).toEqual(Buffer.from([4]))
    })
  })

  test("are out of another organisation's reach", async () => {
    const store = storeOf()
    const { tenant } = await organisation(store)
    const other = await organisation(store)
    await store.inAccount(other.accountId, async ({ tenants }) => {
      expect(await tenants.find(tenant.tenantConnectionId)).toBeNull()
      await tenants.update(tenant.tenantConnectionId, { version: 9 })
    })
    const own = await store.inAccount(tenant.accountId, ({ tenants }) => tenants.find(tenant.tenantConnectionId))
    expect(own?.version).toBe(1)
  })
})

describe.each(stores)("rollouts %s", (_name, storeOf) => {
  test("have a step for everybody of their scope, once", async () => {
    const store = storeOf()
    const { accountId, rollout, people, first, second, groupId, connection } = await organisation(store)
    const { rolloutId } = rollout
    await store.inAccount(accountId, async (tables) => {
      await tables.insertConnection({ ...connection, userId: first.userId })
      const { rollouts } = tables
      const connected = { groupId, emails: null, provider: connection.provider }
      expect(await rollouts.addSteps(rolloutId, connected)).toBe(1)
      const named = { groupId: null, emails: [first.email, second.email], provider: null }
      expect(await rollouts.addSteps(rolloutId, named)).toBe(1)
      expect(await rollouts.addSteps(rolloutId, { groupId, emails: null, provider: null })).toBe(1)
      expect(await rollouts.addSteps(rolloutId, { groupId: null, emails: null, provider: null })).toBe(2)
      const page = { states: null, after: null, limit: 10 }
      const steps = await rollouts.listSteps(rolloutId, page)
      expect(steps.map(({ userId }) => userId)).toEqual(people.map(({ userId }) => userId).sort())
      const [, , third] = steps
      expect(await rollouts.listSteps(rolloutId, { ...page, after: third?.userId ?? null })).toHaveLength(2)
    })
  })

  test("keep what was found, and count what became of each", async () => {
    const store = storeOf()
    const { accountId, rollout, first, second } = await organisation(store)
    const { rolloutId } = rollout
    await store.inAccount(accountId, async ({ rollouts }) => {
      await rollouts.addSteps(rolloutId, { groupId: null, emails: null, provider: null })
      const found = { calendars: [["a", "b"]], isWhole: true }
      await rollouts.updateStep(rolloutId, first.userId, { state: "done", found, sealedSecret: new Uint8Array([7]) })
      const problem = { problemKind: "forbidden", problemCode: "mailbox-missing" } as const
      await rollouts.updateStep(rolloutId, second.userId, { state: "failed", ...problem, attempts: 1 })
      expect(await rollouts.lockStep(rolloutId, first.userId)).toMatchObject({ state: "done", found })
      const problems = [{ kind: "forbidden", code: "mailbox-missing", count: 1 }]
      const other = { ...rollout, rolloutId: parseRolloutId("00000000-0000-4000-8000-0000000000a7") }
      await rollouts.insert(other)
      await rollouts.addSteps(other.rolloutId, { groupId: null, emails: [first.email], provider: null })
      expect(await rollouts.countSteps([rolloutId, other.rolloutId])).toEqual(
        new Map([
          [rolloutId, { states: { waiting: 3, done: 1, failed: 1 }, problems }],
          [other.rolloutId, { states: { waiting: 1 }, problems: [] }],
        ]),
      )
      expect(await rollouts.resetSteps(rolloutId, ["failed"], "waiting")).toBe(1)
      expect((await rollouts.countSteps([rolloutId])).get(rolloutId)?.states).toEqual({ waiting: 4, done: 1 })
      expect(await rollouts.countSteps([])).toEqual(new Map())
    })
  })

  test("change only from a state that they are in", async () => {
    const store = storeOf()
    const { accountId, rollout } = await organisation(store)
    await store.inAccount(accountId, async ({ rollouts }) => {
      expect(await rollouts.updateIf(rollout.rolloutId, ["checking"], { state: "checked" })).toBe(false)
      expect(await rollouts.updateIf(rollout.rolloutId, ["running"], { state: "stopped" })).toBe(true)
      expect((await rollouts.list(5)).map(({ state }) => state)).toEqual(["stopped"])
    })
  })

  test("let one worker at a step at a time, and the other does not wait", async () => {
    const store = storeOf()
    const { accountId, rollout, first } = await organisation(store)
    const { rolloutId } = rollout
    await store.inAccount(accountId, ({ rollouts }) =>
      rollouts.addSteps(rolloutId, { groupId: null, emails: null, provider: null }),
    )
    await store.inAccount(accountId, async ({ rollouts }) => {
      expect(await rollouts.lockStep(rolloutId, first.userId)).not.toBeNull()
      const other = await store.inAccount(accountId, (tables) => tables.rollouts.lockStep(rolloutId, first.userId))
      expect(other).toBeNull()
    })
  })

  test("whose worker died are taken up again, each once", async () => {
    const store = storeOf()
    const { rollout } = await organisation(store)
    const wake = (second: number) =>
      store.asSystem((tables) =>
        tables.takeStalledRollouts({ untouchedSince: at(second - 60), now: at(second), limit: 100 }),
      )
    const isOurs = ({ rolloutId }: { readonly rolloutId: string }) => rolloutId === rollout.rolloutId
    expect((await wake(30)).filter(isOurs)).toEqual([])
    expect((await wake(90)).filter(isOurs)).toHaveLength(1)
    expect((await wake(91)).filter(isOurs)).toEqual([])
  })
})
