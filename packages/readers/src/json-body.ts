import { Problem } from "@kalends/domain/problem"
import { type Wire, wire } from "./parse.ts"

/** Throws Problem "malformed" when it is not a JSON object. */
export function parseBody(body: string): Wire {
  try {
    const parsed = wire(JSON.parse(body))
    if (parsed !== null) return parsed
  } catch {
    // Said below.
  }
  throw new Problem("malformed", "The calendar service's answer cannot be read.")
}
