import { findIana, findWindows } from "windows-iana"
import { isIanaZone } from "./iana-zone.ts"

/** Names that providers write and no table knows. */
const special: Readonly<Record<string, string>> = { "tzone://Microsoft/Utc": "UTC", Z: "UTC", GMT: "UTC" }

const known = new Map<string, string | null>()
const knownMost = 2_000

/**
 * The IANA zone that a provider's zone name means: an IANA name as it is, a Windows name by CLDR's table (territory 001).
 * Null when it is unknown (custom, localised or free text): then only the instants count and nothing is guessed.
 */
export function findZone(name: string | null | undefined): string | null {
  if (name === null || name === undefined || name === "") return null
  const cached = known.get(name)
  if (cached !== undefined) return cached
  const found = resolve(name)
  if (known.size < knownMost) known.set(name, found)
  return found
}

/** The Windows name of an IANA zone by CLDR's table; the name itself where the table has none. */
export function windowsZone(zone: string): string {
  return findWindows(zone)[0] ?? zone
}

function resolve(name: string): string | null {
  const fixed = special[name]
  if (fixed !== undefined) return fixed
  const iana = findIana(name)[0]
  return [name, iana].find((candidate) => candidate !== undefined && isIanaZone(candidate)) ?? null
}
