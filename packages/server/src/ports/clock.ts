/** The only source of time. Timers belong to a Lifetime that ends them all. */
export interface Clock {
  now(): Temporal.Instant
  /** Calls back once after `delayMs`; returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void
}
