import { defineConfig } from "vite"

// The host in one file, which Node runs without anything beside it.
export default defineConfig({
  ssr: { noExternal: true },
  build: { ssr: "src/main.ts", target: "node26", emptyOutDir: true },
})
