/** What the client needs of the world; the one place that touches it. Tests give a scripted one. */
export interface ClientPlatform {
  now(): Temporal.Instant
  /** Calls back once after `delayMs`; returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void
  /** In [0, 1). */
  fraction(): number
  /** Never stores: no cache, no cookies, no referrer. */
  fetch(url: string, init: RequestInit): Promise<Response>
  /** Base64url SHA-256. */
  digest(text: string): Promise<string>
}

/** A browser's or Node's own. */
export const systemPlatform: ClientPlatform = {
  now: () => Temporal.Now.instant(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
  fraction: () => Math.random(),
  fetch: (url, init) =>
    fetch(url, { ...init, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" }),
  async digest(text) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
    return btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/={1,2}$/, "")
  },
}
