const known = new Map<string, boolean>()
const knownMost = 2_000

/** Whether the name is one of the IANA database, and no offset. Windows' names are for zone.ts, whose table is long. */
export function isIanaZone(name: string): boolean {
  const cached = known.get(name)
  if (cached !== undefined) return cached
  const isOne = isZone(name)
  if (known.size < knownMost) known.set(name, isOne)
  return isOne
}

function isZone(name: string): boolean {
  // Offsets such as "+01:00" are zones to Temporal, but not places whose clocks change.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat("en", { timeZone: name })
    return true
  } catch {
    return false
  }
}
