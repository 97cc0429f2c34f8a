import { writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { defineConfig, type Plugin } from "vite"
import { bundleName, nodeMajor, startFiles } from "./src/start-files.ts"

/** How the agent is started on each system. */
function besideTheAgent(): Plugin {
  let folder = ""
  return {
    name: "beside-the-agent",
    configResolved: ({ root, build: { outDir } }) => {
      folder = resolve(root, outDir)
    },
    async closeBundle() {
      for (const [name, text] of Object.entries(startFiles)) await writeFile(join(folder, name), text)
    },
  }
}

// The agent in one file, which Node runs without anything beside it. Older ones do not say which module they began with.
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true },
  define: { "import.meta.main": "true" },
  plugins: [besideTheAgent()],
  build: {
    ...{ ssr: "src/main.ts", target: `node${nodeMajor}`, outDir: "dist", emptyOutDir: true },
    rolldownOptions: { output: { format: "es", entryFileNames: bundleName, codeSplitting: false } },
  },
})
