import { posix } from "node:path"
import { mayImport, placeOf } from "./layers.ts"
import { type Finding, isTestCode, isTypeScript, type Rule, type Tree } from "./tree.ts"

/** The file that an import means, by path from the root; null for a package of others or a file that is not there. */
export function targetOf(tree: Tree, from: string, specifier: string): string | null {
  const ours = /^@kalends\/([a-z-]+)(?:\/(.+))?$/.exec(specifier)
  const base =
    ours !== null
      ? `packages/${ours[1]}/src/${ours[2] ?? "index"}`
      : specifier.startsWith(".")
        ? posix.normalize(posix.join(posix.dirname(from), specifier))
        : null
  if (base === null) return null
  const bare = base.replace(/\?.*$/, "")
  return [bare, `${bare}.ts`, `${bare}.tsx`].find((path) => tree.text(path) !== null) ?? null
}

/** Code that an import may reach into, from wherever: tests and tools exercise everything. */
const isFree = (path: string) =>
  (isTestCode(path) && !path.startsWith("packages/simulator/")) || path.startsWith("tools/")

/** Only edges of the import table. */
export const importTable: Rule = {
  name: "import-table",
  reason:
    "Arrows point down (STYLE, section 1): a feature that reaches into another, or a provider into the engine, cannot be changed or replaced alone. Use a port, the outbox or a type of the domain.",
  find: (tree) =>
    tree.paths.filter((path) => isTypeScript(path) && !isFree(path)).flatMap((path) => importFindings(tree, path)),
}

function importFindings(tree: Tree, path: string): readonly Finding[] {
  const facts = tree.facts(path)
  if (facts === null) return []
  const place = placeOf(path)
  if (place === null)
    return [{ path, line: 1, text: "its folder has no row in the import table (tools/tidy/layers.ts)" }]
  return facts.imports.flatMap(({ specifier, line }): Finding[] => {
    if (specifier.startsWith("node:") && place.layer.isWithoutNode === true)
      return [{ path, line, text: `imports ${specifier}, but ${place.layer.name} has to run without Node` }]
    const target = targetOf(tree, path, specifier)
    if (target === null || !isTypeScript(target)) return []
    if (mayImport(path, target) !== false) return []
    return [
      { path, line, text: `${place.layer.name} may not import ${placeOf(target)?.layer.name ?? "that"} (${target})` },
    ]
  })
}

/** Files that a program, a page or a test runner starts from. */
const startFiles = /(^|\/)(main|[a-z-]+\.config)\.tsx?$|\.test\.tsx?$|\.bench\.ts$|\.d\.ts$|^tools\/[a-z-]+\.ts$/

/** Every file is imported by another, is a start, or is named in a text (a page, a configuration, a script). */
export const neverImported: Rule = {
  name: "never-imported",
  reason: "A file that nobody imports is dead: nobody runs it, and everybody reads it.",
  find: (tree) => {
    const sources = tree.paths.filter(isTypeScript)
    const used = new Set(
      sources.flatMap((path) =>
        (tree.facts(path)?.imports ?? []).map(({ specifier }) => targetOf(tree, path, specifier)),
      ),
    )
    const named = namesIn(tree)
    return sources
      .filter((path) => !startFiles.test(path) && !used.has(path) && !named.has(posix.basename(path)))
      .map((path) => ({ path, line: 1, text: "is imported by nothing and named nowhere" }))
  },
}

/** File names that occur in strings of code, in pages and in configuration. */
function namesIn(tree: Tree): ReadonlySet<string> {
  const texts = tree.paths.flatMap((path) => {
    if (isTypeScript(path)) return (tree.facts(path)?.strings ?? []).map(({ value }) => value)
    return /\.(json|html|mjs|ya?ml)$/.test(path) && path !== "package-lock.json" ? [tree.text(path) ?? ""] : []
  })
  return new Set(texts.flatMap((text) => text.match(/[\w.-]+\.tsx?\b/g) ?? []))
}

/** A folder of a provider, a device family or a meeting back end explains itself. */
export const readmeMissing: Rule = {
  name: "readme-missing",
  reason:
    "The quirks of another's system are the part that cannot be read from our code: each with a source and the date it was seen.",
  find: (tree) =>
    adapterFolders(tree)
      .filter((folder) => tree.text(`${folder}/README.md`) === null)
      .map((folder) => ({ path: `${folder}/README.md`, line: 1, text: "does not exist" })),
}

/** Folders with one provider, device family or meeting back end each. */
export function adapterFolders(tree: Tree): readonly string[] {
  const folders = new Set<string>()
  for (const path of tree.paths) {
    const match =
      /^(packages\/server\/src\/(?:providers|devices|meeting-backends|vault\/custodians)\/([a-z0-9-]+))\//.exec(path)
    if (match?.[1] !== undefined && match[2] !== "conformance") folders.add(match[1])
  }
  return [...folders]
}
