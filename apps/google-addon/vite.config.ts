import { defineConfig } from "vite"

// One script with nothing to import: Apps Script knows no modules. tools/google-addon.ts adds the global functions.
export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: "es2019",
    minify: false,
    lib: { entry: "src/main.ts", formats: ["iife"], name: "kalendsAddon", fileName: () => "Code.js" },
  },
})
