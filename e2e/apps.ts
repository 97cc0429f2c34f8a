import { cp, mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "vite"

const apps = join(import.meta.dirname, "../apps")

/** Builds the apps into a temporary folder, laid out as the service expects them; answers the folder. */
export async function buildApps(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-apps-"))
  for (const name of ["portal", "agenda", "rooms"]) {
    const outDir = join(folder, "built", name)
    await build({
      configFile: join(apps, name, "vite.config.ts"),
      logLevel: "silent",
      build: { outDir, emptyOutDir: true },
    })
    await cp(outDir, join(folder, name, "dist"), { recursive: true })
  }
  return folder
}
