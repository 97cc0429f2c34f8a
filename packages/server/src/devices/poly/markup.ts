import { escapeXml } from "@kalends/readers/xml"

/** XML that is ready to be sent. */
export type Markup = string
type Attributes = Readonly<Record<string, string | number | boolean>>

/** An element that holds other elements. */
export function element(name: string, content: Markup | readonly Markup[] = "", attributes: Attributes = {}): Markup {
  const inner = typeof content === "string" ? content : content.join("")
  const head = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join("")
  return inner === "" ? `<${name}${head}/>` : `<${name}${head}>${inner}</${name}>`
}

/** An element that holds text. */
export const leaf = (name: string, value: string | number | boolean, attributes: Attributes = {}): Markup =>
  element(name, escapeXml(String(value)), attributes)

/** An instant as an xs:dateTime in UTC. */
export const dateTime = (instant: Temporal.Instant): string => instant.round("second").toString()
