import type { RoomCheckupView, RoomDirectoryView, RoomsView } from "@kalends/protocol/rooms"
import type { TenantsView } from "@kalends/protocol/tenants"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, expect, test } from "vitest"
import { setUpNode, startTestNode, type TestSession } from "../testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"

// From a service account's sign-in to its rooms, on the real service and a simulated Microsoft 365.

let simulator: Simulator
let base: TestDatabase
let node: Awaited<ReturnType<typeof startTestNode>>
let session: TestSession
let [draco, lyra, account, stranger]: Person[] = []

beforeAll(async () => {
  simulator = await startSimulator()
  const { org, tenants, baseUrls, clients } = simulator
  const { microsoft } = tenants
  const domain = microsoft.domain
  draco = org.addRoom(microsoft, "Room Draco", `draco@${domain}`)
  lyra = org.addRoom(microsoft, "Room Lyra", `lyra@${domain}`)
  account = org.addPerson(microsoft, "Rooms", `svc-rooms@${domain}`)
  stranger = org.addPerson(microsoft, "Mallory", `mallory@${domain}`)
  org.giveFullAccess(draco, account)
  simulator.knobs("microsoft").approvesAll = true
  base = await cloneDatabase()
  node = await startTestNode(base.url, {
    ...{ KALENDS_MICROSOFT_CLIENT_ID: clients.microsoft.id, KALENDS_MICROSOFT_CLIENT_SECRET: clients.microsoft.secret },
    ...{ KALENDS_MICROSOFT_LOGIN_URL: baseUrls.microsoftLogin, KALENDS_MICROSOFT_API_URL: baseUrls.microsoftApi },
    KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(simulator.url).host,
    KALENDS_HOOK_URL: simulator.url,
  })
  session = await setUpNode(node)
})
afterAll(async () => {
  await node.stop()
  await base.drop()
  await simulator.close()
})

/** Goes where the service sends the browser, and comes back; answers with where the portal is opened then. */
async function signIn(as: Person | undefined, tenantConnectionId: string | null, tamper = (state: string) => state) {
  const input = { provider: "graph", permission: "read-write", account: as?.email, hasDirectory: true }
  const begun = await session.call("POST", "/v1/tenants/sign-in", { ...input, tenantConnectionId })
  expect(begun.status, begun.text).toBe(200)
  const approved = await fetch((begun.body as { authorizeUrl: string }).authorizeUrl, { redirect: "manual" })
  const { pathname, searchParams } = new URL(approved.headers.get("location") ?? "")
  searchParams.set("state", tamper(searchParams.get("state") ?? ""))
  const back = await fetch(`${node.url}${pathname}?${searchParams}`, {
    ...{ redirect: "manual", headers: { authorization: `Bearer ${session.token}` } },
  })
  return back.headers.get("location") ?? ""
}

const tenants = async () => ((await session.call("GET", "/v1/tenants")).body as TenantsView).tenants
const rooms = async () => ((await session.call("GET", "/v1/rooms")).body as RoomsView).rooms
const roomOf = async (place: Person | undefined) => (await rooms()).find(({ address }) => address === place?.email)

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise<void>((resolve) => setImmediate(resolve))
}

test("a service account signs in, its rooms are found, connected and read, and what is not shared is named", async () => {
  expect(await signIn(account, null, (state) => state.slice(4))).toBe("/?problem=connect-expired")
  expect(await tenants()).toEqual([])
  expect(await signIn(account, null)).toMatch(/^\/\?connected=rooms#organisation\/[0-9a-f-]{36}$/)
  const [tenant] = await tenants()
  expect(tenant).toMatchObject({ method: "service-sign-in", opens: "rooms", identity: account?.email, problem: null })
  const by = { by: "tenant", tenantConnectionId: tenant?.tenantConnectionId ?? "", next: null }
  const listed = (await session.call("POST", "/v1/rooms/directory", by)).body as RoomDirectoryView
  expect(listed.entries.map(({ address }) => address).sort()).toEqual([draco?.email, lyra?.email])

  draco?.calendar.create({
    subject: "Planning",
    time: { kind: "timed", start: "2099-01-01T09:00:00", end: "2099-01-01T10:00:00", zone: "UTC" },
  })
  const found = listed.entries.map(({ address, name, building, floor, capacity }) => ({
    ...{ address, name, building, floor, capacity },
  }))
  const { tenantConnectionId } = by
  await session.call("POST", "/v1/rooms/import", { tenantConnectionId, zone: "UTC", rooms: found })
  await until(async () => (await roomOf(draco))?.connection?.state === "healthy")
  await until(async () => (await roomOf(lyra))?.problem !== null)
  // Nobody tells a delegate of changes: nothing was asked for, and the calendar is polled.
  expect(simulator.calls.count("subscribe")).toBe(0)
  expect((await tenants())[0]).toMatchObject({ connectionCount: 0, roomCount: 1 })

  const doctor = await session.call("POST", `/v1/rooms/${(await roomOf(lyra))?.roomId}/checkup`)
  const [unshared] = (doctor.body as RoomCheckupView).findings
  expect(unshared).toMatchObject({ code: "room-not-shared", outcome: "wrong" })
  expect(unshared?.line).toContain(`-Identity '${lyra?.email}' -User '${account?.email}' -AccessRights FullAccess`)
})

test("a sign-in that was withdrawn is noted once for all, and mended by signing in anew", async () => {
  simulator.grants.microsoft.revoke(account?.email ?? "")
  const roomId = (await roomOf(draco))?.roomId
  const look = async () => {
    const { findings } = (await session.call("POST", `/v1/rooms/${roomId}/checkup`)).body as RoomCheckupView
    return findings[0]
  }
  expect(await look()).toMatchObject({ code: "room-unreadable", problem: "tenant-connection-broken" })
  const [tenant] = await tenants()
  expect(tenant?.problem).toMatchObject({ kind: "auth-revoked", code: "grant-revoked" })
  expect(await signIn(stranger, tenant?.tenantConnectionId ?? "")).toContain("connected=rooms")
  // Another account of the same organisation, with which nothing is shared: it is signed in, and the room says so.
  expect(await look()).toMatchObject({ code: "room-not-shared" })
  expect(await signIn(account, tenant?.tenantConnectionId ?? "")).toContain("connected=rooms")
  expect(await look()).toMatchObject({ code: "room-readable" })
  expect((await tenants())[0]).toMatchObject({ identity: account?.email, problem: null })
})

test("another account of the same organisation opens other rooms; removed, it takes those along and no others", async () => {
  simulator.org.giveFullAccess(lyra ?? expect.fail("a room"), stranger ?? expect.fail("an account"))
  expect(await signIn(account, null)).toContain("problem=tenant-known")
  expect(await signIn(stranger, null)).toContain("connected=rooms")
  const two = (await tenants()).find(({ identity }) => identity === stranger?.email)
  const { roomId } = (await roomOf(lyra)) ?? expect.fail("a room")
  const by = { by: "tenant", tenantConnectionId: two?.tenantConnectionId }
  expect((await session.call("PUT", `/v1/rooms/${roomId}/connection`, by)).status).toBe(200)
  expect((await tenants()).map(({ roomCount }) => roomCount)).toEqual([1, 1])
  expect((await session.call("DELETE", `/v1/tenants/${two?.tenantConnectionId}`)).status).toBeLessThan(300)
  await until(async () => (await roomOf(lyra))?.connection === null && (await tenants()).length === 1)
  expect((await roomOf(draco))?.connection?.state).toBe("healthy")
})
