import { rm } from "node:fs/promises"
import { seriousFindings } from "@kalends/ui/testing/accessibility"
import { openFakeService } from "@kalends/ui/testing/fake-service"
import { calmScene, type Scene } from "@kalends/ui/testing/scene"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { type LaunchedBrowser, launchBrowser } from "../../../tools/chromium.ts"

// The built agenda in a real browser, on an API that answers what a scene says.

const code = "c".repeat(43)
const looks = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: "light", locale: "en-GB" },
  dark: { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "ja-JP" },
} as const

let webFolder = ""
const browsers: LaunchedBrowser[] = []
beforeAll(async () => {
  webFolder = await buildApps()
  for (const look of Object.values(looks))
    browsers.push(await launchBrowser({ context: { ...look, timezoneId: "UTC", reducedMotion: "reduce" } }))
})
afterAll(async () => {
  for (const browser of browsers) await browser.close()
  if (webFolder !== "") await rm(webFolder, { recursive: true, force: true })
})

/** Runs a visit in both looks: a light desktop in English, a dark phone in Japanese. */
async function visit(change: (scene: Scene) => void, look: (page: Page, scene: Scene) => Promise<void>): Promise<void> {
  for (const browser of browsers) {
    const service = await openFakeService(calmScene(Temporal.Now.instant()), webFolder)
    change(service.scene)
    const page = await browser.context.newPage()
    const errors: string[] = []
    page.on("pageerror", (error) => errors.push(String(error)))
    page.on("console", (line) => {
      if (/Content Security Policy/.test(line.text())) errors.push(line.text())
    })
    try {
      await page.goto(`${service.url}/agenda/#code=${code}`)
      await page.getByTestId("freshness").waitFor()
      await look(page, service.scene)
      expect(await seriousFindings(page)).toEqual([])
      expect(errors).toEqual([])
    } finally {
      await page.close()
      await service.close()
    }
  }
}

test("a day with meetings is readable by everybody, and nothing is kept by the browser", () =>
  visit(
    () => {},
    async (page) => {
      await page.getByRole("heading", { name: "Analytical Engine: design review" }).waitFor()
      const kept = await page.evaluate(async () => [
        localStorage.length,
        sessionStorage.length,
        document.cookie,
        (await caches.keys()).length,
        (await indexedDB.databases()).length,
        location.hash,
      ])
      expect(kept).toEqual([0, 0, "", 0, 0, ""])
    },
  ))

test("keys move the focus and open the details of a meeting", () =>
  visit(
    () => {},
    async (page) => {
      await page.getByRole("heading", { name: "Analytical Engine: design review" }).waitFor()
      for (const key of ["j", "j", "j", "k", "ArrowDown", "Enter"]) await page.keyboard.press(key)
      const focused = page.locator("button:focus")
      expect(await focused.textContent()).toContain("Analytical Engine: design review")
      expect(await focused.getAttribute("aria-expanded")).toBe("true")
      await page.getByText("https://example.org/agenda").waitFor()
      await page.keyboard.press("?")
      await page.getByRole("dialog").waitFor()
    },
  ))

test("a calendar that stops answering keeps what was read, and says how old it is", () =>
  visit(
    () => {},
    async (page, scene) => {
      await page.getByRole("heading", { name: "Analytical Engine: design review" }).waitFor()
      scene.events = null
      await page.keyboard.press("r")
      await page.getByRole("alert").waitFor()
      expect(await page.getByRole("heading", { name: "Analytical Engine: design review" }).count()).toBe(1)
    },
  ))

test("an empty calendar, none at all, and one whose permission died say what to do", async () => {
  await visit(
    (scene) => {
      scene.events = []
    },
    (page) => page.getByText(/next 30 days|今後30日間/).waitFor(),
  )
  await visit(
    (scene) => {
      scene.connection = null
    },
    (page) => page.getByRole("alert").getByRole("link").waitFor(),
  )
  await visit(
    (scene) => {
      if (scene.connection !== null) scene.connection = { ...scene.connection, state: "needs-reauth" }
    },
    (page) => page.getByRole("alert").getByRole("link").waitFor(),
  )
})
