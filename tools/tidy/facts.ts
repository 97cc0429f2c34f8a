import { parseSync } from "vite"

/** What the rules need to know about a TypeScript file, from one walk over its syntax tree. */
export type Facts = {
  readonly imports: readonly Located<"specifier">[]
  readonly identifiers: readonly Located<"name">[]
  /** Text of string literals and of the fixed parts of templates; import addresses left out. */
  readonly strings: readonly Located<"value">[]
  readonly comments: readonly Located<"value">[]
  readonly functions: readonly FunctionFact[]
  /** Regular expressions: literals, and what a constructor is given, with `x` where something is put in; null where nobody can say. */
  readonly patterns: readonly PatternFact[]
  /** Uses of global things: `Date.now`, `process.env`, `setTimeout`, `new Date`, `console`, `fetch`, `vi.mock`. */
  readonly globals: readonly Located<"name">[]
  /** `any`, `enum`, `export default` and `as`, by that name. */
  readonly syntax: readonly Located<"name">[]
  /** First arguments of test(), it() and describe(), with what follows the function's name left out. */
  readonly testNames: readonly string[]
  readonly lineCount: number
  /** Why the file could not be read, or null. */
  readonly problem: string | null
}

export type PatternFact = { readonly source: string | null; readonly flags: string; readonly line: number }

export type Located<Key extends string> = { readonly [key in Key]: string } & { readonly line: number }

/**
 * A function: how many lines it has and how many parameters it takes. Functions with a name of their own inside it are
 * not part of its lines: they are measured themselves, like the methods of a class. One handed to describe() is named so.
 */
export type FunctionFact = {
  readonly name: string
  readonly line: number
  readonly lines: number
  /** With everything that is inside it. */
  readonly wholeLines: number
  readonly parameters: number
}

/** A node of the syntax tree, read without believing anything about its shape. */
type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number; readonly end: number }

/** A function while its lines are still being counted. */
type Measured = { name: string; line: number; lines: number; wholeLines: number; parameters: number; node: Node }

type Collected = {
  imports: Located<"specifier">[]
  identifiers: Located<"name">[]
  strings: Located<"value">[]
  functions: Measured[]
  patterns: PatternFact[]
  globals: Located<"name">[]
  syntax: Located<"name">[]
  testNames: string[]
  declared: Set<string>
  lineOf: (offset: number) => number
}

/** Reads one TypeScript file. */
export function factsOf(path: string, text: string): Facts {
  const parsed = parseSync(path, text)
  const lineOf = lineFinder(text)
  const collected: Collected = {
    imports: [],
    identifiers: [],
    strings: [],
    functions: [],
    patterns: [],
    globals: [],
    syntax: [],
    testNames: [],
    declared: new Set(),
    lineOf,
  }
  visit(parsed.program, [], collected)
  return {
    ...collected,
    functions: collected.functions.map(({ node: _node, ...fact }) => fact),
    globals: collected.globals.filter(
      (use) => !collected.declared.has(use.name.replace(/^new /, "").split(".")[0] ?? ""),
    ),
    comments: parsed.comments.map((comment) => ({ value: comment.value, line: lineOf(comment.start) })),
    lineCount: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    problem: parsed.errors[0]?.message ?? null,
  }
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value
  )
}

function visit(value: unknown, parents: readonly Node[], into: Collected): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, parents, into)
    return
  }
  if (!isNode(value)) return
  const parent = parents.at(-1)
  look(value, parents, into)
  const below = [...parents, value]
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== "object" || child === null) continue
    if (isAddress(value, key) || (parent !== undefined && key === "parent")) continue
    visit(child, below, into)
  }
}

/** The address of an import or export is not a string of the program. */
const isAddress = (node: Node, key: string) => key === "source" && /^(Import|Export)/.test(node.type)

