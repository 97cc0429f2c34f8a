/** A device's software, as "ce26.8.1.0.2f4e1a0" or "TC7.3.9" says it. */
export type SoftwareVersion = { readonly major: number; readonly minor: number }

export function versionOf(software: string | null): SoftwareVersion | null {
  const [, major, minor] = /(\d{1,3})\.(\d{1,3})/.exec(software ?? "") ?? []
  return major === undefined || minor === undefined ? null : { major: Number(major), minor: Number(minor) }
}

/**
 * put: `xCommand Bookings Put`. put-or-older: the same, and where it is refused the older way, since the schemas of 9.15 and
 * 10.19 say that the command wants a device that is registered or linked to the cloud; those of 11.14 and later do not.
 * older: `bookingsputxml`, for TC and CE before 9.15.
 */
export type Way = "put" | "put-or-older" | "older"

/** A version that cannot be read is taken for a new one: old ones are known. */
export function wayOf(version: SoftwareVersion | null): Way {
  if (version === null || version.major >= 11) return "put"
  return isAtLeast(version, 9, 15) ? "put-or-older" : "older"
}

/** `None` as a protocol, for meetings that cannot be dialled: in the schema of 11.24, and not yet in that of 11.14. */
export const knowsNone = (version: SoftwareVersion | null) => version === null || isAtLeast(version, 11, 24)

/** MeetingPlatform: in the schema of 10.19, not in that of 9.15. */
export const knowsPlatform = (version: SoftwareVersion | null) => version === null || version.major >= 10

function isAtLeast({ major, minor }: SoftwareVersion, leastMajor: number, leastMinor: number): boolean {
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
