import { rm } from "node:fs/promises"
import type { CertificatesView, NewDevicesAnswer } from "@kalends/protocol/many-devices"
import type { RoomChoicesView, RoomsSetView } from "@kalends/protocol/many-rooms"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { freePort } from "../packages/server/src/platform/free-port.ts"
import { setUpNode, startTestNode, type TestSession } from "../packages/server/src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../packages/server/src/testing/postgres.ts"
import { seriousFindings } from "../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../tools/chromium.ts"
import { buildApps } from "./apps.ts"
import { simulatorSettings } from "./support.ts"

// A room from its calendar to its door and to its video system, and back: the service, a simulated Microsoft 365, a screen in a
// real browser, and a simulated codec.

let browser: LaunchedBrowser
let simulator: Simulator
let base: TestDatabase
let webFolder = ""
let node: Awaited<ReturnType<typeof startTestNode>>
let settings: Readonly<Record<string, string>>
beforeAll(async () => {
  webFolder = await buildApps()
  simulator = await startSimulator()
  base = await cloneDatabase()
  const port = String(await freePort())
  settings = {
    ...simulatorSettings(simulator),
    ...{ KALENDS_PORT: port, KALENDS_PUBLIC_URL: `http://localhost:${port}` },
    ...{ KALENDS_HOOK_URL: `http://127.0.0.1:${port}`, KALENDS_DEVICE_NETWORKS: "127.0.0.0/8" },
  }
  node = await startTestNode(base.url, settings, webFolder)
  browser = await launchBrowser({
    context: { locale: "en-GB", timezoneId: "UTC", viewport: { width: 1280, height: 800 } },
  })
})
afterAll(async () => {
  await browser?.close()
  await node?.stop()
  await base?.drop()
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
})

type Made = { readonly tenantConnectionId: string; readonly roomId: string }

/** The organisation is let in by an application of its own, and its room is connected by that. */
async function connectRoom({ call }: TestSession) {
  const { applications, tenants, org } = simulator
  const place = org.addRoom(tenants.microsoft, "Room Draco", `draco@${tenants.microsoft.domain}`)
  const application = applications.add(tenants.microsoft)
  const { text: clientSecret } = applications.addSecret(application)
  const given = { tenant: tenants.microsoft.domain, clientId: application.clientId, clientSecret }
  const tenant = await call("POST", "/v1/tenants", {
    ...{ provider: "graph", method: "client-secret", permission: "read-write", given },
  })
  const { tenantConnectionId } = tenant.body as Made
  const room = await call("POST", "/v1/rooms", { name: "Room Draco", address: place.email, zone: "UTC" })
  const { roomId } = room.body as Made
  const connected = await call("PUT", `/v1/rooms/${roomId}/connection`, { by: "tenant", tenantConnectionId })
  expect([tenant.status, room.status, connected.status]).toEqual([201, 201, 200])
  return { place, roomId }
}

/** Adds a codec of the room as it stands in a list, its certificate compared and pinned; a second time it is here already. */
async function addCodec({ call }: TestSession, roomId: string) {
  const running = await simulator.codecs.add({ name: "Room Draco" })
  const [user] = running.codec.users
  const { address } = running
  const listed = { room: "room draco", family: "cisco", name: "Codec", address }
  const looked = await call("POST", "/v1/devices/batch/preview", { devices: [listed] })
  expect(looked.body).toEqual({ devices: [{ outcome: "new", roomId, roomName: "Room Draco" }] })
  const { certificates } = (await call("POST", "/v1/devices/certificates", { addresses: [address] }))
    .body as CertificatesView
  const certificate = await running.fingerprint()
  expect(certificates).toMatchObject([{ outcome: "shown", certificate: { sha256: certificate, isTrusted: false } }])
  const signIn = { username: user?.name, password: user?.password, keepsOthers: false }
  const device = { roomId, family: "cisco", name: "Codec", address, certificate, ...signIn }
  const add = async () =>
    ((await call("POST", "/v1/devices/batch", { devices: [device] })).body as NewDevicesAnswer).outcomes
  const [added] = await add()
  if (added?.outcome !== "added") throw new Error("it is new")
  expect(await add()).toEqual([{ outcome: "known" }])
  return { ...running, deviceId: added.device.deviceId, titles: () => running.codec.bookings.map(({ title }) => title) }
}

/** The room is called otherwise; then titles are hidden in all rooms that are called Draco, and shown again. Screens follow. */
async function changeRoom({ call }: TestSession, page: Page, roomId: string) {
  await call("PATCH", `/v1/rooms/${roomId}`, { name: "Room Draco in the tower" })
  await page.getByText("Room Draco in the tower").first().waitFor()
  const { rooms } = (await call("GET", "/v1/rooms/choices?search=DRACO")).body as RoomChoicesView
  const settings = { hidesTitles: "all" }
  const roomIds = rooms.map(({ roomId }) => roomId)
  const set = await call("POST", "/v1/rooms/settings", { kind: "set", changes: [{ roomIds, settings }] })
  expect((set.body as RoomsSetView).outcomes).toMatchObject([
    { outcome: "changed", before: { hidesTitles: "private" } },
  ])
  await page.getByText("Planning").first().waitFor({ state: "detached" })
  const back = { kind: "back", ifNow: settings, changes: [{ roomIds, settings: { hidesTitles: "private" } }] }
  const undone = await call("POST", "/v1/rooms/settings", back)
  expect((undone.body as RoomsSetView).outcomes).toMatchObject([{ outcome: "changed" }])
  await page.getByText("Planning").first().waitFor()
}

