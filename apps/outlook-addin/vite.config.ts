import { writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { appBuild } from "@kalends/ui/app-build"
import react from "@vitejs/plugin-react"
import { build, defineConfig, type Plugin } from "vite"
import { japaneseWords, unifiedManifest, xmlManifest } from "./src/manifest.ts"

const here = import.meta.dirname
/** What the service puts its own in place of, when it serves them. */
const blank = { service: "https://kalends.invalid", addinId: "00000000-0000-0000-0000-000000000000", version: "0.1.0" }

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
      await build({
        configFile: false,
        logLevel: "silent",
        publicDir: false,
        build: {
          ...appBuild,
          outDir: folder,
          emptyOutDir: false,
          rolldownOptions: {
            input: join(here, "src/functions.ts"),
            output: { format: "iife", entryFileNames: "functions.js" },
          },
        },
      })
    },
  }
}

export default defineConfig({
  root: here,
  base: "/outlook/",
  plugins: [react(), besideThePages()],
  build: { ...appBuild, rolldownOptions: { input: [join(here, "index.html"), join(here, "dialog.html")] } },
})
