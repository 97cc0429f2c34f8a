import { existsSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { seriousFindings } from "../packages/ui/src/testing/accessibility.ts"
import { launchBrowser } from "./chromium.ts"

describe("the packaged Chromium", () => {
  test("opens a page, knows Temporal, has axe find what is serious there, and leaves no profile behind", async () => {
    const browser = await launchBrowser()
    const page = await browser.context.newPage()
    await page.goto("data:text/html,<title>hello</title><h1>Kalends</h1>")
    expect(await page.title()).toBe("hello")
    expect(await page.evaluate("typeof Temporal")).toBe("object")
    await page.setContent(
      '<html lang="en"><title>x</title><h4>H</h4><main><img src="data:,"><p style="color:#999">Faint words</p>',
    )
    const found = await seriousFindings(page)
    expect(found.map((finding) => finding.split(":")[0])).toEqual(["color-contrast", "image-alt"])
    await browser.close()
    expect(existsSync(browser.userDataDir)).toBe(false)
  })
})
