import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { Logger, runMigrations } from "graphile-worker"
import pg from "pg"
import { jobSchema } from "./job-queue.ts"

const folder = join(import.meta.dirname, "migrations")

const silentLogger = new Logger(() => () => {})

// Any number; the same on every node, so that two that start together do not migrate together.
const lockNumber = 0x6b616c

/**
 * Brings the database to this version: each file of migrations/ once, in order, each in a transaction. Throws Error
 * with a line for the operator when a file that was applied has changed, or the database is newer than this program.
 */
export async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query("select pg_advisory_lock($1)", [lockNumber])
    await client.query("create schema if not exists kalends")
    await client.query("set search_path to kalends")
    await client.query("create table if not exists migration (name text primary key, digest text not null)")
    await applyMissing(client)
  } finally {
    await client.end()
  }
  await runMigrations({ connectionString: url, schema: jobSchema, logger: silentLogger })
  await pinQueuePlan(url)
}

/**
 * The queue's function keeps the plan that it made when the table was empty, and then reads the whole table for every
 * batch of notices (10 times slower at 20,000 waiting jobs). Only indexes are of use there, whatever the table holds.
 */
async function pinQueuePlan(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const addJobs = `function ${jobSchema}.add_jobs(${jobSchema}.job_spec[], boolean)`
    for (const setting of ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"])
      await client.query(`alter ${addJobs} set ${setting} = off`)
  } finally {
    await client.end()
  }
}

async function applyMissing(client: pg.Client): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort()
  const { rows } = await client.query<{ name: string; digest: string }>("select name, digest from migration")
  const applied = new Map(rows.map((row) => [row.name, row.digest]))
  const unknown = [...applied.keys()].find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new Error(`The database is newer than this program (it knows ${unknown}); install the newer version.`)
  for (const name of names) await applyOne(client, name, applied.get(name))
}

async function applyOne(client: pg.Client, name: string, appliedDigest: string | undefined): Promise<void> {
  const text = await readFile(join(folder, name), "utf8")
  const digest = createHash("sha256").update(text).digest("hex")
  if (appliedDigest === digest) return
  if (appliedDigest !== undefined)
    throw new Error(`The migration ${name} was changed after it was applied; restore it and add a new one.`)
  await client.query("begin")
  await client.query(text)
  await client.query("insert into migration (name, digest) values ($1, $2)", [name, digest])
  await client.query("commit")
}
