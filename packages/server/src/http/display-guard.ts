import type { FastifyRequest } from "fastify"
import type { Displays } from "../displays/displays.ts"
import type { ListedDisplay } from "../ports/display-tables.ts"

/** The token that a screen comes with; undefined where it comes with none. */
export function displayTokenOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer ([\w-]{43})$/.exec(headers.authorization ?? "")?.[1]
}

/** Which screen asks. Throws Problem "auth-expired" (code "display-unknown"). */
export type RequireDisplay = (request: FastifyRequest) => Promise<ListedDisplay>

/** By the screen's own token alone: a person's opens nothing here, nor a screen's anything of a person's. */
export function createDisplayGuard(displays: Pick<Displays, "requireShown">): RequireDisplay {
  const asked = new WeakMap<FastifyRequest, Promise<ListedDisplay>>()
  return (request) => {
    const known = asked.get(request) ?? displays.requireShown(displayTokenOf(request))
    asked.set(request, known)
    return known
  }
}
