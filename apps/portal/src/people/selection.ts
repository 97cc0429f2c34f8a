import type { Person } from "../people-pages.ts"
import { type Selection as Selected, selectingBy } from "../selection.ts"
import { movedMost } from "./group-move.ts"

export type Selection = Selected<Person>

/** Who is selected, by id; as many as one call takes. */
export const selecting = selectingBy<Person>(({ userId }) => userId, movedMost)
export const { toggled, toggledAll } = selecting
