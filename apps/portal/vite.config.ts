import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  plugins: [react()],
  // light-dark() and native nesting stay as they are written: all current browsers know them. Nothing inline: the content security policy allows no inline script and no data: fonts.
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome125", "firefox128", "safari18"],
    chunkSizeWarningLimit: 900,
  },
})
