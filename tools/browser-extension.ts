/**
 * `npm run browser-extension -- [--service https://calendar.example.org]` builds the browser extension into
 * apps/browser-extension/dist/chrome and dist/firefox: for one service, or with a blank for its address, which the service
 * fills in when somebody downloads it. docs/scheduling-tools.md says how to install it.
 */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { productVersion } from "@kalends/domain/product-version"
import { build } from "vite"
import { localeFiles, manifestOf } from "../apps/browser-extension/src/manifest.ts"
import { filledIn } from "../packages/server/src/http/outlook-pages.ts"
import { argumentAfter, rootFolder, say } from "./platform.ts"

const app = join(rootFolder, "apps/browser-extension")
const scripts = ["src/background.ts", "src/content.ts", "src/options.ts"] as const

/** Builds for both browsers, into folders that they load as they are: `chrome` and `firefox`. The scripts are the same. */
export async function buildBrowserExtension(outDir: string): Promise<void> {
  const [first, second] = [join(outDir, "chrome"), join(outDir, "firefox")]
  for (const entry of scripts) {
    const name = basename(entry, ".ts")
    const lib = {
      entry: join(app, entry),
      formats: ["iife" as const],
      name: `kalends_${name}`,
      fileName: () => `${name}.js`,
    }
    await build({ configFile: join(app, "vite.config.ts"), logLevel: "silent", build: { outDir: first, lib } })
  }
  await cp(first, second, { recursive: true })
  for (const browser of ["chrome", "firefox"] as const) {
    const files = { ...localeFiles, "manifest.json": manifestOf(browser, productVersion) }
    for (const [file, content] of Object.entries(files)) {
      const path = join(outDir, browser, file)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, `${JSON.stringify(content, null, 2)}\n`)
    }
  }
}

/** Puts a service's address into a built folder, as the service itself does when somebody downloads it. */
export async function fillInExtension(folder: string, service: string): Promise<void> {
  for (const file of ["manifest.json", ...scripts.map((entry) => `${basename(entry, ".ts")}.js`)])
    await writeFile(join(folder, file), filledIn(await readFile(join(folder, file), "utf8"), service))
}

if (import.meta.main) {
  const service = argumentAfter("--service")
  await buildBrowserExtension(join(app, "dist"))
  if (service !== null)
    for (const browser of ["chrome", "firefox"])
      await fillInExtension(join(app, "dist", browser), new URL(service).origin)
  say("The extension is in apps/browser-extension/dist/chrome and dist/firefox.")
}
