import { withBlock } from "@kalends/domain/body-block"
import { linkedMarkup } from "@kalends/domain/markup"

/** The lines around our block, as the domain writes them: they stay readable where Outlook rewrites the markup. */
const [first = "", , last = ""] = withBlock("", "-").split("\n")
const openBefore = /<div\b[^<>]{0,200}>\s{0,20}$/i
const closeAfter = /^\s{0,20}<\/div>/i
const reach = 300

/** HTML with `block` (lines of text) as its one block before the end of the body; null takes it away. All else stays as it was. */
export function htmlWithBlock(html: string, block: string | null): string {
  const rest = withoutBlock(html)
  if (block === null) return rest
  const lines = [first, ...block.split("\n").map(linkedMarkup), last]
  const markup = `<div>${lines.join("<br>\n")}</div>`
  const end = rest.toLowerCase().lastIndexOf("</body>")
  return end < 0 ? `${rest}${markup}` : `${rest.slice(0, end)}${markup}${rest.slice(end)}`
}

function withoutBlock(html: string): string {
  const kept: string[] = []
  let at = 0
  for (let from = html.indexOf(first); from >= 0; from = html.indexOf(first, at)) {
    const to = html.indexOf(last, from)
    // Somebody took the end away: what follows is theirs.
    const end = to < 0 ? from + first.length : to + last.length
    const before = openBefore.exec(html.slice(Math.max(at, from - reach), from))
    const after = closeAfter.exec(html.slice(end, end + reach))
    const isWrapped = before !== null && after !== null
    kept.push(html.slice(at, from - (isWrapped ? before[0].length : 0)))
    at = end + (isWrapped ? after[0].length : 0)
  }
  return kept.join("") + html.slice(at)
}
