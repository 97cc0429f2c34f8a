type After = (delayMs: number, callback: () => void) => () => void

type Timing<T> = {
  readonly after: After
  readonly delayMs: number
  /** What it becomes by itself; the same where it stays. */
  readonly next: (value: T) => T
}

/**
 * A value that becomes another by itself once it stood for a while, as long as somebody looks at it: a question that nobody
 * answers, a page that turns.
 */
export function createTimed<T>(first: T, { after, delayMs, next }: Timing<T>) {
  const listeners = new Set<() => void>()
  let value = first
  let stop = () => {}

  function wait(): void {
    stop()
    const coming = next(value)
    stop = listeners.size === 0 || coming === value ? () => {} : after(delayMs, () => set(coming))
  }

  function set(changed: T): void {
    value = changed
    wait()
    for (const listener of listeners) listener()
  }

  return {
    get: () => value,
    set,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      if (listeners.size === 1) wait()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
  }
}
