import { parseSubscriptionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { settled } from "../testing/fake-clock.ts"
import { callerOf } from "../testing/rows.ts"

/** A connection with two subscriptions. `told` is what the provider was told, in order. */
async function connected(change: (provider: CalendarProvider) => Partial<CalendarProvider> = () => ({})) {
  const told: string[] = []
  const world = await connectedWorld({
    dress(provider) {
      const given = { ...provider, ...change(provider) }
      const { signIn, push } = given
      if (signIn.kind !== "oauth" || push === null) throw new Error("the memory provider has both")
      const tell = <Result>(what: string, work: () => Promise<Result>) => {
        told.push(what)
        return work()
      }
      return {
        ...given,
        push: {
          ...push,
          stop: (one) => tell(`stop ${one.access.kind === "bearer" ? one.access.token : ""}`, () => push.stop(one)),
        },
        signIn: {
          ...signIn,
          refresh: (token, permission) => tell(`refresh ${token}`, () => signIn.refresh(token, permission)),
          revoke: (token) => tell(`revoke ${token}`, () => signIn.revoke(token)),
        },
      }
    },
  })
  await world.connect()
  const { connection, calendars } = await world.see()
  const [calendar] = calendars
  if (connection === null || calendar === undefined) throw new Error("it was connected")
  const now = world.clock.now()
  await world.base.inAccount(world.accountId, async (tables) => {
    for (const name of ["one", "two"])
      await tables.insertSubscription({
        accountId: world.accountId,
        subscriptionId: parseSubscriptionId(world.random.uuid()),
        calendarId: calendar.calendarId,
        provider: connection.provider,
        providerSubscriptionId: name,
        providerResourceId: null,
        expiresAt: now.add({ hours: 24 }),
        renewAt: now.add({ hours: 12 }),
        createdAt: now,
      })
  })
  const remove = () => world.connections.remove(callerOf(world.asker.user), connection.connectionId)
  return { ...world, told, remove, connection }
}

const never = () => new Promise<never>(() => {})

describe("removing a connection", () => {
  test("deletes everything, stops the subscriptions, then revokes the grant, and says so", async () => {
    const { remove, told, see, base, hints } = await connected()
    expect(await remove()).toEqual({
      secretsDeleted: true,
      subscriptionsStopped: 2,
      subscriptionsLeftToExpire: 0,
      grantRevoked: "revoked",
    })
    expect(told).toEqual(["stop memory-access-3", "stop memory-access-3", "revoke memory-refresh-2"])
    const { connection, audit } = await see()
    expect(connection).toBeNull()
    expect(hints.at(-1)).toMatchObject({ state: "gone" })
    expect(audit.slice(-4).map(({ action, reason }) => `${action} ${reason}`)).toEqual([
      "connection-removed asked",
      "secret-opened removal",
      "secret-opened removal",
      "grant-revoked revoked",
    ])
    const left = await base.asSystem((tables) => tables.listIdleConnections({ unusedSince: future, limit: 10 }))
    expect(left).toEqual([])
  })

  test("with an access that has run out gets a last one in memory, and revokes what came with it", async () => {
    const { remove, told, clock, see } = await connected()
    await clock.advance(3_600_000)
    expect(await remove()).toMatchObject({ subscriptionsStopped: 2, grantRevoked: "revoked" })
    expect(told.map((what) => what.split(" ")[0])).toEqual(["refresh", "stop", "stop", "revoke"])
    expect(told[0]).toBe("refresh memory-refresh-2")
    expect(told[3]).not.toBe("revoke memory-refresh-2")
    expect((await see()).connection).toBeNull()
  })

  test("has deleted the secrets before the provider hears of it, and waits ten seconds for each answer", async () => {
    const { remove, clock, see, told } = await connected((provider) => ({
      push: provider.push === null ? null : { ...provider.push, stop: never },
      signIn: provider.signIn.kind === "oauth" ? { ...provider.signIn, revoke: never } : provider.signIn,
    }))
    const removing = remove()
    await settled()
    expect((await see()).connection).toBeNull()
    await clock.advance(10_000)
    expect(told).toHaveLength(3)
    await clock.advance(10_000)
    expect(await removing).toMatchObject({ subscriptionsLeftToExpire: 2, grantRevoked: "not-confirmed" })
    expect(clock.waitingCount).toBeLessThanOrEqual(1)
  })

  test("a grant that is dead already stands in nobody's way", async () => {
    const { remove, clock, see } = await connected((provider) => ({
      signIn:
        provider.signIn.kind === "oauth"
          ? { ...provider.signIn, refresh: () => Promise.reject(new Problem("auth-revoked", "dead")) }
          : provider.signIn,
    }))
    await clock.advance(3_600_000)
    expect(await remove()).toMatchObject({ secretsDeleted: true, subscriptionsLeftToExpire: 2 })
    expect((await see()).connection).toBeNull()
  })

  test("secrets that cannot be opened are deleted all the same", async () => {
    const { remove, base, accountId, connection, see } = await connected()
    await base.inAccount(accountId, async (tables) => {
      const credential = await tables.findCredential(connection.connectionId)
      if (credential !== null) await tables.upsertCredential({ ...credential, sealedSecret: new Uint8Array(90) })
    })
    expect(await remove()).toMatchObject({ subscriptionsStopped: 2, grantRevoked: "not-confirmed" })
    expect((await see()).connection).toBeNull()
  })

  test("of two who remove at once, one does and the other is told that there is none", async () => {
    const { remove, see } = await connected()
    const outcomes = await Promise.allSettled([remove(), remove()])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
    expect(outcomes.find((outcome) => outcome.status === "rejected")?.reason).toMatchObject({ code: "no-connection" })
    expect((await see()).audit.filter(({ action }) => action === "connection-removed")).toHaveLength(1)
  })

  test("a removal during a refresh waits for it and revokes the token that came", async () => {
    const { remove, clock, broker, accountId, connection, told, see } = await connected()
    await clock.advance(3_600_000)
    const wish = { actor: { kind: "service", part: "test" }, reason: "checkup", call: "job:test:1" } as const
    const refreshing = broker.freshAccess(accountId, connection.connectionId, wish)
    await Promise.allSettled([refreshing, remove()])
    expect((await see()).connection).toBeNull()
    expect(told.at(-1)).toMatch(/^revoke /)
    expect(told.filter((what) => what.startsWith("refresh "))).toHaveLength(1)
  })
})

const future = Temporal.Instant.from("2100-01-01T00:00:00Z")
