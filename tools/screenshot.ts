/**
 * Pictures of a page: `node tools/screenshot.ts <address> <file.png> [--dark] [--width 390] [--height 844] [--locale ja]
 * [--selector main]`. With a selector it waits until that element is there.
 */
import { parseArgs } from "node:util"
import { type LaunchedBrowser, launchBrowser } from "./chromium.ts"
import { say } from "./platform.ts"

export type Picture = {
  readonly url: string
  /** PNG file to write. */
  readonly file: string
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: "light" | "dark"
  readonly locale?: string
  /** Element to wait for before the picture is taken. */
  readonly selector?: string
}

/** Takes one picture in a browser of its own. */
export async function takeScreenshot(picture: Picture): Promise<void> {
  const browser = await launchBrowser({
    context: {
      viewport: { width: picture.width ?? 1280, height: picture.height ?? 900 },
      colorScheme: picture.colorScheme ?? "light",
      locale: picture.locale ?? "en-GB",
      reducedMotion: "reduce",
    },
  })
  try {
    await pictureOf(browser, picture)
  } finally {
    await browser.close()
  }
}

async function pictureOf(browser: LaunchedBrowser, picture: Picture): Promise<void> {
  const page = await browser.context.newPage()
  await page.goto(picture.url, { waitUntil: "load" })
  if (picture.selector !== undefined) await page.waitForSelector(picture.selector)
  await page.screenshot({ path: picture.file })
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
    await takeScreenshot({
      url,
      file,
      ...(values.width === undefined ? {} : { width: Number(values.width) }),
      ...(values.height === undefined ? {} : { height: Number(values.height) }),
      ...(values.dark === true ? { colorScheme: "dark" as const } : {}),
      ...(values.locale === undefined ? {} : { locale: values.locale }),
      ...(values.selector === undefined ? {} : { selector: values.selector }),
    })
  }
}
