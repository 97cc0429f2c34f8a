import { XMLParser } from "fast-xml-parser"

/** An element without its prefix; `text` is what stands in it directly. */
export type XmlNode = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlNode[]
  readonly text: string
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  // References by number, too.
  htmlEntities: true,
})

/** The root element, or null for what is not XML. A document type is refused: nobody needs one, and entities could swell. */
export function parseXml(text: string): XmlNode | null {
  if (/<!DOCTYPE/i.test(text)) return null
  try {
    const parsed: unknown = parser.parse(text, true)
    return nodesOf(parsed)[0] ?? null
  } catch {
    return null
  }
}

function nodesOf(list: unknown): readonly XmlNode[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    const fields = Object.entries(recordOf(entry))
    const [name, content] = fields.find(([key]) => key !== ":@") ?? []
    if (name === undefined || name.startsWith("#") || name.startsWith("?")) return []
    const attributes = recordOf(fields.find(([key]) => key === ":@")?.[1])
    return [
      {
        name,
        attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)])),
        children: nodesOf(content),
        text: textIn(content),
      },
    ]
  })
}

const textIn = (content: unknown): string =>
  Array.isArray(content) ? content.map((entry: unknown) => String(recordOf(entry)["#text"] ?? "")).join("") : ""

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {}

/** The first element at the end of a path of names; null where there is none. */
export function find(node: XmlNode | null, ...path: readonly string[]): XmlNode | null {
  let found = node
  for (const name of path) found = found?.children.find((child) => child.name === name) ?? null
  return found
}

/** The text at the end of a path, without the space around it; null where there is none. */
export const textAt = (node: XmlNode | null, ...path: readonly string[]): string | null =>
  find(node, ...path)?.text.trim() ?? null

/** All children of a name. */
export const allOf = (node: XmlNode | null, name: string): readonly XmlNode[] =>
  node?.children.filter((child) => child.name === name) ?? []

/** XML text that is ready to be sent. */
export type Markup = string
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** An element that holds other elements. */
export function element(name: string, content: Markup | readonly Markup[] = "", attributes: Attributes = {}): Markup {
  const inner = typeof content === "string" ? content : content.join("")
  const head = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? "" : ` ${key}="${escaped(String(value))}"`))
    .join("")
  return inner === "" ? `<${name}${head}/>` : `<${name}${head}>${inner}</${name}>`
}

/** An element that holds text. */
export const leaf = (name: string, value: string | number | boolean, attributes: Attributes = {}): Markup =>
  element(name, escaped(String(value)), attributes)

/**
 * Control characters are written as references that XML 1.0 does not allow, as Exchange writes them
 * (captured in OfficeDev/ews-java-api issues 156 and 233): a client has to live with them.
 */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
  return text.replace(
    /[&<>"\r]|[^\P{Cc}\t\n\r]/gu,
    (character) => entities[character] ?? `&#x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()};`,
  )
}
