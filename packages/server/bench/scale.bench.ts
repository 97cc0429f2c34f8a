/**
 * One notice, received and made durable, with 10,000 and with 1,000,000 connections in the database. Notices come one by
 * one, so that nothing is hidden in a batch; rounds of both databases take turns.
 */
import { elapsedMs, say } from "../../../tools/platform.ts"
import { type BenchDatabase, startBenchDatabase } from "./kit/database.ts"
import { atMostTimes, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"
import { fill } from "./kit/people.ts"

const sizes = [10_000, 1_000_000] as const
const chunk = 250_000
const rounds = 5
const noticesPerRound = 400

const databases: BenchDatabase[] = []
const server = startPart(new URL("./scale-server.ts", import.meta.url))
try {
  for (const size of sizes) {
    const database = await startBenchDatabase()
    databases.push(database)
    const began = elapsedMs()
    for (let from = 1; from <= size; from += chunk)
      await fill(database.adminUrl, from, Math.min(size, from + chunk - 1))
    say(`${size.toLocaleString("en")} connections made in ${((elapsedMs() - began) / 1000).toFixed(1)} s`)
  }
  const took = sizes.map((): number[] => [])
  for (let round = 0; round <= rounds; round++)
    for (const [index, size] of sizes.entries()) {
      const times = await server.ask<Float64Array>("measure", {
        databaseUrl: databases[index]?.url,
        connectionCount: size,
        count: noticesPerRound,
      })
      // The first round warms up.
      if (round > 0) took[index]?.push(...times)
    }
  const [few = [], many = []] = took
  report([
    atMostTimes("one notice at 1,000,000 connections by 10,000, median", "ms", median(many), {
      baseline: median(few),
      most: 1.5,
    }),
    atMostTimes("the same, p90", "ms", percentile(many, 0.9), { baseline: percentile(few, 0.9), most: 1.5 }),
  ])
} catch (error) {
  failed(error)
} finally {
  await server.stop()
  for (const database of databases) await database.stop()
  endBench()
}
