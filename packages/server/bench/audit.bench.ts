/**
 * What the indexes of the audit log cost each entry: the same entries go in turns into the log as it is and into one that
 * has its primary key alone, of 100,000 entries each, so that other work on the machine meets both alike. As they come: one
 * entry to a transaction, and a thousand at once. Bytes of the write-ahead log are told beside the times.
 */
import { parseAccountId } from "@kalends/domain/ids"
import { elapsedMs, say } from "../../../tools/platform.ts"
import { systemClock } from "../src/platform/clock.ts"
import type { AuditEntry, Store } from "../src/ports/store.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { sampleRows } from "../src/testing/rows.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMostTimes, endBench, failed, median, report } from "./kit/figures.ts"

const entriesBefore = 100_000
const singles = 200
const batches = 12
const batchSize = 1_000

const database = await startBenchDatabase()
const system = createPool(database.url, 1)
const pool = createPool(database.url, 2)
/** Finds the log without indexes first, and everything else where it is. */
const barePool = createPool(database.url, 2).on("connect", (client) => {
  void client.query("set search_path to bare, kalends")
})
const accountId = parseAccountId(sampleRows().account.accountId)

/** Older entries, of 20,000 people and as many things, in both logs. */
async function fill(): Promise<void> {
  await system.query("select set_config('kalends.account_id', 'system', false)")
  await system.query("insert into account (account_id, name, created_at) values ($1, 'Bench', now())", [accountId])
  await system.query(
    `insert into audit (account_id, sequence, at, actor_kind, actor, action, subject_id, reason, previous_hash, hash, call, format)
     select $1, n, now() - make_interval(secs => ($2 - n) * 20.0), 'user', md5('u' || n % 20000)::uuid::text,
       (array['secret-opened', 'token-refreshed', 'signed-in', 'access-handed-over'])[1 + n % 4],
       md5('c' || n % 20000)::uuid::text, (array['pass', 'keep-alive', 'password', 'client-request'])[1 + n % 4],
       sha256('a'), sha256('b'), 'job:pass-' || n, 2
     from generate_series(1, $2::int) as n`,
    [accountId, entriesBefore],
  )
  await system.query("create schema bare")
  await system.query("create table bare.audit (like kalends.audit including all excluding indexes)")
  await system.query("insert into bare.audit select * from kalends.audit")
  await system.query("alter table bare.audit add primary key (account_id, sequence)")
  await system.query("analyze")
}

async function walBytes(): Promise<number> {
  const { rows } = await system.query<{ bytes: number }>(
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
  )
  return rows[0]?.bytes ?? Number.NaN
}

async function indexBytes(table: string): Promise<number> {
  const { rows } = await system.query<{ bytes: number }>("select pg_indexes_size($1::regclass)::float8 as bytes", [
    table,
  ])
  return rows[0]?.bytes ?? Number.NaN
}

let count = 0
function next(): AuditEntry {
  count += 1
  const { user, connection } = sampleRows(1 + (count % 9_000))
  const actor = { kind: "user", userId: user.userId } as const
  const call = `job:pass-${count}` as const
  return { actor, action: "secret-opened", subjectId: connection.connectionId, reason: "pass", call }
}

type Log = { readonly store: Store; readonly ms: number[]; readonly walBytes: number[] }
const logOf = (own: typeof pool): Log => ({ store: createStore(createDatabase(own)), ms: [], walBytes: [] })

/** Appends to both logs in turns; which is first changes as well. */
async function appendInTurns(logs: readonly [Log, Log], turns: number, size: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1)
    for (const log of turn % 2 === 0 ? logs : [logs[1], logs[0]]) {
      const entries = Array.from({ length: size }, next)
      const before = await walBytes()
      const began = elapsedMs()
      await log.store.inAccount(accountId, (tables) => tables.appendAudits(entries, systemClock.now()))
      log.ms.push((elapsedMs() - began) / size)
      log.walBytes.push(((await walBytes()) - before) / size)
    }
}

const compared = (name: string, [all, bare]: readonly [Log, Log], most: number) => [
  atMostTimes(`${name}, time`, "ms", median(all.ms), { baseline: median(bare.ms), most }),
  atMostTimes(`${name}, write-ahead log`, "bytes", median(all.walBytes), { baseline: median(bare.walBytes), most: 5 }),
]

try {
  await fill()
  const [all, bare] = [await indexBytes("kalends.audit"), await indexBytes("bare.audit")]
  say(
    `Indexes: ${(all / entriesBefore).toFixed(0)} bytes for an entry; ${(bare / entriesBefore).toFixed(0)} of them the primary key`,
  )
  await appendInTurns([logOf(pool), logOf(barePool)], 20, 50)
  const single: [Log, Log] = [logOf(pool), logOf(barePool)]
  await appendInTurns(single, singles, 1)
  const batched: [Log, Log] = [logOf(pool), logOf(barePool)]
  await appendInTurns(batched, batches, batchSize)
  report([...compared("an entry by itself", single, 1.5), ...compared("an entry of a thousand at once", batched, 3)])
} catch (error) {
  failed(error)
} finally {
  for (const one of [system, pool, barePool]) await one.end()
  await database.stop()
  endBench()
}
