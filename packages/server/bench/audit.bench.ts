/**
 * What the indexes of the audit log cost each entry: the same entries in a log of 300,000, with all of its indexes and
 * with its primary key alone, in turns in the same run. As they come: one entry to a transaction, and a thousand at once.
 */
import { parseAccountId } from "@kalends/domain/ids"
import { elapsedMs, say } from "../../../tools/platform.ts"
import { systemClock } from "../src/platform/clock.ts"
import type { AuditEntry } from "../src/ports/store.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { sampleRows } from "../src/testing/rows.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMostTimes, endBench, median, report } from "./kit/figures.ts"

const entriesBefore = 300_000
const rounds = 3
const singles = 200
const batches = 8
const batchSize = 1_000

const database = await startBenchDatabase()
const pool = createPool(database.url, 4)
const admin = createPool(database.url, 1)
const store = createStore(createDatabase(pool))
const { account } = sampleRows()
const accountId = parseAccountId(account.accountId)

/** Older entries, of 20,000 people and as many things. */
async function fill(): Promise<void> {
  await admin.query("select set_config('kalends.account_id', 'system', false)")
  await admin.query("insert into account (account_id, name, created_at) values ($1, 'Bench', now())", [accountId])
  await admin.query(
    `insert into audit (account_id, sequence, at, actor_kind, actor, action, subject_id, reason, previous_hash, hash, call, format)
     select $1, n, now() - make_interval(secs => ($2 - n) * 20.0), 'user', md5('u' || n % 20000)::uuid::text,
       (array['secret-opened', 'token-refreshed', 'signed-in', 'access-handed-over'])[1 + n % 4],
       md5('c' || n % 20000)::uuid::text, (array['pass', 'keep-alive', 'password', 'client-request'])[1 + n % 4],
       sha256('a'), sha256('b'), 'job:pass-' || n, 2
     from generate_series(1, $2::int) as n`,
    [accountId, entriesBefore],
  )
  await admin.query("vacuum analyze audit")
}

type Index = { readonly indexname: string; readonly indexdef: string; readonly bytes: number }

async function indexes(): Promise<readonly Index[]> {
  const { rows } = await admin.query<Index>(
    `select indexname, indexdef, pg_relation_size(format('%I.%I', schemaname, indexname)::regclass)::float8 as bytes
     from pg_indexes where tablename = 'audit' and indexname <> 'audit_pkey'`,
  )
  return rows
}

let count = 0
function next(): AuditEntry {
  count += 1
  const { user, connection } = sampleRows(1 + (count % 9_000))
  const actor = { kind: "user", userId: user.userId } as const
  const call = `job:pass-${count}` as const
  return { actor, action: "secret-opened", subjectId: connection.connectionId, reason: "pass", call }
}

const append = (entries: readonly AuditEntry[]) =>
  store.inAccount(accountId, (tables) => tables.appendAudits(entries, systemClock.now()))

/** Milliseconds for an entry by itself, and for one of a thousand. */
async function round(): Promise<{ readonly single: number; readonly batched: number }> {
  const alone: number[] = []
  for (let index = 0; index < singles; index += 1) {
    const entries = [next()]
    const began = elapsedMs()
    await append(entries)
    alone.push(elapsedMs() - began)
  }
  const together: number[] = []
  for (let index = 0; index < batches; index += 1) {
    const entries = Array.from({ length: batchSize }, next)
    const began = elapsedMs()
    await append(entries)
    together.push((elapsedMs() - began) / batchSize)
  }
  return { single: median(alone), batched: median(together) }
}

try {
  await fill()
  const all = await indexes()
  const megabytes = all.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20
  say(
    `${all.length} indexes beside the primary key, ${megabytes.toFixed(0)} MiB for ${entriesBefore.toLocaleString("en")} entries`,
  )
  await round()
  const [withAll, without]: Record<"single" | "batched", number[]>[] = [
    { single: [], batched: [] },
    { single: [], batched: [] },
  ]
  for (let turn = 0; turn < rounds; turn += 1) {
    const one = await round()
    for (const { indexname } of all) await admin.query(`drop index ${indexname}`)
    const other = await round()
    for (const { indexdef } of all) await admin.query(indexdef)
    for (const kind of ["single", "batched"] as const) {
      withAll?.[kind].push(one[kind])
      without?.[kind].push(other[kind])
      say(`${kind}: ${one[kind].toFixed(3)} ms with, ${other[kind].toFixed(3)} ms without`)
    }
  }
  const figure = (name: string, kind: "single" | "batched", most: number) =>
    atMostTimes(name, "ms", median(withAll?.[kind] ?? []), { baseline: median(without?.[kind] ?? []), most })
  report([
    figure("an entry in a transaction of its own (median)", "single", 1.5),
    figure("an entry of a thousand at once (median)", "batched", 3),
  ])
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
} finally {
  await pool.end()
  await admin.end()
  await database.stop()
  endBench()
}
