import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { z } from "zod"
import { rootFolder } from "./platform.ts"

// Every package that is installed has a licence under which it may be used with this product and handed on.

/** SPDX ids. MPL-2.0 binds the package's own files alone, which are left as they are. */
const allowed = new Set([
  ...["Apache-2.0", "MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "CC0-1.0"],
  ...["MPL-2.0", "Python-2.0", "Unlicense", "CC-BY-4.0"],
])

/** What is written otherwise than as an SPDX expression, and what it is by the package's own licence file. */
const readByHand: Readonly<Record<string, string>> = {
  buildcheck: "MIT",
  "cpu-features": "MIT",
  "incremental-encoder": "MPL-2.0",
  ssh2: "MIT",
  tv4: "MIT",
  "url-template": "BSD-3-Clause",
  "xml-escape": "MIT",
}

const manifestShape = z.object({ name: z.string(), version: z.string().optional(), license: z.unknown().optional() })
type Manifest = z.infer<typeof manifestShape>

/** The manifests of all packages that are installed here; those for other systems are not. */
function installed(): readonly Manifest[] {
  const lock = z
    .object({ packages: z.record(z.string(), z.object({ link: z.boolean().optional() })) })
    .parse(JSON.parse(readFileSync(join(rootFolder, "package-lock.json"), "utf8")))
  return Object.entries(lock.packages).flatMap(([path, { link }]) => {
    const file = join(rootFolder, path, "package.json")
    if (!path.includes("node_modules/") || link === true || !existsSync(file)) return []
    return [manifestShape.parse(JSON.parse(readFileSync(file, "utf8")))]
  })
}

/** Whether the expression can be met: one of what OR joins, all of what AND joins. */
function isAllowed(expression: string): boolean {
  const either = expression.replace(/^\((.{0,200})\)$/, "$1").split(" OR ")
  return either.some((one) => one.split(" AND ").every((id) => allowed.has(id)))
}

const refused = (packages: readonly Manifest[]) =>
  packages
    .filter(({ name, license }) => {
      const read = Object.hasOwn(readByHand, name) ? readByHand[name] : license
      return typeof read !== "string" || !isAllowed(read)
    })
    .map(({ name, license }) => `${name}: ${JSON.stringify(license)}`)

test("every package that is installed has a licence of the list", () => {
  const packages = installed()
  expect(packages.length).toBeGreaterThan(300)
  expect(refused(packages)).toEqual([])
})

test("what was read by hand is still there, and still not written as it should be", () => {
  const packages = installed()
  for (const name of Object.keys(readByHand)) {
    const found = packages.filter((one) => one.name === name)
    expect(found.length, name).toBeGreaterThan(0)
    for (const { license } of found) expect(typeof license === "string" && isAllowed(license), name).toBe(false)
  }
})

test.each(["GPL-3.0", "MIT AND AGPL-3.0", "SEE LICENSE IN LICENSE", "UNLICENSED", undefined, { type: "MIT" }])(
  "a package under %j would be noticed",
  (license) => {
    expect(refused([{ name: "a", license }])).toHaveLength(1)
    expect(refused([{ name: "a", license: "(MIT OR GPL-3.0)" }])).toEqual([])
  },
)
