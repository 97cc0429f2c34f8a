import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { rootFolder } from "./platform.ts"

// docs/cryptography.md has what the code uses.

const page = readFileSync(join(rootFolder, "docs/cryptography.md"), "utf8")
const read = (path: string) => readFileSync(join(rootFolder, path), "utf8")

test("each key that is derived from the key file is in the inventory of cryptography, and none besides", () => {
  const source = read("packages/server/src/platform/platform-secret.ts")
  const purposes = [...source.matchAll(/\| "([a-z-]+)"/g)].map(([, purpose]) => purpose)
  const listed = [...page.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, purpose]) => purpose)
  expect(purposes.length).toBeGreaterThan(5)
  expect(listed.sort()).toEqual(purposes.sort())
})

test("each hash that the service calls by its name is in the inventory", () => {
  const files = globSync("packages/{server,client,readers}/src/**/*.ts", { cwd: rootFolder })
  const sources = files.filter((path) => !/\.test\.ts$|\/testing\//.test(path)).map(read)
  const used = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/(?:createHash|createHmac|hkdfSync)\("([\w-]+)"/g)].map(([, name = ""]) => name),
    ),
  )
  const listed = [...page.matchAll(/^\| ([a-z0-9]+) +\| /gm)].map(([, name]) => name)
  expect([...used].sort()).toEqual(["md5", "sha256"])
  expect(listed).toEqual(expect.arrayContaining([...used]))
})
