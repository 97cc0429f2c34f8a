import { parseTenantConnectionId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import { callerOf } from "../testing/rows.ts"
import { tenantWorld } from "../testing/tenant-world.ts"

describe("an administrator's connection", () => {
  test("is proved, sealed and shown without its secret", async () => {
    const { connectTenant, tenants, administrator, base } = await tenantWorld()
    const made = await connectTenant()
    expect(made).toMatchObject({ tenantId: "tenant-1", identity: "application-1", connectionCount: 0, problem: null })
    expect(await tenants.list(administrator)).toEqual([made])
    expect(JSON.stringify([made, base.everything()])).not.toContain("open-all")
    expect(tenants.methods().providers).toMatchObject([
      { provider: "memory-new", methods: [{ name: "client-secret" }, { name: "service-sign-in" }] },
    ])
  })

  test("is refused where the secret is wrong, where a field is missing, and the second time", async () => {
    const { tenants, administrator, connectTenant, newName } = await tenantWorld()
    const ask = (given: { readonly clientSecret?: string }) =>
      tenants.connect(administrator, { provider: newName, method: "client-secret", permission: "read", given })
    await expect(ask({ clientSecret: "wrong" })).rejects.toMatchObject({ code: "client-secret-wrong" })
    await expect(ask({})).rejects.toMatchObject({ code: "field-missing" })
    await connectTenant()
    await expect(connectTenant()).rejects.toMatchObject({ code: "tenant-known" })
    expect(await tenants.list(administrator)).toHaveLength(1)
  })

  test("gets another secret, and what was wrong is forgotten", async () => {
    const { tenants, administrator, connectTenant, base, accountId, tenant } = await tenantWorld()
    const { tenantConnectionId } = await connectTenant()
    const id = parseTenantConnectionId(tenantConnectionId)
    await base.inAccount(accountId, (tables) =>
      tables.tenants.update(id, { problemKind: "misconfigured", problemCode: "client-secret-expired" }),
    )
    const input = { method: "client-secret", given: { clientSecret: "fresh" } }
    expect(await tenants.replaceSecret(administrator, id, input)).toMatchObject({ problem: null })
    const wish = { actor: { kind: "service", part: "test" }, reason: "checkup", call: "job:test:1" } as const
    const target = { accountId, tenantConnectionId: id, permission: "read", mailbox: "a@example.org" } as const
    const { deps } = await tenantWorld()
    await expect(deps.broker.accessByTenant(target, wish)).rejects.toMatchObject({ kind: "not-found" })
    expect(tenant.asked).toEqual([])
  })

  test("shows the directory page by page, with who is here and how their calendar is opened", async () => {
    const { tenants, administrator, connectTenant, tenant, people } = await tenantWorld({ people: 1 })
    const [person] = people
    const { tenantConnectionId } = await connectTenant()
    tenant.directory = [
      { email: person?.email.toUpperCase() ?? "", displayName: "One", kind: "person" },
      { email: "room@example.org", displayName: "Room", kind: "room" },
      { email: "zoe@example.org", displayName: "Zoe", kind: "person" },
    ]
    const id = parseTenantConnectionId(tenantConnectionId)
    const first = await tenants.directory(callerOf(administrator), id, { next: null, search: null })
    expect(first.entries).toMatchObject([
      { email: person?.email, userId: person?.userId, connectionState: null, isByTenant: false },
      { email: "room@example.org", userId: null, kind: "room" },
    ])
    const second = await tenants.directory(callerOf(administrator), id, { next: first.next, search: null })
    expect([second.entries.length, second.next]).toEqual([1, null])
  })

  test("brings people in once, and says who they are for the group that was named", async () => {
    const { tenants, administrator, people, groupId, base, accountId } = await tenantWorld({ people: 1 })
    const input = {
      people: [
        { email: people[0]?.email ?? "", displayName: "Known" },
        { email: "zoe@example.org", displayName: "Zoe" },
      ],
      groupId,
    }
    expect(await tenants.importPeople(administrator, input)).toMatchObject({ added: 1, known: 1 })
    const again = await tenants.importPeople(administrator, input)
    expect(again).toMatchObject({ added: 0, known: 2 })
    const zoe = await base.inAccount(accountId, (tables) => tables.findUserByEmail("zoe@example.org"))
    expect(again.userIds).toEqual([people[0]?.userId, zoe?.userId])
    expect(zoe).toMatchObject({ displayName: "Zoe", role: "user" })
  })
})
