import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"

const axe = readFileSync(join(import.meta.dirname, "../../../../node_modules/axe-core/axe.min.js"), "utf8")

type Findings = {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

/** Rules whose findings are minor or moderate, whatever they find, are not asked: a quarter of the work, and nobody is told. */
const asking = `axe.run(document, { resultTypes: ['violations'], rules: Object.fromEntries(axe._audit.rules
  .filter(({ impact }) => impact === 'minor' || impact === 'moderate').map(({ id }) => [id, { enabled: false }])) })`

/** What axe-core finds serious or critical on a page, as "rule: the first element". */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  // Evaluated by the browser's debugger, so that the page's own content security policy stays as it is.
  await page.evaluate(axe)
  const found = (await page.evaluate(asking)) as Findings
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)
}
