import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"

export type RateLimit = {
  /** Throws Problem "rate-limited" when `key` has had its share. */
  take(key: string): void
}

/**
 * Allows `count` acts for each key within any `windowMs`, roughly: a token bucket that refills evenly. Holds `keysMost`
 * keys at most; the longest unused is forgotten first.
 */
export function createRateLimit(
  clock: Clock,
  { count, windowMs, keysMost = 10_000 }: { count: number; windowMs: number; keysMost?: number },
): RateLimit {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return {
    take(key) {
      const nowMs = clock.now().epochMilliseconds
      const known = buckets.get(key) ?? { tokens: count, atMs: nowMs }
      const tokens = Math.min(count, known.tokens + ((nowMs - known.atMs) * count) / windowMs)
      buckets.delete(key)
      if (buckets.size >= keysMost)
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest)
          break
        }
      buckets.set(key, { tokens: Math.max(0, tokens - 1), atMs: nowMs })
      if (tokens >= 1) return
      const retryAt = Temporal.Instant.fromEpochMilliseconds(nowMs + Math.ceil(((1 - tokens) * windowMs) / count))
      throw new Problem("rate-limited", "Too many attempts; wait a little.", { retryAt, code: "too-many-attempts" })
    },
  }
}
