import { existsSync } from "node:fs"
import { cp, mkdtemp, rename, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "vite"
import { inject } from "vitest"

const apps = join(import.meta.dirname, "../apps")

/** The apps as they are built, in a temporary folder of the caller's own, laid out as the service expects them. */
export async function buildApps(): Promise<string> {
  const shared = inject("appsFolder")
  if (!existsSync(shared)) await buildInto(shared)
  const folder = await mkdtemp(join(tmpdir(), "kalends-apps-"))
  await cp(shared, folder, { recursive: true })
  return folder
}

/** Built once for all test files of a run. Where two begin at once, both build, and the first to be ready is taken. */
async function buildInto(shared: string): Promise<void> {
  const folder = `${shared}-${process.pid}`
  for (const name of ["portal", "agenda", "rooms"]) {
    const outDir = join(folder, "built", name)
    await build({
      configFile: join(apps, name, "vite.config.ts"),
      logLevel: "silent",
      build: { outDir, emptyOutDir: true },
    })
    await cp(outDir, join(folder, name, "dist"), { recursive: true })
  }
  await rename(folder, shared).catch(() => rm(folder, { recursive: true }))
}
