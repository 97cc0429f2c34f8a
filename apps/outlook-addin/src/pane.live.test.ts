import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { unzipSync } from "fflate"
import { exportMetadataPackage, OfficeAddinManifest } from "office-addin-manifest"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { end, type Started, start } from "../../../e2e/started.ts"
import { connectByOAuth, eveningAhead, simulatorSettings, until } from "../../../e2e/support.ts"
import { apiOf } from "../../../packages/server/src/testing/node.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"
import { words } from "./messages.ts"
import { moveByDays, played, playOutlook } from "./testing/pane-visit.ts"
import { type OfficeScript, phoneScript } from "./testing/scripted-office.ts"

// The built add-in in a real browser, in a scripted Outlook, on a real service and a simulated Microsoft 365.

let simulator: Simulator
let started: Started
let browser: LaunchedBrowser
let webFolder = ""
beforeAll(async () => {
  webFolder = await buildApps(["outlook-addin"])
  simulator = await startSimulator()
  simulator.zoom.account.addUser("owner@example.org")
  started = await start(webFolder, {
    ...simulatorSettings(simulator),
    ...{ KALENDS_ZOOM_ACCOUNT_ID: simulator.zoom.app.accountId, KALENDS_ZOOM_CLIENT_ID: simulator.zoom.app.clientId },
    ...{ KALENDS_ZOOM_CLIENT_SECRET: simulator.zoom.app.clientSecret, KALENDS_ZOOM_USER: "owner@example.org" },
    ...{ KALENDS_ZOOM_TOKEN_URL: simulator.baseUrls.zoomToken, KALENDS_ZOOM_API_URL: simulator.baseUrls.zoomApi },
  })
  browser = await launchBrowser({
    context: { viewport: { width: 320, height: 720 }, locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" },
  })
})
afterAll(async () => {
  await browser?.close()
  await end(started)
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
})

type Sent = { readonly route: string; readonly body: Record<string, unknown> | null }

/** The pane, and all that it sends to the service. */
async function openPane(
  language: string,
  changes: Partial<OfficeScript> = {},
): Promise<{ page: Page; sent: Sent[]; troubles: string[] }> {
  const page = await browser.context.newPage()
  const sent: Sent[] = []
  const troubles: string[] = []
  page.on("pageerror", (error) => troubles.push(String(error)))
  page.on("console", (line) => {
    if (/Content Security Policy/.test(line.text())) troubles.push(line.text())
  })
  page.on("request", (request) => {
    const { pathname } = new URL(request.url())
    const body = request.postData()
    if (pathname.startsWith("/v1/"))
      sent.push({ route: `${request.method()} ${pathname}`, body: body === null ? null : JSON.parse(body) })
  })
  await playOutlook(page, { language, startMs: eveningAhead(0).startMs, ...changes })
  await page.goto(`http://localhost:${new URL(started.node.url).port}/outlook/`)
  return { page, sent, troubles }
}

const held = () =>
  JSON.stringify(simulator.zoom.account.users.flatMap((user) => simulator.zoom.account.meetingsOf(user)))

test("a meeting added in Outlook follows its event, in the pane and once it is saved, and only its face is told", async () => {
  const person = simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@graph.example.org")
  simulator.knobs("microsoft").approvesAll = true
  expect(await connectByOAuth(started.call, "graph", person.email, "read-write")).toBe("connected")
  const { page, sent, troubles } = await openPane("en-GB")
  await page.getByRole("button", { name: "Sign in" }).click()
  const code = await page.locator("[data-code]").textContent()
  expect(await seriousFindings(page)).toEqual([])
  expect((await started.call("POST", "/v1/tools/connections", { code })).status).toBe(204)
  await page.getByRole("button", { name: "Add a meeting" }).click()
  await page.getByText("This event has a meeting.").waitFor()
  expect(await seriousFindings(page)).toEqual([])

  // Moved by a day while it is being written.
  await moveByDays(page, 1)
  await page.getByRole("button", { name: "Update the meeting" }).click()
  await page.getByText("The meeting has the event's time.").waitFor()
  expect(held()).toContain(eveningAhead(1).instant)

  // Saved, as Outlook writes it; then moved by another day in the calendar.
  const { location, body, calls } = await played(page)
  const content = `<html><body>SECRET BODY ${body.join("")}</body></html>`
  const event = person.calendar.create({
    ...{ subject: "Observation", time: eveningAhead(1).time, location, html: { content, text: "SECRET BODY" } },
  })
  const linked = async () => {
    const { meetings } = (await started.call("GET", "/v1/meetings")).body as { meetings: { events: unknown[] }[] }
    return meetings[0]?.events.length === 1
  }
  await until(linked)
  person.calendar.update(event, { time: eveningAhead(2).time })
  await until(async () => held().includes(eveningAhead(2).instant))

  await page.getByRole("button", { name: "Remove the meeting" }).click()
  await page.getByRole("button", { name: "Remove", exact: true }).click()
  await page.getByRole("button", { name: "Add a meeting" }).waitFor()
  expect((await played(page)).location).toBe("")

  const bodies = sent.flatMap((one) => (one.body === null ? [] : [one.body]))
  const allowed = ["deviceName", "key", "subject", "date", "time", "zone", "isRecurring"]
  expect(bodies.flatMap((one) => Object.keys(one)).filter((name) => !allowed.includes(name))).toEqual([])
  expect(bodies.length).toBeGreaterThanOrEqual(3)
  expect([JSON.stringify(sent).includes("SECRET"), calls.filter((call) => call.startsWith("forbidden"))]).toEqual([
    ...[false, []],
  ])
  expect(troubles).toEqual([])
  await page.close()
})

test("in somebody else's calendar the service says what a delegate may, and private events are the owner's to allow", async () => {
  const grace = simulator.org.addPerson(simulator.tenants.microsoft, "Grace", "grace@graph.example.org")
  const { asGrace, allow } = await signInAsGrace(grace.email)
  expect(await connectByOAuth(asGrace, "graph", grace.email, "read-write")).toBe("connected")
  const { page, sent, troubles } = await openPane("en-GB", { owner: grace.email })
  const press = (name: string) => page.getByRole("button", { name }).click()
  const refused = words.en.problems

  await press("Add a meeting")
  await page.getByText(refused["not-delegate"]).waitFor()
  await allow(false)
  await press("Add a meeting")
  await page.getByText("This event has a meeting.").waitFor()
  const made = sent.filter(({ route }) => route === "POST /v1/tools/meetings")
  expect(made.map(({ body }) => body?.for)).toEqual([grace.email, grace.email])

  // Saved into the owner's calendar, and made private there by its owner.
  const { location } = await played(page)
  const { time } = eveningAhead(0)
  const event = grace.calendar.create({ subject: "Observation", time, location })
  await until(async () => {
    const { meetings } = (await asGrace("GET", "/v1/meetings")).body as { meetings: { events: unknown[] }[] }
    return meetings[0]?.events.length === 1
  })
  grace.calendar.update(event, { isPrivate: true })
  await moveByDays(page, 1)
  await press("Update the meeting")
  await page.getByText(refused["private-not-allowed"]).waitFor()
  await allow(true)
  await press("Update the meeting")
  await page.getByText("The meeting has the event's time.").waitFor()
  expect(troubles).toEqual([])
  await page.close()
})

test("the package that Microsoft 365 takes is a download: manifest, Japanese words, and icons of the sizes it wants", async () => {
  const files = unzipSync(await download("outlook-addin.zip"))
  expect(Object.keys(files).toSorted()).toEqual(["color.png", "ja.json", "manifest.json", "outline.png"])
  expect([sizeOf(files["color.png"]), sizeOf(files["outline.png"])]).toEqual([
    [192, 192],
    [32, 32],
  ])
  expect(Buffer.from(files["manifest.json"] ?? []).toString()).not.toContain("kalends.invalid")

  // Microsoft's own tool reads it, and packs the same files.
  const folder = await mkdtemp(join(tmpdir(), "kalends-package-"))
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  const manifest = join(folder, "manifest.json")
  const { id, displayName } = await OfficeAddinManifest.readManifestFile(manifest)
  const packed = unzipSync(await readFile(await exportMetadataPackage(join(folder, "theirs.zip"), manifest)))
  expect([displayName, Object.keys(packed).toSorted()]).toEqual(["Kalends", Object.keys(files).toSorted()])
  expect(Buffer.from(await download("manifest.xml")).toString()).toContain(`<Id>${id}</Id>`)
  await rm(folder, { recursive: true })
})

/** Width and height of a PNG: its first chunk says so. */
function sizeOf(png: Uint8Array | undefined): readonly number[] {
  const view = Buffer.from(png ?? [])
  expect(view.subarray(1, 4).toString()).toBe("PNG")
  return [view.readUInt32BE(16), view.readUInt32BE(20)]
}

const home = () => `http://localhost:${new URL(started.node.url).port}`

/** The token of a person who is made for it. */
async function tokenOf(email: string): Promise<string> {
  const password = "battery staple"
  await started.call("POST", "/v1/users", { email, displayName: "Grace", role: "user", password })
  const session = { email, password, deviceName: "Test", keep: "memory" }
  return ((await apiOf(home(), () => null)("POST", "/v1/sessions", session)).body as { token: string }).token
}

let reader = ""
async function download(file: string): Promise<Uint8Array> {
  if (reader === "") reader = await tokenOf("reader@example.org")
  const headers = { authorization: `Bearer ${reader}`, "x-kalends-request": "1" }
  const answer = await fetch(`${home()}/v1/tools/downloads/outlook-addin/${file}`, { headers })
  return new Uint8Array(await answer.arrayBuffer())
}

/** The owner of the other calendar, and how she lets the person of the pane schedule for her. */
async function signInAsGrace(email: string) {
  const token = await tokenOf(email)
  const asGrace = apiOf(home(), () => token)
  const allow = async (managesPrivate: boolean) =>
    expect((await asGrace("PUT", "/v1/me/delegates", { email: "ada@example.org", managesPrivate })).status).toBe(200)
  return { asGrace, allow }
}

test("the pane goes on in the session of before, in Japanese, and says what an old Outlook lacks", async () => {
  const page = await browser.context.newPage()
  await page.emulateMedia({ colorScheme: "dark" })
  await playOutlook(page, { language: "ja-JP", mailboxSet: "1.5", accountType: "enterprise" })
  await page.goto(`http://localhost:${new URL(started.node.url).port}/outlook/`)
  await page.getByRole("button", { name: "会議を追加" }).waitFor()
  expect(await page.getByRole("region", { name: "この Outlook でできないこと" }).getByRole("listitem").count()).toBe(5)
  expect(await page.locator("html").getAttribute("lang")).toBe("ja")
  expect(await seriousFindings(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await page.close()
})

test("the functions that Outlook runs without a pane are there for every event that wakes them", async () => {
  const page = await browser.context.newPage()
  await playOutlook(page)
  await page.goto(`http://localhost:${new URL(started.node.url).port}/outlook/commands`)
  const names = () => page.evaluate(() => Object.keys(window.playedOffice.seen.handlers).sort())
  await until(async () => (await names()).length > 0)
  const allowed = await page.request.get(new URL("/.well-known/microsoft-officeaddins-allowed.json", page.url()).href)
  expect(await allowed.json()).toEqual({ allowed: [new URL("/outlook/functions.js", page.url()).href] })
  expect(await names()).toEqual(["add", "newEvent", "remove", "sending", "seriesChanged", "timeChanged"])
  await page.close()
})

test("the switch on a phone makes a meeting whose link is in the location, in the session of before", async () => {
  const page = await browser.context.newPage()
  await playOutlook(page, phoneScript)
  await page.goto(`${home()}/outlook/commands`)
  await page.waitForFunction(() => "add" in window.playedOffice.seen.handlers)
  const answer = await page.evaluate(
    () => new Promise<unknown>((completed) => window.playedOffice.seen.handlers.add?.({ completed })),
  )
  const { location, calls } = await played(page)
  expect([answer, location.startsWith("https://")]).toEqual([undefined, true])
  expect(calls.filter((call) => call.startsWith("forbidden"))).toEqual([])
  const icon = await page.request.get(`${home()}/outlook/assets/phone-75.png`)
  expect(sizeOf(await icon.body())).toEqual([75, 75])
  await page.close()
})
