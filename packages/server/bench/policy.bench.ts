/**
 * A lock that is at odds with 20,000 connections: how long the look before it takes, how long saving it, and how long until
 * everybody is disconnected, with the provider told of each (the memory provider: it answers at once) and an audit entry
 * for each step. The baselines are a plain count of the same rows and a plain delete of as many, in the same run.
 * `node packages/server/bench/policy.bench.ts 5000` takes another number.
 */

import { parsePolicyChangeId } from "@kalends/domain/ids"
import { policyChangeInputSchema, policyPreviewInputSchema } from "@kalends/protocol/policy"
import { elapsedMs, say } from "../../../tools/platform.ts"
import { createFarewells } from "../src/connections/farewells.ts"
import { createManyRemover } from "../src/connections/remove-many.ts"
import { createRunRevocation } from "../src/connections/run-revocation.ts"
import { createPolicy } from "../src/policy/policy.ts"
import { createRunPolicyChange } from "../src/policy/run-change.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { connectedWorld } from "../src/testing/connected-world.ts"
import { silentMetrics } from "../src/testing/silent-metrics.ts"
import { connectPeople, plainDelete, rowsOf } from "./kit/connected-people.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { watchMemory } from "./kit/peak-memory.ts"

const count = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? 20_000)
const looks = 20
const lock = {
  edits: [{ groupId: null, setting: "calendarPermission", was: null, word: { value: "read", isLocked: true } }],
}

const database = await startBenchDatabase()
const pool = createPool(database.url, 10)
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

async function timesOf(work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = []
  for (let turn = 0; turn < looks; turn++) {
    const began = elapsedMs()
    await work()
    times.push(elapsedMs() - began)
  }
  return times
}

async function measure(): Promise<void> {
  const store = createStore(createDatabase(pool))
  const world = await connectedWorld({ base: store })
  const { accountId, clock, random, rows } = world
  await connectPeople({ database, world, count })
  say(`${count.toLocaleString("en")} connections, each with a calendar, a subscription and two sealed tokens`)
  const policy = createPolicy({ store, world: { clock, random }, providers: [], graceSeconds: 0 })
  const farewells = createFarewells(clock)
  const tell = { ...world, providers: new Map([[world.provider.name, world.provider]]), metrics: silentMetrics }
  const runs = createRunRevocation({ ...world, tell, farewells })
  const run = createRunPolicyChange({ store, remover: createManyRemover({ ...world, farewells, runs }), clock })
  const admin = { ...rows.user, role: "owner" } as const

  const previews = await timesOf(() => policy.preview(admin, policyPreviewInputSchema.parse(lock)))
  const counting = await timesOf(() => rowsOf(database, accountId, "connection"))
  const tables = ["subscription", "credential", "calendar", "connection"]
  const deletedMs = await plainDelete({ database, accountId }, tables, elapsedMs)

  const memory = watchMemory()
  let began = elapsedMs()
  const change = await policy.save(admin, policyChangeInputSchema.parse(lock))
  const savedMs = elapsedMs() - began
  began = elapsedMs()
  await run.run(accountId, parsePolicyChangeId(change.changeId), "job:policy-change:1")
  const removedMs = elapsedMs() - began
  const secretsLeft = await rowsOf(database, accountId, "credential")
  await runs.idle()
  const tookMs = elapsedMs() - began
  const gained = memory.gainedMiB()
  memory.end()

  const done = await policy.change(admin, parsePolicyChangeId(change.changeId))
  const left = await rowsOf(database, accountId, "connection")
  say(
    `Preview: median ${median(previews).toFixed(0)} ms, of which a count of the connections takes ${median(counting).toFixed(0)} ms; saved in ${savedMs.toFixed(0)} ms`,
  )
  say(
    `All disconnected in ${seconds(removedMs)}: ${((count * 1000) / removedMs).toFixed(0)} a second; a plain delete of the same rows takes ${seconds(deletedMs)}: ${(removedMs / deletedMs).toFixed(0)} times as long`,
  )
  say(`Every provider told in ${seconds(tookMs)}: ${((count * 1000) / tookMs).toFixed(0)} a second`)
  report([
    atMost("preview of all, p95", "ms", percentile(previews, 0.95), 200),
    atMost("saved", "ms", savedMs, 1_000),
    atMost("until all are disconnected", "s", removedMs / 1000, 60),
    atMost("secrets that are left then", "secrets", secretsLeft, 0),
    atMost("connections at odds that are left", "connections", left, 0),
    atMost("disconnected and not counted", "connections", count - done.disconnected, 0),
    atMost("memory gained at most", "MiB", gained, 100),
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
