import { appBuild } from "@kalends/ui/app-build"
import { compressed } from "@kalends/ui/compressed"
import { oneLanguage } from "@kalends/ui/one-language"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  base: "/agenda/",
  plugins: [react(), oneLanguage(), compressed()],
  build: appBuild,
})
