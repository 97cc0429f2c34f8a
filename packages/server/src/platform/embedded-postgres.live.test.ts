import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import { afterAll, expect, test } from "vitest"
import { startEmbeddedPostgres } from "./embedded-postgres.ts"

const folder = await mkdtemp(join(tmpdir(), "kalends-embedded-"))
const ended: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ended.reverse()) await end()
  await rm(folder, { recursive: true, force: true })
})

test("a database that somebody uses is not ended by a second start, one that was left behind is", async () => {
  const first = await startEmbeddedPostgres({ folder, isDurable: false })
  const client = new pg.Client({ connectionString: first.url })
  client.on("error", () => {})
  await client.connect()
  await expect(startEmbeddedPostgres({ folder, isDurable: false })).rejects.toThrow(/Another Kalends is running on/)
  expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }])
  await client.end()
  const second = await startEmbeddedPostgres({ folder, isDurable: false })
  ended.push(() => second.stop())
  const other = new pg.Client({ connectionString: second.url })
  await other.connect()
  expect((await other.query("select 1 as one")).rows).toEqual([{ one: 1 }])
  await other.end()
})
