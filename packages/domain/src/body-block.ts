/** First and last line of the block that Kalends keeps at the end of an event's description. */
const first = "-::~ meeting ~::-"
const last = "-::~ end of meeting ~::-"

/** The description without our block, however often it is there. */
export function withoutBlock(description: string): string {
  let text = description
  for (let from = text.indexOf(first); from >= 0; from = text.indexOf(first)) {
    const to = text.indexOf(last, from)
    text = text.slice(0, from).trimEnd() + (to < 0 ? "" : text.slice(to + last.length))
  }
  return text.trim()
}

/** The description with `block` (lines of text) as its one block at the end; null takes the block away. */
export function withBlock(description: string, block: string | null): string {
  const rest = withoutBlock(description)
  if (block === null) return rest
  return [...(rest === "" ? [] : [rest, ""]), first, block, last].join("\n")
}
