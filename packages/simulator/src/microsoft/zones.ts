/** Windows' names of zones, as Outlook writes them, for the IANA names that the organisation uses (CLDR windowsZones). */
const windows: Readonly<Record<string, string>> = {
  UTC: "UTC",
  "Europe/Berlin": "W. Europe Standard Time",
  "Europe/Zurich": "W. Europe Standard Time",
  "Europe/Paris": "Romance Standard Time",
  "Europe/London": "GMT Standard Time",
  "Europe/Helsinki": "FLE Standard Time",
  "America/New_York": "Eastern Standard Time",
  "America/Chicago": "Central Standard Time",
  "America/Los_Angeles": "Pacific Standard Time",
  "America/Sao_Paulo": "E. South America Standard Time",
  "Asia/Tokyo": "Tokyo Standard Time",
  "Asia/Kolkata": "India Standard Time",
  "Australia/Sydney": "AUS Eastern Standard Time",
}

export const windowsName = (zone: string): string => windows[zone] ?? "tzone://Microsoft/Custom"

/** The IANA name for either kind of name; the name itself when it is unknown. */
export const ianaName = (name: string): string =>
  Object.entries(windows).find(([, known]) => known === name)?.[0] ?? name

/** True for a Windows or IANA name. */
export function isZone(name: string): boolean {
  try {
    Temporal.PlainDateTime.from("2026-01-01T00:00").toZonedDateTime(ianaName(name))
    return true
  } catch {
    return false
  }
}
