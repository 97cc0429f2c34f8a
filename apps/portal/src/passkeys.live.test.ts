import { rm } from "node:fs/promises"
import { TOTP } from "otpauth"
import type { Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { freePort } from "../../../packages/server/src/platform/free-port.ts"
import { startTestNode } from "../../../packages/server/src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../../../packages/server/src/testing/postgres.ts"
import { seriousFindings } from "../../../packages/ui/src/testing/accessibility.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"

// From the set-up to the next sign-in, on the real service, with the authenticator that Chromium plays.

const person = { displayName: "Ada", email: "ada@example.org", password: "correct horse" }

let webFolder = ""
let base: TestDatabase
let node: Awaited<ReturnType<typeof startTestNode>>
let browser: LaunchedBrowser
let page: Page
let home = ""
beforeAll(async () => {
  webFolder = await buildApps()
})
afterAll(() => rm(webFolder, { recursive: true, force: true }))
beforeEach(async () => {
  base = await cloneDatabase()
  const port = String(await freePort())
  home = `http://localhost:${port}`
  node = await startTestNode(base.url, { KALENDS_PORT: port, KALENDS_PUBLIC_URL: home }, webFolder)
  browser = await launchBrowser({ context: { locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" } })
  page = await browser.context.newPage()
})
afterEach(async () => {
  await browser?.close()
  await node?.stop()
  await base?.drop()
})

/** A device that looks who is there and finds its passkeys by itself. */
async function plugInDevice(): Promise<void> {
  const devtools = await browser.context.newCDPSession(page)
  await devtools.send("WebAuthn.enable")
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", transport: "internal", automaticPresenceSimulation: true },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
    },
  })
}

/** The first administrator sets the service up, and asks for a page that is for administrators. */
async function setUp(): Promise<void> {
  await page.goto(`${home}/#setup=${node.setupCode}`)
  await page.getByLabel("Organisation").fill("Observatory")
  await page.getByLabel("Your name").fill(person.displayName)
  await page.getByLabel("E-mail address").fill(person.email)
  await page.getByLabel("Password").first().fill(person.password)
  await page.locator("form button[type=submit]").click()
  await heading("Connect your calendar").waitFor()
  await page.goto(`${home}/#people`)
  await heading("Protect your sign-in first").waitFor()
  expect(await seriousFindings(page)).toEqual([])
}

const heading = (name: string) => page.getByRole("heading", { level: 1, name })
const press = (name: string) => page.getByRole("button", { name, exact: true }).click()
const givePassword = async () => {
  await page.locator("input[autocomplete=username]").fill(person.email)
  await page.locator("input[autocomplete=current-password]").fill(person.password)
  await press("Sign in")
}

test("the owner adds a passkey, sees the administrators' pages, and signs in with it and nothing else", async () => {
  await plugInDevice()
  await setUp()
  await press("Add a passkey")
  await page.getByText("Keep these codes where you find them").waitFor()
  expect(await page.locator("li code").count()).toBe(10)
  await press("I have kept them")
  await heading("People").waitFor()
  await press("Sign out")
  await page.locator("input[autocomplete=username]").waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await press("Sign in with a passkey")
  await heading("People").waitFor()
  await press(person.displayName)
  await page
    .getByRole("dialog")
    .getByText(/signed in .* · passkey$/)
    .waitFor()
  await page.keyboard.press("Escape")
  await page.goto(`${home}/#sign-in`)
  await page.getByText(/added .* · last used/).waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await page.getByRole("button", { name: /^Rename / }).click()
  await page.getByLabel("What to call it").fill("My laptop")
  await press("Save")
  await page.getByText("My laptop", { exact: true }).waitFor()
  await press("Sign out")
  await givePassword()
  await heading("Second step").waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await press("Use a passkey")
  await page.getByText("My laptop", { exact: true }).waitFor()
  await press("Remove My laptop")
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click()
  await page.getByText("You have none yet.").waitFor()
})

test("a device that gives nothing is said, and the password goes on", async () => {
  await setUp()
  await press("Sign out")
  const devtools = await browser.context.newCDPSession(page)
  await devtools.send("WebAuthn.enable")
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", transport: "internal", automaticPresenceSimulation: true },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: false },
    },
  })
  await press("Sign in with a passkey")
  await page.getByRole("alert").filter({ hasText: "Nothing was chosen on your device" }).waitFor()
  await givePassword()
  await heading("Protect your sign-in first").waitFor()
})

test("the owner sets up an authenticator app, and its code is asked for at the next sign-in", async () => {
  await setUp()
  await press("Set up an authenticator app")
  const seed = (
    (await page
      .locator("code")
      .filter({ hasText: /^[A-Z2-7 ]{32,}$/ })
      .textContent()) ?? ""
  ).replaceAll(" ", "")
  const totp = new TOTP({ secret: seed })
  const confirmed = totp.counter()
  await page.getByRole("textbox", { name: "Code" }).fill(totp.generate({ timestamp: confirmed * 30_000 }))
  await press("Confirm")
  await press("I have kept them")
  await heading("People").waitFor()
  await press("Sign out")
  await givePassword()
  await heading("Second step").waitFor()
  expect(await page.getByRole("button", { name: "Use a passkey" }).count()).toBe(0)
  // A code is taken once; the next one is right already, half a minute before its time.
  await page.getByRole("textbox", { name: "Code" }).fill(totp.generate({ timestamp: (confirmed + 1) * 30_000 }))
  await press("Continue")
  await heading("People").waitFor()
})
