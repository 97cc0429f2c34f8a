/**
 * `npm run simulate`: seeded months of sync (packages/server/src/testing/sync-simulation.ts), 10,000 of them or as many as
 * `npm run simulate -- 500` says, from seed 1 or the second number on. Ends at the first seed whose run leaves something
 * out of step, with its story: the seed replays it. For every night.
 */
import { simulate } from "../packages/server/src/testing/sync-simulation.ts"
import { elapsedMs, say } from "./platform.ts"

const runsUsually = 10_000
const tellEvery = 500

async function run(count: number, first: number): Promise<number> {
  const began = elapsedMs()
  let meetings = 0
  for (let seed = first; seed < first + count; seed++) {
    const result = await simulate({ seed }).catch((error: unknown) => ({
      violations: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
      story: [],
      meetings: 0,
    }))
    meetings += result.meetings
    if (result.violations.length > 0) {
      say(`Seed ${seed}:\n${result.story.map((line) => `  ${line}`).join("\n")}\n${result.violations.join("\n")}`)
      return 1
    }
    const done = seed - first + 1
    if (done % tellEvery === 0)
      say(`${done} of ${count} runs, ${meetings} meetings, ${Math.round((elapsedMs() - began) / 1000)} s`)
  }
  say(`${count} passed, 0 failed`)
  return 0
}

if (import.meta.main) {
  const [count, first] = process.argv.slice(2).map(Number)
  process.exitCode = await run(count ?? runsUsually, first ?? 1)
}
