import { defineConfig } from "vite"

// What tools/browser-extension.ts builds three times, once for each script: content scripts know no modules.
export default defineConfig({
  root: import.meta.dirname,
  build: { target: ["chrome125", "firefox128"], minify: false, emptyOutDir: false },
})
