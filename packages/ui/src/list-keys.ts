/** What a key does on a list whose rows the keyboard goes through. */
export type ListAct =
  | { readonly kind: "go"; readonly index: number }
  | { readonly kind: "open" }
  | { readonly kind: "toggle" }
  | { readonly kind: "jump"; readonly letter: string }

export type ListPlace = {
  readonly current: number
  readonly count: number
  /** Rows that are in sight at once. */
  readonly perPage: number
}

/** Null for a key that means nothing to a list. */
export function listKey(key: string, { current, count, perPage }: ListPlace): ListAct | null {
  const go = (index: number): ListAct => ({ kind: "go", index: Math.min(Math.max(0, index), Math.max(0, count - 1)) })
  switch (key) {
    case "ArrowDown":
      return go(current + 1)
    case "ArrowUp":
      return go(current - 1)
    case "PageDown":
      return go(current + perPage)
    case "PageUp":
      return go(current - perPage)
    case "Home":
      return go(0)
    case "End":
      return go(count - 1)
    case "Enter":
      return { kind: "open" }
    case " ":
      return { kind: "toggle" }
    default:
      return /^[\p{L}\p{N}]$/u.test(key) ? { kind: "jump", letter: key.toLowerCase() } : null
  }
}
