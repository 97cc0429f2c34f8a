/**
 * `npm run docs` writes the documents that come from code: docs/config.md, docs/openapi.json, docs/access.md and the
 * server's schema.sql. With `--check` it writes nothing, names those that are out of date and ends with 1.
 */
import { existsSync } from "node:fs"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { dumpSchema } from "../packages/server/src/postgres/dump-schema.ts"
import { accessPage, parseRoutes } from "./docs/access-page.ts"
import { configPage, parseOptions } from "./docs/config-page.ts"
import { withMigratedDatabase } from "./docs/migrated-database.ts"
import { rootFolder, say } from "./platform.ts"

/** A generated document: its path, the module it comes from and how its text is made. `null` where there is nothing to write yet. */
export type GeneratedDocument = {
  readonly path: string
  readonly source: string
  /** Slow ones (they start a database) are checked by a test of their own, not by `--check`. */
  readonly isSlow?: boolean
  readonly make: (module: object) => Promise<string> | string
}

const documents: readonly GeneratedDocument[] = [
  {
    path: "docs/config.md",
    source: "packages/server/src/config.ts",
    make: (module) =>
      configPage(parseOptions(exported(module, "options")), parseOptions(exported(module, "optionsPerIssuer"))),
  },
  {
    path: "docs/openapi.json",
    source: "packages/server/src/http/openapi.ts",
    make: async (module) => `${JSON.stringify(await call(module, "openApiDocument"), null, 2)}\n`,
  },
  {
    path: "docs/access.md",
    source: "packages/server/src/http/openapi.ts",
    make: async (module) => accessPage(parseRoutes(await call(module, "openApiRoutes"))),
  },
  {
    path: "packages/server/src/postgres/schema.sql",
    source: "packages/server/src/postgres/dump-schema.ts",
    isSlow: true,
    make: () => withMigratedDatabase(dumpSchema),
  },
]

function exported(module: object, name: string): unknown {
  if (!(name in module)) throw new Error(`it does not export ${name}`)
  return Reflect.get(module, name)
}

async function call(module: object, name: string): Promise<unknown> {
  const made = exported(module, name)
  if (typeof made !== "function") throw new Error(`its ${name} is not a function`)
  return made()
}

/** What happened with one document. */
export type Outcome = {
  readonly path: string
  readonly state: "same" | "written" | "stale" | "no-source" | "failed"
  readonly text: string
}

/** Makes one document and writes it, or only compares it. A source that does not exist is told, not failed. */
export async function makeDocument(root: string, document: GeneratedDocument, isCheck: boolean): Promise<Outcome> {
  const { path } = document
  const source = join(root, document.source)
  if (!existsSync(source))
    return { path, state: "no-source", text: `${path}: nothing to make it from (${document.source} does not exist)` }
  try {
    const module: object = await import(pathToFileURL(source).href)
    const text = await document.make(module)
    const target = join(root, path)
    const present = await readFile(target, "utf8").catch(() => null)
    if (present === text) return { path, state: "same", text: `${path}: up to date` }
    if (isCheck) return { path, state: "stale", text: `${path}: out of date, run "npm run docs"` }
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
    return { path, state: "written", text: `${path}: written` }
  } catch (error) {
    return {
      path,
      state: "failed",
      text: `${path}: could not be made from ${document.source}: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

if (import.meta.main) {
  const isCheck = process.argv.includes("--check")
  const wanted = documents.filter((document) => !(isCheck && document.isSlow === true))
  const outcomes = await Promise.all(wanted.map((document) => makeDocument(rootFolder, document, isCheck)))
  for (const outcome of outcomes) say(outcome.text)
  process.exitCode = outcomes.some((outcome) => outcome.state === "stale" || outcome.state === "failed") ? 1 : 0
}
