import { randomUUID } from "node:crypto"
import pg from "pg"
import { afterAll, beforeAll, inject } from "vitest"
import { createDatabase, createPool } from "../postgres/database.ts"

declare module "vitest" {
  interface ProvidedContext {
    postgres: { adminUrl: string; url: string }
  }
}

export const templateName = "kalends_template"

export type TestDatabase = {
  /** Connection string of the application's role on a migrated, empty database of this file's own. */
  readonly url: string
  /** Close every pool first. */
  drop(): Promise<void>
}

/** Clones the migrated template: some 50 ms. Only in `.pg`, `.sim`, `.live` and `e2e` tests. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const { adminUrl, url } = inject("postgres")
  const name = `test_${randomUUID().replaceAll("-", "")}`
  await runAdmin(adminUrl, `create database ${name} template ${templateName} owner kalends`)
  return {
    url: url.replace(/\/kalends$/, `/${name}`),
    drop: () => runAdmin(adminUrl, `drop database ${name} with (force)`),
  }
}

/** A clone that this file's tests share, from before the first to after the last. */
export function useDatabase(connections = 4): () => ReturnType<typeof createDatabase> {
  let clone: TestDatabase
  let database: ReturnType<typeof createDatabase>
  beforeAll(async () => {
    clone = await cloneDatabase()
    database = createDatabase(createPool(clone.url, connections))
  })
  afterAll(async () => {
    await database.destroy()
    await clone.drop()
  })
  return () => database
}

async function runAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/**
 * Whether each meeting and its event were seen alike once, and no job is due or under way. A job without a key is one that
 * came anew while a worker had it, which was killed: it is never run.
 */
export async function areMeetingsAtRest(url: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    options: "-c search_path=kalends -c kalends.account_id=system",
  })
  await client.connect()
  try {
    const { rows } =
      await client.query(`select (select count(*)::int from meeting_link where agreed_topic is null) as open,
      (select count(*)::int from kalends_jobs._private_jobs where run_at <= current_timestamp and key is not null) as jobs`)
    return rows[0].open === 0 && rows[0].jobs === 0
  } finally {
    await client.end()
  }
}
