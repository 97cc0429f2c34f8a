import { escapeMarkup } from "@kalends/domain/markup"
import { Problem } from "@kalends/domain/problem"

/**
 * A small XML reader for what is said in SOAP: elements by local name, in one walk. What answers do not hold is refused
 * or passed over: document types are refused, mixed content loses its text. Ten times as fast as parsers that keep all.
 */

/** An element. `text` counts where there are no children. */
export type XmlNode = {
  /** Without its prefix. */
  readonly name: string
  readonly children: readonly XmlNode[]
  readonly text: string
  /** As written; read by `attributeOf`. */
  readonly attributes: string
}

type Open = { name: string; tag: string; children: XmlNode[]; text: string; attributes: string }

const depthMost = 64
const none: XmlNode[] = []

/** The root element. Throws Problem "malformed" for what is no well-formed element. */
export function parseXml(source: string): XmlNode {
  const root = newOpen("", "")
  const stack: Open[] = []
  let current = root
  let at = 0
  for (;;) {
    const open = source.indexOf("<", at)
    if (open < 0) break
    if (open > at) current.text += decoded(source.slice(at, open))
    const mark = source.charCodeAt(open + 1)
    if (mark === slash) {
      const close = end(source, ">", open)
      if (source.slice(open + 2, close).trimEnd() !== current.tag || stack.length === 0) throw unreadable()
      current = stack.pop() ?? root
      at = close + 1
    } else if (mark === exclamation || mark === question) {
      at = passOver(source, open, current)
    } else {
      const close = tagEnd(source, open)
      const isEmpty = source.charCodeAt(close - 1) === slash
      const made = openTag(source.slice(open + 1, isEmpty ? close - 1 : close))
      if (current.children === none) current.children = []
      current.children.push(made)
      current.text = ""
      at = close + 1
      if (isEmpty) continue
      if (stack.length >= depthMost) throw unreadable()
      stack.push(current)
      current = made
    }
  }
  const [element] = root.children
  if (stack.length > 0 || element === undefined || root.children.length > 1) throw unreadable()
  return element
}

const slash = 47
const exclamation = 33
const question = 63
const greater = 62
const quote = 34
const apostrophe = 39

function newOpen(tag: string, attributes: string): Open {
  const colon = tag.indexOf(":")
  return { name: colon < 0 ? tag : tag.slice(colon + 1), tag, children: none, text: "", attributes }
}

function openTag(inner: string): Open {
  let at = 0
  while (at < inner.length && inner.charCodeAt(at) > 32) at++
  if (at === 0) throw unreadable()
  return newOpen(inner.slice(0, at), inner.slice(at))
}

/** Where a tag ends: a value in quotes may hold the sign that ends tags. */
function tagEnd(source: string, open: number): number {
  for (let at = open + 1; at < source.length; at++) {
    const sign = source.charCodeAt(at)
    if (sign === greater) return at
    if (sign === quote || sign === apostrophe) at = end(source, String.fromCharCode(sign), at + 1)
  }
  throw unreadable()
}

/** Behind a comment, a processing instruction or a CDATA section, whose text is kept. */
function passOver(source: string, open: number, into: Open): number {
  if (source.startsWith("<?", open)) return end(source, "?>", open) + 2
  if (source.startsWith("<!--", open)) return end(source, "-->", open + 4) + 3
  if (!source.startsWith("<![CDATA[", open)) throw unreadable()
  const close = end(source, "]]>", open)
  into.text += source.slice(open + 9, close)
  return close + 3
}

function end(source: string, sign: string, from: number): number {
  const at = source.indexOf(sign, from)
  if (at < 0) throw unreadable()
  return at
}

const entities: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
])

function decoded(text: string): string {
  if (!text.includes("&")) return text
  return text.replace(/&(#x[\da-f]{1,6}|#\d{1,7}|\w{1,8});/gi, (whole, name: string) => {
    if (name[0] !== "#") return entities.get(name) ?? whole
    // Exchange writes control characters as references that XML 1.0 forbids: they are read for what they are.
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd"
  })
}

function unreadable(): Problem {
  return new Problem("malformed", "The calendar service's answer cannot be read.")
}

/** The first child of this name. */
export function child(node: XmlNode | null, name: string): XmlNode | null {
  if (node === null) return null
  for (const one of node.children) if (one.name === name) return one
  return null
}

/** The element below, name by name. */
export function find(node: XmlNode | null, ...names: readonly string[]): XmlNode | null {
  let found = node
  for (const name of names) found = child(found, name)
  return found
}

/** Text of the element below; null where there is none, or nothing in it. */
export function textAt(node: XmlNode | null, ...names: readonly string[]): string | null {
  const found = find(node, ...names)
  return found === null || found.children.length > 0 || found.text === "" ? null : found.text
}

/** The first element of this name, in whatever depth. */
export function findDeep(node: XmlNode, name: string): XmlNode | null {
  if (node.name === name) return node
  for (const one of node.children) {
    const found = findDeep(one, name)
    if (found !== null) return found
  }
  return null
}

export function attributeOf(node: XmlNode | null, name: string): string | null {
  if (node === null) return null
  const pattern = attributePatterns.get(name) ?? new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
  attributePatterns.set(name, pattern)
  const match = pattern.exec(node.attributes)
  const value = match?.[1] ?? match?.[2]
  return value === undefined || value === "" ? null : decoded(value)
}

/** One for each name that the code asks for. */
const attributePatterns = new Map<string, RegExp>()

/** Text as content or attribute. What XML 1.0 cannot hold is left out. */
export function escapeXml(text: string): string {
  return escapeMarkup(text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ""))
}
