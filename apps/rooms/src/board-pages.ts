/** So many rooms are read at once on a wall. */
export const roomsOfPageMost = 40

/** Rooms on as few pages as hold them, about as many on each. */
export function pagesOf<T>(rooms: readonly T[]): readonly (readonly T[])[] {
  const count = Math.max(1, Math.ceil(rooms.length / roomsOfPageMost))
  const most = Math.ceil(rooms.length / count)
  return Array.from({ length: count }, (_, at) => rooms.slice(at * most, (at + 1) * most))
}

/** The page that many turns lead to, forwards or back, around and around. */
export const pageAt = (turns: number, pages: number) => ((turns % pages) + pages) % pages
