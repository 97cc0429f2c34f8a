import { rm } from "node:fs/promises"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { end, start } from "../../../e2e/started.ts"
import { simulatorSettings } from "../../../e2e/support.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"

// An organisation from its connection to its people's calendars, on the real service and a simulated Microsoft 365.

let browser: LaunchedBrowser
let simulator: Simulator
let webFolder = ""
beforeAll(async () => {
  webFolder = await buildApps()
  simulator = await startSimulator()
  browser = await launchBrowser({ context: { locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" } })
})
afterAll(async () => {
  await browser?.close()
  await simulator?.close()
  await rm(webFolder, { recursive: true, force: true })
})

/** Whom a test's service is set up with. */
const administrator = { email: "ada@example.org", password: "correct horse" }

async function consent(): Promise<void> {
  simulator.knobs("microsoft").approvesAll = true
  const query = new URLSearchParams({ client_id: "x", redirect_uri: "http://localhost/back", state: "s" })
  await fetch(`${simulator.baseUrls.microsoftLogin}/organizations/v2.0/adminconsent?${query}`, { redirect: "manual" })
}

/** A service account signs in on the simulated provider's own page; the room that is shared with it is imported. */
async function connectRooms(page: Page, account: Person, room: Person): Promise<void> {
  await page.getByRole("radio", { name: /service account that signs in/ }).check()
  await page.getByLabel(/^Service account/).fill(account.email)
  await page.getByRole("button", { name: "Go to the sign-in page" }).click()
  await page.getByRole("heading", { name: "Simulated Microsoft sign-in" }).waitFor()
  await page.getByText("read and change events that are shared with you").waitFor()
  await page.getByRole("button", { name: "Allow" }).click()
  await page.getByText("The service account has signed in.").waitFor()
  await page.getByText("Opens no room yet.").waitFor()
  await page.getByRole("link", { name: /^Import rooms/ }).click()
  await page.getByRole("button", { name: "Read the directory" }).click()
  await page.getByRole("checkbox", { name: new RegExp(room.name) }).check()
  await page.getByRole("button", { name: "Import 1" }).click()
  await page.getByText(/1 added/).waitFor()
  await expect
    .poll(async () => {
      await page.goto(page.url().replace(/#.*/, "#organisation"))
      await page.getByRole("link", { name: /Microsoft 365/ }).click()
      return page.getByText(/^Opens .* room/).textContent()
    })
    .toBe("Opens 1 room.")
}

test("an administrator connects Microsoft 365 for its rooms, then for all: its people are added and their calendars connected", async () => {
  const tenant = simulator.tenants.microsoft
  for (const name of ["Ada", "Grace", "Hedy"])
    simulator.org.addPerson(tenant, name, `${name.toLowerCase()}@northwind.example`)
  const room = simulator.org.addRoom(tenant, "Room Draco", "draco@northwind.example")
  const account = simulator.org.addPerson(tenant, "Rooms", "svc-rooms@northwind.example")
  simulator.org.giveFullAccess(room, account)
  const started = await start(webFolder, simulatorSettings(simulator))
  try {
    const page = await browser.context.newPage()
    await page.goto(`http://localhost:${new URL(started.node.url).port}/#organisation`)
    await page.locator("input[type=email]").fill(administrator.email)
    await page.locator("input[type=password]").fill(administrator.password)
    await page.locator("form button[type=submit]").click()
    await page.getByLabel("Code").fill(await started.nextCode())
    await page.getByRole("button", { name: "Continue" }).click()
    await page.getByRole("link", { name: "Connect an organisation" }).click()
    await connectRooms(page, account, room)
    await page.getByRole("link", { name: "Sign in anew" }).click()
    await page.getByRole("radio", { name: /registration of this service/ }).check()
    await page.getByLabel("Tenant").fill("not-a-tenant")
    await page.locator("form button[type=submit]").click()
    await page.getByRole("alert").filter({ hasText: "neither a tenant's ID" }).waitFor()
    await consent()
    await page.getByLabel("Tenant").fill(tenant.id)
    await page.locator("form button[type=submit]").click()
    await page.getByRole("heading", { level: 1, name: /Microsoft 365/ }).waitFor()
    await page.getByRole("link", { name: /Directory/ }).click()
    await page.getByText("hedy@northwind.example").waitFor()
    for (const name of ["Ada", "Grace", "Hedy"]) await page.getByRole("checkbox", { name, exact: true }).check()
    await page.getByRole("button", { name: "Add to Kalends" }).click()
    await page.getByRole("dialog").getByRole("button", { name: "Add to Kalends" }).click()
    await page
      .getByRole("dialog")
      .getByText(/3 people were added/)
      .waitFor()
    await page.getByRole("button", { name: "Connect their calendars" }).click()
    await page.getByRole("radio", { name: /3 people selected/ }).waitFor()
    await page.locator("form button[type=submit]").click()
    await page.getByText("All 3 calendars are connected.").waitFor()
    await page.getByRole("link", { name: /Microsoft 365/ }).click()
    await page.getByText("Opens the calendars of 3 people, and 1 room.").waitFor()
    expect(await page.getByText("Needs mending").count()).toBe(0)
  } finally {
    await end(started)
  }
})
