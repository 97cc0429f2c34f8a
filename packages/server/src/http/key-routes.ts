import { keyActionSchema, keysViewSchema, shredSchema } from "@kalends/protocol/keys"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import type { Clock } from "../ports/clock.ts"
import type { Keys } from "../vault/keys.ts"
import { countingFailures, limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type KeyRoutesDeps = {
  readonly keys: Keys
  readonly requireUser: RequireUser
  /** As createFreshGuard makes it. */
  readonly requireFresh: RequireUser
  readonly clock: Clock
}

/** The organisation's keys. */
export async function keyRoutes(plain: FastifyInstance, deps: KeyRoutesDeps): Promise<void> {
  const { keys, requireUser, requireFresh, clock } = deps
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const guesses = createRateLimit(clock, limits.shredsPerUser)

  app.get(
    "/v1/keys",
    { config: { needs: "read-keys" }, schema: { response: { 200: keysViewSchema } } },
    async (request) => keys.view((await requireUser(request)).user),
  )
  app.post(
    "/v1/keys/actions",
    { config: { needs: "change-keys" }, schema: { body: keyActionSchema, response: { 200: keysViewSchema } } },
    async (request) => {
      const { action } = request.body
      // To pause is safe, and to go on is what was asked for before.
      const isNew = action === "rotate" || action === "rewrap"
      const { user } = await (isNew ? requireFresh(request) : requireUser(request))
      return keys.act(user, action)
    },
  )
  app.post(
    "/v1/keys/shredding",
    { config: { needs: "change-keys" }, schema: { body: shredSchema, response: { 200: keysViewSchema } } },
    async (request) => {
      const { user } = await requireFresh(request)
      return countingFailures([{ limit: guesses, key: user.userId }], () => keys.shred(user, request.body))
    },
  )
}
