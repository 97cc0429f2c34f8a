import type { Person } from "../people-pages.ts"
import { movedMost } from "./group-move.ts"

/** Who is selected, by id. */
export type Selection = ReadonlyMap<string, Person>

/** One more, or one fewer; nobody more once there are as many as one call takes. */
export function toggled(selection: Selection, person: Person): Selection {
  const next = new Map(selection)
  if (!next.delete(person.userId) && next.size < movedMost) next.set(person.userId, person)
  return next
}

/** All that are shown besides those who were selected before, or, where all are, none of them. */
export function toggledAll(selection: Selection, shown: readonly Person[]): Selection {
  const isAll = shown.every(({ userId }) => selection.has(userId))
  if (!isAll) return shown.filter(({ userId }) => !selection.has(userId)).reduce(toggled, selection)
  return new Map([...selection].filter(([userId]) => !shown.some((one) => one.userId === userId)))
}
