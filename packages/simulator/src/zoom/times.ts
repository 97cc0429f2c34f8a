/** `yyyy-MM-ddTHH:mm:ss`, with Z for GMT; the only two shapes that Zoom's OpenAPI names. A fraction is let pass. */
const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z?)$/

/** A `start_time`: GMT with Z, else wall clock in `zone`. Null when Zoom would not understand it. */
export function readTime(text: unknown, zone: string): Temporal.Instant | null {
  const match = typeof text === "string" ? shape.exec(text) : null
  if (match === null) return null
  try {
    return match[1] === "Z"
      ? Temporal.Instant.from(match[0]).round("second")
      : Temporal.PlainDateTime.from(match[0]).toZonedDateTime(zone).toInstant().round("second")
  } catch {
    return null
  }
}

export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return true
  } catch {
    return false
  }
}

/** As in all of Zoom's answers: GMT, whole seconds. */
export const wireTime = (at: Temporal.Instant): string => at.toString({ smallestUnit: "second" })
