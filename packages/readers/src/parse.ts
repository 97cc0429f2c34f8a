/**
 * Narrow parsers for wire values. Hand-written rather than by schema: a refresh reads thousands of items, and what a
 * reader does not name is dropped.
 */

export type Wire = Readonly<Record<string, unknown>>

export function wire(value: unknown): Wire | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Wire) : null
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null
}

/** Throws TypeError when it is not text: the item is malformed. */
export function requireText(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw new TypeError(`no ${name}`)
  return value
}

const zonedEnd = /(?:[zZ]|[+-]\d\d:?\d\d)$/

/** Reads "2026-11-23T09:00:00.0000000" as UTC, or with the offset it has. Throws RangeError when it is no time. */
export function instantFromUtc(value: string): Temporal.Instant {
  // Date.parse is many times faster than Temporal's parser, and exact to the millisecond.
  const epochMs = Date.parse(zonedEnd.test(value) ? value : `${value.slice(0, 23)}Z`)
  if (Number.isNaN(epochMs)) throw new RangeError("not a time")
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " }
const descriptionMost = 50_000

/** Plain text of a description that may be HTML; link targets that the text hides are kept behind it. */
export function plainText(value: string | null): string | null {
  if (value === null) return null
  const bounded = value.slice(0, descriptionMost)
  if (!bounded.includes("<") && !bounded.includes("&")) return bounded
  return bounded
    .replace(/<(script|style)\b[^>]*>[^]*?<\/\1>/gi, "")
    .replace(/<a\b[^>]*?\bhref="([^"<>]{1,2000})"[^>]*>([^<]{0,500})<\/a>/gi, (_all, href: string, label: string) => (href.includes(label.trim()) ? href : `${label} <${href}>`))
    .replace(/<(?:br|\/p|\/div|\/li|\/tr)\b[^>]{0,200}>/gi, "\n")
    .replace(/<(?!https?:)[^<>]{0,2000}>/g, "")
    .replace(/&(#x?[0-9a-f]{1,6}|\w{2,6});/gi, (all, name: string) => entity(name) ?? all)
    .replace(/\n{3,}/g, "\n\n")
    .trim()
}

function entity(name: string): string | null {
  if (!name.startsWith("#")) return entities[name.toLowerCase()] ?? null
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return Number.isInteger(code) && code > 0 && code < 0x110000 ? String.fromCodePoint(code) : null
}

/** Maps items one by one; one that cannot be understood is set aside and counted. */
export function mapItems<Item>(items: readonly unknown[], map: (item: Wire) => Item | null): { readonly events: readonly Item[]; readonly malformedCount: number } {
  const events: Item[] = []
  let malformedCount = 0
  for (const item of items) {
    try {
      const found = wire(item)
      if (found === null) throw new TypeError("not an object")
      const mapped = map(found)
      if (mapped !== null) events.push(mapped)
    } catch {
      malformedCount++
    }
  }
  return { events, malformedCount }
}

/** When a response says to come back: Retry-After in seconds or as a date; `otherwiseSeconds` where it says nothing. */
export function retryAt(header: string | undefined, now: Temporal.Instant, otherwiseSeconds: number): Temporal.Instant {
  const seconds = Number(header)
  if (header !== undefined && header.trim() !== "" && Number.isFinite(seconds)) return now.add({ milliseconds: Math.round(Math.min(Math.max(seconds, 1), 3600) * 1000) })
  const dateMs = header === undefined ? Number.NaN : Date.parse(header)
  if (Number.isNaN(dateMs)) return now.add({ seconds: otherwiseSeconds })
  return Temporal.Instant.fromEpochMilliseconds(Math.min(Math.max(dateMs, now.epochMilliseconds + 1000), now.epochMilliseconds + 3_600_000))
}
