import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
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

test("builds two apps at a time, and lets the second end before it says that the first failed", async () => {
  const root = await mkdtemp(join(tmpdir(), "kalends-build-"))
  for (const app of ["agenda", "desktop", "portal", "rooms"]) {
    await mkdir(join(root, "apps", app), { recursive: true })
    await writeFile(join(root, "apps", app, "vite.config.ts"), "")
  }
  const bothBegan = Promise.withResolvers<void>()
  const [began, ended]: [string[], string[]] = [[], []]
  const run = async (_: readonly string[], folder: string) => {
    began.push(basename(folder))
    expect(began.length - ended.length).toBeLessThanOrEqual(2)
    if (began.length === 2) bothBegan.resolve()
    await bothBegan.promise
    await mkdir(join(folder, "dist"), { recursive: true })
    ended.push(basename(folder))
    return { code: folder.endsWith("portal") ? 1 : 0, output: "no such module" }
  }
  const build = buildWebApps({ root, say: () => {}, elapsedMs: () => 0, run })
  await expect(build).rejects.toThrow("The portal could not be built:\nno such module")
  expect(began[0]).toBe("portal")
  expect(ended.sort()).toEqual(began.sort())
  await rm(root, { recursive: true })
})
