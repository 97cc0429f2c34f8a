import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Facts, factsOf } from "./facts.ts"

/** The files that the style is about, by path from the root with `/` between folders. */
export type Tree = {
  readonly paths: readonly string[]
  /** Text of a file; null for one that is not there or not text. */
  readonly text: (path: string) => string | null
  /** What a TypeScript file contains; null for any other. */
  readonly facts: (path: string) => Facts | null
}

/** Something that a rule does not like: where, and what. */
export type Finding = { readonly path: string; readonly line: number; readonly text: string }

/** A rule of the style. The reason is printed with each failure. */
export type Rule = { readonly name: string; readonly reason: string; readonly find: (tree: Tree) => readonly Finding[] }

const skipped = new Set(["node_modules", ".git", ".runtime", "dist", "data"])
const largestText = 2 ** 20

/** A tree out of texts; facts are read when first asked for. */
export function treeOf(texts: Readonly<Record<string, string>>): Tree {
  return lazyTree(Object.keys(texts).sort(), (path) => texts[path] ?? null)
}

/** The repository's files: tracked by git or new and not ignored; without git, everything but what is built or installed. */
export function readTree(root: string): Tree {
  const paths = gitPaths(root) ?? walk(root, "")
  return lazyTree([...new Set(paths)].sort(), (path) => readText(join(root, path)))
}

function lazyTree(paths: readonly string[], read: (path: string) => string | null): Tree {
  const texts = new Map<string, string | null>()
  const known = new Map<string, Facts | null>()
  const text = (path: string) => remembered(texts, path, () => read(path))
  const facts = (path: string) =>
    remembered(known, path, () => {
      const source = isTypeScript(path) ? text(path) : null
      return source === null ? null : factsOf(path, source)
    })
  return { paths: paths.filter((path) => text(path) !== null), text, facts }
}

function remembered<Value>(store: Map<string, Value>, key: string, make: () => Value): Value {
  const present = store.get(key)
  if (present !== undefined) return present
  const made = make()
  store.set(key, made)
  return made
}

/** True for .ts and .tsx, not for declarations. */
export function isTypeScript(path: string): boolean {
  return /\.tsx?$/.test(path) && !path.endsWith(".d.ts")
}

/** True for tests and what only tests and benches use; many rules let them be. */
export function isTestCode(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || /(^|\/)(test|testing|fixtures|conformance|e2e|bench|dev)\//.test(path)
}

function gitPaths(root: string): readonly string[] | null {
  try {
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 26,
    })
    return listed.split("\0").filter((path) => path !== "")
  } catch {
    return null
  }
}

function walk(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(root, path)
    return entry.isFile() ? [path] : []
  })
}

function readText(path: string): string | null {
  try {
    const bytes = readFileSync(path)
    return bytes.length > largestText || bytes.includes(0) ? null : bytes.toString("utf8")
  } catch {
    return null
  }
}
