import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { z } from "zod"
import { verbs } from "./bootstrap.mjs"
import { rootFolder } from "./platform.ts"
import { targetOf } from "./tidy/import-rules.ts"
import { readTree } from "./tidy/tree.ts"

// `npm start` installs no development packages (tools/bootstrap): whatever it runs or builds with has to be among the others.

const lock = z
  .object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) })
  .parse(JSON.parse(readFileSync(join(rootFolder, "package-lock.json"), "utf8"))).packages

/** What a file asks for when it runs; types are gone by then. */
const asked = /^(?:import|export)\s(?!type\b)[^"]*?from "([^"]+)"|^import "([^"]+)"|\b(?:import|new URL)\("([^"]+)"/gm

/** Names of the packages of others that the files and all that they import ask for. */
function packagesOf(starts: readonly string[]): ReadonlySet<string> {
  const tree = readTree(rootFolder)
  const seen = new Set(starts)
  const packages = new Set<string>()
  for (const path of seen) {
    for (const [, named, bare, lazy] of (tree.text(path) ?? "").matchAll(asked)) {
      const specifier = named ?? bare ?? lazy ?? ""
      const target = targetOf(tree, path, specifier)
      if (target !== null && /\.tsx?$/.test(target)) seen.add(target)
      else if (/^(@[a-z0-9-]+\/)?[a-z]/.test(specifier) && !specifier.includes(":"))
        packages.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? "")
    }
  }
  return packages
}

/** Of a package that several versions are installed of, each. */
const isForDevelopment = (name: string) =>
  Object.entries(lock).some(([path, { dev }]) => path.endsWith(`node_modules/${name}`) && dev === true)

test("what npm start runs and builds with are no packages for development alone", () => {
  const programs = Object.keys(verbs)
    .filter((verb) => verbs[verb] === "run")
    .map((verb) => `tools/${verb}.ts`)
  const rest = globSync(["packages/{server,simulator}/src/main.ts", "apps/*/{vite.config.ts,src/*.{ts,tsx}}"], {
    cwd: rootFolder,
  })
  const packages = packagesOf([...programs, ...rest.filter((path) => !/\.test\.tsx?$/.test(path))])
  expect([...packages]).toEqual(
    expect.arrayContaining(["fastify", "vite", "@vitejs/plugin-react", "@mantine/core", "ws"]),
  )
  expect([...packages].filter(isForDevelopment)).toEqual([])
})

test("a package for tests would be noticed", () => {
  expect([...packagesOf(["tools/run-packages.test.ts"])].filter(isForDevelopment)).toContain("vitest")
})
