import { Problem } from "@kalends/domain/problem"
import { type Kysely, sql } from "kysely"
import type { Clock } from "../ports/clock.ts"
import type { Job, NoticeLog } from "../ports/job-queue.ts"
import type { Log } from "../ports/log.ts"
import type { Database } from "./database.ts"
import { jobSchema } from "./job-queue.ts"

export type NoticeLogDeps = { readonly database: Kysely<Database>; readonly clock: Clock; readonly log: Log }

/** Batches queued in one transaction: a few thousand jobs, fewer where one calendar is named often. */
const batchesAtOnce = 32
/** Jobs of this node that may wait to be queued; beyond that providers are asked to send again. */
const jobsWaitingMost = 500_000
/** How often what another node left behind is looked for. */
const sweepMs = 10_000

/**
 * Accepted notices on their way to the queue. Appending one row takes a tenth of the time of queueing its jobs, and while
 * one lot is queued the next gathers, so that a calendar named often is queued once. Every node queues what it finds; a
 * batch left by a node that died is queued by the next sweep of any.
 */
export function createNoticeLog({ database, clock, log }: NoticeLogDeps) {
  let waitingCount = 0
  let isAsked = false
  let feeding: Promise<void> | null = null

  /** Queues all there is; resolves when nothing was left, or when the database failed (the sweep tries again). */
  function feed(): Promise<void> {
    isAsked = true
    feeding ??= feedAll()
    return feeding
  }

  async function feedAll(): Promise<void> {
    try {
      while (isAsked) {
        isAsked = false
        while ((await feedOnce(database)) === batchesAtOnce);
      }
      waitingCount = 0
    } catch {
      // The error's text may name rows. Nothing is lost: the batches stay where they are.
      log.warn("accepted notices could not be queued and will be tried again", { waitingCount })
    } finally {
      feeding = null
    }
  }

  return {
    async append(jobs: readonly Job[]): Promise<void> {
      if (waitingCount + jobs.length > jobsWaitingMost)
        throw new Problem("unavailable", "Too much is waiting; send it again later.", { code: "queue-full" })
      await sql`insert into notice_batch (jobs) values (${JSON.stringify(jobs)}::jsonb)`.execute(database)
      waitingCount += jobs.length
      void feed()
    },
    feed,
    /** Sweeps from now on; the returned function ends that, after what is under way. */
    start(): () => Promise<void> {
      let cancel = () => {}
      const sweep = () => {
        void feed()
        cancel = clock.after(sweepMs, sweep)
      }
      sweep()
      return async () => {
        cancel()
        await feeding
      }
    },
  } satisfies NoticeLog & Record<string, unknown>
}

/**
 * Moves the oldest batches to the queue in one statement, without their passing through this process; how many they were.
 * One job for each key, the newest notice's. A calendar that waits because of an earlier notice needs no write: that
 * pass starts later than now, and reads what both announced.
 */
async function feedOnce(database: Kysely<Database>): Promise<number> {
  const schema = sql.id(jobSchema)
  const { rows } = await sql<{ readonly batches: number }>`
    with taken as (
      delete from notice_batch where batch_id in (
        select batch_id from notice_batch order by batch_id limit ${batchesAtOnce} for update skip locked
      ) returning jobs
    ), marks as (
      select distinct on (key) key, job ->> 'kind' as kind, job - 'kind' as payload
      from taken, jsonb_array_elements(taken.jobs) as job, concat(job ->> 'kind', ':', job ->> 'calendarId') as key
      order by key, (job ->> 'noticedAtMs')::bigint desc nulls last
    ), due as (
      select array_agg(row(kind, payload, null, null, null, key, null, null)::${schema}.job_spec order by key) as jobs
      from marks
      where kind <> 'pass' or (
        select waiting.payload ->> 'noticedAtMs' from ${schema}._private_jobs waiting
        where waiting.key = marks.key and waiting.is_available
      ) is null
    ), added as (
      select count(*)::int as count from due, lateral ${schema}.add_jobs(due.jobs, true) where due.jobs is not null
    )
    select (select count(*)::int from taken) as batches, (select count from added) as added`.execute(database)
  return rows[0]?.batches ?? 0
}
