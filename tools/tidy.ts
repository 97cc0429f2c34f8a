/**
 * The style as a test (STYLE, section 4). `node tools/tidy.ts` looks at every file of the repository, prints what it does
 * not like with the reason, and ends with 1 where there was something. A rule is a function of the tree; to add one, write
 * it beside the others in tools/tidy/, put it into `rules` and give it a test with a good and a bad case.
 */
import { elapsedMs, rootFolder, say } from "./platform.ts"
import { dataAtRest, markdownTitle, qualityProven } from "./tidy/document-rules.ts"
import { kebabNames, lockAddresses, machinePlaces } from "./tidy/file-rules.ts"
import { importTable, neverImported, readmeMissing } from "./tidy/import-rules.ts"
import { slowPatterns, staleReasons } from "./tidy/pattern-rules.ts"
import { sizes } from "./tidy/size-rules.ts"
import { type Finding, isTypeScript, type Rule, readTree, type Tree } from "./tidy/tree.ts"
import { bannedSyntax, bannedTokens, leftovers, noStorage, providerNames, sqlTexts } from "./tidy/word-rules.ts"

/** A file that cannot be parsed would pass every other rule. */
const readable: Rule = {
  name: "readable",
  reason: "A file with a syntax error hides from every other rule.",
  find: (tree) =>
    tree.paths.filter(isTypeScript).flatMap((path) => {
      const problem = tree.facts(path)?.problem ?? null
      return problem === null ? [] : [{ path, line: 1, text: problem }]
    }),
}

/** Every rule of the style. */
export const rules: readonly Rule[] = [
  readable,
  importTable,
  neverImported,
  providerNames,
  bannedTokens,
  bannedSyntax,
  sqlTexts,
  noStorage,
  sizes,
  leftovers,
  readmeMissing,
  qualityProven,
  dataAtRest,
  markdownTitle,
  kebabNames,
  lockAddresses,
  machinePlaces,
  slowPatterns,
  staleReasons,
]

/** What the rules do not like about a tree, under the rule's name. */
export function checkTree(
  tree: Tree,
  wanted: readonly Rule[] = rules,
): readonly { readonly rule: Rule; readonly findings: readonly Finding[] }[] {
  return wanted.map((rule) => ({ rule, findings: rule.find(tree) })).filter(({ findings }) => findings.length > 0)
}

if (import.meta.main) {
  const began = elapsedMs()
  const tree = readTree(rootFolder)
  const broken = checkTree(tree)
  for (const { rule, findings } of broken) {
    say(`\n${rule.name}: ${rule.reason}`)
    for (const { path, line, text } of findings) say(`  ${path}:${line}  ${text}`)
  }
  const count = broken.reduce((sum, { findings }) => sum + findings.length, 0)
  say(
    `${count === 0 ? "Tidy" : `${count} things to tidy`}: ${tree.paths.length} files, ${rules.length} rules, ${((elapsedMs() - began) / 1000).toFixed(2)} s`,
  )
  process.exitCode = count === 0 ? 0 : 1
}
