import {
  parseConnectionId,
  parseCredentialId,
  parseProviderName,
  parseRevocationId,
  parseTenantConnectionId,
} from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { AccountTables } from "../ports/store.ts"
import type { TenantSource } from "../ports/tenant-source.ts"
import { type FaultLine, failEachStep, faultyProvider, faultyStore } from "../testing/fail-each-step.ts"
import { settled } from "../testing/fake-clock.ts"
import { type RevocationWorld, revocationWorld } from "../testing/revocation-world.ts"
import { farewellLifeMs } from "./farewells.ts"

/** A provider that takes note of what it is told; `hold` makes it wait before it answers. */
function telling(told: string[], hold: () => Promise<void> = async () => {}) {
  return (provider: CalendarProvider): CalendarProvider => {
    const { signIn, push } = provider
    if (signIn.kind !== "oauth" || push === null) throw new Error("the memory provider has both")
    return {
      ...provider,
      push: {
        ...push,
        async stop({ providerSubscriptionId, access }) {
          told.push(`stop ${providerSubscriptionId} with ${access.kind === "bearer" ? access.token : ""}`)
          await hold()
        },
      },
      signIn: {
        ...signIn,
        async revoke(token) {
          told.push(`revoke ${token}`)
          await hold()
          return true
        },
      },
    }
  }
}

const group = (world: RevocationWorld) => ({ kind: "group", groupId: world.groupId }) as const

/** What is left of everybody's secrets and connections. */
async function left({ base, accountId, connectionIds }: RevocationWorld) {
  return base.inAccount(accountId, async (tables) => {
    const all = await Promise.all(
      connectionIds.map(async (id) => ({
        credential: await tables.findCredential(id),
        connection: await tables.findConnection(id),
      })),
    )
    return {
      credentials: all.filter(({ credential }) => credential !== null).length,
      connections: all.filter(({ connection }) => connection !== null).length,
    }
  })
}

