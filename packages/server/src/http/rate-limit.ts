import { Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"

export type RateLimit = {
  /** Throws Problem "rate-limited" when `key` has had its share. */
  take(key: string): void
  /** As take; says when there will be more in place of throwing, and null when there was. */
  tryTake(key: string): Temporal.Instant | null
  /** Undoes one `take`, where the act turned out to be one that need not be counted. */
  giveBack(key: string): void
}

/** How many acts within which time. */
export type Share = { readonly count: number; readonly windowMs: number }

/**
 * Allows `count` acts for each key within any `windowMs`, roughly: a token bucket that refills evenly. Holds `keysMost`
 * keys at most; the longest unused is forgotten first. It counts on this node alone: with several nodes each allows as
 * much.
 */
export function createRateLimit(clock: Clock, { count, windowMs }: Share, keysMost = 10_000): RateLimit {
  const buckets = new Map<string, Bucket>()
  const put = (key: string, bucket: Bucket): void => {
    buckets.delete(key)
    const oldest = buckets.keys().next()
    if (buckets.size >= keysMost && oldest.done !== true) buckets.delete(oldest.value)
    buckets.set(key, bucket)
  }
  return {
    take(key) {
      const retryAt = this.tryTake(key)
      if (retryAt === null) return
      throw new Problem("rate-limited", "Too many attempts; wait a little.", { retryAt, code: "too-many-attempts" })
    },
    tryTake(key) {
      const nowMs = clock.now().epochMilliseconds
      const known = buckets.get(key) ?? { tokens: count, atMs: nowMs }
      const tokens = Math.min(count, known.tokens + ((nowMs - known.atMs) * count) / windowMs)
      put(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs })
      if (tokens >= 1) return null
      return Temporal.Instant.fromEpochMilliseconds(nowMs + Math.ceil(((1 - tokens) * windowMs) / count))
    },
    giveBack(key) {
      const known = buckets.get(key)
      if (known !== undefined) buckets.set(key, { ...known, tokens: Math.min(count, known.tokens + 1) })
    },
  }
}

type Bucket = { readonly tokens: number; readonly atMs: number }
