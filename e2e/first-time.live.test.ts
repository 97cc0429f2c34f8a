import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { seriousFindings } from "../packages/ui/src/testing/accessibility.ts"
import { launchBrowser } from "../tools/chromium.ts"
import { findOptionalServer, startRadicale } from "../tools/optional-server.ts"
import { buildApps } from "./apps.ts"
import { end, type Started, start } from "./started.ts"
import { simulatorSettings } from "./support.ts"

// Somebody who was never here signs in and connects their calendar, in a real browser on the real service. Every page
// counts the clicks it is given by itself: three of Kalends's own at most, from the sign-in button on.

const clicksMost = 3
const person = { displayName: "Grace", email: "grace@example.org", password: "a long enough one" }
const hasRadicale = findOptionalServer("radicale") !== null
if (!hasRadicale) process.stdout.write("skipped: first time with CalDAV (install the package radicale)\n")

let simulator: Simulator
let webFolder = ""
beforeAll(async () => {
  webFolder = await buildApps()
  simulator = await startSimulator()
})
afterAll(async () => {
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
})

/** Clicks by where they were made: on Kalends's own pages, and on the provider's. Keys that press a button count, too. */
async function countClicks(page: Page, own: string): Promise<{ own: number; provider: number }> {
  const clicks = { own: 0, provider: 0 }
  await page.exposeFunction("tellClick", (origin: string) => {
    clicks[origin === own ? "own" : "provider"] += 1
  })
  await page.addInitScript(() => {
    addEventListener("click", () => void Reflect.get(globalThis, "tellClick")(location.origin), true)
  })
  return clicks
}

/** A new person at the portal's sign-in, with a browser of their own; `connect` is what they do after it. */
async function firstTime(settings: Readonly<Record<string, string>>, connect: (page: Page) => Promise<void>) {
  const started: Started = await start(webFolder, settings)
  const browser = await launchBrowser({ context: { locale: "en-GB", reducedMotion: "reduce" } })
  try {
    await started.call("POST", "/v1/users", { ...person, role: "user" })
    const own = `http://localhost:${new URL(started.node.url).port}`
    const page = await browser.context.newPage()
    const clicks = await countClicks(page, own)
    await page.goto(own)
    await page.getByLabel("E-mail address").pressSequentially(person.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(person.password)
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
    // What a person without a calendar is told first, and all that they are.
    await page.getByRole("heading", { level: 1, name: "Connect your calendar" }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await connect(page)
    await page.getByRole("heading", { level: 1, name: "Everything is well" }).waitFor()
    await page
      .getByRole("status")
      .filter({ hasText: /✓\s*Connected\. Last (?:change|read) .*ago\./ })
      .waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(clicks.own).toBeGreaterThan(0)
    expect(clicks.own).toBeLessThanOrEqual(clicksMost)
    return clicks
  } finally {
    await browser.close()
    await end(started)
  }
}

const byConsent = (label: string) => async (page: Page) => {
  await page.getByRole("button", { name: `Connect: ${label}` }).click()
  // The provider's own page: who is at that browser, and what the application asks for.
  await page.getByText("The application asks to").waitFor()
  await page.getByRole("button", { name: "Allow" }).click()
}

test.each([
  ["Microsoft 365", "microsoft"],
  ["Google", "google"],
] as const)("%s is connected with two clicks from sign-in, besides the provider's own", async (label, service) => {
  simulator.org.addPerson(simulator.tenants[service], "Grace", person.email)
  expect(await firstTime(simulatorSettings(simulator), byConsent(label))).toEqual({ own: 2, provider: 1 })
})

test.skipIf(!hasRadicale)("CalDAV is connected with three clicks from sign-in and nothing to look up", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kalends-e2e-"))
  const radicale = await startRadicale(folder, [{ name: "grace", password: "app password" }])
  const authorization = `Basic ${btoa("grace:app password")}`
  expect((await fetch(`${radicale.url}/grace/own/`, { method: "MKCALENDAR", headers: { authorization } })).ok).toBe(
    true,
  )
  try {
    const host = new URL(radicale.url).host
    const settings = { KALENDS_ALLOWED_PRIVATE_HOSTS: host, KALENDS_RECONCILE_POLL_SECONDS: "10" }
    const clicks = await firstTime(settings, async (page) => {
      await page.getByRole("button", { name: "Connect: CalDAV" }).click()
      await page.keyboard.type(radicale.url)
      await page.keyboard.press("Tab")
      await page.keyboard.type("grace")
      await page.keyboard.press("Tab")
      await page.keyboard.type("app password")
      await page.locator("form").getByRole("button", { name: "Connect" }).click()
    })
    expect(clicks).toEqual({ own: 3, provider: 0 })
  } finally {
    await radicale.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
