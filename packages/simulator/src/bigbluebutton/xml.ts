/** An element's content: text, children in order, or nothing. A list makes one element of its name for each item. */
export type XmlContent = string | number | boolean | null | XmlChildren | readonly XmlChildren[]
export type XmlChildren = { readonly [name: string]: XmlContent }

/** `<response>` with these children, indented as nobody needs but people like. */
export const xmlResponse = (children: XmlChildren): string => `<response>\n${elements(children)}</response>\n`

function elements(children: XmlChildren): string {
  return Object.entries(children)
    .flatMap(([name, content]) =>
      isList(content) ? content.map((one) => element(name, one)) : [element(name, content)],
    )
    .join("")
}

function element(name: string, content: Exclude<XmlContent, readonly XmlChildren[]>): string {
  const inner = content === null ? "" : typeof content === "object" ? elements(content) : escaped(String(content))
  return inner === "" ? `<${name}/>\n` : `<${name}>${inner}</${name}>\n`
}

const isList = (content: XmlContent): content is readonly XmlChildren[] => Array.isArray(content)

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}
