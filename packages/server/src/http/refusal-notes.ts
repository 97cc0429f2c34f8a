import { Problem } from "@kalends/domain/problem"
import type { FastifyRequest } from "fastify"
import type { People } from "../people/people.ts"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import { limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"

/** Looks whether somebody may have what they ask for: `look` throws the Problem when they may not. */
export type Noting = (request: FastifyRequest, user: Caller, look: () => void) => Promise<void>

const reasons = ["not-allowed", "second-factor-needed", "tool-session"] as const

/** A second factor that is lacking is one reason, whether there is none or it was not shown. */
const reasonOf = (code: string | null) =>
  code === "second-factor-unset" ? "second-factor-needed" : reasons.find((one) => one === code)

/** Puts what is refused to somebody signed in into the audit log, once a minute for each person and route. */
export function createRefusalNotes(people: Pick<People, "noteRefusedAccess">, clock: Clock): Noting {
  const noted = createRateLimit(clock, limits.refusalsNotedPerUserAndRoute)
  return async (request, user, look) => {
    try {
      look()
    } catch (error) {
      const reason = error instanceof Problem ? reasonOf(error.code) : undefined
      const route = `${request.method} ${request.routeOptions.url ?? "none"}`
      if (reason !== undefined && noted.tryTake(`${user.userId} ${route}`) === null)
        await people.noteRefusedAccess(user, { route, reason })
      throw error
    }
  }
}
