import { type FunctionFact, isGrouping } from "./facts.ts"
import { largeFiles, largeFunctions, largeWholes } from "./ratchet.ts"
import { type Finding, isTestCode, isTypeScript, type Rule, type Tree } from "./tree.ts"

const mostFunctionLines = 60
const mostWholeLines = 150
const mostFileLines = 500
const mostParameters = 4

/** Sizes that were over the limit when the limit came, and may only shrink. */
export type Ratchet = {
  readonly files: Readonly<Record<string, number>>
  readonly functions: Readonly<Record<string, number>>
  /** These change from day to day: each may have up to its number, and leaves the list once it fits. */
  readonly wholes: Readonly<Record<string, number>>
}

/**
 * Functions over 60 lines, files over 500, more than 4 parameters. What makes a feature (`createBroker`) is our class: the
 * functions in it are measured each by itself like methods, and all of it, which shares one scope, has a limit of its own.
 */
export function sizeRule(ratchet: Ratchet): Rule {
  return {
    name: "size",
    reason: `Nobody keeps more in mind at once: a function has at most ${mostFunctionLines} lines, ${mostWholeLines} with the functions inside it, and ${mostParameters} parameters, a file ${mostFileLines} lines. The list in tools/tidy/ratchet.ts may only shrink.`,
    find: (tree) => [
      ...tree.paths.filter(isTypeScript).flatMap((path) => sizeFindings(tree, path, ratchet)),
      ...goneFindings(tree, ratchet),
    ],
  }
}

export const sizes: Rule = sizeRule({ files: largeFiles, functions: largeFunctions, wholes: largeWholes })

function sizeFindings(tree: Tree, path: string, ratchet: Ratchet): readonly Finding[] {
  const facts = tree.facts(path)
  if (facts === null) return []
  const file = compare({
    path,
    line: 1,
    what: "the file",
    lines: facts.lineCount,
    most: mostFileLines,
    listed: ratchet.files[path],
  })
  const functions = facts.functions.flatMap((fact) => {
    if (isGrouping(fact.name)) return []
    const listed = ratchet.functions[`${path} ${fact.name}`]
    const long = compare({ path, line: fact.line, what: fact.name, lines: fact.lines, most: mostFunctionLines, listed })
    const wide =
      fact.parameters > mostParameters && !isTestCode(path)
        ? [
            {
              path,
              line: fact.line,
              text: `${fact.name} takes ${fact.parameters} parameters; ${mostParameters} at most, or one object`,
            },
          ]
        : []
    return [...long, ...wide, ...wholeFindings(path, fact, ratchet)]
  })
  return [...file, ...functions]
}

/** One without functions of a name inside is measured already. */
function wholeFindings(path: string, { name, line, lines, wholeLines }: FunctionFact, { wholes }: Ratchet) {
  if (wholeLines === lines || isTestCode(path)) return []
  const listed = wholes[`${path} ${name}`]
  if (listed !== undefined && wholeLines <= mostWholeLines)
    return [{ path, line, text: `${name} has shrunk to ${wholeLines} lines in all: take it out of the ratchet` }]
  const most = listed ?? mostWholeLines
  if (wholeLines <= most) return []
  const text = `${name} has ${wholeLines} lines with the functions inside it; ${most} at most: let some of them stand by themselves`
  return [{ path, line, text }]
}

type Measured = {
  readonly path: string
  readonly line: number
  readonly what: string
  readonly lines: number
  readonly most: number
  readonly listed: number | undefined
}

function compare({ path, line, what, lines, most, listed }: Measured): readonly Finding[] {
  if (listed === undefined)
    return lines > most ? [{ path, line, text: `${what} has ${lines} lines; ${most} at most` }] : []
  if (lines > listed)
    return [{ path, line, text: `${what} has grown to ${lines} lines; the ratchet holds it at ${listed}` }]
  if (lines < listed)
    return [
      {
        path,
        line,
        text: `${what} has shrunk to ${lines} lines: ${lines > most ? `write ${lines}` : "take it out of"} the ratchet`,
      },
    ]
  return []
}

function goneFindings(tree: Tree, ratchet: Ratchet): readonly Finding[] {
  const files = Object.keys(ratchet.files).filter((path) => tree.text(path) === null)
  const functions = Object.keys({ ...ratchet.functions, ...ratchet.wholes }).filter((key) => {
    const [path = "", name = ""] = key.split(" ")
    return tree.facts(path)?.functions.some((fact) => fact.name === name) !== true
  })
  return [...files, ...functions].map((key) => ({
    path: "tools/tidy/ratchet.ts",
    line: 1,
    text: `${key} is gone: take it out of the ratchet`,
  }))
}
