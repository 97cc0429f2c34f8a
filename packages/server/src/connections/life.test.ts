import type { ConnectionState } from "@kalends/domain/connection"
import { connectionStates } from "@kalends/domain/connection"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { connectedWorld } from "../testing/connected-world.ts"
import { sampleRows } from "../testing/rows.ts"

const tenantWide = { isTenantWide: true }
const stays = null

/** What happens, and the state after it from: connecting, healthy, unreachable, needs-reauth, needs-consent, disabled. */
const table: readonly (readonly [string, Problem | "well", boolean, readonly (ConnectionState | null)[]])[] = [
  ["a good answer", "well", false, ["healthy", stays, "healthy", stays, stays, stays]],
  ["a dead grant", new Problem("auth-revoked", ""), false, all("needs-reauth")],
  ["a refused fresh token", new Problem("auth-expired", ""), true, all("needs-reauth")],
  ["a refused token", new Problem("auth-expired", ""), false, nothing()],
  ["withdrawn permission", new Problem("forbidden", ""), false, all("needs-consent")],
  ["a hiccup", new Problem("unavailable", ""), false, nothing()],
  ["lasting silence", new Problem("unavailable", ""), true, all("unreachable")],
  ["lasting throttling", new Problem("rate-limited", ""), true, all("unreachable")],
  ["a lost cursor", new Problem("cursor-lost", ""), true, nothing()],
  ["an answer not understood", new Problem("malformed", ""), true, nothing()],
  ["our own wrong set-up", new Problem("misconfigured", ""), true, nothing()],
  ["removal by the tenant", new Problem("forbidden", "", tenantWide), true, disabledFromAll()],
  ["a dead grant of the whole tenant", new Problem("auth-revoked", "", tenantWide), true, disabledFromAll()],
]

function all(state: ConnectionState) {
  return [state, state, state === "unreachable" ? stays : state, stays, stays, stays]
}
function nothing() {
  return [stays, stays, stays, stays, stays, stays]
}
function disabledFromAll(): (ConnectionState | null)[] {
  return ["disabled", "disabled", "disabled", "disabled", "disabled", stays]
}

async function connected(state: ConnectionState) {
  const world = await connectedWorld()
  await world.connect()
  const { connection, credential } = await world.see()
  if (connection === null || credential === null) throw new Error("it was connected")
  const { connectionId } = connection
  await world.base.inAccount(world.accountId, (tables) => tables.updateConnection(connectionId, { state }))
  world.hints.length = 0
  const changes = async () =>
    (await world.see()).audit.filter(({ action }) => action === "connection-state-changed").map(({ reason }) => reason)
  return { ...world, connectionId, version: credential.version, changes }
}

const cases = table.flatMap(([what, problem, isLasting, after]) =>
  connectionStates.map((from, index) => [what, from, after[index] ?? from, problem, isLasting] as const),
)

describe("the life of a connection", () => {
  test.each(cases)(
    "%s: from %s to %s, told and recorded when it moves",
    async (_what, from, to, problem, isLasting) => {
      const { life, accountId, connectionId, version, see, hints, changes } = await connected(from)
      if (problem === "well") await life.isWell(accountId, connectionId)
      else await life.isTroubled(accountId, connectionId, problem, { isLasting, credentialVersion: version })
      expect((await see()).connection?.state).toBe(to)
      expect(await changes()).toEqual(from === to ? [] : [`${from}-to-${to}`])
      expect(hints).toEqual(from === to ? [] : [{ kind: "connection-changed", connectionId, state: to }])
    },
  )

  test.each<[string, Problem]>([
    ["a dead grant", new Problem("auth-revoked", "")],
    ["a refused token", new Problem("auth-expired", "")],
    ["withdrawn permission", new Problem("forbidden", "")],
    ["removal by the tenant", new Problem("forbidden", "", tenantWide)],
  ])("%s met with an old credential does not condemn a connection made anew", async (_what, problem) => {
    const { life, accountId, connectionId, version, connect, see } = await connected("healthy")
    await connect()
    for (const credentialVersion of [version, null])
      await life.isTroubled(accountId, connectionId, problem, { isLasting: true, credentialVersion })
    expect((await see()).connection?.state).toBe("connecting")
  })

  test("a reconnect that comes between is not overwritten", async () => {
    const { life, accountId, connectionId, version, base, see } = await connected("healthy")
    let letGo = () => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const reconnect = base.inAccount(accountId, async (tables) => {
      const credential = await tables.lockCredential(connectionId)
      if (credential === null) return
      await held
      await tables.upsertCredential({ ...credential, version: version + 1 })
      await tables.updateConnection(connectionId, { state: "connecting" })
    })
    const met = { isLasting: true, credentialVersion: version }
    const troubled = life.isTroubled(accountId, connectionId, new Problem("auth-revoked", ""), met)
    letGo()
    await Promise.all([reconnect, troubled])
    expect((await see()).connection?.state).toBe("connecting")
  })

  test("a tenant's removal disables its connections in every account, with one notice", async () => {
    const world = await connected("healthy")
    const others = [sampleRows(2), sampleRows(3)]
    for (const { account, user, connection } of others) {
      await world.base.asSystem((tables) => tables.insertAccount(account))
      await world.base.inAccount(account.accountId, async (tables) => {
        await tables.insertUser(user)
        await tables.insertConnection({ ...connection, tenantId: user === others[0]?.user ? "memory-tenant" : "other" })
      })
    }
    const gone = new Problem("forbidden", "", tenantWide)
    const met = { isLasting: true, credentialVersion: world.version }
    for (const _ of [1, 2]) await world.life.isTroubled(world.accountId, world.connectionId, gone, met)
    const states = await Promise.all(
      others.map(({ account, connection }) =>
        world.base.inAccount(
          account.accountId,
          async (tables) => (await tables.findConnection(connection.connectionId))?.state,
        ),
      ),
    )
    expect([(await world.see()).connection?.state, ...states]).toEqual(["disabled", "disabled", "healthy"])
    expect(world.notices).toHaveLength(1)
    expect(world.hints).toHaveLength(2)
  })

  test("a connection that is gone is left alone", async () => {
    const { life, accountId, connectionId, base, see } = await connected("healthy")
    await base.inAccount(accountId, (tables) => tables.deleteConnection(connectionId))
    await life.isWell(accountId, connectionId)
    await life.isTroubled(accountId, connectionId, new Problem("auth-revoked", ""), {
      isLasting: true,
      credentialVersion: 1,
    })
    expect((await see()).connection).toBeNull()
  })

  test("a good answer of a healthy connection is written once a minute at most", async () => {
    const { life, accountId, connectionId, clock, see } = await connected("connecting")
    await life.isWell(accountId, connectionId)
    const first = (await see()).connection?.lastOkAt
    await clock.advance(59_999)
    await life.isWell(accountId, connectionId)
    expect((await see()).connection?.lastOkAt).toEqual(first)
    await clock.advance(1)
    await life.isWell(accountId, connectionId)
    expect((await see()).connection?.lastOkAt).toEqual(clock.now())
  })
})
