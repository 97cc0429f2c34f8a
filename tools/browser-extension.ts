/**
 * `npm run browser-extension -- [--service https://calendar.example.org]` builds the browser extension into
 * apps/browser-extension/dist/chrome and dist/firefox, for one service; without, with a blank for its address, which a service
 * fills in when somebody downloads it. docs/scheduling-tools.md says how to install it.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { build } from "vite"
import { type Browser, localeFiles, manifestOf } from "../apps/browser-extension/src/manifest.ts"
import { filledIn } from "../packages/server/src/http/outlook-pages.ts"
import { argumentAfter, rootFolder, say } from "./platform.ts"

const app = join(rootFolder, "apps/browser-extension")
const scripts = ["src/background.ts", "src/content.ts", "src/options.ts"] as const
const version = "0.1.0"

/** Builds for one browser into a folder that a browser loads as it is. */
export async function buildBrowserExtension(browser: Browser, outDir: string, service?: string): Promise<void> {
  for (const entry of scripts) {
    const name = basename(entry, ".ts")
    const lib = {
      entry: join(app, entry),
      formats: ["iife" as const],
      name: `kalends_${name}`,
      fileName: () => `${name}.js`,
    }
    await build({ configFile: join(app, "vite.config.ts"), logLevel: "silent", build: { outDir, lib } })
  }
  for (const [file, content] of Object.entries({ ...localeFiles, "manifest.json": manifestOf(browser, version) })) {
    await mkdir(dirname(join(outDir, file)), { recursive: true })
    await writeFile(join(outDir, file), `${JSON.stringify(content, null, 2)}\n`)
  }
  if (service === undefined) return
  for (const file of ["manifest.json", ...scripts.map((entry) => `${basename(entry, ".ts")}.js`)])
    await writeFile(join(outDir, file), filledIn(await readFile(join(outDir, file), "utf8"), service))
}

if (import.meta.main) {
  const service = argumentAfter("--service") ?? undefined
  for (const browser of ["chrome", "firefox"] as const)
    await buildBrowserExtension(browser, join(app, "dist", browser), service)
  say("The extension is in apps/browser-extension/dist/chrome and dist/firefox.")
}