function look(node: Node, parents: readonly Node[], into: Collected): void {
  const line = into.lineOf(node.start)
  const parent = parents.at(-1)
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      lookAtImport(node, line, into)
      return
    case "ExportDefaultDeclaration":
      into.syntax.push({ name: "export default", line })
      return
    case "TSAnyKeyword":
      into.syntax.push({ name: "any", line })
      return
    case "TSEnumDeclaration":
      into.syntax.push({ name: "enum", line })
      return
    case "TSAsExpression":
      if (!isConstAssertion(node) && !isInsideParse(parents)) into.syntax.push({ name: "as", line })
      return
    case "Identifier":
      lookAtIdentifier(node, parent, into)
      return
    case "Literal":
      if (typeof node.value === "string") into.strings.push({ value: node.value, line })
      lookAtPattern(node.regex, line, into)
      return
    case "TemplateElement":
      into.strings.push({ value: cookedText(node), line })
      return
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      into.functions.push(functionFact(node, parents, into))
      return
    case "CallExpression":
    case "NewExpression":
      lookAtCall(node, line, into)
      return
    case "MemberExpression":
      if (pathOf(node) === "process.env") into.globals.push({ name: "process.env", line })
      if (nameOf(node.object) === "console") into.globals.push({ name: "console", line })
  }
}

function lookAtImport(node: Node, line: number, into: Collected): void {
  const source = node.source ?? node.argument
  const literal = isNode(source) && isNode(source.literal) ? source.literal : source
  if (isNode(literal) && typeof literal.value === "string") into.imports.push({ specifier: literal.value, line })
}

function lookAtIdentifier(node: Node, parent: Node | undefined, into: Collected): void {
  const name = nameOf(node) ?? ""
  into.identifiers.push({ name, line: into.lineOf(node.start) })
  if (parent !== undefined && isBinding(node, parent)) into.declared.add(name)
}

/** True where the identifier is a name that this file gives to something of its own; imported timers and the like are the world's. */
function isBinding(node: Node, parent: Node): boolean {
  if (parent.type === "VariableDeclarator" || parent.type === "FunctionDeclaration") return parent.id === node
  if (parent.type === "AssignmentPattern") return parent.left === node
  if (parent.type === "Property") return parent.value === node && parent.shorthand === true
  return Array.isArray(parent.params) && parent.params.includes(node)
}

function lookAtCall(node: Node, line: number, into: Collected): void {
  const path = (pathOf(node.callee) ?? callOfCall(node)).replace(/^(globalThis|window|self)\./, "")
  const args = Array.isArray(node.arguments) ? node.arguments : []
  if (path === "RegExp") into.patterns.push({ ...patternOfCall(args), line })
  if (node.type === "NewExpression") {
    if (path === "Date" && args.length === 0) into.globals.push({ name: "new Date", line })
    return
  }
  if (
    /^(Date\.now|Math\.random|setTimeout|setInterval|fetch|vi\.(mock|doMock)|(test|it|describe)\.(skip|only|todo))$/.test(
      path,
    )
  )
    into.globals.push({ name: path, line })
  if (/^(test|it|describe)(\.|$)/.test(path)) into.testNames.push(...textOfFirst(args))
}

function lookAtPattern(regex: unknown, line: number, into: Collected): void {
  if (typeof regex !== "object" || regex === null) return
  const [source, flags]: readonly unknown[] = [Reflect.get(regex, "pattern"), Reflect.get(regex, "flags")]
  if (typeof source === "string" && typeof flags === "string") into.patterns.push({ source, flags, line })
}

function patternOfCall([first, second]: readonly unknown[]): Pick<PatternFact, "source" | "flags"> {
  const flags = isNode(second) && typeof second.value === "string" ? second.value : ""
  if (!isNode(first)) return { source: null, flags }
  if (typeof first.value === "string") return { source: first.value, flags }
  const isRaw = first.type === "TaggedTemplateExpression" && pathOf(first.tag) === "String.raw"
  const template = isRaw && isNode(first.quasi) ? first.quasi : first
  if (template.type !== "TemplateLiteral" || !Array.isArray(template.quasis)) return { source: null, flags }
  return {
    source: template.quasis
      .filter(isNode)
      .map(isRaw ? rawText : cookedText)
      .join("x"),
    flags,
  }
}

