import type { Problem } from "@kalends/domain/problem"
import { type HeldAccess, tokenDigest } from "../ports/access-broker.ts"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"
import { retryDelayMs, steadyMs } from "./listen-pace.ts"

/** How an opening ended: after how long of listening (null: it never did), with which access, and of what (null: it just ended). */
export type Ending = {
  readonly listenedMs: number | null
  readonly access: HeldAccess | null
  readonly problem: Problem | null
}

/** Remembers what one connection's streams met, and how long to wait after it. */
export function createPatience({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
  let failureCount = 0
  let refused: string | null = null
  return {
    /** Digest of a token that the provider has just refused; null when there is none. */
    refusedTokenDigest: () => refused,
    /**
     * How long to wait before the next opening: not at all to replace a refused token, once. Null when the replacement was
     * refused as well: the grant does not open this mailbox any more.
     */
    after({ listenedMs, access, problem }: Ending): number | null {
      if (listenedMs !== null && listenedMs >= steadyMs) {
        failureCount = 0
        refused = null
      }
      if (problem?.kind === "auth-expired") {
        if (access?.kind !== "bearer" || refused !== null) return null
        refused = tokenDigest(access.token)
        return 0
      }
      failureCount++
      return retryDelayMs(failureCount, problem, clock.now(), random.fraction())
    },
    /** What was met says nothing any more. */
    forget(): void {
      failureCount = 0
      refused = null
    },
  }
}
