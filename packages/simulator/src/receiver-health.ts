import type { SimulatorPlatform } from "./platform.ts"

/** What becomes of new notifications for an endpoint: sent at once, sent late, or thrown away. */
export type Penalty = "none" | "delayed" | "dropped"

const windowMs = 10 * 60_000
/** Fewer answers than this say nothing yet; the provider names no number. */
const answersLeast = 20
const slowMs = 3_000
const hangingMs = 10_000

/**
 * How endpoints answered in the last ten minutes, and Graph's rule about slow ones: more than 10 % slow answers delay new
 * notifications, more than 15 % hanging ones have them thrown away (MSG change-notifications-delivery-webhooks.md; the
 * copies of that page differ on the seconds, these are the stricter ones).
 */
export function createReceiverHealth(platform: Pick<SimulatorPlatform, "now">) {
  const answers = new Map<string, { readonly atMs: number; readonly tookMs: number }[]>()
  const endpoint = (url: string) => new URL(url).host

  function recent(url: string) {
    const since = platform.now().epochMilliseconds - windowMs
    const kept = (answers.get(endpoint(url)) ?? []).filter(({ atMs }) => atMs >= since)
    answers.set(endpoint(url), kept)
    return kept
  }

  return {
    record(url: string, tookMs: number): void {
      recent(url).push({ atMs: platform.now().epochMilliseconds, tookMs })
    },
    penalty(url: string): Penalty {
      const kept = recent(url)
      if (kept.length < answersLeast) return "none"
      const share = (longestMs: number) => kept.filter(({ tookMs }) => tookMs >= longestMs).length / kept.length
      if (share(hangingMs) > 0.15) return "dropped"
      return share(slowMs) > 0.1 ? "delayed" : "none"
    },
  }
}
