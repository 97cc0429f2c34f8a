import { isProblem } from "../problem.ts"

/** What an act gives; null when it is refused as "unsupported". Anything else that is thrown goes on. */
export function unlessRefused<Result>(act: () => Result): Result | null {
  try {
    return act()
  } catch (error) {
    if (!isProblem(error, "unsupported")) throw error
    return null
  }
}
