/**
 * 10,000 clients hold their change stream open at one whole node: memory for each of them, and how long a hint takes from
 * the provider's 202 to the client. All clients are in one process, over loopback.
 */
import { pause, say } from "../../../tools/platform.ts"
import type { HintTimes } from "./hint-clients.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"
import { fill, idOf, openSessions, secretOf } from "./kit/people.ts"

/** One file descriptor for each on both sides; a process may have 20,000 here and 1,024 in a small container. */
const clientCount = 10_000
/** What these make the server load, compile and keep at hand is not the memory of a client: the others are counted. */
const firstCount = 2_500
const noticeCount = 2_000
/** The runtime gives memory back some seconds after a burst: 9,500 streams opened at once are not idle clients yet. */
const settleMs = 10_000

const database = await startBenchDatabase()
const server = startPart(new URL("./hint-server.ts", import.meta.url))
const clients = startPart(new URL("./hint-clients.ts", import.meta.url))
try {
  await fill(database.adminUrl, 1, clientCount)
  const tokens = await openSessions(database.adminUrl, clientCount)
  const port = await server.ask<string>("start", { databaseUrl: database.url })
  const all = tokens.map((token, index) => ({
    token,
    calendarId: idOf("calendar", index + 1),
    secret: secretOf(index + 1),
  }))
  await clients.ask("openAll", { port, clients: all.slice(0, firstCount) })
  const memoryWhenIdle = async () => {
    await pause(settleMs)
    return server.ask<NodeJS.MemoryUsage>("memory")
  }
  const before = await memoryWhenIdle()
  const openedMs = await clients.ask<number>("openAll", { port, clients: all.slice(firstCount) })
  const after = await memoryWhenIdle()
  const grown = (what: "rss" | "heapUsed" | "external") =>
    (after[what] - before[what]) / (clientCount - firstCount) / 1024
  const times = await clients.ask<HintTimes>("notify", { port, count: noticeCount, perSecond: 200 })
  if (times.hintMs.length < noticeCount)
    throw new Error(`only ${times.hintMs.length} of ${noticeCount} hints came; ${times.closedCount} streams closed`)
  say(
    `opened ${clientCount - firstCount} streams in ${(openedMs / 1000).toFixed(1)} s; server ${Math.round(before.rss / 2 ** 20)} MiB before, ${Math.round(after.rss / 2 ** 20)} MiB after; heap ${grown("heapUsed").toFixed(1)} KB, external ${grown("external").toFixed(1)} KB for each`,
  )
  say(
    `notice to 202: median ${median([...times.acceptedMs]).toFixed(1)} ms, p99 ${percentile([...times.acceptedMs], 0.99).toFixed(1)} ms; 202 to hint: median ${median([...times.hintMs]).toFixed(2)} ms`,
  )
  report([
    atMost("202 to hint at one of 10,000 clients, p99", "ms", percentile([...times.hintMs], 0.99), 50),
    atMost("server memory for each idle client (RSS)", "KB", grown("rss"), 20),
  ])
} catch (error) {
  failed(error)
} finally {
  await Promise.all([clients.stop(), server.stop()])
  await database.stop()
  endBench()
}