describe("revoking a group", () => {
  test("deletes every secret before any provider is asked, then stops, revokes, tells, and says what was done", async () => {
    const told: string[] = []
    const world = await revocationWorld({ dress: telling(told) })
    const { revocations, runs, farewells } = world.node()
    const preview = await revocations.preview(world.administrator, group(world), null)
    expect(preview).toMatchObject({ count: 3, name: "Pilots", phrase: null, after: null })
    expect(preview.people.map(({ email }) => email)).toEqual([1, 2, 3].map((number) => `person${number}@example.org`))
    const begun = await revocations.create(world.administrator, { scope: group(world), confirmation: null })
    expect(begun).toMatchObject({ state: "deleting", total: 3, done: 0 })
    expect(told).toEqual([])
    expect((await left(world)).credentials).toBe(0)
    await runs.idle()
    expect(await left(world)).toEqual({ credentials: 0, connections: 0 })
    expect([...told].sort()).toEqual(
      ["revoke refresh-1", "revoke refresh-2", "revoke refresh-3"].concat(
        [1, 2, 3].map((number) => `stop subscription-${number} with access-${number}`),
      ),
    )
    expect(await revocations.find(world.administrator, parse(begun))).toMatchObject({
      ...{ state: "done", total: 3, removed: 3, done: 3, subscriptionsStopped: 3, subscriptionsLeft: 0 },
      grants: { revoked: 3, "not-possible": 0, "not-confirmed": 0, reconnected: 0 },
    })
    const { steps } = await revocations.steps(world.administrator, parse(begun), null)
    expect(steps).toMatchObject(
      [1, 2, 3].map(() => ({ state: "done", subscriptionsStopped: 1, grantOutcome: "revoked" })),
    )
    expect(world.hints.filter((hint) => hint.kind === "connection-changed" && hint.state === "gone")).toHaveLength(3)
    expect(farewells.size).toBe(0)
    const { audit } = await world.see()
    expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
    const count = (action: string) => audit.filter((entry) => entry.action === action).length
    expect(["connection-removed", "grant-revoked", "secret-opened"].map(count)).toEqual([3, 3, 6])
    expect(audit.filter(({ action }) => action === "revocation-changed").map(({ reason }) => reason)).toEqual([
      ...["group-begun", "secrets-deleted", "told"],
    ])
    await runs.stop()
  })

  test("of twenty people or more is confirmed by its name", async () => {
    const world = await revocationWorld({ people: 20, dress: telling([]) })
    const { revocations, runs } = world.node()
    expect(await revocations.preview(world.administrator, group(world), null)).toMatchObject({ phrase: "Pilots" })
    expect(await revocations.isLarge(world.administrator, group(world))).toBe(true)
    const [connectionId = ""] = world.connectionIds
    expect(await revocations.isLarge(world.administrator, { kind: "connection", connectionId })).toBe(false)
    const create = (confirmation: string | null) =>
      revocations.create(world.administrator, { scope: group(world), confirmation })
    for (const wrong of [null, "", "pilots"])
      await expect(create(wrong)).rejects.toMatchObject({ code: "confirmation-needed" })
    expect((await left(world)).credentials).toBe(20)
    await create(" Pilots ")
    await runs.idle()
    expect(await left(world)).toEqual({ credentials: 0, connections: 0 })
    await expect(create("Pilots")).rejects.toMatchObject({ code: "nobody" })
    await runs.stop()
  })

  test("waits for a refresh that holds a secret, and for nothing else", async () => {
    const told: string[] = []
    const world = await revocationWorld({ dress: telling(told) })
    const { revocations, runs } = world.node()
    const [first] = world.connectionIds
    if (first === undefined) throw new Error("there are three")
    let letGo = () => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const refresh = world.base.inAccount(world.accountId, async (tables) => {
      const credential = await tables.lockCredential(first)
      if (credential === null) throw new Error("there is one")
      await held
      const place = { connectionId: first, kind: "refresh-token" } as const
      const sealedSecret = await world.vault.sealSecret(tables, place, "rotated")
      await tables.upsertCredential({ ...credential, version: credential.version + 1, sealedSecret })
    })
    await settled()
    const begun = await revocations.create(world.administrator, { scope: group(world), confirmation: null })
    expect((await left(world)).credentials).toBe(1)
    expect((await revocations.find(world.administrator, parse(begun))).secretsDeletedAt).toBeNull()
    letGo()
    await refresh
    await runs.idle()
    expect(await left(world)).toEqual({ credentials: 0, connections: 0 })
    expect(told).toContain("revoke rotated")
    expect(told).not.toContain("revoke refresh-1")
    await runs.stop()
  })

  test("goes on after a kill where it stood; what only the dead process knew is not confirmed", async () => {
    const told: string[] = []
    let isSilent = true
    const world = await revocationWorld({
      dress: telling(told, () => (isSilent ? new Promise(() => {}) : Promise.resolve())),
    })
    const dead = world.node()
    const begun = await dead.revocations.create(world.administrator, { scope: group(world), confirmation: null })
    await settled()
    expect(told.length).toBeGreaterThan(0)
    expect(await left(world)).toEqual({ credentials: 0, connections: 0 })
    isSilent = false
    told.length = 0
    const next = world.node()
    await next.runs.run(world.accountId, parse(begun), "job:revocation:1")
    const view = await next.revocations.find(world.administrator, parse(begun))
    expect(view).toMatchObject({ state: "done", done: 3, subscriptionsStopped: 0, subscriptionsLeft: 3 })
    expect(view.grants).toMatchObject({ "not-confirmed": 3 })
    expect(told).toEqual([])
    await next.runs.stop()
  })

  test("is taken up by another node when its own has said nothing for a while", async () => {
    const world = await revocationWorld({ dress: telling([], () => new Promise(() => {})) })
    const { revocations } = world.node()
    const begun = await revocations.create(world.administrator, { scope: group(world), confirmation: null })
    await settled()
    const stalled = () =>
      world.base.asSystem((tables) =>
        tables.takeStalledRevocations({
          ...{ untouchedSince: world.clock.now().subtract({ seconds: 20 }), now: world.clock.now(), limit: 5 },
        }),
      )
    await world.clock.advance(15_000)
    expect(await stalled()).toEqual([])
    await world.base.inAccount(world.accountId, ({ revocations: tables }) =>
      tables.updateIf(parse(begun), "telling", { touchedAt: world.clock.now().subtract({ seconds: 21 }) }),
    )
    expect(await stalled()).toEqual([{ accountId: world.accountId, revocationId: begun.revocationId }])
    expect(await stalled()).toEqual([])
  })

  test("leaves alone who has connected again meanwhile, and does not revoke a new grant from under anybody", async () => {
    const told: string[] = []
    const world = await revocationWorld({ people: 2, dress: telling(told) })
    const { revocations, runs } = world.node({ waits: true })
    const [early, late] = world.connectionIds
    if (early === undefined || late === undefined) throw new Error("there are two")
    const known = await world.base.inAccount(world.accountId, async (tables) => ({
      credential: await tables.findCredential(early),
      connection: await tables.findConnection(late),
    }))
    const { credential, connection } = known
    if (credential === null || connection === null) throw new Error("there were both")
    const begun = await revocations.create(world.administrator, { scope: group(world), confirmation: null })
    // One is back before the connections go, the other between that and what the provider is told.
    await world.base.inAccount(world.accountId, (tables) =>
      tables.upsertCredential({ ...credential, credentialId: parseCredentialId(world.random.uuid()) }),
    )
    await world.base.inAccount(world.accountId, async (tables) => {
      await tables.revocations.updateIf(parse(begun), "deleting", { state: "removing" })
      await tables.revocations.removeSome(parse(begun), 10)
      await tables.insertConnection({ ...connection, connectionId: parseConnectionId(world.random.uuid()) })
    })
    await runs.run(world.accountId, parse(begun), "job:revocation:1")
    const view = await revocations.find(world.administrator, parse(begun))
    expect(view).toMatchObject({ state: "done", done: 2, grants: { reconnected: 2, revoked: 0 } })
    expect(told).toEqual([])
    expect(await left(world)).toEqual({ credentials: 1, connections: 1 })
  })

  test("keeps what providers must be told with for ten minutes in memory, and not a moment longer", async () => {
    const world = await revocationWorld({ dress: telling([], () => new Promise(() => {})) })
    const { revocations, farewells } = world.node()
    const [id] = world.connectionIds
    farewells.keep([
      {
        ...{ connectionId: id ?? never(), sealedSecret: new Uint8Array([1]), secretKind: "refresh-token" },
        ...{ sealedAccessToken: null, accessExpiresAt: null },
      },
    ])
    expect(farewells.size).toBe(1)
    await world.clock.advance(farewellLifeMs)
    expect(farewells.size).toBe(0)
    expect(await revocations.list(world.administrator)).toEqual([])
  })
})

