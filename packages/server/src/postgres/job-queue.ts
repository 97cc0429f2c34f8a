import { type QueryExecutorProvider, sql } from "kysely"
import { coalesced, type Job, type JobQueue, jobKey } from "../ports/job-queue.ts"

/** Schema of graphile-worker's own tables. */
export const jobSchema = "kalends_jobs"

function payload(job: Job): string {
  const { kind: _, ...ids } = job
  return JSON.stringify(ids)
}

/** One job for each key, sorted by key: two nodes that add the same jobs take their locks in the same order. */
function distinct(jobs: readonly Job[]): readonly Job[] {
  const byKey = new Map<string, Job>()
  for (const job of jobs) {
    const key = jobKey(job)
    const known = byKey.get(key)
    byKey.set(key, known === undefined ? job : coalesced(known, job))
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, job]) => job)
}

/** Zero for a timer's pass; null for jobs that no notice calls for. */
function noticedAtMs(job: Job): number | null {
  return job.kind === "pass" ? (job.noticedAtMs ?? 0) : null
}

/**
 * Adds jobs within `database`, which may be a transaction. A job that waits already keeps its run time (so that a
 * notification does not cut a provider's Retry-After short), and what a later notification wrote into a waiting pass is
 * not erased: neither by a timer's mark nor by an earlier pass that failed and is queued again.
 */
export async function addJobs(
  database: QueryExecutorProvider,
  jobs: readonly Job[],
  runAt?: Temporal.Instant,
): Promise<void> {
  if (jobs.length === 0) return
  const rows = distinct(jobs)
  const kinds = rows.map((job) => job.kind)
  const keys = rows.map(jobKey)
  const payloads = rows.map(payload)
  const noticed = rows.map(noticedAtMs)
  const schema = sql.id(jobSchema)
  const kept = noticed.some((atMs) => atMs !== null)
    ? sql`coalesce((select waiting.payload from ${schema}._private_jobs waiting where waiting.key = spec.key and waiting.locked_at is null and (waiting.payload ->> 'noticedAtMs')::bigint > spec.noticed_at_ms), spec.payload::json)`
    : sql`spec.payload::json`
  await sql`
    select count(*) from ${schema}.add_jobs(array(
      select row(spec.kind, ${kept}, null, ${runAt ?? null}::timestamptz, null, spec.key, null, null)::${schema}.job_spec
      from unnest(${kinds}::text[], ${payloads}::text[], ${keys}::text[], ${noticed}::bigint[]) as spec (kind, payload, key, noticed_at_ms)
      order by spec.key
    ), true)`.execute(database)
}

/** The queue on graphile-worker: durable once `add` resolves. */
export function createJobQueue(database: QueryExecutorProvider): JobQueue {
  return {
    add: (jobs, runAt) => addJobs(database, jobs, runAt),
    async release(takenBefore) {
      // A job that came anew while a worker had this one has taken its key and its place: it would never be run.
      await sql`
        delete from ${sql.id(jobSchema)}._private_jobs
        where (locked_at is null or locked_at < ${takenBefore}) and key is null and attempts >= max_attempts`.execute(
        database,
      )
      const { numAffectedRows } = await sql`
        update ${sql.id(jobSchema)}._private_jobs set locked_at = null, locked_by = null
        where locked_at < ${takenBefore}`.execute(database)
      return Number(numAffectedRows ?? 0)
    },
  }
}
