import { appBuild } from "@kalends/ui/app-build"
import { compressed } from "@kalends/ui/compressed"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  base: "/rooms/",
  plugins: [react(), compressed()],
  build: appBuild,
})
