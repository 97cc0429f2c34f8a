/** One line of an iCalendar file: as it means, and as it stands there, perhaps folded over several physical lines. */
export type ContentLine = { readonly text: string; readonly raw: readonly string[] }
/** A stretch of a file: one VEVENT, or what lies between them. Edits make new parts; what is not edited stays as it stood. */
export type Part = { readonly isEvent: boolean; readonly lines: readonly ContentLine[] }
export type IcsFile = { readonly parts: readonly Part[]; readonly lineEnd: string }

const octetsMost = 75
const octets = (text: string) => new TextEncoder().encode(text).length

/** Reads a file without understanding it (RFC 5545 3.1, 3.4). */
export function readIcs(text: string): IcsFile {
  const lines: { text: string; raw: string[] }[] = []
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const last = lines.at(-1)
    if (/^[ \t]/.test(raw) && last !== undefined) {
      last.raw.push(raw)
      last.text += raw.slice(1)
    } else lines.push({ text: raw, raw: [raw] })
  }
  return { parts: partsOf(lines), lineEnd: text.includes("\r\n") ? "\r\n" : "\n" }
}

function partsOf(lines: readonly ContentLine[]): readonly Part[] {
  const parts: Part[] = []
  let from = 0
  const close = (to: number, isEvent: boolean) => {
    if (to > from) parts.push({ isEvent, lines: lines.slice(from, to) })
    from = to
  }
  for (const [at, { text }] of lines.entries()) {
    if (/^BEGIN:VEVENT\s*$/i.test(text)) close(at, false)
    if (/^END:VEVENT\s*$/i.test(text)) close(at + 1, true)
  }
  close(lines.length, false)
  return parts
}

export function writeIcs({ parts, lineEnd }: IcsFile): string {
  return parts
    .flatMap(({ lines }) => lines)
    .flatMap(({ raw }) => raw)
    .join(lineEnd)
}

/** A line of our own, folded at 75 octets, never within a character. */
export function contentLine(text: string): ContentLine {
  const raw: string[] = []
  let line = ""
  for (const character of text) {
    if (octets(line) + octets(character) > octetsMost) {
      raw.push(line)
      line = " "
    }
    line += character
  }
  return { text, raw: [...raw, line] }
}

/** A part of our own. */
export function partOf(isEvent: boolean, lines: readonly string[]): Part {
  return { isEvent, lines: lines.map(contentLine) }
}

/** Name of the property that a line holds, in capitals. */
const nameOf = ({ text }: ContentLine) => /^[A-Za-z0-9-]+/.exec(text)?.[0].toUpperCase() ?? ""

/** The lines of a part's own properties: not those of its alarms. */
export function ownLines({ lines }: Part): readonly ContentLine[] {
  let depth = 0
  return lines.filter((line) => {
    const name = nameOf(line)
    if (name === "BEGIN") depth++
    const isOwn = depth === 1 && name !== "BEGIN" && name !== "END"
    if (name === "END") depth--
    return isOwn
  })
}

/** The own properties with these names, as whole lines. */
export function linesNamed(part: Part, ...names: readonly string[]): readonly string[] {
  return ownLines(part)
    .filter((line) => names.includes(nameOf(line)))
    .map(({ text }) => text)
}

/** The text of the first property with this name; null when there is none, or nothing in it. */
export function textNamed(part: Part, name: string): string | null {
  const [line] = linesNamed(part, name)
  const value = line === undefined ? "" : unescapedText(valueIn(line))
  return value === "" ? null : value
}

/** What stands after the parameters, which may hold colons in quotes. */
function valueIn(line: string): string {
  return /^(?:[^":]|"[^"]*")*:(.*)$/s.exec(line)?.[1] ?? ""
}

/** The part with its own properties of these names replaced by these lines, where the first of them stood. */
export function withLines(part: Part, names: readonly string[], lines: readonly string[]): Part {
  const gone = new Set(ownLines(part).filter((line) => names.includes(nameOf(line))))
  const kept = part.lines.filter((line) => !gone.has(line))
  const first = part.lines.findIndex((line) => gone.has(line))
  // Without a place of their own they come before the first alarm, or at the end.
  const nested = kept.findIndex((line, at) => at > 0 && /^(?:BEGIN|END)$/.test(nameOf(line)))
  const at = first >= 0 ? first : nested < 0 ? kept.length : nested
  return { ...part, lines: [...kept.slice(0, at), ...lines.map(contentLine), ...kept.slice(at)] }
}

/** A TEXT value (RFC 5545 3.3.11). */
export function escapedText(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replace(/\r\n?|\n/g, "\\n")
}

function unescapedText(value: string): string {
  return value.replace(/\\([\\;,nN])/g, (_, one: string) => (one.toLowerCase() === "n" ? "\n" : one))
}
