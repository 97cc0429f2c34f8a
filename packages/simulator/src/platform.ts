import { randomBytes } from "node:crypto"

/** What the simulator needs of the world; the one place that touches it. */
export type SimulatorPlatform = {
  now(): Temporal.Instant
  after(delayMs: number, callback: () => void): () => void
  /** In [0, 1), from the seed. */
  fraction(): number
  token(prefix: string): string
  /** Sends a notification; null when nothing answered within `timeoutMs`. */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array<ArrayBuffer>,
    timeoutMs: number,
  ): Promise<{ readonly status: number; readonly text: string } | null>
}

export function systemPlatform(seed: number): SimulatorPlatform {
  let state = seed >>> 0
  return {
    now: () => Temporal.Now.instant(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      timer.unref()
      return () => clearTimeout(timer)
    },
    fraction() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    },
    token: (prefix) => `${prefix}${randomBytes(24).toString("base64url")}`,
    async post(url, headers, body, timeoutMs) {
      try {
        const response = await fetch(url, {
          method: "POST",
          headers,
          body,
          redirect: "manual",
          signal: AbortSignal.timeout(timeoutMs),
        })
        return { status: response.status, text: (await response.text()).slice(0, 10_000) }
      } catch {
        return null
      }
    },
  }
}
