const entities: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
])
const descriptionMost = 50_000
const tagMost = 2_000
const labelMost = 500
/** Names of tags that mean something here, closing ones with their slash. */
const meaningOf: ReadonlyMap<string, "break" | "silent" | "link" | "link-end"> = new Map([
  ["br", "break"],
  ["/p", "break"],
  ["/div", "break"],
  ["/li", "break"],
  ["/tr", "break"],
  ["script", "silent"],
  ["style", "silent"],
  ["a", "link"],
  ["/a", "link-end"],
] as const)
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

type Link = { readonly href: string; label: string }

function walk(html: string): string {
  const opens = forwardSearch(html, "<")
  const closes = forwardSearch(html, ">")
  let out = ""
  let at = 0
  let link: Link | null = null
  // What stands inside a link is gathered apart: whether its target is shown depends on all of it.
  const put = (text: string) => {
    if (link === null) out += text
    else link.label += text
  }
  while (at < html.length) {
    const open = opens(at)
    put(decoded(html.slice(at, open === -1 ? html.length : open)))
    if (open === -1) break
    const close = closes(open)
    // "<https://…>" is how plain-text mails write an address: it is kept as it is.
    if (
      close === -1 ||
      close - open >= tagMost ||
      !isTagStart(html.charCodeAt(open + 1)) ||
      html.startsWith("<http", open)
    ) {
      put("<")
      at = open + 1
      continue
    }
    at = close + 1
    const name = nameAt(html, open + 1, close)
    switch (meaningOf.get(name)) {
      case "break":
        put("\n")
        break
      case "silent":
        at = skipped(html, at, name)
        break
      case "link":
        out += shownLink(link)
        link = linkOf(html.slice(open, at))
        break
      case "link-end":
        out += shownLink(link)
        link = null
    }
  }
  return out + shownLink(link)
}

/** A letter, "/", "!" or "?": "<" before anything else is a sign of its own. */
function isTagStart(code: number): boolean {
  return (code > 96 && code < 123) || (code > 64 && code < 91) || code === 47 || code === 33 || code === 63
}

/** The name of a tag in lower case, with its slash; names longer than any of interest are cut. */
function nameAt(html: string, from: number, close: number): string {
  const most = Math.min(close, from + 8)
  let end = html.charCodeAt(from) === 47 ? from + 1 : from
  while (end < most && (html.charCodeAt(end) | 32) > 96 && (html.charCodeAt(end) | 32) < 123) end++
  return html.slice(from, end).toLowerCase()
}

/** indexOf for ever greater `from`: what was found ahead, or not found at all, is not looked for again. */
function forwardSearch(text: string, what: string): (from: number) => number {
  let known = -2
  return (from) => {
    if (known === -2 || (known !== -1 && known < from)) known = text.indexOf(what, from)
    return known
  }
}

/** Behind the end of a script or style; one that is not ended takes all that follows. */
function skipped(html: string, from: number, name: string): number {
  const end = new RegExp(`</${name}[^>]{0,${tagMost}}>`, "gi")
  end.lastIndex = from
  return end.exec(html) === null ? html.length : end.lastIndex
}

function linkOf(tag: string): Link {
  const match = target.exec(tag)
  return { href: decoded(match?.[1] ?? match?.[2] ?? ""), label: "" }
}

/** The label with its target behind it, unless the label is the target, or nothing a person could open. */
function shownLink(link: Link | null): string {
  if (link === null) return ""
  const { href, label } = link
  if (label.length > labelMost || !/^https?:/i.test(href)) return label
  return href.includes(label.trim()) ? href : `${label} <${href}>`
}

function decoded(text: string): string {
  if (!text.includes("&")) return text
  return text.replace(/&(#x?[0-9a-f]{1,6}|\w{2,6});/gi, (all, name: string) => entity(name) ?? all)
}

function entity(name: string): string | null {
  if (!name.startsWith("#")) return entities.get(name.toLowerCase()) ?? null
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return Number.isInteger(code) && code > 0 && code < 0x110000 ? String.fromCodePoint(code) : null
}
