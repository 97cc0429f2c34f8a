/**
 * What the page of figures asks for, of an account with 400 days of figures at four providers and 50,000 calendars: the
 * store on a PostgreSQL of its own. And what counting costs where it is done.
 */
import { figureCounters, figureSpreads, slotLast } from "@kalends/domain/figures"
import { parseAccountId, parseProviderName } from "@kalends/domain/ids"
import { elapsedMs, say } from "../../../tools/platform.ts"
import { createFigureCollector } from "../src/figures/collector.ts"
import { createPictures } from "../src/figures/pictures.ts"
import { systemClock } from "../src/platform/clock.ts"
import { createLog } from "../src/platform/log.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { sampleRows } from "../src/testing/rows.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, failed, percentile, report } from "./kit/figures.ts"

const providers = ["graph", "google", "ews", "caldav"]
/** Of each: how many rows back, and the slots that a spread usually has in one. */
const grains = [
  { grain: "minute", seconds: 60, rows: 125, slots: 5 },
  { grain: "five-minutes", seconds: 300, rows: 312, slots: 8 },
  { grain: "hour", seconds: 3_600, rows: 744, slots: 12 },
  { grain: "day", seconds: 86_400, rows: 368, slots: 20 },
] as const
const calendarCount = 50_000
const asksEach = 20

const database = await startBenchDatabase()
const pool = createPool(database.url, 4)
const store = createStore(createDatabase(pool))
const { account, user } = sampleRows()
const accountId = parseAccountId(account.accountId)
const now = systemClock.now()

/** Each grain ends where the finer one begins. */
async function fill(): Promise<void> {
  const system = await pool.connect()
  await system.query("select set_config('kalends.account_id', 'system', false)")
  await system.query("insert into account (account_id, name, created_at) values ($1, 'Bench', $2)", [
    accountId,
    now.toString(),
  ])
  let end = now
  for (const { grain, seconds, rows, slots } of grains) {
    await system.query(
      `insert into figure (account_id, at, provider, grain, counters, spreads)
       select $1, $2::timestamptz - make_interval(secs => n * $3::float8), provider, $4, array_fill(1 + n % 50, array[$7::int]),
         (select array_agg(case when place % $8::int < $9::int then 1 + n % 50 else 0 end order by place)
          from generate_series(0, $8::int * $10::int - 1) as place)
       from unnest($5::text[]) as provider, generate_series(1, $6::int) as n`,
      [
        ...[accountId, end.toString(), seconds, grain, providers, rows],
        ...[figureCounters.length, slotLast + 1, slots, figureSpreads.length],
      ],
    )
    end = end.subtract({ seconds: seconds * rows })
  }
  await system.query(
    `insert into app_user (account_id, user_id, email, display_name, role, password_hash, created_at)
     select $1, md5('u' || n)::uuid, 'p' || n || '@example.org', 'P', 'user', 'x', $2 from generate_series(1, $3::int) as n`,
    [accountId, now.toString(), calendarCount],
  )
  await system.query(
    `insert into connection (account_id, connection_id, user_id, provider, permission, state, subject_id, created_at)
     select $1, md5('c' || n)::uuid, md5('u' || n)::uuid, $2, 'read', 'healthy', 's' || n, $3
     from generate_series(1, $4::int) as n`,
    [accountId, "graph", now.toString(), calendarCount],
  )
  await system.query(
    `insert into calendar (account_id, calendar_id, connection_id, provider_calendar_id, is_primary, can_write,
       is_first_listing, due_at, last_pass_at, failure_count)
     select $1, md5('k' || n)::uuid, md5('c' || n)::uuid, 'primary', true, false, false, $2, $2, 0
     from generate_series(1, $3::int) as n`,
    [accountId, now.toString(), calendarCount],
  )
  await system.query(
    `insert into subscription (account_id, subscription_id, calendar_id, provider, provider_subscription_id, expires_at,
       renew_at, created_at)
     select $1, md5('s' || n)::uuid, md5('k' || n)::uuid, 'graph', 's' || n, $2::timestamptz + interval '3 days', $2, $2
     from generate_series(1, $3::int) as n`,
    [accountId, now.toString(), calendarCount],
  )
  await system.query("analyze")
  const { rows } = await system.query("select count(*) as count from figure")
  say(`${rows[0].count.toLocaleString("en")} rows of figures, ${calendarCount.toLocaleString("en")} calendars`)
  system.release()
}

async function timesOf(work: () => Promise<unknown>): Promise<readonly number[]> {
  await work()
  const times: number[] = []
  for (let ask = 0; ask < asksEach; ask++) {
    const began = elapsedMs()
    await work()
    times.push(elapsedMs() - began)
  }
  return times
}

/** Nanoseconds for one counter and one spread, as of a notice. */
function countingNs(): number {
  const collector = createFigureCollector({ store, clock: systemClock, log: createLog("silent") })
  const owner = { accountId, provider: parseProviderName("graph") }
  const counts = 2_000_000
  const rounds = [0, 1, 2].map(() => {
    const began = elapsedMs()
    for (let count = 0; count < counts; count++) {
      collector.countFor(owner, "notices-received")
      collector.spreadFor(owner, "own-share", count % 50)
    }
    return ((elapsedMs() - began) * 1e6) / counts
  })
  return Math.min(...rounds)
}

try {
  await fill()
  const fresh = () => createPictures({ store, clock: systemClock, stalenessBoundSeconds: () => 935 })
  const pictures = fresh()
  const by = { ...user, accountId }
  const shown = [...figureSpreads.slice(0, 3), ...figureCounters.slice(0, 12)].join(",")
  const asks = [
    ["1 hour", 1, 60],
    ["24 hours", 24, 900],
    ["7 days", 24 * 7, 10_800],
    ["30 days", 24 * 30, 43_200],
  ] as const
  const figures = []
  for (const [name, hours, step] of asks) {
    const query = { measure: shown, from: now.subtract({ hours }).toString(), to: now.toString(), step }
    const times = await timesOf(() => fresh().series(by, query))
    figures.push(atMost(`15 measures over ${name}, read anew, p95`, "ms", percentile(times, 0.95), 200))
    const again = await timesOf(() => pictures.series(by, query))
    figures.push(atMost("the same, asked again within a moment, p95", "ms", percentile(again, 0.95), 200))
  }
  const times = await timesOf(() => fresh().now(by))
  figures.push(
    atMost(
      `how it stands now, of ${calendarCount.toLocaleString("en")} calendars, read anew, p95`,
      "ms",
      percentile(times, 0.95),
      200,
    ),
  )
  figures.push(atMost("one counter and one spread counted", "ns", countingNs(), 1_000))
  report(figures)
} catch (error) {
  failed(error)
} finally {
  await pool.end()
  await database.stop()
  endBench()
}
