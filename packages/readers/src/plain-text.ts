const entities: ReadonlyMap<string, string> = new Map([["amp", "&"], ["lt", "<"], ["gt", ">"], ["quot", '"'], ["apos", "'"], ["nbsp", " "]])
const descriptionMost = 50_000
const tagMost = 2_000
const labelMost = 500
const breaking = /^<(?:br|\/p|\/div|\/li|\/tr)\b/i
const silent = /^<(script|style)\b/i
const linkStart = /^<a\b/i
const target = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i

/**
 * Plain text of a description that may be HTML; link targets that the text hides are kept behind it. Whoever invites
 * writes the description, so the work is linear in its length: one walk, no pattern that can start over at every sign.
 */
export function plainText(value: string | null): string | null {
  if (value === null) return null
  const bounded = value.slice(0, descriptionMost)
  if (!bounded.includes("<") && !bounded.includes("&")) return bounded
  return walk(bounded)
    .replace(/\n{3,}/g, "\n\n")
    .trim()
}

type Link = { readonly href: string; readonly from: number }

function walk(html: string): string {
  const find = forwardSearch(html)
  let out = ""
  let at = 0
  let link: Link | null = null
  while (at < html.length) {
    const open = find("<", at)
    if (open === -1) return out + decoded(html.slice(at))
    out += decoded(html.slice(at, open))
    const close = find(">", open)
    const isTag = close !== -1 && close - open < tagMost && /[a-z/!?]/i.test(html[open + 1] ?? "")
    // "<https://…>" is how plain-text mails write an address: it is kept as it is.
    if (!isTag || /^<https?:/i.test(html.slice(open, open + 9))) {
      out += "<"
      at = open + 1
      continue
    }
    const tag = html.slice(open, close + 1)
    at = close + 1
    const hushed = silent.exec(tag)
    if (hushed !== null) at = skipped(html, find(`</${hushed[1]?.toLowerCase() ?? ""}`, at), find)
    else if (linkStart.test(tag)) link = linkOf(tag, out.length)
    else if (link !== null && /^<\/a\s*>$/i.test(tag)) {
      out = closed(out, link)
      link = null
    } else if (breaking.test(tag)) out += "\n"
  }
  return out
}

type Find = (what: string, from: number) => number

/** indexOf, regardless of case, for ever greater `from`: what was found ahead, or not found, is not looked for again. */
function forwardSearch(text: string): Find {
  // Letters that change their length when lower-cased would shift what is found: only ASCII matters here.
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const found = new Map<string, number>()
  return (what, from) => {
    const known = found.get(what)
    if (known !== undefined && (known === -1 || known >= from)) return known
    const index = lower.indexOf(what, from)
    found.set(what, index)
    return index
  }
}

function skipped(html: string, end: number, find: Find): number {
  const close = end === -1 ? -1 : find(">", end)
  return close === -1 ? html.length : close + 1
}

function linkOf(tag: string, from: number): Link | null {
  const match = target.exec(tag)
  const href = decoded(match?.[1] ?? match?.[2] ?? "")
  return href === "" ? null : { href, from }
}

function closed(out: string, { href, from }: Link): string {
  const label = out.slice(from)
  if (label.length > labelMost || !/^https?:/i.test(href)) return out
  return out.slice(0, from) + (href.includes(label.trim()) ? href : `${label} <${href}>`)
}

function decoded(text: string): string {
  return text.replace(/&(#x?[0-9a-f]{1,6}|\w{2,6});/gi, (all, name: string) => entity(name) ?? all)
}

function entity(name: string): string | null {
  if (!name.startsWith("#")) return entities.get(name.toLowerCase()) ?? null
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return Number.isInteger(code) && code > 0 && code < 0x110000 ? String.fromCodePoint(code) : null
}
