/** A cell and where it begins, counted from one as editors do. */
export type Cell = { readonly text: string; readonly line: number; readonly column: number }
export type CsvRow = readonly Cell[]
export type CsvProblem = {
  /** quote-open: a quote that nothing closes. quote-after: text behind the quote that closes a cell. */
  readonly kind: "too-large" | "quote-open" | "quote-after"
  readonly line: number
  readonly column: number
}
export type Csv = { readonly rows: readonly CsvRow[]; readonly problem: CsvProblem | null }

/** Larger is no list that somebody made. */
export const csvCharactersMost = 1_000_000
const separators = [",", ";", "\t"] as const

/**
 * Reads a table as spreadsheets write it (RFC 4180): cells parted by commas, semicolons or tabs, whichever the first line has
 * most of, in quotes where they hold one of them or a line break, a quote in them doubled. Empty lines are passed over. It reads
 * up to the first problem.
 */
export function readCsv(given: string): Csv {
  if (given.length > csvCharactersMost) return { rows: [], problem: { kind: "too-large", line: 1, column: 1 } }
  const text = given.replace(/^\uFEFF/, "")
  const rows: CsvRow[] = []
  const reader = createReader(text, separatorOf(text))
  for (;;) {
    const { cells, problem } = reader.row()
    if (cells.some((cell) => cell.text.trim() !== "")) rows.push(cells)
    if (problem !== null || reader.isDone()) return { rows, problem }
  }
}

/** The one that is most often outside of quotes in the first line that holds something. */
function separatorOf(text: string): string {
  const line =
    text
      .trimStart()
      .split(/\r?\n|\r/, 1)[0]
      ?.replaceAll(/"[^"]*"/g, "") ?? ""
  const counts = separators.map((one) => line.split(one).length)
  return separators[counts.indexOf(Math.max(...counts))] ?? ","
}

function createReader(text: string, separator: string) {
  let at = 0
  let line = 1
  let lineBegin = 0
  const here = () => ({ line, column: at - lineBegin + 1 })
  const isBreak = () => text[at] === "\n" || text[at] === "\r"
  const isEnd = () => at >= text.length || text[at] === separator || isBreak()

  /** Goes on by one character; a line break of two is one. */
  function step(): void {
    const isLine = isBreak()
    at += text.startsWith("\r\n", at) ? 2 : 1
    if (!isLine) return
    line += 1
    lineBegin = at
  }

  /** What is in quotes; null where they are not closed. */
  function quoted(): string | null {
    let value = ""
    step()
    while (at < text.length) {
      if (text[at] === '"' && text[at + 1] !== '"') {
        step()
        return value
      }
      if (text[at] === '"') step()
      const begin = at
      step()
      value += text.slice(begin, at)
    }
    return null
  }

  function cell(): { readonly cell: Cell; readonly problem: CsvProblem | null } {
    const begin = here()
    if (text[at] !== '"') {
      const from = at
      while (!isEnd()) step()
      return { cell: { ...begin, text: text.slice(from, at).trim() }, problem: null }
    }
    const value = quoted()
    const read = { ...begin, text: value ?? "" }
    if (value === null) return { cell: read, problem: { kind: "quote-open", ...begin } }
    while (text[at] === " ") step()
    return { cell: read, problem: isEnd() ? null : { kind: "quote-after", ...here() } }
  }

  return {
    isDone: () => at >= text.length,
    row(): { readonly cells: CsvRow; readonly problem: CsvProblem | null } {
      const cells: Cell[] = []
      for (;;) {
        const read = cell()
        cells.push(read.cell)
        if (read.problem !== null) return { cells, problem: read.problem }
        const goesOn = text[at] === separator
        if (at < text.length) step()
        if (!goesOn) return { cells, problem: null }
      }
    },
  }
}

/** The text of a file: UTF-8 or UTF-16 by its mark, or what older spreadsheets write in Japan and elsewhere. */
export function textOfFile(bytes: Uint8Array): string {
  const [first, second] = bytes
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const names = isWide ? [first === 0xff ? "utf-16le" : "utf-16be"] : ["utf-8", "shift_jis"]
  for (const name of names) {
    try {
      return new TextDecoder(name, { fatal: true }).decode(bytes)
    } catch {
      // It is in another one.
    }
  }
  return new TextDecoder("windows-1252").decode(bytes)
}
