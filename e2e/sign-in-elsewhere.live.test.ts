import { rm } from "node:fs/promises"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { freePort } from "../packages/server/src/platform/free-port.ts"
import { setUpNode, startTestNode } from "../packages/server/src/testing/node.ts"
import { type OpenIssuer, openIssuer } from "../packages/server/src/testing/openid-issuer.ts"
import { cloneDatabase, type TestDatabase } from "../packages/server/src/testing/postgres.ts"
import type { Node } from "../packages/server/src/wire.ts"
import { seriousFindings } from "../packages/ui/src/testing/accessibility.ts"
import { launchBrowser } from "../tools/chromium.ts"
import { buildApps } from "./apps.ts"

// Somebody signs in with their organisation's account: a real browser, the real service, and an OpenID provider that is
// not ours, on its own pages.

let base: TestDatabase
let issuer: OpenIssuer
let node: Node
let home = ""
let webFolder = ""

beforeAll(async () => {
  webFolder = await buildApps()
  const port = await freePort()
  home = `http://localhost:${port}`
  issuer = await openIssuer({ clientId: "kalends", redirectUri: `${home}/v1/sign-in/callback` })
  issuer.people.set("grace", { email: "grace@example.org", email_verified: true, name: "Grace" })
  issuer.people.set("stranger", { email: "stranger@example.org", email_verified: false, name: "S" })
  base = await cloneDatabase()
  const settings = {
    KALENDS_PORT: String(port),
    KALENDS_OIDC_ISSUERS: "works",
    KALENDS_OIDC_WORKS_URL: issuer.url,
    KALENDS_OIDC_WORKS_CLIENT_ID: "kalends",
    KALENDS_OIDC_WORKS_CLIENT_SECRET: issuer.clientSecret,
    KALENDS_OIDC_WORKS_LABEL: "The Works",
    KALENDS_OIDC_WORKS_EMAIL_TRUST: "verified",
  }
  node = await startTestNode(base.url, settings, webFolder)
  const ada = await setUpNode(node)
  const grace = { email: "grace@example.org", displayName: "Grace", role: "user", password: "a long enough one" }
  await ada.call("POST", "/v1/users", grace)
})
afterAll(async () => {
  await node.stop()
  await issuer.close()
  await base.drop()
  await rm(webFolder, { recursive: true, force: true })
})

/** On the provider's own pages. */
async function signInThere(page: Page, login: string): Promise<void> {
  await page.waitForURL(`${issuer.url}/**`)
  await page.locator("input[name=login]").fill(login)
  await page.locator("input[name=password]").fill("any")
  await page.locator("button[type=submit]").click()
  await page.locator("input[name=prompt][value=consent]").waitFor({ state: "attached" })
  await page.locator("button[type=submit]").click()
}

test("signs in with the organisation's account, comes back to the page asked for, and sees and removes the link there", async () => {
  const browser = await launchBrowser({ context: { locale: "en-GB", reducedMotion: "reduce" } })
  try {
    const page = await browser.context.newPage()
    await page.goto(`${home}/#sign-in`)
    const button = page.getByRole("button", { name: "Sign in with The Works" })
    await button.waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await button.click()
    await signInThere(page, "grace")
    await page.waitForURL(`${home}/#sign-in`)
    await page.getByText(/The Works: last used/).waitFor()
    await page.getByRole("button", { name: "Confirm The Works" }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole("button", { name: "Remove The Works" }).click()
    await page.getByRole("dialog").getByRole("button", { name: "Remove The Works" }).click()
    await page.getByRole("button", { name: "Link The Works" }).waitFor()
  } finally {
    await browser.close()
  }
})

test("somebody who is not let in is told why on the sign-in page", async () => {
  const browser = await launchBrowser({ context: { locale: "ja-JP", colorScheme: "dark", reducedMotion: "reduce" } })
  try {
    const page = await browser.context.newPage()
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(home)
    await page.getByRole("button", { name: "The Works でサインイン" }).click()
    await signInThere(page, "stranger")
    await page.getByRole("alert").filter({ hasText: "メールアドレスがあなたのものである" }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
  } finally {
    await browser.close()
  }
})
