import { Problem } from "@kalends/domain/problem"
import { XMLParser } from "fast-xml-parser"
import { list, type Wire, wire } from "../parse.ts"

/** One member of a multistatus answer (RFC 4918 14.24): its properties that were found, or why it is not there. */
export type DavResponse = {
  readonly href: string
  readonly status: number
  readonly properties: Wire
  readonly hasLimitError: boolean
}
export type Multistatus = { readonly responses: readonly DavResponse[]; readonly syncToken: string | null }

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  // Numeric references too: servers that write with libxml end every line of a calendar in "&#13;".
  htmlEntities: true,
  isArray: (name) => name === "response" || name === "propstat",
})

/** Parses any XML answer without prefixes. Throws Problem "malformed". */
export function parseXml(body: string): Wire {
  try {
    return wire(parser.parse(body)) ?? {}
  } catch (cause) {
    throw new Problem("malformed", "The calendar server's answer cannot be read.", { cause })
  }
}

/** Throws Problem "malformed" when it is no multistatus. */
export function parseMultistatus(body: string): Multistatus {
  const root = parseXml(body).multistatus
  if (root === undefined) throw new Problem("malformed", "The calendar server's answer cannot be read.")
  const multistatus = wire(root) ?? {}
  return {
    responses: list(multistatus.response).flatMap((item) => davResponse(wire(item))),
    syncToken: xmlText(multistatus["sync-token"]),
  }
}

function davResponse(item: Wire | null): DavResponse[] {
  const href = xmlText(item?.href)
  if (item === null || href === null) return []
  const found = list(item.propstat)
    .map(wire)
    .find((propstat) => statusOf(propstat?.status) === 200)
  const status =
    item.status === undefined ? (found === undefined && item.propstat !== undefined ? 404 : 200) : statusOf(item.status)
  return [
    {
      href,
      status,
      properties: wire(found?.prop) ?? {},
      hasLimitError: wire(item.error)?.["number-of-matches-within-limits"] !== undefined,
    },
  ]
}

function statusOf(line: unknown): number {
  return Number(/\s(\d{3})/.exec(String(line ?? ""))?.[1] ?? 200)
}

/** The text of an element, trimmed; null when it is empty or absent. */
export function xmlText(value: unknown): string | null {
  const text = typeof value === "string" ? value : typeof value === "number" ? String(value) : wire(value)?.["#text"]
  return typeof text === "string" && text.trim() !== "" ? text.trim() : null
}
