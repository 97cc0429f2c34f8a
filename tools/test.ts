/**
 * `npm test`: everything `npm run check` does, then the tests that start real servers (PostgreSQL, the simulator,
 * Chromium, and Radicale and NATS where they are installed). `npm test -- <part of a path>` runs only those files.
 * The last line is always `N passed, N failed`, with `, N skipped` where some were.
 */
import { check } from "./check.ts"
import { findOptionalServer, type OptionalServer, optionalServers } from "./optional-server.ts"
import { say } from "./platform.ts"
import { lastLine, type StepResult, stepLine, total, vitestStep } from "./steps.ts"

/** One line for each optional server that is not installed. */
export function missingServers(find: (name: OptionalServer) => string | null): readonly string[] {
  const names: readonly OptionalServer[] = ["radicale", "nats-server"]
  return names
    .filter((name) => find(name) === null)
    .map((name) => `Not installed: ${name}. Skipped: ${optionalServers[name]}.`)
}

async function everything(): Promise<readonly StepResult[]> {
  const checked = await check()
  const missing = missingServers(findOptionalServer)
  for (const line of missing) say(line)
  const servers = await vitestStep({ name: "servers", project: "servers", isShown: true }).run()
  for (const line of missing) say(line)
  for (const result of [...checked, servers]) say(stepLine(result))
  return [...checked, servers]
}

const filters = process.argv.slice(2).filter((argument) => !argument.startsWith("-"))
if (import.meta.main) {
  const results =
    filters.length === 0 ? await everything() : [await vitestStep({ name: "chosen", filters, isShown: true }).run()]
  const counts = total(results)
  say(lastLine(counts))
  process.exitCode = counts.failed === 0 ? 0 : 1
}
