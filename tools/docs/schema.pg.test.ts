import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { dumpSchema } from "../../packages/server/src/postgres/dump-schema.ts"
import { cloneDatabase } from "../../packages/server/src/testing/postgres.ts"
import { rootFolder } from "../platform.ts"

test("schema.sql is what the migrations make", async () => {
  const database = await cloneDatabase()
  const live = await dumpSchema(database.url)
  await database.drop()
  const kept = await readFile(join(rootFolder, "packages/server/src/postgres/schema.sql"), "utf8")
  expect(kept, 'run "npm run docs"').toBe(live)
})
