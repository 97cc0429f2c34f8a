/**
 * 20,000 connections of one tenant revoked: how long until no secret is left, and until everything is removed and the
 * provider (the memory provider: it answers at once) was told of each. Against a plain delete of as many rows, of the
 * secrets alone and of everything, in the same run. `node packages/server/bench/revocations.bench.ts 5000` takes another number.
 */
import { elapsedMs, say } from "../../../tools/platform.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { revocationWorld } from "../src/testing/revocation-world.ts"
import { connectPeople, plainDelete, rowsOf } from "./kit/connected-people.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, atMostTimes, endBench, failed, report } from "./kit/figures.ts"
import { watchMemory } from "./kit/peak-memory.ts"

const count = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? 20_000)
const database = await startBenchDatabase()
const pool = createPool(database.url, 10)
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

async function measure(): Promise<void> {
  const world = await revocationWorld({ base: createStore(createDatabase(pool)), people: 0 })
  const { accountId, administrator, provider } = world
  await connectPeople({ database, world, count })
  say(`${count.toLocaleString("en")} connections, each with a calendar, a subscription and two sealed tokens`)
  const secretsMs = await plainDelete({ database, accountId }, ["credential"], elapsedMs)
  const tables = ["subscription", "credential", "calendar", "connection"]
  const deletedMs = await plainDelete({ database, accountId }, tables, elapsedMs)

  const { runs, revocations } = world.node()
  const memory = watchMemory()
  const began = elapsedMs()
  const { revocationId } = await revocations.create(administrator, {
    scope: { kind: "tenant", provider: provider.name, tenantId: "tenant-1" },
    confirmation: "tenant-1",
  })
  const revokedMs = elapsedMs() - began
  const secretsLeft = await rowsOf(database, accountId, "credential")
  await runs.idle()
  const tookMs = elapsedMs() - began
  const gained = memory.gainedMiB()
  memory.end()
  const [view] = await revocations.list(administrator)
  if (view?.revocationId !== revocationId) throw new Error("there is one")
  say(
    `Secrets gone in ${revokedMs.toFixed(0)} ms (a plain delete of them: ${secretsMs.toFixed(0)} ms); everything removed and told in ${seconds(tookMs)}: ${((count * 1000) / tookMs).toFixed(0)} a second (a plain delete of the same rows: ${seconds(deletedMs)}, ${(tookMs / deletedMs).toFixed(0)} times as fast)`,
  )
  report([
    atMost("secrets left when the request is answered", "secrets", secretsLeft, 0),
    atMostTimes("until no secret is left", "ms", revokedMs, { baseline: secretsMs, most: 20 }),
    atMost("connections left", "connections", await rowsOf(database, accountId, "connection"), 0),
    atMost("not done", "connections", count - view.done, 0),
    atMost("memory gained at most", "MiB", gained, 150),
  ])
}

try {
  await measure()
} catch (error) {
  failed(error)
} finally {
  await pool.end()
  await database.stop()
  endBench()
}
