import { copyFile, mkdir, readdir } from "node:fs/promises"
import { join, resolve } from "node:path"
import { defineConfig, type Plugin } from "vite"

/** The built host beside the shell's sources and its recipe: what whoever has Windows and Outlook makes the MSI of. */
function sources(): Plugin {
  let folder = ""
  return {
    name: "sources",
    configResolved: ({ root, build: { outDir } }) => {
      folder = resolve(root, outDir)
    },
    async closeBundle() {
      const windows = join(import.meta.dirname, "windows")
      const packed = join(folder, "sources")
      await mkdir(packed, { recursive: true })
      for (const name of await readdir(windows)) await copyFile(join(windows, name), join(packed, name))
      await copyFile(join(folder, "main.js"), join(packed, "main.js"))
    },
  }
}

// The host in one file, which Node runs without anything beside it.
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true },
  plugins: [sources()],
  build: { ssr: "src/main.ts", target: "node26", emptyOutDir: true },
})
