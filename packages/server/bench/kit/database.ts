import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts"
import { migrate } from "../../src/postgres/migrate.ts"

export type BenchDatabase = { readonly url: string; readonly adminUrl: string; stop(): Promise<void> }

/** A migrated, empty database on a durable PostgreSQL (fsync on) of the bench's own. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-bench-"))
  const server = await startEmbeddedPostgres({ folder, isDurable: true })
  await migrate(server.url)
  return {
    url: server.url,
    adminUrl: server.adminUrl,
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
