import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { buildWebApps } from "./web-apps.ts"

test("builds an app when its sources have changed, and only then", async () => {
  const root = await mkdtemp(join(tmpdir(), "kalends-build-"))
  const app = join(root, "apps/agenda")
  await mkdir(join(app, "src"), { recursive: true })
  await writeFile(join(app, "vite.config.ts"), "")
  await writeFile(join(app, "src/main.ts"), "1")
  const built: string[] = []
  const world = {
    root,
    say: () => {},
    elapsedMs: () => 0,
    run: async (_: readonly string[], folder: string) => {
      built.push(folder)
      await mkdir(join(folder, "dist"), { recursive: true })
      await writeFile(join(folder, "dist/index.html"), "")
      return { code: 0, output: "" }
    },
  }
  await buildWebApps(world)
  await buildWebApps(world)
  expect(built).toEqual([app])
  await writeFile(join(app, "src/main.ts"), "2")
  await buildWebApps(world)
  expect(built).toHaveLength(2)
  await rm(join(app, "dist"), { recursive: true })
  await expect(buildWebApps({ ...world, run: async () => ({ code: 1, output: "no such module" }) })).rejects.toThrow(
    "no such module",
  )
  await rm(root, { recursive: true })
})
