import type { SimRequest, SimResponse } from "../server.ts"
import { graphError } from "./errors.ts"
import { ianaName, isZone } from "./zones.ts"

type Item = Readonly<Record<string, unknown>>

/** Given only when they are asked for by name (the resource's page; providers.md A.4, A.5). */
const onRequest = ["cancelledOccurrences", "exceptionOccurrences", "singleValueExtendedProperties"]

/**
 * Gives an answer the shape that was asked for: $select, $expand, `Prefer: outlook.timezone` and
 * `outlook.body-content-type` (HTML without it). They hold for one request, never for the next page.
 */
export function shaped(request: SimRequest, answer: SimResponse): SimResponse {
  const { body, status } = answer
  if (typeof body !== "object" || (status !== 200 && status !== 201)) return answer
  const zone = preference(request, "outlook.timezone") ?? "UTC"
  if (!isZone(zone)) return graphError(400, "TimeZoneNotSupportedException")
  const shape = (item: Item) => selected(request, withBody(request, inZone(item, zone)))
  const whole: Item = { ...body }
  return { ...answer, body: Array.isArray(whole.value) ? { ...whole, value: whole.value.map(shape) } : shape(whole) }
}

/** The value of a preference, without quotes. */
export function preference({ headers }: SimRequest, name: string): string | null {
  for (const part of (headers.prefer ?? "").split(/[,;]/)) {
    const [key, value] = part.split("=").map((text) => text.trim())
    if (key?.toLowerCase() === name.toLowerCase() && value !== undefined) return value.replace(/^"|"$/g, "")
  }
  return null
}

/** What $select names of a directory object; what it has by default without. */
export function picked({ url }: SimRequest, item: Item, defaults: readonly string[]): Item {
  const wanted = (url.searchParams.get("$select") ?? "").split(",").map((name) => name.trim())
  const names = wanted.some((name) => name !== "") ? wanted : defaults
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)))
}

const part = (value: unknown): Item => (typeof value === "object" && value !== null ? { ...value } : {})

function inZone(item: Item, zone: string): Item {
  if (item.start === undefined || zone === "UTC") return item
  return { ...item, start: at(item.start, item.isAllDay === true), end: at(item.end, item.isAllDay === true) }

  function at(time: unknown, isAllDay: boolean): Item {
    const { dateTime } = part(time)
    const text = String(dateTime).slice(0, 19)
    if (isAllDay || !/^\d{4}-/.test(text)) return { dateTime, timeZone: zone }
    const wall = Temporal.Instant.from(`${text}Z`).toZonedDateTimeISO(ianaName(zone)).toPlainDateTime()
    return { dateTime: wall.toString({ fractionalSecondDigits: 7 }), timeZone: zone }
  }
}

const escaped = (text: string) => text.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`)

function withBody(request: SimRequest, item: Item): Item {
  if (item.body === undefined) return item
  const { content, html } = part(item.body)
  if (preference(request, "outlook.body-content-type") === "text")
    return { ...item, body: { contentType: "text", content } }
  const made = `<html><body>${escaped(String(content)).replaceAll("\n", "<br>")}</body></html>`
  return { ...item, body: { contentType: "html", content: html ?? made } }
}

function selected({ url }: SimRequest, item: Item): Item {
  if (item.start === undefined) return item
  const names = (name: string) => (url.searchParams.get(name) ?? "").split(/[,(]/).map((text) => text.trim())
  const wanted = new Set(names("$select").filter((name) => name !== ""))
  const expanded = new Set(names("$expand"))
  const isGiven = (name: string) => {
    if (name === "cancelledOccurrences") return wanted.has(name)
    if (onRequest.includes(name)) return expanded.has(name)
    return wanted.size === 0 || wanted.has(name) || name === "id" || name.startsWith("@")
  }
  return Object.fromEntries(Object.entries(item).filter(([name]) => isGiven(name)))
}
