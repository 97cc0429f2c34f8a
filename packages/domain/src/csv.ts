/** Stands before a table: says "UTF-8" to spreadsheets, which otherwise read Japanese as something else. */
export const csvStart = "\ufeff"

type CsvCells = readonly (string | number)[]

/** A whole table, its heads among the rows. */
export const csvTable = (rows: readonly CsvCells[]): string => csvStart + rows.map(csvLine).join("")

/** One line of a table as spreadsheets read it (RFC 4180). */
export const csvLine = (cells: CsvCells): string => `${cells.map(cell).join(",")}\r\n`

/**
 * People name themselves, and things: a text that a spreadsheet would take for a formula gets an apostrophe before it, with
 * which it stays a text (owasp.org, "CSV Injection", seen 2026-11-30; wide signs count where one writes Japanese).
 */
function cell(content: string | number): string {
  if (typeof content === "number") return String(content)
  const safe = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(content) ? `'${content}` : content
  return `"${safe.replaceAll('"', '""')}"`
}
