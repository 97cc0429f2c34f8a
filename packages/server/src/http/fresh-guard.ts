import type { SecondFactorFeature } from "../people/second-factor.ts"
import type { RequireUser } from "./session-guard.ts"

/**
 * Asks the guard, and for a proof that is fresh: for what one act destroys or opens for many, and which must not be done on
 * an old sign-in by whoever is before the screen by now. Throws as the guard does, and Problem "forbidden" (code
 * "fresh-factor-needed", or "fresh-sign-in-needed" where somebody's second factor came with their sign-in).
 */
export function createFreshGuard(
  requireUser: RequireUser,
  factors: Pick<SecondFactorFeature, "requireFresh">,
): RequireUser {
  return async (request) => {
    const by = await requireUser(request)
    await factors.requireFresh(by)
    return by
  }
}
