import { parseTenantConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { tenantTarget, tokenDigest } from "../ports/access-broker.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { createMemoryTenant, type MemoryTenant } from "../testing/memory-tenant.ts"
import { callerOf } from "../testing/rows.ts"

const wish = { actor: { kind: "service", part: "test" }, reason: "checkup", call: "job:test:1" } as const

/** A person whose calendar an administrator's connection opens. */
async function world({ isTokenForAll = true } = {}) {
  let tenant: MemoryTenant | null = null
  const connected = await connectedWorld({
    dress: (provider) => ({
      ...provider,
      get tenant() {
        return tenant?.source ?? null
      },
    }),
  })
  const { clock, remote, base, vault, random, accountId } = connected
  const made = createMemoryTenant(
    clock,
    () => {
      const access = remote.access()
      return access.kind === "bearer" ? access.token : ""
    },
    { isTokenForAll },
  )
  tenant = made
  await connected.connect()
  const tenantConnectionId = parseTenantConnectionId(random.uuid())
  await base.inAccount(accountId, async (tables) => {
    const connection = await tables.findConnectionOfUser(connected.asker.user.userId)
    const credential = connection === null ? null : await tables.lockCredential(connection.connectionId)
    if (connection === null || credential === null) throw new Error("it was connected")
    const sealedSecret = await vault.sealSecret(
      tables,
      { connectionId: tenantConnectionId, kind: "tenant" },
      "open-all",
    )
    const row: TenantConnectionRow = {
      ...{ accountId, tenantConnectionId, provider: connected.provider.name, method: "client-secret" },
      ...{ permission: "read", tenantId: "tenant-1", identity: "application-1", sealedSecret, version: 1 },
      ...{ secretExpiresAt: null, createdAt: clock.now(), lastOkAt: null },
      ...{ problemKind: null, problemCode: null, problemAt: null },
    }
    await tables.tenants.insert(row)
    await tables.updateConnection(connection.connectionId, { tenantConnectionId, subjectEmail: "ada@example.org" })
    await tables.upsertCredential({
      ...{ ...credential, version: 2, sealedSecret: new Uint8Array(), secretKind: "tenant" },
      ...{ sealedAccessToken: null, accessExpiresAt: null, refreshExpiresAt: null },
    })
  })
  const { connection } = await connected.see()
  if (connection === null) throw new Error("it was connected")
  const seeTenant = () => base.inAccount(accountId, (tables) => tables.tenants.find(tenantConnectionId))
  return { ...connected, tenant: made, tenantConnectionId, connectionId: connection.connectionId, seeTenant }
}

describe("access by an administrator's connection", () => {
  test("names the mailbox where one token opens all, and asks for that once", async () => {
    const { broker, accountId, connectionId, tenant, tenantConnectionId } = await world()
    const access = await broker.freshAccess(accountId, connectionId, wish)
    expect(access).toMatchObject({ kind: "bearer", mailbox: "ada@example.org", credentialVersion: 2 })
    const target = { accountId, tenantConnectionId, permission: "read", mailbox: "grace@example.org" } as const
    expect(await broker.accessByTenant(target, wish)).toMatchObject({ mailbox: "grace@example.org" })
    expect(tenant.asked).toEqual([{ secret: "open-all", mailbox: "ada@example.org", permission: "read" }])
  })

  test("is asked for by each mailbox where a token opens one, and then says nothing of a mailbox", async () => {
    const { broker, accountId, connectionId, tenant, tenantConnectionId } = await world({ isTokenForAll: false })
    const access = await broker.freshAccess(accountId, connectionId, wish)
    expect(access).not.toHaveProperty("mailbox")
    await broker.accessByTenant(
      { accountId, tenantConnectionId, permission: "read", mailbox: "grace@example.org" },
      wish,
    )
    expect(tenant.asked.map(({ mailbox }) => mailbox)).toEqual(["ada@example.org", "grace@example.org"])
  })

  test("is asked for once however many want it at the same time, and anew when it ends or is refused", async () => {
    const { broker, accountId, connectionId, tenant, clock } = await world()
    const got = await Promise.all([1, 2, 3].map(() => broker.freshAccess(accountId, connectionId, wish)))
    expect(tenant.asked).toHaveLength(1)
    const [first] = got
    const token = first?.kind === "bearer" ? first.token : ""
    await broker.freshAccess(accountId, connectionId, { ...wish, refusedTokenDigest: tokenDigest(token) })
    expect(tenant.asked).toHaveLength(2)
    await clock.advance(3_600_000)
    await broker.freshAccess(accountId, connectionId, wish)
    expect(tenant.asked).toHaveLength(3)
  })

  test("seals what signing in gave anew, and never over another secret that was given meanwhile", async () => {
    const { broker, accountId, connectionId, tenant, clock, base, tenantConnectionId, vault } = await world()
    let renewals = 0
    tenant.renewal = () => `renewed ${++renewals}`
    await broker.freshAccess(accountId, connectionId, wish)
    await clock.advance(3_600_000)
    await broker.freshAccess(accountId, connectionId, wish)
    expect(tenant.asked.map(({ secret }) => secret)).toEqual(["open-all", "renewed 1"])
    await clock.advance(3_600_000)
    tenant.renewal = () => {
      void base.inAccount(accountId, async (tables) => {
        const sealedSecret = await vault.sealSecret(
          tables,
          { connectionId: tenantConnectionId, kind: "tenant" },
          "given anew",
        )
        await tables.tenants.update(tenantConnectionId, { version: 2, sealedSecret })
      })
      return "too late"
    }
    await broker.freshAccess(accountId, connectionId, wish)
    tenant.renewal = null
    await broker.freshAccess(accountId, connectionId, wish)
    expect(tenant.asked.at(-1)?.secret).toBe("given anew")
  })

  test("writes its audit record before the secret is opened", async () => {
    const { broker, accountId, connectionId, tenantConnectionId, base } = await world()
    await broker.freshAccess(accountId, connectionId, wish)
    const entries = await base.inAccount(accountId, (tables) => tables.listAuditOf(tenantConnectionId, 10))
    expect(entries.map(({ action }) => action)).toContain("secret-opened")
  })

  test("that fails for all says so on the administrator's connection, and no person has to reconnect", async () => {
    const { broker, accountId, connectionId, tenant, see, seeTenant, clock } = await world()
    tenant.refusal = () => new Problem("misconfigured", "ended", { code: "client-secret-expired" })
    const refused = await broker.freshAccess(accountId, connectionId, wish).catch((error: unknown) => error)
    expect(refused).toMatchObject({ kind: "unavailable", code: "tenant-connection-broken" })
    await expect(broker.freshAccess(accountId, connectionId, wish)).rejects.toThrow()
    expect(tenant.asked).toHaveLength(1)
    expect(await seeTenant()).toMatchObject({ problemKind: "misconfigured", problemCode: "client-secret-expired" })
    expect((await see()).connection?.state).toBe("connecting")
    tenant.refusal = null
    await clock.advance(61_000)
    await broker.freshAccess(accountId, connectionId, wish)
    expect(await seeTenant()).toMatchObject({ problemKind: null, lastOkAt: clock.now() })
  })

  test("that fails for one mailbox is that person's matter", async () => {
    const { broker, accountId, connectionId, tenant, see, seeTenant } = await world()
    tenant.refusal = () => new Problem("forbidden", "outside", { code: "mailbox-outside-scope" })
    await expect(broker.freshAccess(accountId, connectionId, wish)).rejects.toThrow("outside")
    expect((await see()).connection).toMatchObject({ state: "needs-consent", problemCode: "mailbox-outside-scope" })
    expect((await seeTenant())?.problemKind).toBeNull()
  })

  test("is never handed to an app", async () => {
    const { connections, asker, connectionId } = await world()
    const answer = await connections.handOverAccess(callerOf(asker.user), connectionId, {
      reach: "native",
      sessionId: asker.session.sessionId,
    })
    expect(answer.access.kind).toBe("read-through")
    expect(JSON.stringify(answer)).not.toContain("token")
  })

  test("is no word for a connection of a person's own", async () => {
    const { rows } = await world()
    expect(() => tenantTarget(rows.connection)).toThrow(Problem)
  })
})
