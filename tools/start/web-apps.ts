import { createHash } from "node:crypto"
import { existsSync, globSync, readFileSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Finished } from "../platform.ts"

const viteBuild = ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]
/** Filled in by the service when it is downloaded, as the add-in's manifests are. */
const blank = "https://kalends.invalid"
const blankAddon = ["--service", blank, "--logo", `${blank}/outlook/assets/icon-128.png`]

/** What builds each app, relative to the root; it runs in the app's folder. */
const builds: Readonly<Record<string, readonly string[]>> = {
  portal: viteBuild,
  agenda: viteBuild,
  rooms: viteBuild,
  "outlook-addin": viteBuild,
  "google-addon": ["tools/google-addon.ts", ...blankAddon],
  "browser-extension": ["tools/browser-extension.ts"],
  desktop: viteBuild,
  "outlook-plugin": viteBuild,
}
const shared = "packages/{client,domain,protocol,readers,ui}/{package.json,src/**/*}"

export type BuildWorld = {
  readonly root: string
  readonly say: (line: string) => void
  readonly run: (args: readonly string[], folder: string) => Promise<Finished>
  readonly elapsedMs: () => number
}

/** Hash of everything that goes into a built app: its own files, the packages it uses, the installed versions. */
export function sourcesHash(root: string, app: string): string {
  const files = globSync([`apps/${app}/**/*`, shared, "package-lock.json"], {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => ["dist", "node_modules"].includes(entry.name),
  })
  const paths = files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\.test\.tsx?$/.test(path))
    .sort()
  const hash = createHash("sha256")
  for (const path of paths)
    hash.update(path.slice(root.length).replaceAll("\\", "/")).update("\0").update(readFileSync(path)).update("\0")
  return hash.digest("hex")
}

/** One build leaves a core idle for much of its time, and takes half a gigabyte. */
const buildsAtOnce = 2

/**
 * Builds the web apps, or those named, whose sources have changed since their last build. Throws with the build's own words
 * where one fails.
 */
export async function buildWebApps(world: BuildWorld, apps: readonly string[] = Object.keys(builds)): Promise<void> {
  const isThere = (app: string) => existsSync(join(world.root, "apps", app, "vite.config.ts"))
  const waiting = Object.entries(builds).filter(([app]) => apps.includes(app) && isThere(app))
  const buildNext = async (): Promise<void> => {
    const next = waiting.shift()
    if (next === undefined) return
    const [app, [script = "", ...args]] = next
    await buildApp(world, app, [join(world.root, script), ...args])
    await buildNext()
  }
  const ended = await Promise.allSettled(Array.from({ length: buildsAtOnce }, buildNext))
  for (const result of ended) if (result.status === "rejected") throw result.reason
}

async function buildApp(world: BuildWorld, app: string, args: readonly string[]): Promise<void> {
  const folder = join(world.root, "apps", app)
  const stamp = join(world.root, ".runtime", `web-${app}.stamp`)
  const hash = sourcesHash(world.root, app)
  const isBuilt = existsSync(join(folder, "dist")) && existsSync(stamp) && readFileSync(stamp, "utf8").trim() === hash
  if (isBuilt) return
  const began = world.elapsedMs()
  const { code, output } = await world.run(args, folder)
  if (code !== 0) throw new Error(`The ${app} could not be built:\n${output.trim()}`)
  await mkdir(join(world.root, ".runtime"), { recursive: true })
  await writeFile(stamp, `${hash}\n`)
  world.say(`Built the ${app}  ${((world.elapsedMs() - began) / 1000).toFixed(1)} s`)
}
