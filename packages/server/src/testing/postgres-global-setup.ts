import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import type { TestProject } from "vitest/node"
import { type EmbeddedDatabase, startEmbeddedPostgres } from "../platform/embedded-postgres.ts"
import { migrate } from "../postgres/migrate.ts"
import { templateName } from "./postgres.ts"

// One PostgreSQL for all test files of a run; each file clones the migrated template.

let server: EmbeddedDatabase | null = null
let folder = ""

export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "kalends-pg-"))
  server = await startEmbeddedPostgres({ folder, isDurable: false })
  const admin = new pg.Client({ connectionString: server.adminUrl })
  await admin.connect()
  await admin.query(`create database ${templateName} owner kalends`)
  await admin.end()
  await migrate(server.url.replace(/\/kalends$/, `/${templateName}`))
  project.provide("postgres", { adminUrl: server.adminUrl, url: server.url })
}

export async function teardown(): Promise<void> {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
}
