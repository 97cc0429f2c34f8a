import { type DestinationStream, pino } from "pino"
import type { Log } from "../ports/log.ts"

// A second fence only: callers pass ids, counts and machine words. What looks like a credential is cut out all the same.
const credentialShapes =
  /\b(eyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?|ya29\.[\w-]{10,}|(?:Bearer|Basic)\s+[\w\-.~+/=]{6,}|[\w-]{43,}={0,2})/g

/** Cuts anything shaped like a token out of a text. */
export function redact(text: string): string {
  return text.replace(credentialShapes, "[redacted]")
}

type Fields = Readonly<Record<string, string | number | boolean | null>>

function redactFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "string" ? redact(value) : value]),
  )
}

/** JSON lines on standard output (or `destination`), one per event. */
export function createLog(level: "debug" | "info" | "warn" | "error" | "silent", destination?: DestinationStream): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const logger = destination === undefined ? pino(options) : pino(options, destination)
  return {
    info: (message, fields = {}) => logger.info(redactFields(fields), redact(message)),
    warn: (message, fields = {}) => logger.warn(redactFields(fields), redact(message)),
    error: (message, fields = {}) => logger.error(redactFields(fields), redact(message)),
  }
}