test("revoking one connection asks for nothing to be typed", async () => {
  const told: string[] = []
  const world = await revocationWorld({ dress: telling(told) })
  const { revocations, runs } = world.node()
  const [connectionId] = world.connectionIds
  const scope = { kind: "connection", connectionId: connectionId ?? never() } as const
  await revocations.create(world.administrator, { scope, confirmation: null })
  await runs.idle()
  expect(await left(world)).toEqual({ credentials: 2, connections: 2 })
  expect(told).toEqual(["stop subscription-1 with access-1", "revoke refresh-1"])
  await runs.stop()
})

describe("revoking a tenant", () => {
  const tenantConnectionId = parseTenantConnectionId("00000000-0000-4000-8000-0000000000aa")
  const provider = parseProviderName("memory")

  /** Three people of one tenant, of whom as many are let in by an administrator's connection; what was told, and asked of the tenant. */
  async function tenantWorld(letIn: number, lets: () => void = () => {}) {
    const told: string[] = []
    const asked: string[] = []
    const world = await revocationWorld({ dress: (one) => ({ ...telling(told)(one), tenant: tenantOf(asked, lets) }) })
    const inAccount = <Result>(work: (tables: AccountTables) => Promise<Result>) =>
      world.base.inAccount(world.accountId, work)
    await inAccount(async (tables) => {
      for (const connectionId of world.connectionIds) await tables.lockCredential(connectionId)
      const place = { connectionId: tenantConnectionId, kind: "tenant" } as const
      await tables.tenants.insert({
        ...{ accountId: world.accountId, tenantConnectionId, provider, method: "secret", permission: "read" },
        ...{ tenantId: "tenant-1", identity: "application", version: 1, secretExpiresAt: null },
        sealedSecret: await world.vault.sealSecret(tables, place, "the organisation's secret"),
        ...{ createdAt: world.clock.now(), lastOkAt: null, problemKind: null, problemCode: null, problemAt: null },
      })
      for (const connectionId of world.connectionIds.slice(0, letIn)) {
        await tables.updateConnection(connectionId, { tenantConnectionId, subjectEmail: `${connectionId}@example.org` })
        const credential = await tables.findCredential(connectionId)
        if (credential === null) throw new Error("each has one")
        const nothing = { sealedSecret: new Uint8Array(), sealedAccessToken: null, accessExpiresAt: null }
        await tables.upsertCredential({ ...credential, ...nothing, secretKind: "tenant" })
      }
    })
    return { ...world, told, asked, find: () => inAccount((tables) => tables.tenants.find(tenantConnectionId)) }
  }

  test("takes the administrator's connection along, whose secret is the first to go", async () => {
    const world = await tenantWorld(0)
    const { revocations, runs } = world.node()
    const scope = { kind: "tenant", provider, tenantId: "tenant-1" } as const
    await revocations.create(world.administrator, { scope, confirmation: null })
    expect((await world.find())?.sealedSecret.length ?? 0).toBe(0)
    await runs.idle()
    expect(await world.find()).toBeNull()
    expect(await left(world)).toEqual({ credentials: 0, connections: 0 })
    await runs.stop()
  })

  test("by removing that connection leaves who connected themselves, and stops the others' subscriptions with one access", async () => {
    const world = await tenantWorld(2)
    const { revocations, runs } = world.node()
    const begun = await revocations.createOfTenantConnection(world.administrator, tenantConnectionId)
    expect(begun).toMatchObject({ scope: { kind: "tenant", name: "tenant-1" }, total: 2 })
    expect((await world.find())?.sealedSecret.length ?? 0).toBe(0)
    await runs.idle()
    expect(await world.find()).toBeNull()
    expect(await left(world)).toEqual({ credentials: 1, connections: 1 })
    expect(world.told.sort()).toEqual(["stop subscription-1 with for-all", "stop subscription-2 with for-all"])
    expect(world.asked).toHaveLength(1)
    expect(await revocations.find(world.administrator, parse(begun))).toMatchObject({
      ...{ state: "done", done: 2, subscriptionsStopped: 2, subscriptionsLeft: 0 },
      grants: { "not-possible": 2 },
    })
    expect(world.hints.filter((hint) => hint.kind === "connection-changed")).toHaveLength(2)
    await runs.stop()
  })

  test("that lets nobody in any more is asked once, not for each of its people", async () => {
    const world = await tenantWorld(3, () => {
      throw new Problem("forbidden", "The application is gone.", { code: "application-removed", isTenantWide: true })
    })
    const { revocations, runs } = world.node()
    const begun = await revocations.createOfTenantConnection(world.administrator, tenantConnectionId)
    await runs.idle()
    expect(world.asked).toHaveLength(1)
    expect(await revocations.find(world.administrator, parse(begun))).toMatchObject({
      ...{ state: "done", done: 3, subscriptionsStopped: 0, subscriptionsLeft: 3 },
    })
    await runs.stop()
  })

  test("by removing a connection that opens nothing removes it all the same; one that is not there is refused", async () => {
    const world = await tenantWorld(0)
    const { revocations, runs } = world.node()
    const remove = () => revocations.createOfTenantConnection(world.administrator, tenantConnectionId)
    expect(await remove()).toMatchObject({ total: 0 })
    await runs.idle()
    expect(await world.find()).toBeNull()
    expect(await left(world)).toEqual({ credentials: 3, connections: 3 })
    await expect(remove()).rejects.toMatchObject({ kind: "not-found", code: "no-tenant" })
    await runs.stop()
  })
})

