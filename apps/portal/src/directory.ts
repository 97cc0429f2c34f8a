import type { DirectoryView } from "@kalends/protocol/tenants"

export type Entry = DirectoryView["entries"][number]

/** Providers answer with pages that hold nobody, too; so many of them are passed over at once. */
const emptyPagesMost = 40

type Read = (next: string | null) => Promise<DirectoryView>

/** The next page that holds somebody, or the last one. */
export async function readPage(read: Read, next: string | null): Promise<DirectoryView> {
  let page = await read(next)
  for (let empty = 0; page.entries.length === 0 && page.next !== null && empty < emptyPagesMost; empty++)
    page = await read(page.next)
  return page
}

export type Selection = ReadonlyMap<string, Entry>

/** One more, or one fewer. */
export function toggled(selection: Selection, entry: Entry): Selection {
  const next = new Map(selection)
  if (!next.delete(entry.email)) next.set(entry.email, entry)
  return next
}

/** All that are shown, besides those that were selected before; or, where all are, none of them. */
export function toggledAll(selection: Selection, shown: readonly Entry[]): Selection {
  const next = new Map(selection)
  const isAll = shown.every(({ email }) => selection.has(email))
  for (const entry of shown) {
    if (isAll) next.delete(entry.email)
    else next.set(entry.email, entry)
  }
  return next
}

/** As many as one call may bring in. */
const importedAtOnce = 500

/** In parts as large as one call may be. */
export function inParts<Item>(items: readonly Item[], size = importedAtOnce): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, part) => items.slice(part * size, (part + 1) * size))
}
