import { type QueryExecutorProvider, sql } from "kysely"
import { type Job, type JobQueue, jobKey } from "../ports/job-queue.ts"

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
    if (known === undefined || noticedAtMs(job) >= noticedAtMs(known)) byKey.set(key, job)
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, job]) => job)
}

function noticedAtMs(job: Job): number {
  return job.kind === "pass" ? (job.noticedAtMs ?? 0) : 0
}

/**
 * Adds jobs within `database`, which may be a transaction. A job that waits already keeps its run time (so that a
 * notification does not cut a provider's Retry-After short), and a timer's mark does not erase what a notification
 * wrote into a waiting pass.
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
  const isTimed = rows.map((job) => noticedAtMs(job) === 0)
  const schema = sql.id(jobSchema)
  const kept = rows.some((job) => job.kind === "pass" && noticedAtMs(job) === 0)
    ? sql`coalesce((select waiting.payload from ${schema}._private_jobs waiting where spec.is_timed and waiting.key = spec.key and waiting.locked_at is null and waiting.payload ->> 'noticedAtMs' is not null), spec.payload::json)`
    : sql`spec.payload::json`
  await sql`
    select count(*) from ${schema}.add_jobs(array(
      select row(spec.kind, ${kept}, null, ${runAt ?? null}::timestamptz, null, spec.key, null, null)::${schema}.job_spec
      from unnest(${kinds}::text[], ${payloads}::text[], ${keys}::text[], ${isTimed}::boolean[]) as spec (kind, payload, key, is_timed)
      order by spec.key
    ), true)`.execute(database)
}

/** The queue on graphile-worker: durable once `add` resolves. */
export function createJobQueue(database: QueryExecutorProvider): JobQueue {
  return { add: (jobs, runAt) => addJobs(database, jobs, runAt) }
}
