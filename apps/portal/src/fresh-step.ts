/** The second step asked for once more, between a call that wants it fresh and the same call again. */
export function createFreshStep() {
  const listeners = new Set<() => void>()
  let waiting: { readonly shown: Promise<boolean>; readonly end: (isShown: boolean) => void } | null = null

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function begin() {
    let end = (_isShown: boolean) => {}
    const shown = new Promise<boolean>((resolve) => (end = resolve))
    waiting = { shown, end }
    tell()
    return waiting
  }

  function close(isShown: boolean): void {
    const ended = waiting
    waiting = null
    tell()
    ended?.end(isShown)
  }

  return {
    get isAsked() {
      return waiting !== null
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Resolves with whether it was shown: once for all who wait, and with false at once where nobody can be asked. */
    ask: (): Promise<boolean> => (listeners.size === 0 ? Promise.resolve(false) : (waiting ?? begin()).shown),
    shown: () => close(true),
    leave: () => close(false),
  }
}

export type FreshStep = ReturnType<typeof createFreshStep>

/** The page's own: there is one person before it. */
export const freshStep = createFreshStep()
