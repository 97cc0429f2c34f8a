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

/** Maps items one by one; one that cannot be understood is set aside and counted. */
export function mapItems<Item>(
  items: readonly unknown[],
  map: (item: Wire) => Item | null,
): { readonly events: readonly Item[]; readonly malformedCount: number } {
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

/** When items were last changed, as far as they say so in `field`, in epoch milliseconds. */
export function modifiedTimesMs(items: readonly unknown[], field: string): readonly number[] {
  return items.map((item) => Date.parse(text(wire(item)?.[field]) ?? "")).filter((ms) => !Number.isNaN(ms))
}

/** When a response says to come back: Retry-After in seconds or as a date; `otherwiseSeconds` where it says nothing. */
export function retryAt(header: string | undefined, now: Temporal.Instant, otherwiseSeconds: number): Temporal.Instant {
  const seconds = Number(header)
  if (header !== undefined && header.trim() !== "" && Number.isFinite(seconds))
    return now.add({ milliseconds: Math.round(Math.min(Math.max(seconds, 1), 3600) * 1000) })
  const dateMs = header === undefined ? Number.NaN : Date.parse(header)
  if (Number.isNaN(dateMs)) return now.add({ seconds: otherwiseSeconds })
  return Temporal.Instant.fromEpochMilliseconds(
    Math.min(Math.max(dateMs, now.epochMilliseconds + 1000), now.epochMilliseconds + 3_600_000),
  )
}

/** A word of a provider's closed list; `otherwise` for one that is not on it. A map, since words such as "constructor" are found on every object. */
export function oneOf<Meaning, Otherwise>(
  words: ReadonlyMap<string, Meaning>,
  word: unknown,
  otherwise: Otherwise,
): Meaning | Otherwise {
  return typeof word === "string" ? (words.get(word) ?? otherwise) : otherwise
}
