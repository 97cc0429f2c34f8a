/**
 * The small language in which rules for dial strings are written, so that people can read them: words stand for
 * themselves (in any case of letters, any spaces for a space), `*` for anything within a line up to 200 characters, `**` for a star, and
 *
 *   {name}   letters, digits, dots, hyphens and underscores
 *   {name#}  a number of three digits or more, written with or without spaces and hyphens between them, and taken without
 *            them; not the beginning of a word such as 123abc
 *   {name@}  an address with an @
 *
 * Not regular expressions: those that an administrator writes could keep a processor busy for hours. Every part here is
 * bounded and a pattern has at most eight, so that matching costs no more than the text's length times a constant.
 */
export type DialPattern = { readonly source: string; readonly expression: RegExp; readonly names: readonly string[] }

/** Longest pattern that is read. */
export const patternLengthMost = 200
const partsMost = 8

const placeholder = /\{([a-z]{1,20})([#@]?)\}|\*{1,2}/g
const shapes: Readonly<Record<string, string>> = {
  "": String.raw`[\w.-]{1,100}`,
  "#": String.raw`\d(?:[ -]?\d){2,30}(?!\w)`,
  "@": String.raw`[\w.+-]{1,64}@[\w.-]{1,100}\w`,
}

/** Reads a pattern; null where it is too long, has too many parts, two of a name, or two with nothing between them. */
export function parseDialPattern(source: string): DialPattern | null {
  if (source.trim() === "" || source.length > patternLengthMost) return null
  const names: string[] = []
  let expression = ""
  let from = 0
  let parts = 0
  let isBehindPart = false
  for (const match of source.matchAll(placeholder)) {
    const between = source.slice(from, match.index)
    const [text, name, shape = ""] = match
    const isPart = text !== "**"
    if (isPart && (++parts > partsMost || (isBehindPart && between === ""))) return null
    isBehindPart = isPart
    if (name !== undefined && names.includes(name)) return null
    expression += literal(between)
    if (!isPart) expression += String.raw`\*`
    else if (name === undefined) expression += String.raw`[^\r\n]{0,200}?`
    else {
      names.push(name)
      expression += `(?<${name}>${shapes[shape]})`
    }
    from = match.index + text.length
  }
  expression += literal(source.slice(from))
  // A brace that is left over is a mistake in a placeholder, not a text to look for.
  if (/[{}]/.test(source.replaceAll(placeholder, ""))) return null
  return { source, expression: new RegExp(expression, "iu"), names }
}

/** What the pattern takes out of a text, by name; null where the text does not fit. Numbers come without spaces. */
export function matchDialPattern(
  { expression, source }: DialPattern,
  text: string,
): Readonly<Record<string, string>> | null {
  const groups = expression.exec(text)?.groups
  const isOnlyText = !placeholderIn(source)
  if (groups === undefined) return isOnlyText && expression.test(text) ? {} : null
  return Object.fromEntries(
    Object.entries(groups).map(([name, value]) => [
      name,
      source.includes(`{${name}#}`) ? value.replaceAll(/[ -]/g, "") : value,
    ]),
  )
}

const placeholderIn = (source: string) => /\{[a-z]{1,20}[#@]?\}/.test(source)

const literal = (text: string) =>
  text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, String.raw`\s{1,20}`)

/**
 * Fills a template such as `{meeting}[.{passcode}]@zoomcrc.com`. What stands in brackets is left out where one of its
 * names is not known. Null where a name outside brackets is not known.
 */
export function fillDialTemplate(template: string, found: Readonly<Record<string, string>>): string | null {
  const whole = template.replaceAll(/\[([^[\]]{0,100})\]/g, (_all, part: string) => fill(part, found) ?? "")
  return fill(whole, found)
}

function fill(template: string, found: Readonly<Record<string, string>>): string | null {
  let isWhole = true
  const text = template.replaceAll(/\{([a-z]{1,20})\}/g, (_all, name: string) => {
    const value = found[name]
    if (value === undefined) isWhole = false
    return value ?? ""
  })
  return isWhole ? text : null
}