/** Lets in to every mailbox with one access. */
function tenantOf(asked: string[], lets: () => void): TenantSource {
  return {
    ...{ methods: [], isTokenForAll: true, signIn: null, directory: null },
    open: () => Promise.reject(new Error("it is open already")),
    checkup: async () => [],
    async access({ mailbox }) {
      asked.push(mailbox)
      lets()
      const expiresAt = Temporal.Instant.from("2100-01-01T00:00:00Z")
      return { access: { kind: "bearer", token: "for-all", expiresAt }, renewedSecret: null }
    },
  }
}

test("what was done is written as a table, in which no name becomes a formula", async () => {
  const nameOf = (number: number) => (number === 1 ? '=1+"1"' : "Bo")
  const world = await revocationWorld({ people: 2, nameOf, dress: telling([]) })
  const { revocations, runs } = world.node()
  const begun = await revocations.create(world.administrator, { scope: group(world), confirmation: null })
  await runs.idle()
  let text = ""
  for await (const line of await revocations.report(world.administrator, parse(begun))) text += line
  expect(text.split("\r\n")).toHaveLength(4)
  expect(text).toContain('"deleted","1","0","revoked"')
  expect(text).toContain(`"'=1+""1"""`)
  await runs.stop()
})

test("a revocation that fails at any step has deleted all secrets or none, and going on ends it", async () => {
  const faulty = (line: FaultLine) =>
    revocationWorld({
      dressStore: (store) => faultyStore(store, line),
      dress: (provider) => faultyProvider(provider, line),
    })
  const steps = await failEachStep({
    async make(line) {
      const world = await faulty(line)
      return { world, node: world.node() }
    },
    async flow({ world, node }) {
      const { revocationId } = await node.revocations.create(world.administrator, {
        ...{ scope: group(world), confirmation: null },
      })
      await node.runs.idle()
      await node.runs.run(world.accountId, parse({ revocationId }), "job:revocation:1")
    },
    async check({ world, node }, { where }) {
      const [begun] = await node.revocations.list(world.administrator)
      const before = await left(world)
      expect(before.credentials, where).toBe(begun === undefined ? 3 : 0)
      if (begun === undefined) return
      // Another node goes on, as it does after a kill.
      const next = world.node()
      await next.runs.run(world.accountId, parse(begun), "job:revocation:1")
      expect(await left(world), where).toEqual({ credentials: 0, connections: 0 })
      const view = await next.revocations.find(world.administrator, parse(begun))
      expect(view, where).toMatchObject({ state: "done", total: 3, removed: 3, done: 3 })
      expect(view.subscriptionsStopped + view.subscriptionsLeft, where).toBe(3)
      const { audit } = await world.see()
      expect(await verifyChain(audit), where).toMatchObject({ isWhole: true })
      expect(
        audit.filter(({ action }) => action === "connection-removed"),
        where,
      ).toHaveLength(3)
      expect(
        audit.filter(({ action }) => action === "grant-revoked"),
        where,
      ).toHaveLength(3)
    },
  })
  expect(steps).toBeGreaterThanOrEqual(15)
})

function parse({ revocationId }: { readonly revocationId: string }) {
  return parseRevocationId(revocationId)
}

function never(): never {
  throw new Error("there is one")
}
