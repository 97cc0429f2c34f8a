import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type ServiceProcess, startService, until } from "../../../e2e/support.ts"
import { graphRequest } from "../bench/kit/notices.ts"
import { fillConnected, idOf, secretOf } from "../bench/kit/people.ts"
import { freePort } from "../src/platform/free-port.ts"
import { cloneDatabase, type TestDatabase } from "../src/testing/postgres.ts"

// What was answered 202 survives the death of the process that answered: each notice's pass has been run, or waits.

const calendarCount = 6_000
const lanes = 24
const killAfter = 1_500

let base: TestDatabase
let folder = ""
let client: pg.Client
beforeAll(async () => {
  base = await cloneDatabase()
  folder = await mkdtemp(join(tmpdir(), "kalends-kill-"))
  client = new pg.Client({ connectionString: base.url, options: "-c search_path=kalends -c kalends.account_id=system" })
  await client.connect()
  await fillConnected(client, 1, calendarCount)
  await writeFile(join(folder, "key"), `${Buffer.alloc(32, 7).toString("base64url")}\n`, { mode: 0o600 })
})
afterAll(async () => {
  await client?.end()
  await base?.drop()
  await rm(folder, { recursive: true, force: true })
})

function start(port: number): Promise<ServiceProcess> {
  const nowhere = "http://127.0.0.1:9"
  const settings = {
    DATABASE_URL: base.url,
    KALENDS_PORT: String(port),
    KALENDS_KEY_FILE: join(folder, "key"),
    KALENDS_MICROSOFT_CLIENT_ID: "test",
    KALENDS_MICROSOFT_CLIENT_SECRET: "test",
    KALENDS_MICROSOFT_LOGIN_URL: nowhere,
    KALENDS_MICROSOFT_API_URL: nowhere,
  }
  return startService(settings, join(folder, "log"))
}

/** Sends one notice for each calendar until the service is gone; resolves with the numbers of those answered 202. */
async function load(port: number, answered: (count: number) => void): Promise<readonly number[]> {
  const accepted: number[] = []
  let next = 0
  const lane = () =>
    new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1")
      let current = 0
      const send = () => {
        current = ++next
        if (current > calendarCount) socket.end()
        else socket.write(graphRequest("test", secretOf(current), current))
      }
      socket.on("connect", send)
      socket.on("data", (part: Buffer) => {
        if (!part.toString("latin1").startsWith("HTTP/1.1 202")) throw new Error(part.toString("latin1"))
        accepted.push(current)
        answered(accepted.length)
        send()
      })
      socket.on("error", () => {})
      socket.on("close", () => resolve())
    })
  await Promise.all(Array.from({ length: lanes }, lane))
  return accepted
}

/** Those of the calendars whose pass was neither run nor waits in the queue, nor is on its way there in a batch. */
async function lost(numbers: readonly number[]): Promise<readonly string[]> {
  const ids = numbers.map((number) => idOf("calendar", number))
  const { rows } = await client.query<{ id: string }>(
    `select wanted.id from unnest($1::uuid[]) as wanted (id)
     where not exists (select 1 from calendar where calendar_id = wanted.id and last_pass_at is not null)
     and not exists (select 1 from kalends_jobs._private_jobs where payload ->> 'calendarId' = wanted.id::text)
     and not exists (select 1 from notice_batch, jsonb_array_elements(jobs) as job where job ->> 'calendarId' = wanted.id::text)`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

test("a process killed under load has lost no notice that it answered 202", async () => {
  const port = await freePort()
  const first = await start(port)
  let ended = Promise.resolve()
  const accepted = await load(port, (count) => {
    if (count === killAfter) ended = first.end("SIGKILL")
  })
  await ended
  expect(accepted.length).toBeGreaterThanOrEqual(killAfter)
  expect(accepted.length).toBeLessThan(calendarCount)
  expect(await lost(accepted)).toEqual([])

  const passedCount = async () => {
    const { rows } = await client.query(
      "select count(*)::int as count from calendar where last_pass_at is not null and calendar_id = any($1)",
      [accepted.map((number) => idOf("calendar", number))],
    )
    return rows[0].count as number
  }
  // Nobody is there who could run one; some may have been run already.
  const before = await passedCount()
  const second = await start(await freePort())
  await until(async () => (await passedCount()) >= Math.min(before + 100, accepted.length))
  expect(await lost(accepted)).toEqual([])
  // What the first left on its way has reached the queue.
  await until(async () => (await client.query("select 1 from notice_batch")).rowCount === 0)
  await second.end("SIGTERM")
  expect(await lost(accepted)).toEqual([])
  // A count that could not fail would prove nothing.
  expect(await lost([calendarCount])).toHaveLength(1)
})
