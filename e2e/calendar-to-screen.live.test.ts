import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { fillCalendar } from "../packages/server/src/testing/fill-calendar.ts"
import { type LaunchedBrowser, launchBrowser } from "../tools/chromium.ts"
import { findOptionalServer, startRadicale } from "../tools/optional-server.ts"
import { buildApps } from "./apps.ts"
import { end, openAgenda, start } from "./started.ts"
import { connectByOAuth, simulatorSettings } from "./support.ts"

// The main job: a calendar is connected, another client changes an event, and the agenda in a real browser shows it
// without a reload.

const hasRadicale = findOptionalServer("radicale") !== null
if (!hasRadicale) process.stdout.write("skipped: CalDAV from server to screen (install the package radicale)\n")

let browser: LaunchedBrowser
let simulator: Simulator
let webFolder = ""
beforeAll(async () => {
  webFolder = await buildApps()
  simulator = await startSimulator()
  browser = await launchBrowser({ context: { locale: "en-GB", timezoneId: "Europe/Berlin" } })
})
afterAll(async () => {
  await browser?.close()
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
})

const soon = (minutes: number) =>
  Temporal.Now.zonedDateTimeISO("Europe/Berlin").add({ minutes }).toPlainDateTime().toString({ smallestUnit: "second" })
const timed = (from: number, to: number) => ({
  kind: "timed" as const,
  start: soon(from),
  end: soon(to),
  zone: "Europe/Berlin",
})

describe.each([
  ["Microsoft 365", "microsoft", "graph"],
  ["Google", "google", "google"],
] as const)("%s, by notification", (_name, service, provider) => {
  test("an event made, moved and cancelled by another client is on the screen without a reload", async () => {
    const person = simulator.org.addPerson(simulator.tenants[service], "Ada", "ada@example.org")
    simulator.knobs(service).approvesAll = true
    const review = person.calendar.create({
      subject: "Spectrograph review",
      time: timed(60, 90),
      location: "https://meet.jit.si/Review",
    })
    const started = await start(webFolder, simulatorSettings(simulator))
    try {
      expect(await connectByOAuth(started.call, provider)).toBe("connected")
      const page = await openAgenda(browser, started)
      await page.getByText("Spectrograph review").first().waitFor()
      await page
        .getByRole("link", { name: /Join with Jitsi Meet/ })
        .first()
        .waitFor()
      // Only a notification can be as quick: the timer looks every quarter of an hour.
      await expect
        .poll(() => simulator.calls.count(service === "google" ? "watch" : "subscribe", person.email))
        .toBeGreaterThan(0)
      person.calendar.update(review, { subject: "Spectrograph review in Dome 2" })
      await page.getByText("Spectrograph review in Dome 2").first().waitFor()
      person.calendar.create({ subject: "Colloquium", time: timed(120, 150) })
      await page.getByText("Colloquium").first().waitFor()
      person.calendar.remove(review)
      await page.getByText("Spectrograph review in Dome 2").first().waitFor({ state: "detached" })
      await page.close()
    } finally {
      await end(started)
      simulator.org.people.length = 0
    }
  })
})

describe.skipIf(!hasRadicale)("CalDAV, on a real Radicale full of real-world files", () => {
  test("another client's edit is on the screen without a reload", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-e2e-"))
    const radicale = await startRadicale(folder, [{ name: "ada", password: "app password" }])
    const dav = await fillCalendar(radicale.url, "ada", "app password")
    const started = await start(webFolder, {
      KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(radicale.url).host,
      KALENDS_RECONCILE_POLL_SECONDS: "5",
    })
    try {
      await started.call("POST", "/v1/connections", {
        signIn: "password",
        provider: "caldav",
        permission: "read",
        server: radicale.url,
        username: "ada",
        password: "app password",
      })
      const page = await openAgenda(browser, started)
      await page.getByText("Weekly planning").first().waitFor()
      await dav.rename("planning.ics", "Weekly planning in the library")
      await page.getByText("Weekly planning in the library").first().waitFor()
      await page.close()
    } finally {
      await end(started)
      await radicale.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
