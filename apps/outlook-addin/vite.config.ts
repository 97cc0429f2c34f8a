import { copyFile, mkdir, writeFile } from "node:fs/promises"
import { basename, join, resolve } from "node:path"
import { productVersion } from "@kalends/domain/product-version"
import { appBuild } from "@kalends/ui/app-build"
import { compressed } from "@kalends/ui/compressed"
import { oneLanguage } from "@kalends/ui/one-language"
import react from "@vitejs/plugin-react"
import { build, defineConfig, type Plugin } from "vite"
import { japaneseWords, unifiedManifest, xmlManifest } from "./src/manifest.ts"

const here = import.meta.dirname
/** What the service puts its own in place of, when it serves them. */
const blank = {
  service: "https://kalends.invalid",
  addinId: "00000000-0000-0000-0000-000000000000",
  version: productVersion,
}

/**
 * Classic Outlook before version 2403 knows ECMAScript 2016 and nothing newer: at "async" its add-ins time out (learn.microsoft.com,
 * "Troubleshoot event-based and spam-reporting add-ins", seen 2026-11-30).
 */
const oldestOutlook = "es2016"

/** Classic Outlook lets a script that it runs without a page ask for tokens, and ask other origins, only if it stands here. */
const allowed = { allowed: [`${blank.service}/outlook/functions.js`] }

/** The manifests, and the functions as one classic script: classic Outlook on Windows runs no modules. */
function besideThePages(): Plugin {
  let folder = ""
  return {
    name: "beside-the-pages",
    configResolved: ({ root, build: { outDir } }) => {
      folder = resolve(root, outDir)
    },
    async closeBundle() {
      await writeFile(join(folder, "manifest.xml"), xmlManifest(blank))
      await writeFile(join(folder, "manifest.json"), JSON.stringify(unifiedManifest(blank), null, 2))
      await writeFile(join(folder, "ja.json"), JSON.stringify(japaneseWords(), null, 2))
      await packUnified(folder)
      await mkdir(join(folder, "well-known"), { recursive: true })
      await writeFile(join(folder, "well-known/microsoft-officeaddins-allowed.json"), JSON.stringify(allowed))
      await build({
        configFile: false,
        logLevel: "silent",
        publicDir: false,
        build: {
          ...appBuild,
          target: oldestOutlook,
          outDir: folder,
          emptyOutDir: false,
          rolldownOptions: {
            input: join(here, "src/functions.ts"),
            output: { format: "iife", entryFileNames: "functions.js", banner: "var globalThis = this;" },
          },
        },
      })
    },
  }
}

/** What Microsoft 365 takes for an app: the unified manifest beside the files that it names. The service zips it. */
async function packUnified(folder: string): Promise<void> {
  const packed = join(folder, "package")
  await mkdir(packed, { recursive: true })
  for (const name of ["manifest.json", "ja.json", "assets/color.png", "assets/outline.png"])
    await copyFile(join(folder, name), join(packed, basename(name)))
}

export default defineConfig({
  root: here,
  base: "/outlook/",
  plugins: [react(), oneLanguage(), besideThePages(), compressed()],
  build: { ...appBuild, rolldownOptions: { input: [join(here, "index.html"), join(here, "dialog.html")] } },
})
