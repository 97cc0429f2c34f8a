/** How text of others is put on a terminal: without what a terminal would obey, and cut to the columns there are. */

const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" })
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}|^[\u{20000}-\u{3fffd}]/u
const narrowMost = 1_000

/**
 * One line, without control characters and without those that turn the direction of writing: the subject of an event is
 * written by anybody who may invite, and a terminal obeys what it is sent.
 */
export function plainLine(text: string): string {
  return text
    .slice(0, narrowMost)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
    .replace(/[\p{Cf}\p{Cs}\p{Co}]/gu, "")
}

/** Columns that a text takes; letters of East Asia and pictures take two. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const { segment } of segments.segment(text)) columns += wide.test(segment) ? 2 : 1
  return columns
}

/** The text in at most so many columns; what does not fit ends with an ellipsis. */
export function fit(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let out = ""
  let used = 0
  for (const { segment } of segments.segment(text)) {
    const next = used + (wide.test(segment) ? 2 : 1)
    if (next > columns - 1) break
    out += segment
    used = next
  }
  return columns < 1 ? "" : `${out}…`
}

/** The text on as many lines as it takes, broken at blanks where there are some. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ""
  for (const { segment } of segments.segment(text)) {
    if (columnsOf(line) + columnsOf(segment) > Math.max(2, columns)) {
      const blank = segment === " " ? line.length : line.lastIndexOf(" ")
      lines.push(blank > 0 ? line.slice(0, blank) : line)
      line = blank > 0 ? line.slice(blank + 1) : ""
      if (segment === " " && line === "") continue
    }
    line += segment
  }
  return line === "" ? lines : [...lines, line]
}

/** Left and right on one line; the left one gives way. */
export function spread(left: string, right: string, columns: number): string {
  const end = fit(right, Math.max(0, columns - 10))
  const start = fit(left, Math.max(0, columns - columnsOf(end) - 2))
  return `${start}${" ".repeat(Math.max(0, columns - columnsOf(start) - columnsOf(end)))}${end}`
}