function textOfFirst(args: readonly unknown[]): readonly string[] {
  const first = args[0]
  if (!isNode(first)) return []
  if (typeof first.value === "string") return [first.value]
  const parts = first.type === "TemplateLiteral" && Array.isArray(first.quasis) ? first.quasis : []
  return parts.length === 0 ? [] : [parts.filter(isNode).map(cookedText).join("…")]
}

const cookedText = (node: Node) => partOf(node, "cooked")
const rawText = (node: Node) => partOf(node, "raw")

/** The text of a template's fixed part, as it means or as it is written. */
function partOf({ value }: Node, which: "cooked" | "raw"): string {
  const text: unknown = typeof value === "object" && value !== null ? Reflect.get(value, which) : ""
  return typeof text === "string" ? text : ""
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && value.type === "Identifier" && typeof value.name === "string" ? value.name : undefined
}

/** `a.b.c` of a member expression without brackets or calls; undefined for anything else. */
function pathOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined
  if (value.type !== "MemberExpression" || value.computed === true) return nameOf(value)
  const object = pathOf(value.object)
  const property = nameOf(value.property)
  return object === undefined || property === undefined ? undefined : `${object}.${property}`
}

function isConstAssertion(node: Node): boolean {
  const type = node.typeAnnotation
  return isNode(type) && type.type === "TSTypeReference" && nameOf(type.typeName) === "const"
}

const isInsideParse = (parents: readonly Node[]) =>
  parents.some(
    (node, index) =>
      /^(parse|read)([A-Z]|$)/.test(functionName(node, parents[index - 1]) ?? "") && /Function/.test(node.type),
  )

function functionFact(node: Node, parents: readonly Node[], into: Collected): Measured {
  const parent = parents.at(-1)
  const first = into.lineOf(node.start)
  const lines = into.lineOf(node.end) - first + 1
  const parameters = Array.isArray(node.params)
    ? node.params.filter((parameter) => nameOf(parameter) !== "this").length
    : 0
  const fact = {
    name: functionName(node, parent) ?? "(unnamed)",
    line: first,
    lines,
    wholeLines: lines,
    parameters,
    node,
  }
  const owner = parents.findLast((candidate) => /Function/.test(candidate.type) && candidate.body !== null)
  const outer = into.functions.find((known) => known.node === owner)
  // What lies between is unnamed and counts for the function it is in.
  const isMeasuredAlone = isGrouping(fact.name) || (fact.name !== "(unnamed)" && !fact.name.endsWith("()"))
  if (outer !== undefined && isMeasuredAlone) takeFrom(outer, parents, into, lines - 1)
  return fact
}

/** True for what is handed to describe(): it groups tests and does nothing itself, so its length is no matter. */
export function isGrouping(name: string): boolean {
  return /^describe\b.*\(\)$/.test(name)
}

/** Takes the lines of an inner function from the one around it, and from the unnamed ones between it and a named one. */
function takeFrom(outer: Measured, parents: readonly Node[], into: Collected, lines: number): void {
  outer.lines -= lines
  const isUnnamed = outer.name === "(unnamed)" || outer.name.endsWith("()")
  if (!isUnnamed) return
  const above = parents.slice(0, parents.indexOf(outer.node)).findLast((candidate) => /Function/.test(candidate.type))
  const next = into.functions.find((known) => known.node === above)
  if (next !== undefined) takeFrom(next, parents, into, lines)
}

/** Its own name, that of the variable or property it is given to, or that of the function it is handed to. */
function functionName(node: Node, parent: Node | undefined): string | undefined {
  const own = nameOf(node.id)
  if (own !== undefined || parent === undefined) return own
  if (parent.type === "VariableDeclarator") return nameOf(parent.id)
  if (/^(Property|MethodDefinition|PropertyDefinition)$/.test(parent.type)) return nameOf(parent.key)
  if (parent.type === "CallExpression") return `${pathOf(parent.callee) ?? callOfCall(parent)}()`
  return undefined
}

/** `describe` for `describe.each(rows)(name, function)` and the like. */
function callOfCall(node: Node): string {
  const callee = node.callee
  return isNode(callee) && callee.type === "CallExpression" ? (pathOf(callee.callee) ?? "call") : "call"
}
