/**
 * `npm run bench`: runs every `*.bench.ts` below packages/<name>/bench and bench/, one after the other, each in a process
 * of its own so that none warms up another. A bench prints its figures with the baseline of the same run and ends with a
 * code other than 0 when a figure is missed. `npm run bench -- vault` runs those whose path contains "vault". What begins
 * with two dashes is an option of the bench itself: `npm run bench -- bench/pages --only=/v1/groups,/v1/users`.
 */
import { globSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join } from "node:path"
import { elapsedMs, rootFolder, runShowing, say } from "./platform.ts"

/** Files with benches, in the order in which they run. */
export function benchFiles(root: string, filters: readonly string[]): readonly string[] {
  const all = globSync(["packages/*/bench/**/*.bench.ts", "apps/*/bench/**/*.bench.ts", "bench/**/*.bench.ts"], {
    cwd: root,
  })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
  return filters.length === 0 ? all : all.filter((path) => filters.some((filter) => path.includes(filter)))
}

/** The machine that the figures belong to, in one line. */
export function machineLine(): string {
  const processors = cpus()
  return `Machine: ${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`
}

async function runBenches(files: readonly string[], options: readonly string[]): Promise<number> {
  let missed = 0
  for (const file of files) {
    say(`\n== ${file}`)
    const began = elapsedMs()
    const { code } = await runShowing(process.execPath, ["--expose-gc", join(rootFolder, file), ...options])
    if (code !== 0) missed += 1
    say(`${code === 0 ? "reached" : "MISSED"} in ${((elapsedMs() - began) / 1000).toFixed(1)} s`)
  }
  return missed
}

if (import.meta.main) {
  const { options = [], filters = [] } = Object.groupBy(process.argv.slice(2), (argument) =>
    argument.startsWith("--") ? "options" : "filters",
  )
  const files = benchFiles(rootFolder, filters)
  say(machineLine())
  if (files.length === 0) say("No bench matches.")
  const missed = await runBenches(files, options)
  say(`${files.length - missed} passed, ${missed} failed`)
  process.exitCode = missed === 0 ? 0 : 1
}
