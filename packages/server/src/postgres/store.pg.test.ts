import { type ConnectionState, connectionStates } from "@kalends/domain/connection"
import { isProblem } from "@kalends/domain/problem"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createDatabase, createPool } from "./database.ts"
import { addJobs, createJobQueue, jobSchema } from "./job-queue.ts"
import { createStore, inScope } from "./store.ts"

let base: TestDatabase
let database: ReturnType<typeof createDatabase>
let pool: ReturnType<typeof createPool>

beforeAll(async () => {
  base = await cloneDatabase()
  pool = createPool(base.url, 4)
  database = createDatabase(pool)
})
afterAll(async () => {
  await database.destroy()
  await base.drop()
})

async function insertSample(seed: number) {
  const rows = sampleRows(seed)
  const store = createStore(database)
  await store.asSystem((tables) => tables.insertAccount(rows.account))
  await store.inAccount(rows.account.accountId, async (tables) => {
    await tables.insertUser(rows.user)
    await tables.insertConnection(rows.connection)
    await tables.upsertCredential(rows.credential)
    await tables.insertCalendar(rows.calendar)
  })
  return { rows, store }
}

describe("the store on PostgreSQL", () => {
  test("gives back rows as they were put in, instants and bytes included", async () => {
    const { rows, store } = await insertSample(1)
    const found = await store.inAccount(rows.account.accountId, async (tables) => ({
      connection: await tables.findConnectionOfUser(rows.user.userId),
      credential: await tables.findCredential(rows.connection.connectionId),
      calendars: await tables.listCalendars(rows.connection.connectionId),
    }))
    expect(found.connection?.createdAt.equals(rows.connection.createdAt)).toBe(true)
    expect({ ...found.connection, createdAt: 0, lastOkAt: 0 }).toEqual({
      ...rows.connection,
      createdAt: 0,
      lastOkAt: 0,
    })
    expect([...(found.credential?.sealedSecret ?? [])]).toEqual([1])
    expect(found.calendars).toHaveLength(1)
  })

  test("row-level security hides one account's rows from another", async () => {
    const { rows: mine } = await insertSample(2)
    const { rows: theirs, store } = await insertSample(3)
    const seen = await store.inAccount(mine.account.accountId, (tables) =>
      tables.findConnection(theirs.connection.connectionId),
    )
    expect(seen).toBeNull()
    const { rows: unscoped } = await sql`select * from connection`.execute(database)
    expect(unscoped).toEqual([])
    const raw = inScope(database, mine.account.accountId, async (tx) => {
      await tx
        .updateTable("connection")
        .set({ state: "disabled" })
        .where("connectionId", "=", theirs.connection.connectionId)
        .execute()
      await tx
        .insertInto("account")
        .values({ ...theirs.account, name: "taken over" })
        .execute()
    })
    await expect(raw).rejects.toThrow(/row-level security/)
  })

  test("refuses a second connection of one user as a conflict", async () => {
    const { rows, store } = await insertSample(4)
    const second = { ...rows.connection, connectionId: sampleRows(40).connection.connectionId }
    const refused = await store
      .inAccount(rows.account.accountId, (tables) => tables.insertConnection(second))
      .catch((error: unknown) => error)
    expect(isProblem(refused, "conflict")).toBe(true)
  })

  test("deleting a connection leaves none of its rows", async () => {
    const { rows, store } = await insertSample(5)
    await store.inAccount(rows.account.accountId, (tables) => tables.deleteConnection(rows.connection.connectionId))
    const left = await store.inAccount(rows.account.accountId, async (tables) => [
      await tables.findCredential(rows.connection.connectionId),
      await tables.findCalendar(rows.calendar.calendarId),
    ])
    expect(left).toEqual([null, null])
  })

  test("a transaction that throws changes nothing, its jobs included", async () => {
    const { rows, store } = await insertSample(6)
    const job = { kind: "subscribe", accountId: rows.account.accountId, calendarId: rows.calendar.calendarId } as const
    const work = store.inAccount(rows.account.accountId, async (tables) => {
      await tables.addJobs([job])
      await tables.deleteConnection(rows.connection.connectionId)
      throw new Error("on purpose")
    })
    await expect(work).rejects.toThrow("on purpose")
    expect(await waitingPayloads(`subscribe:${job.calendarId}`)).toEqual([])
    expect(
      await store.inAccount(rows.account.accountId, (tables) => tables.findConnection(rows.connection.connectionId)),
    ).not.toBeNull()
  })

  test("two nodes never take the same due calendar", async () => {
    const { rows, store } = await insertSample(7)
    const now = rows.calendar.dueAt.add({ seconds: 1 })
    const take = () =>
      store.asSystem((tables) => tables.takeDueCalendars({ now, limit: 100, nextDueAt: now.add({ minutes: 15 }) }))
    const taken = (await Promise.all([take(), take()])).flat()
    const mine = taken.filter((due) => due.calendarId === rows.calendar.calendarId)
    expect(mine).toHaveLength(1)
  })

  test("a grant that nobody used is listed, unless its connection waits for a person", async () => {
    const { rows, store } = await insertSample(13)
    const { accountId } = rows.account
    const { connectionId } = rows.connection
    const unusedSince = rows.credential.usedAt.add({ seconds: 1 })
    const isListed = async (state: ConnectionState) => {
      await store.inAccount(accountId, (tables) => tables.updateConnection(connectionId, { state }))
      const idle = await store.asSystem((tables) => tables.listIdleConnections({ unusedSince, limit: 100 }))
      return idle.some((row) => row.accountId === accountId && row.connectionId === connectionId)
    }
    const listed: ConnectionState[] = []
    for (const state of connectionStates) if (await isListed(state)) listed.push(state)
    expect(listed).toEqual(["connecting", "healthy", "unreachable"])
  })

  test("a lock on a credential holds the second taker until the first has ended", async () => {
    const { rows, store } = await insertSample(8)
    const order: string[] = []
    const hold = (name: string) =>
      store.inAccount(rows.account.accountId, async (tables) => {
        const row = await tables.lockCredential(rows.connection.connectionId)
        order.push(`${name} sees ${row?.version}`)
        if (row !== null) await tables.upsertCredential({ ...row, version: row.version + 1 })
      })
    await Promise.all([hold("first"), hold("second")])
    expect(order.map((line) => line.replace(/^\w+ /, "")).sort()).toEqual(["sees 1", "sees 2"])
  })

  test("the audit log is chained, without gaps, and cannot be changed", async () => {
    const { rows, store } = await insertSample(9)
    const entry = {
      actor: { kind: "service", part: "broker" },
      action: "secret-opened",
      subjectId: rows.connection.connectionId,
      reason: "pass",
    } as const
    const append = () =>
      store.inAccount(rows.account.accountId, (tables) => tables.appendAudit(entry, rows.account.createdAt))
    await Promise.all([append(), append(), append()])
    const log = await store.inAccount(rows.account.accountId, (tables) => tables.listAudit({ after: 0, limit: 10 }))
    expect(log.map((row) => row.sequence)).toEqual([1, 2, 3])
    expect([...(log[2]?.previousHash ?? [])]).toEqual([...(log[1]?.hash ?? [1])])
    const change = inScope(database, rows.account.accountId, async (tx) => {
      await tx.updateTable("audit").set({ reason: "nothing" }).execute()
    })
    await expect(change).rejects.toThrow("append-only")
  })
})

