import type { Ability } from "@kalends/domain/ability"

type Reachable = { readonly place: string; readonly needs: Ability }

/** The pages that somebody with these abilities has, in order. */
export function pagesFor<Page extends Reachable>(
  pages: readonly Page[],
  abilities: readonly Ability[],
): readonly Page[] {
  return pages.filter(({ needs }) => abilities.includes(needs))
}

/** The page that an address names, of those that there are; the first where it names none of them. */
export function pageAt<Page extends Reachable>(pages: readonly Page[], address: string): Page | null {
  const place = address.split(/[/?]/)[0]
  return pages.find((page) => page.place === place) ?? pages[0] ?? null
}
