import type { Asked } from "./talk.ts"

const kinds = new Set(["state", "begin", "sign-out", "schedule", "change", "remove"])

/** Messages come from the extension's own pages and scripts alone; web pages cannot send any. */
export function parseAsked(message: unknown): Asked | null {
  if (typeof message !== "object" || message === null || !("kind" in message)) return null
  return kinds.has(String(message.kind)) ? (message as Asked) : null
}

/** The address without a path, to be asked over HTTPS; plain HTTP for a service on this machine. Null where it is none. */
export function parseAddress(text: string): string | null {
  try {
    const { protocol, hostname, origin } = new URL(text.includes("://") ? text : `https://${text}`)
    const isLocal = protocol === "http:" && (hostname === "localhost" || hostname === "127.0.0.1")
    return protocol === "https:" || isLocal ? origin : null
  } catch {
    return null
  }
}
