import { parseAccountId, parseCalendarId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { sql } from "kysely"
import { describe, expect, test } from "vitest"
import { type Job, jobKey } from "../ports/job-queue.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { useDatabase } from "../testing/postgres.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createDatabase, createPool } from "./database.ts"
import { addJobs, jobSchema } from "./job-queue.ts"
import { createNoticeLog } from "./notice-log.ts"

const database = useDatabase()
const random = seededRandom(41)
const silent = { info() {}, warn() {}, error() {} }

const noticeLog = (log = silent) => createNoticeLog({ database: database(), clock: fakeClock(), log })
const ids = () => ({ accountId: parseAccountId(random.uuid()), calendarId: parseCalendarId(random.uuid()) })
const pass = (noticedAtMs: number, of = ids()) => ({ kind: "pass" as const, ...of, noticedAtMs })

type Queued = { readonly key: string; readonly payload: unknown }

async function queued(jobs: readonly Job[]): Promise<readonly Queued[]> {
  const { rows } = await sql<Queued>`
    select key, payload from ${sql.id(jobSchema)}._private_jobs where key = any(${jobs.map(jobKey)}) order by key`.execute(
    database(),
  )
  return rows
}

async function batchCount(): Promise<number> {
  const { rows } = await sql<{ readonly count: number }>`select count(*)::int as count from notice_batch`.execute(
    database(),
  )
  return rows[0]?.count ?? -1
}

describe("the notice log", () => {
  test("queues what was appended under the keys of the job queue, ids only, and keeps nothing", async () => {
    const log = noticeLog()
    const subscribe = { kind: "subscribe" as const, ...ids() }
    const jobs: readonly Job[] = [pass(1000), pass(2000), subscribe]
    await log.append(jobs)
    await log.feed()
    const expected = jobs.map((job) => {
      const { kind: _, ...payload } = job
      return { key: jobKey(job), payload }
    })
    expect(await queued(jobs)).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)))
    expect(await batchCount()).toBe(0)
  })

  test("queues one pass for a calendar that is named often, in one batch or in several", async () => {
    const log = noticeLog()
    const of = ids()
    await log.append([pass(1, of), pass(3, of), pass(2, of)])
    await log.feed()
    await log.append([pass(4, of)])
    await log.feed()
    expect(await queued([pass(1, of)])).toEqual([{ key: `pass:${of.calendarId}`, payload: { ...of, noticedAtMs: 3 } }])
  })

  test("a notice is written over a pass that waits because of a timer", async () => {
    const log = noticeLog()
    const of = ids()
    await addJobs(database(), [{ kind: "pass", ...of, noticedAtMs: null }])
    await log.append([pass(7, of)])
    await log.feed()
    expect(await queued([pass(7, of)])).toEqual([{ key: `pass:${of.calendarId}`, payload: { ...of, noticedAtMs: 7 } }])
  })

  test("a notice that comes while its calendar's pass is under way is queued for another", async () => {
    const log = noticeLog()
    const of = ids()
    await addJobs(database(), [pass(1, of)])
    await sql`update ${sql.id(jobSchema)}._private_jobs set locked_at = ${"2026-11-23T09:00:00Z"}, locked_by = 'a worker', attempts = 1 where key = ${`pass:${of.calendarId}`}`.execute(
      database(),
    )
    await log.append([pass(2, of)])
    await log.feed()
    const { rows } = await sql<{
      readonly lockedBy: string | null
    }>`select locked_by from ${sql.id(jobSchema)}._private_jobs where payload ->> 'calendarId' = ${of.calendarId} order by id`.execute(
      database(),
    )
    expect(rows.map(({ lockedBy }) => lockedBy)).toEqual(["a worker", null])
  })

  test("what a node that died had accepted is queued by the sweep of another", async () => {
    const job = pass(5)
    await sql`insert into notice_batch (jobs) values (${JSON.stringify([job])}::jsonb)`.execute(database())
    const stop = noticeLog().start()
    await stop()
    expect(await queued([job])).toHaveLength(1)
  })

  test("two nodes that feed at once queue every job once", async () => {
    const jobs = Array.from({ length: 300 }, (_, index) => pass(index))
    for (let at = 0; at < jobs.length; at += 3)
      await sql`insert into notice_batch (jobs) values (${JSON.stringify(jobs.slice(at, at + 3))}::jsonb)`.execute(
        database(),
      )
    await Promise.all([noticeLog().feed(), noticeLog().feed()])
    expect(await queued(jobs)).toHaveLength(300)
    expect(await batchCount()).toBe(0)
  })

  test("a queue that cannot be written loses nothing, says so without naming anyone, and is tried again", async () => {
    const lines: unknown[] = []
    const log = noticeLog({ ...silent, warn: (...line: unknown[]) => void lines.push(line) })
    const job = pass(9)
    await sql`alter table ${sql.id(jobSchema)}._private_jobs rename to away`.execute(database())
    await log.append([job])
    await log.feed()
    expect(await batchCount()).toBe(1)
    await sql`alter table ${sql.id(jobSchema)}.away rename to _private_jobs`.execute(database())
    expect(JSON.stringify(lines)).toContain("tried again")
    expect(JSON.stringify(lines)).not.toContain(job.calendarId)
    await log.feed()
    expect(await queued([job])).toHaveLength(1)
  })

  test("what is not durable is not accepted", async () => {
    const away = createDatabase(createPool("postgres://127.0.0.1:1/nowhere", 1))
    const log = createNoticeLog({ database: away, clock: fakeClock(), log: silent })
    await expect(log.append([pass(1)])).rejects.toThrow()
    await away.destroy()
  })

  test("more than may wait is refused for the provider to send again", async () => {
    const log = noticeLog()
    const of = ids()
    const many = Array.from({ length: 500_001 }, () => pass(1, of))
    expect(isProblem(await log.append(many).catch((error: unknown) => error), "unavailable")).toBe(true)
  })
})
