import { parseSubscriptionId } from "@kalends/domain/ids"
import { expect, test } from "vitest"
import { tokenDigest } from "../ports/access-broker.ts"
import { verifyChain } from "../ports/audit-chain.ts"
import { type ConnectedOptions, connectedWorld } from "../testing/connected-world.ts"
import { type FaultLine, failEachStep, faultyProvider, faultyStore, withPassword } from "../testing/fail-each-step.ts"
import { callerOf } from "../testing/rows.ts"

type World = Awaited<ReturnType<typeof connectedWorld>>
const wish = { actor: { kind: "service", part: "test" }, reason: "checkup", call: "job:test:1" } as const

const faulty = (line: FaultLine, dress: NonNullable<ConnectedOptions["dress"]> = (same) => same) =>
  connectedWorld({
    dressStore: (store) => faultyStore(store, line),
    dress: (provider) => faultyProvider(dress(provider), line),
  })

/** A connection and its secrets are both there or both gone, and the log is whole. */
async function expectWhole(world: World, where: string) {
  const seen = await world.see()
  expect(await verifyChain(seen.audit), where).toMatchObject({ isWhole: true })
  expect(seen.credential === null, where).toBe(seen.connection === null)
  expect(seen.calendars.length, where).toBe(seen.connection === null ? 0 : 1)
  return seen
}

test("a refresh that fails at any step leaves a grant that still opens the calendar", async () => {
  const steps = await failEachStep({
    async make(line) {
      const world = await faulty(line)
      await world.connect()
      await world.clock.advance(3_600_000)
      return world
    },
    async flow(world) {
      const { connection } = await world.see()
      if (connection !== null) await world.broker.freshAccess(world.accountId, connection.connectionId, wish)
    },
    async check(world, { where }) {
      const { connection } = await expectWhole(world, where)
      if (connection === null) throw new Error(where)
      expect(connection.state, where).toBe("connecting")
      const { accountId, brokerNode, provider } = world
      const access = await brokerNode().freshAccess(accountId, connection.connectionId, wish)
      if (access.kind !== "bearer") throw new Error(where)
      expect(await provider.listCalendars(access, AbortSignal.timeout(120_000)), where).toHaveLength(1)
      // The refresh token that is stored works as well.
      const again = { ...wish, refusedTokenDigest: tokenDigest(access.token) }
      await brokerNode().freshAccess(accountId, connection.connectionId, again)
      await expectWhole(world, where)
    },
  })
  expect(steps).toBeGreaterThanOrEqual(4)
})

test("connecting with OAuth that fails at any step is done by trying again, once", async () => {
  const steps = await failEachStep({
    make: (line) => faulty(line),
    flow: (world) => world.connect(),
    async check(world, { where, failed }) {
      const seen = await expectWhole(world, where)
      if (failed === null) expect(seen.connection, where).not.toBeNull()
      const view = await world.connect()
      const again = await expectWhole(world, where)
      expect(again.connection?.connectionId, where).toBe(view.connectionId)
      if (seen.connection !== null) expect(view.connectionId, where).toBe(seen.connection.connectionId)
      const access = await world.broker.freshAccess(world.accountId, again.connection?.connectionId ?? never(), wish)
      expect(access.kind, where).toBe("bearer")
    },
  })
  expect(steps).toBeGreaterThanOrEqual(5)
})

test("connecting with a password that fails at any step is done by trying again, once", async () => {
  const attempt = (world: World) =>
    world.connections.begin(world.asker, {
      provider: "memory",
      signIn: "password",
      permission: "read",
      server: "https://dav.example",
      username: "ada",
      password: "right",
    })
  const steps = await failEachStep({
    make: (line) => faulty(line, withPassword),
    flow: attempt,
    async check(world, { where }) {
      await expectWhole(world, where)
      expect((await attempt(world)).next, where).toBe("done")
      const { connection } = await expectWhole(world, where)
      const access = await world.broker.freshAccess(world.accountId, connection?.connectionId ?? never(), wish)
      expect(access, where).toMatchObject({ kind: "password", password: "right", username: "ada" })
    },
  })
  expect(steps).toBeGreaterThanOrEqual(4)
})

test("a removal that fails at any step has removed all or nothing, and trying again removes all", async () => {
  const steps = await failEachStep({
    async make(line) {
      const world = await faulty(line)
      await world.connect()
      await subscribe(world)
      return world
    },
    async flow(world) {
      const { connection } = await world.see()
      if (connection !== null) await world.connections.remove(callerOf(world.asker.user), connection.connectionId)
    },
    async check(world, { where, failed }) {
      const { connection } = await expectWhole(world, where)
      if (failed === null) expect(connection, where).toBeNull()
      if (connection !== null) await world.connections.remove(callerOf(world.asker.user), connection.connectionId)
      const after = await expectWhole(world, where)
      expect(after.connection, where).toBeNull()
      expect(
        after.audit.filter(({ action }) => action === "connection-removed"),
        where,
      ).toHaveLength(1)
      expect(world.hints.at(-1), where).toMatchObject({ kind: "connection-changed" })
    },
  })
  expect(steps).toBeGreaterThanOrEqual(4)
})

async function subscribe(world: World): Promise<void> {
  const { calendars } = await world.see()
  const [calendar] = calendars
  if (calendar === undefined) return never()
  const now = world.clock.now()
  await world.base.inAccount(world.accountId, (tables) =>
    tables.insertSubscription({
      accountId: world.accountId,
      subscriptionId: parseSubscriptionId(world.random.uuid()),
      calendarId: calendar.calendarId,
      provider: world.provider.name,
      providerSubscriptionId: "subscription-1",
      providerResourceId: null,
      expiresAt: now.add({ hours: 24 }),
      renewAt: now.add({ hours: 12 }),
      createdAt: now,
    }),
  )
}

function never(): never {
  throw new Error("there is a connection")
}
