import { analyse } from "scslre"
import type { PatternFact } from "./facts.ts"
import { type Finding, isTestCode, isTypeScript, type Rule } from "./tree.ts"

/** Patterns that take long on some text, and why that is no matter: by file and pattern. */
const allowed: Readonly<Record<string, string>> = {
  "packages/server/src/config.ts /\\/+$/": "Reads a setting, which the operator writes.",
  "packages/server/src/meeting-backends/bigbluebutton/calls.ts /\\/+$/": "Reads a setting, which the operator writes.",
}

/** Patterns that are put together while the service runs, out of what; each part is looked at here or escaped. */
const builtAtRunTime: Readonly<Record<string, string>> = {
  "packages/domain/src/dial-pattern.ts":
    "At most eight bounded parts with literal text between them; the rest of what people write is escaped.",
  "packages/server/src/providers/trusted-site.ts": "A list of fixed words, without any repetition.",
}

/**
 * Code that answers to strangers: what ships, without its tests. The simulator is a stand-in on loopback, for tests and the
 * demo organisation.
 */
const isServed = (path: string) =>
  isTypeScript(path) && !isTestCode(path) && /^(packages|apps)\//.test(path) && !path.startsWith("packages/simulator/")

/** A text of one's choice must not keep a pattern busy: backtracking is linear, or the pattern is on the list. */
export const slowPatterns: Rule = {
  name: "slow-patterns",
  reason:
    "A pattern that backtracks lets one text keep the process busy: bound the repetition, or keep it from starting twice in what it has seen, such as (?<!x)x+$.",
  find: (tree) =>
    tree.paths
      .filter(isServed)
      .flatMap((path) => (tree.facts(path)?.patterns ?? []).flatMap((pattern) => slownessOf(path, pattern))),
}

/** A reason for what is not there any more would cover the next that is written so. */
export const staleReasons: Rule = {
  name: "stale-pattern-reasons",
  reason: "Take the reason out of the list in pattern-rules.ts with the pattern that it was for.",
  find(tree) {
    const of = (path: string) => tree.facts(path)?.patterns ?? []
    const isThere = (key: string) => {
      const [path = ""] = key.split(" ")
      return of(path).some((pattern) => keyOf(path, pattern) === key)
    }
    const lists = [
      ...Object.keys(allowed).filter((key) => !isThere(key)),
      ...Object.keys(builtAtRunTime).filter((path) => !of(path).some(({ source }) => source === null)),
    ]
    // A tree of a few files, as in tests of other rules, has none of them.
    const here = lists.filter((key) => tree.text(key.split(" ")[0] ?? "") !== null)
    return here.map((key) => ({ path: key.split(" ")[0] ?? "", line: 1, text: key }))
  },
}

const keyOf = (path: string, { source, flags }: PatternFact) => `${path} /${source}/${flags}`

function slownessOf(path: string, pattern: PatternFact): readonly Finding[] {
  const { source, flags, line } = pattern
  if (source === null)
    return path in builtAtRunTime ? [] : [{ path, line, text: "a pattern built at run time that nobody has looked at" }]
  if (keyOf(path, pattern) in allowed) return []
  // The analyser reads every character before it looks at flags; its parser knows no more than ES2022.
  const { reports } = analyse({ source, flags })
  const [worst] = [...reports].sort((a, b) => Number(b.exponential) - Number(a.exponential))
  if (worst === undefined) return []
  const growth = worst.exponential ? "exponentially" : "with a power of the length"
  return [{ path, line, text: `/${source}/${flags} takes ${growth} longer on many ${worst.character.literal.source}` }]
}
