import { isProblem } from "@kalends/domain/problem"
import { type Wire, wire } from "../parse.ts"
import { parseXml, xmlText } from "./multistatus.ts"

/**
 * True when a collection's properties offer what we use of WebDAV-Push: Web Push as the transport, a topic, and word of
 * changes of the collection's members, which a depth of 0 leaves out.
 */
export function offersPush(properties: Wire): boolean {
  const content = wire(properties["supported-triggers"])?.["content-update"]
  return (
    wire(properties.transports)?.["web-push"] !== undefined &&
    xmlText(properties.topic) !== null &&
    content !== undefined &&
    xmlText(wire(content)?.depth) !== "0"
  )
}

/**
 * What a push message says: "changed", or "key-rotated" when the server signs with another key from now on, which has no
 * topic. Null when it is no push message.
 */
export function readPushMessage(text: string): "changed" | "key-rotated" | null {
  const message = wire(rootOf(text)?.["push-message"])
  if (xmlText(message?.topic) !== null) return "changed"
  const property = wire(wire(message?.["property-update"])?.prop)
  return property?.transports === undefined ? null : "key-rotated"
}

function rootOf(text: string): Wire | null {
  try {
    return parseXml(text)
  } catch (error) {
    if (isProblem(error)) return null
    throw error
  }
}
