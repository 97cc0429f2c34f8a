/**
 * Pictures of a page: `node tools/screenshot.ts <address> <file.png> [--dark] [--width 390] [--height 844] [--locale ja]
 * [--selector main]`. With a selector it waits until that element is there.
 */
import { parseArgs } from "node:util"
import type { BrowserContext, Page } from "playwright-core"
import { launchBrowser } from "./chromium.ts"
import { say } from "./platform.ts"

export type Picture = {
  readonly url: string
  /** PNG file to write. */
  readonly file: string
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: "light" | "dark"
  /** Resolves when the page shows what the picture is of. */
  readonly shown?: (page: Page) => Promise<void>
}

/** A page of its own in a browser that is open. */
export async function takePicture(context: BrowserContext, picture: Picture): Promise<void> {
  const { url, file, width = 1280, height = 900, colorScheme = "light", shown } = picture
  const page = await context.newPage()
  try {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
    await page.goto(url, { waitUntil: "load" })
    await shown?.(page)
    await page.screenshot({ path: file })
  } finally {
    await page.close()
  }
}

/** Takes one picture in a browser of its own. */
async function takeScreenshot(picture: Picture, locale: string): Promise<void> {
  const browser = await launchBrowser({ context: { locale } })
  try {
    await takePicture(browser.context, picture)
  } finally {
    await browser.close()
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dark: { type: "boolean" },
      width: { type: "string" },
      height: { type: "string" },
      locale: { type: "string" },
      selector: { type: "string" },
    },
  })
  const [url, file] = positionals
  if (url === undefined || file === undefined) {
    say("Which page, and into which file? node tools/screenshot.ts <address> <file.png>")
    process.exitCode = 1
  } else {
    const { width, height, dark, selector, locale = "en-GB" } = values
    const picture = {
      ...{ url, file, colorScheme: dark === true ? ("dark" as const) : ("light" as const) },
      ...(width === undefined ? {} : { width: Number(width) }),
      ...(height === undefined ? {} : { height: Number(height) }),
      ...(selector === undefined ? {} : { shown: async (page: Page) => void (await page.waitForSelector(selector)) }),
    }
    await takeScreenshot(picture, locale)
  }
}
