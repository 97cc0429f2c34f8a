import { parse as parseYaml } from "yaml"
import { adapterFolders } from "./import-rules.ts"
import { type Finding, isTestCode, type Rule, type Tree } from "./tree.ts"

/** One title for each page. */
export const markdownTitle: Rule = {
  name: "markdown-title",
  reason: "A page is about one thing, and its title says which: one line that starts with a single #.",
  find: (tree) =>
    tree.paths
      .filter((path) => path.endsWith(".md") && !isTestCode(path))
      .flatMap((path) => {
        const titles = withoutFences(tree.text(path) ?? "").filter((line) => /^# \S/.test(line)).length
        return titles === 1 ? [] : [{ path, line: 1, text: `has ${titles === 0 ? "no title" : `${titles} titles`}` }]
      }),
}

function withoutFences(text: string): readonly string[] {
  let isInside = false
  return text.split("\n").filter((line) => {
    if (!/^\s*(```|~~~)/.test(line)) return !isInside
    isInside = !isInside
    return false
  })
}

const provingTest = /\.test\.ts$|\/conformance\//

/** A rule of quality.yaml that says `done` has a test that shows it. */
export const qualityProven: Rule = {
  name: "quality-proven",
  reason: "`done` is a claim about behaviour; a test whose name starts with the rule's name is its proof.",
  find: (tree) => adapterFolders(tree).flatMap((folder) => qualityFindings(tree, folder)),
}

function qualityFindings(tree: Tree, folder: string): readonly Finding[] {
  const path = `${folder}/quality.yaml`
  const text = tree.text(path)
  if (text === null) return [{ path, line: 1, text: "does not exist" }]
  const name = folder.split("/").at(-1) ?? ""
  const homes = [`${folder}/`, `packages/readers/src/${name}/`, folder.replace(/[^/]+$/, "conformance/")]
  const tests = tree.paths.filter((file) => provingTest.test(file) && homes.some((home) => file.startsWith(home)))
  const names = tests.flatMap((file) => tree.facts(file)?.testNames ?? [])
  return doneRules(text)
    .filter((rule) => !names.some((test) => startsWithRule(test, rule)))
    .map((rule) => ({
      path,
      line: lineOf(text, rule),
      text: `${rule} is done, but no test's name starts with "${rule}"`,
    }))
}

const startsWithRule = (test: string, rule: string) => test.startsWith(rule) && !/[\w-]/.test(test.charAt(rule.length))

/** Rules marked `done`, be they `rule: done`, `rule: done (how)` or `rule: { state: done }`; below `rules:` or at the top. */
export function doneRules(text: string): readonly string[] {
  const parsed: unknown = parseYaml(text)
  const inner = isRecord(parsed) && isRecord(parsed.rules) ? parsed.rules : parsed
  if (!isRecord(inner)) return []
  return Object.entries(inner).flatMap(([rule, value]) => {
    const state = isRecord(value) ? (value.state ?? value.status) : value
    return typeof state === "string" && /^done\b/.test(state) ? [rule] : []
  })
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split("\n").length
}

const schemaPath = "packages/server/src/postgres/schema.sql"
const pagePath = "docs/data-at-rest.md"

/** Every table and column of the live schema is on the page, and nothing else. */
export const dataAtRest: Rule = {
  name: "data-at-rest",
  reason: "What is stored is a promise to users: each column is on the page with the reason for keeping it.",
  find: (tree) => {
    const schema = tree.text(schemaPath)
    if (schema === null) return []
    const page = tree.text(pagePath) ?? ""
    const stored = columnsOf(schema)
    const listed = [...page.matchAll(/^\|\s*`?([a-z_]+\.[a-z0-9_]+)`?\s*\|\s*(\S)/gm)].map((row) => row[1] ?? "")
    const missing = stored
      .filter((column) => !listed.includes(column))
      .map((column) => ({ path: pagePath, line: 1, text: `does not list ${column}` }))
    const gone = listed
      .filter((column) => !stored.includes(column))
      .map((column) => ({
        path: pagePath,
        line: lineOf(page, column),
        text: `lists ${column}, which is not in the schema`,
      }))
    return [...missing, ...gone]
  },
}

/** `table.column` for each column of a dumped schema. */
export function columnsOf(schema: string): readonly string[] {
  return [...schema.matchAll(/^create table (?:\w+\.)?(\w+) \(\n([\s\S]*?)\n\);/gm)].flatMap(([, table, body = ""]) =>
    body.split("\n").flatMap((line) => {
      const column = /^\s+"?([a-z_][a-z0-9_]*)"?\s/.exec(line)?.[1]
      return column === undefined || /^(primary|foreign|unique|check|constraint|exclude)$/.test(column)
        ? []
        : [`${table}.${column}`]
    }),
  )
}