describe("the job queue", () => {
  test("jobs with one key coalesce, and a timer's mark keeps what a notice wrote", async () => {
    const { rows } = await insertSample(10)
    const mark = { kind: "pass", accountId: rows.account.accountId, calendarId: rows.calendar.calendarId } as const
    await addJobs(database, [{ ...mark, noticedAtMs: null }])
    await addJobs(database, [
      { ...mark, noticedAtMs: 1000 },
      { ...mark, noticedAtMs: 2000 },
    ])
    await addJobs(database, [{ ...mark, noticedAtMs: null }])
    expect(await waitingPayloads(`pass:${mark.calendarId}`)).toEqual([
      { accountId: mark.accountId, calendarId: mark.calendarId, noticedAtMs: 2000 },
    ])
  })

  test("a pass that failed and is queued again does not erase a later notice", async () => {
    const { rows } = await insertSample(12)
    const of = { accountId: rows.account.accountId, calendarId: rows.calendar.calendarId }
    for (const noticedAtMs of [2000, 1000]) await addJobs(database, [{ kind: "pass", ...of, noticedAtMs }])
    await addJobs(database, [{ kind: "subscribe", ...of }])
    expect(await waitingPayloads(`pass:${of.calendarId}`)).toEqual([{ ...of, noticedAtMs: 2000 }])
    await addJobs(database, [{ kind: "pass", ...of, noticedAtMs: 3000 }])
    expect(await waitingPayloads(`pass:${of.calendarId}`)).toEqual([{ ...of, noticedAtMs: 3000 }])
  })

  test("jobs of a worker that was killed are given back after a while, and those under way are not", async () => {
    const { rows } = await insertSample(112)
    const queue = createJobQueue(database)
    const ids = { accountId: rows.account.accountId, calendarId: rows.calendar.calendarId }
    await addJobs(database, [
      { kind: "pass", ...ids, noticedAtMs: 5 },
      { kind: "subscribe", ...ids },
    ])
    const lock = (kind: string, at: string) =>
      sql`update ${sql.id(jobSchema)}._private_jobs set locked_at = ${at}, locked_by = 'a worker', attempts = 1 where key = ${`${kind}:${ids.calendarId}`}`.execute(
        database,
      )
    await lock("pass", "2026-11-23T08:00:00Z")
    await lock("subscribe", "2026-11-23T08:55:00Z")
    expect(await queue.release(Temporal.Instant.from("2026-11-23T08:50:00Z"))).toBe(1)
    const { rows: locked } = await sql<{
      readonly key: string
    }>`select key from ${sql.id(jobSchema)}._private_jobs where locked_by is not null and key like ${`%${ids.calendarId}`}`.execute(
      database,
    )
    expect(locked).toEqual([{ key: `subscribe:${ids.calendarId}` }])
  })

  test("a killed worker's job that came anew meanwhile is there once, not for ever beside the new one", async () => {
    const { rows } = await insertSample(113)
    const queue = createJobQueue(database)
    const job = { kind: "subscribe", accountId: rows.account.accountId, calendarId: rows.calendar.calendarId } as const
    await addJobs(database, [job])
    await sql`update ${sql.id(jobSchema)}._private_jobs set locked_at = '2026-11-23T08:00:00Z', locked_by = 'a worker', attempts = 1 where key = ${`subscribe:${job.calendarId}`}`.execute(
      database,
    )
    await addJobs(database, [job])
    const jobs = async () =>
      (
        await sql<{
          readonly key: string | null
        }>`select key from ${sql.id(jobSchema)}._private_jobs where payload ->> 'calendarId' = ${job.calendarId}`.execute(
          database,
        )
      ).rows
    expect(await jobs()).toHaveLength(2)
    await queue.release(Temporal.Instant.from("2026-11-23T08:50:00Z"))
    expect(await jobs()).toEqual([{ key: `subscribe:${job.calendarId}` }])
  })

  test("a waiting job keeps its run time when it is added again", async () => {
    const { rows } = await insertSample(11)
    const mark = {
      kind: "pass",
      accountId: rows.account.accountId,
      calendarId: rows.calendar.calendarId,
      noticedAtMs: 5,
    } as const
    await addJobs(database, [mark], Temporal.Instant.from("2099-01-01T00:00:00Z"))
    await addJobs(database, [mark])
    const { rows: waiting } = await sql<{
      runAt: Temporal.Instant
    }>`select run_at from ${sql.id(jobSchema)}._private_jobs where key = ${`pass:${mark.calendarId}`}`.execute(database)
    expect(waiting[0]?.runAt.toString()).toBe("2099-01-01T00:00:00Z")
  })
})

async function waitingPayloads(key: string): Promise<unknown[]> {
  const { rows } = await sql<{
    payload: unknown
  }>`select payload from ${sql.id(jobSchema)}._private_jobs where key = ${key}`.execute(database)
  return rows.map((row) => row.payload)
}
