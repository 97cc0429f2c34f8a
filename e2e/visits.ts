import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { expect, inject } from "vitest"
import { seriousFindings } from "../packages/ui/src/testing/accessibility.ts"
import { openFakeService } from "../packages/ui/src/testing/fake-service.ts"
import { calmScene, type Scene } from "../packages/ui/src/testing/scene.ts"
import { launchBrowser } from "../tools/chromium.ts"
import { buildApps } from "./apps.ts"

const looks = [
  { viewport: { width: 1280, height: 900 }, colorScheme: "light", locale: "en-GB" },
  { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "ja-JP" },
] as const

export type Visit = {
  readonly change?: (scene: Scene) => void
  readonly address: string
  /** Run before the page's own scripts, to break them: what fails then is not counted. */
  readonly breaking?: string
  /** Resolves when the page shows what it is about. */
  readonly shown: (page: Page) => Promise<void>
  readonly look: (page: Page, tell: (message: unknown) => void, scene: Scene) => Promise<void>
}

export type Visits = Awaited<ReturnType<typeof openVisits>>

/**
 * A browser and its service. One page stays open: the others come and go in its process and at its address, so that what was
 * fetched and compiled for one serves the next, which is a third of what a visit costs.
 */
async function openLook(look: (typeof looks)[number], webFolder: string) {
  const userDataDir = await mkdtemp(join(inject("appBuilder").folder, "browser-"))
  const settings = { ...look, timezoneId: "UTC", reducedMotion: "reduce" } as const
  const { context } = await launchBrowser({ userDataDir, context: settings })
  const service = await openFakeService(calmScene(Temporal.Now.instant()), webFolder)
  const lasting = await context.newPage()
  await lasting.goto(`${service.url}/v1/nothing`)
  return {
    context,
    service,
    /** As a browser that was never here. */
    async forget() {
      await context.clearCookies()
      await lasting.evaluate("localStorage.clear()")
    },
  }
}

let opened: ReturnType<typeof openBrowsers> | null = null

async function openBrowsers() {
  const webFolder = await buildApps()
  return Promise.all(looks.map((look) => openLook(look, webFolder)))
}

/**
 * The built apps in a real browser, on an API that answers what a scene says. All files that a process runs have the same
 * browsers, each visit as if nobody had been there before: they end with the process, and the run removes what they wrote.
 */
export async function openVisits() {
  opened ??= openBrowsers()
  const browsers = await opened
  return {
    /** Runs a visit in both looks: a light desktop in English, a dark phone in Japanese. Nothing bars anybody, nothing fails. */
    async visit({ change, address, breaking, shown, look }: Visit): Promise<void> {
      for (const { context, service, forget } of browsers) {
        const scene = calmScene(Temporal.Now.instant())
        change?.(scene)
        service.show(scene)
        await forget()
        const page = await context.newPage()
        const errors: string[] = []
        page.on("pageerror", (error) => errors.push(String(error)))
        page.on("console", (line) => {
          if (/Content Security Policy/.test(line.text())) errors.push(line.text())
        })
        try {
          if (breaking !== undefined) await page.addInitScript(breaking)
          await page.goto(`${service.url}${address}`)
          await shown(page)
          await look(page, service.tell, scene)
          expect(await seriousFindings(page)).toEqual([])
          if (breaking === undefined) expect(errors).toEqual([])
        } finally {
          await page.close()
        }
      }
    },
  }
}

/** Opens a page of the portal by its address, as a link of the navigation does. */
export async function openPage(page: Page, place: string): Promise<void> {
  await page.locator("nav, main h1").first().waitFor()
  await page.evaluate((hash) => {
    window.location.hash = hash
  }, place)
}
