import { parseSessionId, parseTenantConnectionId } from "@kalends/domain/ids"
import { beforeEach, describe, expect, test } from "vitest"
import { stateLifeMs } from "../connections/connect-state.ts"
import { tenantWorld } from "../testing/tenant-world.ts"
import { createStateBox } from "../vault/state-box.ts"
import { createServiceSignIn } from "./service-sign-in.ts"

// An account of tenant-1 signs in by way of an administrator's browser; codes in memory say whose they are.

type World = Awaited<ReturnType<typeof worldWith>>
let world: World
beforeEach(async () => {
  world = await worldWith()
})

async function worldWith() {
  const made = await tenantWorld({ people: 1 })
  const { deps, tenants, administrator } = made
  const box = createStateBox(deps.world.random.bytes(32), deps.world.random)
  const signIn = createServiceSignIn({ ...deps, tenants, redirectUri: "https://here.example/back", box })
  const session = { sessionId: parseSessionId(deps.world.random.uuid()) }
  return { ...made, signIn, asker: { user: administrator, session } }
}

const account = "svc@example.org"
const code = `tenant-1 ${account}`

async function stateOf(tenantConnectionId: string | null = null): Promise<string> {
  const input = { provider: world.newName, permission: "read-write", account, hasDirectory: true } as const
  const { authorizeUrl } = await world.signIn.begin(world.asker, { ...input, tenantConnectionId })
  return new URL(authorizeUrl).searchParams.get("state") ?? ""
}

const connect = async () => world.signIn.finish(world.asker, { state: await stateOf(), code })

describe("a service account that signs in for rooms", () => {
  test("is proposed, sealed, and shown by its name alone", async () => {
    const made = await connect()
    expect(made).toMatchObject({ ...{ opens: "rooms", identity: account, tenantId: "tenant-1" }, hasDirectory: false })
    expect(await world.tenants.list(world.administrator)).toEqual([made])
    expect(JSON.stringify([made, world.base.everything()])).not.toContain("signed in as")
    const audit = JSON.stringify(world.base.everything())
    expect(audit).toContain("service-sign-in")
    expect(world.tenants.methods().providers[0]?.methods).toContainEqual({
      ...{ name: "service-sign-in", isBySignIn: true, fields: [] },
    })
  })

  test("is refused with a state of another browser, an old one, and one of a person's own calendar", async () => {
    const state = await stateOf()
    const elsewhere = { ...world.asker, session: { sessionId: parseSessionId(world.deps.world.random.uuid()) } }
    const expired = { code: "connect-expired" }
    await expect(world.signIn.finish(elsewhere, { state, code })).rejects.toMatchObject(expired)
    await expect(world.signIn.finish(world.asker, { state: state.slice(4), code })).rejects.toMatchObject(expired)
    await world.clock.advance(stateLifeMs + 1)
    await expect(world.signIn.finish(world.asker, { state, code })).rejects.toMatchObject(expired)
    expect(await world.tenants.list(world.administrator)).toEqual([])
  })

  test("is refused where the administrator is none any more when the browser comes back", async () => {
    const state = await stateOf()
    const demoted = { ...world.asker, user: { ...world.administrator, role: "room-admin" } as const }
    await expect(world.signIn.finish(demoted, { state, code })).rejects.toMatchObject({ code: "not-allowed" })
  })

  test("signs in anew for its own organisation alone, and what was wrong is forgotten", async () => {
    const { tenantConnectionId } = await connect()
    const id = parseTenantConnectionId(tenantConnectionId)
    await world.base.inAccount(world.accountId, (tables) =>
      tables.tenants.update(id, { problemKind: "auth-revoked", problemCode: "grant-revoked" }),
    )
    const stranger = { state: await stateOf(tenantConnectionId), code: "tenant-2 svc@elsewhere.example" }
    await expect(world.signIn.finish(world.asker, stranger)).rejects.toMatchObject({ code: "another-tenant" })
    const again = await world.signIn.finish(world.asker, { state: await stateOf(tenantConnectionId), code })
    expect(again).toMatchObject({ tenantConnectionId, problem: null })
    await expect(connect()).rejects.toMatchObject({ code: "tenant-known" })
  })

  test("stands beside what opens everybody's calendar, and beside other accounts of the organisation", async () => {
    const everybody = await world.connectTenant()
    const [one, other] = [await connect(), "tenant-1 rooms-of-berlin@example.org"]
    const two = await world.signIn.finish(world.asker, { state: await stateOf(), code: other })
    const ids = [everybody, one, two].map(({ tenantConnectionId }) => tenantConnectionId)
    expect((await world.tenants.list(world.administrator)).map((row) => row.tenantConnectionId).sort()).toEqual(
      ids.sort(),
    )
    // Nor does one account take another's place while both are there.
    const anew = { state: await stateOf(one.tenantConnectionId), code: other }
    await expect(world.signIn.finish(world.asker, anew)).rejects.toMatchObject({ code: "tenant-known" })
    await expect(connect()).rejects.toMatchObject({ code: "tenant-known" })
  })

  test("does not take the place of what opens everybody's calendar", async () => {
    const { tenantConnectionId } = await world.connectTenant()
    await expect(stateOf(tenantConnectionId)).rejects.toMatchObject({ code: "wrong-sign-in-kind" })
  })

  test("opens nobody's calendar but a room's, and no directory of people", async () => {
    const { tenantConnectionId } = await connect()
    const asked = { kind: "connect", tenantConnectionId, permission: "read" } as const
    const work = world.rollouts.create(world.administrator, { ...asked, scope: { groupId: null, emails: null } })
    await expect(work).rejects.toMatchObject({ code: "rooms-alone" })
    const page = { next: null, search: null }
    const directory = world.tenants.directory(
      { ...world.administrator, call: "request:test" },
      parseTenantConnectionId(tenantConnectionId),
      page,
    )
    await expect(directory).rejects.toMatchObject({ code: "no-directory" })
  })
})
