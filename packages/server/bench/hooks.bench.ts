/**
 * Notices accepted durably in a second, through the real route into a PostgreSQL that syncs to disk. Half are
 * single-item bodies, half come in headers alone; all are genuine, over 20,000 calendars, which are all in the queue at the end. Each is of another account, which is the worst for what is counted by account. Rounds of the four servers
 * take turns, so that a slow moment of the machine hits all of them; medians count. No jobs are run meanwhile.
 */
import { say } from "../../../tools/platform.ts"
import type { LoadResult } from "./hook-load.ts"
import type { HookServerKind } from "./hook-server.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atLeast, atMost, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { calendarCount } from "./kit/notices.ts"
import { type Part, startPart } from "./kit/part.ts"

const kinds: readonly HookServerKind[] = ["receiver", "uncounted", "empty", "insert"]
const rounds = 5
const roundSeconds = 4
const lanes = 256

const database = await startBenchDatabase()
const load = startPart(new URL("./hook-load.ts", import.meta.url))
const servers = new Map<HookServerKind, Part>(
  kinds.map((kind) => [kind, startPart(new URL("./hook-server.ts", import.meta.url))]),
)
try {
  const ports = new Map<HookServerKind, number>()
  for (const [kind, server] of servers) ports.set(kind, await server.ask("start", { kind, databaseUrl: database.url }))
  const perSecond = new Map<HookServerKind, number[]>(kinds.map((kind) => [kind, []]))
  for (const kind of kinds) await load.ask("flood", { port: ports.get(kind), lanes, seconds: 2 })
  for (let round = 0; round < rounds; round++)
    for (const kind of kinds) {
      const { count, seconds, refused } = await load.ask<LoadResult>("flood", {
        port: ports.get(kind),
        lanes,
        seconds: roundSeconds,
      })
      if (refused > 0) throw new Error(`${refused} notices were not answered 202 by ${kind}`)
      perSecond.get(kind)?.push(count / seconds)
    }
  const of = (kind: HookServerKind) => median(perSecond.get(kind) ?? [])
  const half = await load.ask<LoadResult>("pace", {
    port: ports.get("receiver"),
    perSecond: of("receiver") / 2,
    seconds: 8,
  })
  const queued = await servers.get("receiver")?.ask<number>("queued")
  if (queued !== calendarCount) throw new Error(`${queued} of ${calendarCount} calendars are queued`)
  say(
    `rounds, notices a second: ${kinds.map((kind) => `${kind} ${perSecond.get(kind)?.map(Math.round).join(" ")}`).join("; ")}`,
  )
  say(
    `half load: ${half.count} notices in ${half.seconds} s, median ${median([...half.latenciesMs]).toFixed(1)} ms, refused ${half.refused}`,
  )
  report([
    atLeast("durably accepted, by the same server answering nothing", "notices/s", of("receiver"), {
      baseline: of("empty"),
      least: 0.5,
    }),
    atLeast("durably accepted, by one INSERT a request", "notices/s", of("receiver"), {
      baseline: of("insert"),
      least: 5,
    }),
    atLeast("durably accepted, by the same receiver that counts no figures", "notices/s", of("receiver"), {
      baseline: of("uncounted"),
      least: 0.95,
    }),
    atMost("p99 at half load", "ms", percentile([...half.latenciesMs], 0.99), 50),
  ])
} catch (error) {
  failed(error)
} finally {
  await Promise.all([load, ...servers.values()].map((part) => part.stop()))
  await database.stop()
  endBench()
}
