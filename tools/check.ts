/** `npm run check`: types, tidy, lint, unused code, stale documents and the pure tests, in under a minute on two cores. */
import { say } from "./platform.ts"
import {
  docs,
  failureReport,
  lastLine,
  lint,
  runLanes,
  type StepResult,
  tidy,
  total,
  types,
  unused,
  vitestStep,
} from "./steps.ts"

/** Runs every step that needs no server, telling each as it ends and showing what failed ones printed. */
export async function check(): Promise<readonly StepResult[]> {
  const pure = vitestStep({ name: "pure", project: "pure" })
  const results = await runLanes(
    [
      [types, lint, unused],
      [tidy, docs, pure],
    ],
    say,
  )
  const report = failureReport(results)
  if (report !== "") say(report)
  return results
}

if (import.meta.main) {
  const counts = total(await check())
  say(lastLine(counts))
  process.exitCode = counts.failed === 0 ? 0 : 1
}
