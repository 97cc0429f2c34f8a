/** What is selected of a list, by key. */
export type Selection<Item> = ReadonlyMap<string, Item>

export type Selecting<Item> = {
  readonly keyOf: (item: Item) => string
  /** One more, or one fewer; no more once there are as many as there may be. */
  toggled(selection: Selection<Item>, item: Item): Selection<Item>
  /** All that are shown besides those that were selected before, or, where all are, none of them. */
  toggledAll(selection: Selection<Item>, shown: readonly Item[]): Selection<Item>
}

/** How items of a list are selected. `most`: so many at once. */
export function selectingBy<Item>(keyOf: (item: Item) => string, most = Number.POSITIVE_INFINITY): Selecting<Item> {
  return {
    keyOf,
    toggled(selection, item) {
      const next = new Map(selection)
      if (!next.delete(keyOf(item)) && next.size < most) next.set(keyOf(item), item)
      return next
    },
    toggledAll(selection, shown) {
      const next = new Map(selection)
      const isAll = shown.every((item) => selection.has(keyOf(item)))
      for (const item of shown) {
        if (isAll) next.delete(keyOf(item))
        else if (next.has(keyOf(item)) || next.size < most) next.set(keyOf(item), item)
      }
      return next
    },
  }
}
