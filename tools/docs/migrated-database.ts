import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startEmbeddedPostgres } from "../../packages/server/src/platform/embedded-postgres.ts"
import { migrate } from "../../packages/server/src/postgres/migrate.ts"

/** Starts an empty PostgreSQL of its own, migrates it, and ends it after `use`. Takes some two seconds. */
export async function withMigratedDatabase<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-docs-"))
  const database = await startEmbeddedPostgres({ folder, isDurable: false })
  try {
    await migrate(database.url)
    return await use(database.url)
  } finally {
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