/** Opens the screen and types the code that it shows. */
async function pairScreen({ call }: TestSession, roomId: string) {
  const page = await browser.context.newPage()
  await page.goto(`http://localhost:${new URL(node.url).port}/rooms`)
  const shown = page.getByRole("img", { name: /^(?:[\dA-Z] ){7}[\dA-Z]$/ })
  const code = (await shown.getAttribute("aria-label"))?.replaceAll(" ", "") ?? ""
  const paired = await call("POST", "/v1/displays", {
    ...{ code, name: "Door", kind: "door", roomIds: [roomId] },
    settings: { language: "en", hours: 24, look: "light" },
  })
  expect(paired.status).toBe(201)
  return { page, displayId: (paired.body as { displayId: string }).displayId }
}

const timed = (from: number, to: number) => {
  const wall = (minutes: number) =>
    Temporal.Now.zonedDateTimeISO("UTC").add({ minutes }).toPlainDateTime().toString({ smallestUnit: "minute" })
  return { kind: "timed" as const, start: `${wall(from)}:00`, end: `${wall(to)}:00`, zone: "UTC" }
}

const word = (page: Page, text: string) => page.getByText(text, { exact: true }).first()

test("a booking made in the calendar is at the door and on the codec, one made at the door is in the calendar, and an outage is survived", async () => {
  const session = await setUpNode(node)
  const { place, roomId } = await connectRoom(session)
  const { page, displayId } = await pairScreen(session, roomId)
  const { codec, titles, deviceId } = await addCodec(session, roomId)
  await word(page, "Free").waitFor()

  // Somebody invites the room: only a notification is as quick, as rooms are read every ten minutes otherwise.
  await expect.poll(() => simulator.calls.count("subscribe")).toBeGreaterThan(0)
  const planning = place.calendar.create({ subject: "Planning", time: timed(90, 120) })
  await page.getByText("Planning").first().waitFor()
  await expect.poll(titles).toEqual(["Planning"])

  // A codec that lost its bookings has them again; what is set for the room is on its screens at once.
  codec.wipe()
  await expect.poll(titles).toEqual(["Planning"])
  await changeRoom(session, page, roomId)

  // Somebody books at the door.
  await page.getByRole("button", { name: "30 min" }).click()
  await page.getByText(/^Booked until/).waitFor()
  await word(page, "In use").waitFor()
  expect(place.calendar.events.size).toBe(2)
  expect(await seriousFindings(page)).toEqual([])

  // The service goes, and comes back.
  await node.stop()
  await page.getByText("This screen cannot reach Kalends").waitFor()
  await word(page, "In use").waitFor()
  place.calendar.update(planning, { subject: "Planning in Room Lyra" })
  node = await startTestNode(base.url, settings, webFolder)
  await page.getByText("Planning in Room Lyra").first().waitFor()
  await expect.poll(titles).toContain("Planning in Room Lyra")
  expect(await page.getByText(/cannot reach Kalends/).count()).toBe(0)

  // It is given back at the door.
  await page.getByRole("button", { name: "End now" }).click()
  await page.getByRole("button", { name: "Yes, end it" }).click()
  await page.getByText("Ended.").waitFor()

  // A screen's token opens its room's agendas and acts, and nothing of anybody's.
  const token = await page.evaluate("localStorage.getItem('kalends-screen')")
  const ask = async (method: string, path: string) =>
    (
      await fetch(`${node.url}${path}`, {
        ...{ method, headers: { authorization: `Bearer ${token}`, "x-kalends-request": "1" } },
      })
    ).status
  const refused = await Promise.all(
    ["/v1/me", "/v1/rooms", "/v1/displays", "/v1/users", "/v1/audit", "/v1/connections", "/v1/changes"].map((path) =>
      ask("GET", path),
    ),
  )
  expect(new Set(refused)).toEqual(new Set([401]))
  expect(await ask("POST", "/v1/display/heard")).toBe(204)

  // It is taken away: what it showed is gone at once.
  const again = await setUpNode({ url: node.url, setupCode: null })
  expect((await again.call("DELETE", `/v1/devices/${deviceId}`)).status).toBe(204)
  await expect.poll(titles).toEqual([])
  expect((await again.call("DELETE", `/v1/displays/${displayId}`)).status).toBe(204)
  await page.getByRole("heading", { name: "Pair this screen" }).waitFor()
  expect(await page.content()).not.toContain("Planning")
  expect(await ask("GET", "/v1/display/agendas")).toBe(401)
})
