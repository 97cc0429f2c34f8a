export type Page<Row> = {
  readonly shown: readonly Row[]
  /** The last that is shown, where another page goes on behind it; null where none does. */
  readonly last: Row | null
}

/** A page of `size`, of what was found when one more than that was asked for: that one says whether there is another. */
export function pageOf<Row>(found: readonly Row[], size: number): Page<Row> {
  const shown = found.slice(0, size)
  return { shown, last: found.length > size ? (shown.at(-1) ?? null) : null }
}
