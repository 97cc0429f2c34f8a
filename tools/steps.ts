/** The steps that `npm run check` and `npm test` are made of, and how their results are counted and told. */
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { elapsedMs, environmentWith, type Finished, rootFolder, runShowing, runToEnd } from "./platform.ts"

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }

/** What a step came to. `output` is what its program printed; shown only where the step failed. */
export type StepResult = Counts & { readonly name: string; readonly output: string; readonly seconds: number }

/** A step has a name to print and runs once; it never throws for a failed check. */
export type Step = { readonly name: string; readonly run: () => Promise<StepResult> }

const bin = (path: string) => join(rootFolder, "node_modules", path)

/** A step that is one program: it counts as one, passed where the program ends with 0. */
export function programStep(name: string, script: string, args: readonly string[]): Step {
  const run = async (): Promise<StepResult> => {
    const began = elapsedMs()
    const { code, output } = await runToEnd(process.execPath, [script, ...args], {
      env: environmentWith({ NO_COLOR: "1" }),
    })
    return {
      name,
      output,
      passed: code === 0 ? 1 : 0,
      failed: code === 0 ? 0 : 1,
      skipped: 0,
      seconds: secondsSince(began),
    }
  }
  return { name, run }
}

/** The types of everything, by the TypeScript compiler. */
export const types = programStep("types", bin("typescript/bin/tsc"), [
  "--noEmit",
  "-p",
  join(rootFolder, "tsconfig.json"),
])
/** The style as a test. */
export const tidy = programStep("tidy", join(rootFolder, "tools/tidy.ts"), [])
/** Formatting apart, what Biome finds. */
export const lint = programStep("lint", bin("@biomejs/biome/bin/biome"), [
  "lint",
  "--error-on-warnings",
  "--max-diagnostics=50",
  ".",
])
/** Files, exports and dependencies that nobody uses. */
export const unused = programStep("unused", bin("knip/bin/knip.js"), ["--no-progress", "--no-config-hints"])
/** Generated documents that are out of date. */
export const docs = programStep("docs", join(rootFolder, "tools/docs.ts"), ["--check"])

export type VitestRun = {
  readonly name: string
  /** Vitest project of vitest.config.ts. */
  readonly project?: "pure" | "servers"
  /** Only test files whose path contains one of these. */
  readonly filters?: readonly string[]
  /** Print while it runs instead of keeping the output for a failure. */
  readonly isShown?: boolean
}

/** A step that runs Vitest; each of its tests counts. */
export function vitestStep(wanted: VitestRun): Step {
  const run = async (): Promise<StepResult> => {
    const began = elapsedMs()
    const folder = await mkdtemp(join(tmpdir(), "kalends-vitest-"))
    const report = join(folder, "report.json")
    const args = [
      bin("vitest/vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      "--passWithNoTests",
    ]
    const all = [
      ...args,
      ...(wanted.project === undefined ? [] : [`--project=${wanted.project}`]),
      ...(wanted.filters ?? []),
    ]
    const start = wanted.isShown === true ? runShowing : runToEnd
    const finished = await start(process.execPath, all, {
      env: environmentWith({ FORCE_COLOR: wanted.isShown === true && process.stdout.isTTY ? "1" : "0" }),
    })
    const written = await readFile(report, "utf8").catch(() => null)
    await rm(folder, { recursive: true, force: true })
    return {
      name: wanted.name,
      output: finished.output,
      seconds: secondsSince(began),
      ...countVitest(written, finished),
    }
  }
  return { name: wanted.name, run }
}

/**
 * Counts Vitest's JSON report. A file that could not be loaded and a run that failed without a failed test (an error
 * outside of any test, a crash before the report) count as one failure each.
 */
export function countVitest(report: string | null, finished: Pick<Finished, "code">): Counts {
  const parsed: unknown = report === null ? null : JSON.parse(report)
  const passed = numberIn(parsed, "numPassedTests")
  const skipped = numberIn(parsed, "numPendingTests") + numberIn(parsed, "numTodoTests")
  const failed = numberIn(parsed, "numFailedTests") + unloadedFiles(parsed)
  return { passed, skipped, failed: failed === 0 && finished.code !== 0 ? 1 : failed }
}

function numberIn(report: unknown, key: string): number {
  const value = typeof report === "object" && report !== null ? Reflect.get(report, key) : undefined
  return typeof value === "number" ? value : 0
}

function unloadedFiles(report: unknown): number {
  const files: unknown = typeof report === "object" && report !== null ? Reflect.get(report, "testResults") : []
  if (!Array.isArray(files)) return 0
  return files.filter((file: unknown) => {
    if (typeof file !== "object" || file === null) return false
    const tests: unknown = Reflect.get(file, "assertionResults")
    return (
      Reflect.get(file, "status") === "failed" && Array.isArray(tests) && !tests.some((test: unknown) => isFailed(test))
    )
  }).length
}

const isFailed = (test: unknown) =>
  typeof test === "object" && test !== null && Reflect.get(test, "status") === "failed"

/** The sum of some results. */
export function total(results: readonly Counts[]): Counts {
  const sum = (key: keyof Counts) => results.reduce((soFar, result) => soFar + result[key], 0)
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") }
}

/** The plain last line of every run. */
export function lastLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed${counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`}`
}

/** One line on a finished step. */
export function stepLine(result: StepResult): string {
  const state = result.failed === 0 ? "ok" : "FAILED"
  const count = result.passed + result.failed > 1 ? `  ${lastLine(result)}` : ""
  return `${result.name.padEnd(8)} ${state.padEnd(6)} ${result.seconds.toFixed(1).padStart(6)} s${count}`
}

const secondsSince = (began: number) => (elapsedMs() - began) / 1000

/** Runs lanes of steps side by side, the steps of a lane one after the other; tells each as it ends. */
export async function runLanes(
  lanes: readonly (readonly Step[])[],
  tell: (line: string) => void,
): Promise<readonly StepResult[]> {
  const runLane = async (lane: readonly Step[]) => {
    const results: StepResult[] = []
    for (const step of lane) {
      const result = await step.run()
      tell(stepLine(result))
      results.push(result)
    }
    return results
  }
  return (await Promise.all(lanes.map(runLane))).flat()
}

/** What failed steps printed, each under its name. */
export function failureReport(results: readonly StepResult[]): string {
  const failed = results.filter((result) => result.failed > 0 && result.output.trim() !== "")
  return failed.map((result) => `\n----- ${result.name} -----\n${result.output.trim()}\n`).join("")
}
