/** An element with its name written out: "{DAV:}prop". `text` is its own text, without that of its children. */
export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
}

type Open = { readonly element: XmlElement & { children: XmlElement[]; text: string }; readonly spaces: Namespaces }
type Namespaces = Readonly<Record<string, string>>

const token =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(?<close>\/)?(?<tag>[^\s/>!]+)(?<attributes>(?:\s+[^\s=>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/)?>|(?<text>[^<]+)/y
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }

/**
 * Reads the little XML that WebDAV clients send, strictly: names belong to namespaces, elements close in order, and there
 * is no document type. Throws SyntaxError.
 */
export function parseXml(source: string): XmlElement {
  const open: Open[] = []
  let root: XmlElement | null = null
  token.lastIndex = 0
  while (token.lastIndex < source.length) {
    const groups = token.exec(source)?.groups
    if (groups === undefined) throw new SyntaxError("not XML")
    const { close, tag, attributes = "", empty, text } = groups
    const parent = open.at(-1)
    if (text !== undefined) appendText(parent, text)
    if (tag === undefined) continue
    const spaces = { ...parent?.spaces, ...declared(attributes) }
    const name = resolved(tag, spaces)
    if (close !== undefined) {
      if (parent?.element.name !== name) throw new SyntaxError(`</${tag}> closes nothing`)
      open.pop()
      continue
    }
    const element = { name, attributes: plain(attributes), children: [], text: "" }
    if (parent === undefined && root !== null) throw new SyntaxError("more than one root")
    parent?.element.children.push(element)
    root ??= element
    if (empty === undefined) open.push({ element, spaces })
  }
  if (root === null || open.length > 0) throw new SyntaxError("not a whole document")
  return root
}

/** The first child of that name. */
export function child(element: XmlElement | null, name: string): XmlElement | null {
  return element?.children.find((found) => found.name === name) ?? null
}

/** Text made safe for an element or an attribute. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}

function appendText(parent: Open | undefined, text: string): void {
  if (parent !== undefined) parent.element.text += unescaped(text)
  else if (text.trim() !== "") throw new SyntaxError("text outside the root")
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (entities[name ?? ""] ?? whole) : String.fromCodePoint(Number(code)),
  )
}

function pairs(attributes: string): readonly (readonly [string, string])[] {
  return [...attributes.matchAll(attribute)].map(([, name = "", double, single]) => [
    name,
    unescaped(double ?? single ?? ""),
  ])
}

/** Prefix to namespace; the default one under "". */
function declared(attributes: string): Namespaces {
  return Object.fromEntries(
    pairs(attributes)
      .filter(([name]) => name === "xmlns" || name.startsWith("xmlns:"))
      .map(([name, value]) => [name.slice("xmlns:".length), value]),
  )
}

function plain(attributes: string): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs(attributes).filter(([name]) => !name.startsWith("xmlns")))
}

function resolved(tag: string, spaces: Namespaces): string {
  const [local = "", prefix = ""] = tag.split(":").reverse()
  const space = spaces[prefix]
  if (space === undefined) throw new SyntaxError(`${tag} belongs to no namespace`)
  return `{${space}}${local}`
}
