import { existsSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { launchBrowser } from "./chromium.ts"

describe("the packaged Chromium", () => {
  test("opens a page, knows Temporal and leaves no profile behind", async () => {
    const browser = await launchBrowser()
    const page = await browser.context.newPage()
    await page.goto("data:text/html,<title>hello</title><h1>Kalends</h1>")
    expect(await page.title()).toBe("hello")
    expect(await page.evaluate("typeof Temporal")).toBe("object")
    await browser.close()
    expect(existsSync(browser.userDataDir)).toBe(false)
  })
})
