import { type DestinationStream, pino } from "pino"
import type { Log } from "../ports/log.ts"

// A second fence only: callers pass ids, counts and machine words. What looks like a credential is cut out all the same.
const credentialShapes =
  /\b(eyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?|ya29\.[\w-]{10,}|(?:Bearer|Basic)\s+[\w\-.~+/=]{6,}|[\w-]{43,}={0,2})/g

/**
 * What JSON leaves as it is, and a terminal or a reader of lines obeys: C1 controls and DEL, line and paragraph separators,
 * marks that turn the direction of writing around or cannot be seen, halves of a character.
 */
const obeyed = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu

/** Cuts anything shaped like a token out of a text, and has all that is in it be seen. */
export function redact(text: string): string {
  return text.replace(credentialShapes, "[redacted]").replace(obeyed, shown)
}

const shown = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`

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
