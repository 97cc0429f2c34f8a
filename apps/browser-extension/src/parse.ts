import type { Asked, UnknownPage } from "./talk.ts"

const kinds = new Set([
  ...["state", "begin", "sign-out", "settings", "save-defaults", "schedule", "change", "remove"],
  ...["open-options", "page-unknown", "take-note"],
])

/** Messages come from the extension's own pages and scripts alone; web pages cannot send any. */
export function parseAsked(message: unknown): Asked | null {
  if (typeof message !== "object" || message === null || !("kind" in message)) return null
  return kinds.has(String(message.kind)) ? (message as Asked) : null
}

/** As the background keeps it for its options page. */
export const parseNote = (text: string): UnknownPage => JSON.parse(text)
