/**
 * `npm run browser-extension` builds the browser extension into apps/browser-extension/dist/chrome and dist/firefox.
 * docs/scheduling-tools.md says how to install it.
 */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { build } from "vite"
import { type Browser, descriptions, manifestOf, optionsPage } from "../apps/browser-extension/src/manifest.ts"
import { rootFolder, say } from "./platform.ts"

const app = join(rootFolder, "apps/browser-extension")
const scripts = ["src/background.ts", "src/content.ts", "src/options.ts"] as const
const version = "0.1.0"

/** Builds for one browser into a folder that a browser loads as it is. */
export async function buildBrowserExtension(browser: Browser, outDir: string): Promise<void> {
  for (const entry of scripts) {
    const name = entry.slice(4, -3)
    const lib = {
      entry: join(app, entry),
      formats: ["iife" as const],
      name: `kalends_${name}`,
      fileName: () => `${name}.js`,
    }
    await build({
      configFile: join(app, "vite.config.ts"),
      logLevel: "silent",
      build: { outDir, emptyOutDir: false, lib },
    })
  }
  await writeFile(join(outDir, "manifest.json"), `${JSON.stringify(manifestOf(browser, version), null, 2)}\n`)
  await writeFile(join(outDir, "options.html"), optionsPage)
  for (const [language, message] of Object.entries(descriptions)) {
    await mkdir(join(outDir, "_locales", language), { recursive: true })
    await writeFile(join(outDir, "_locales", language, "messages.json"), JSON.stringify({ description: { message } }))
  }
}

if (import.meta.main) {
  for (const browser of ["chrome", "firefox"] as const) await buildBrowserExtension(browser, join(app, "dist", browser))
  say("The extension is in apps/browser-extension/dist/chrome and dist/firefox.")
}
