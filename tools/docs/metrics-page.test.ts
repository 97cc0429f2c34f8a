import { readFileSync } from "node:fs"
import { join } from "node:path"
import { figureMeasures } from "@kalends/domain/figures"
import { expect, test } from "vitest"
import { createMetrics } from "../../packages/server/src/platform/metrics.ts"
import { silentMetrics } from "../../packages/server/src/testing/silent-metrics.ts"
import { rootFolder } from "../platform.ts"

test("every figure and every metric is in docs/metrics.md", async () => {
  const page = readFileSync(join(rootFolder, "docs/metrics.md"), "utf8")
  const named = new Set([...page.matchAll(/^\| ([\w-]+) +\|/gm)].map(([, name]) => name))
  const metrics = [...(await createMetrics(silentMetrics).text()).matchAll(/^# HELP kalends_(\w+)/gm)].map(
    ([, name]) => name,
  )
  expect(metrics.length).toBeGreaterThan(15)
  expect([...figureMeasures, ...metrics].filter((name) => !named.has(name))).toEqual([])
})
