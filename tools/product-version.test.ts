import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { productVersion } from "@kalends/domain/product-version"
import { expect, test } from "vitest"
import { z } from "zod"
import { xmlManifest } from "../apps/outlook-addin/src/manifest.ts"
import { rootFolder } from "./platform.ts"

const packageSchema = z.object({ version: z.string() })

test("the product and all its parts have one version", () => {
  const files = globSync("{package.json,tools/package.json,packages/*/package.json,apps/*/package.json}", {
    cwd: rootFolder,
  })
  expect(files.length).toBeGreaterThan(15)
  const versions = files.map((file) => packageSchema.parse(JSON.parse(readFileSync(join(rootFolder, file), "utf8"))))
  expect([...new Set(versions.map(({ version }) => version))]).toEqual([productVersion])
})

test("the version is one that Office, Microsoft 365 and browsers' stores take", () => {
  // learn.microsoft.com, "Version element" and "[MS-OWEMXML] Version"; semver.org for the unified manifest; seen 2026-11-30.
  const office = /^[0-9]{1,5}(\.[0-9]{1,5}){0,3}$/
  const written = /<Version>(.*?)<\/Version>/.exec(
    xmlManifest({ service: "https://kalends.example", addinId: "0", version: productVersion }),
  )?.[1]
  expect(written).toMatch(office)
  expect(productVersion).toMatch(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/)
  // Chromium and Firefox: no part is above 65,535.
  expect(Math.max(...productVersion.split(".").map(Number))).toBeLessThanOrEqual(65_535)
})
