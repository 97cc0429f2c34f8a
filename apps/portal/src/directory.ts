import type { DirectoryView } from "@kalends/protocol/tenants"
import { type Selection as Selected, selectingBy } from "./selection.ts"

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

export type Selection = Selected<Entry>

/** Who is selected, by address. */
export const selecting = selectingBy<Entry>(({ email }) => email)
export const { toggled, toggledAll } = selecting

/** As many as one call may bring in. */
const importedAtOnce = 500

/** In parts as large as one call may be. */
export function inParts<Item>(items: readonly Item[], size = importedAtOnce): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, part) => items.slice(part * size, (part + 1) * size))
}
