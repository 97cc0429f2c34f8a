import { keyActionSchema, keysViewSchema, shredSchema } from "@kalends/protocol/keys"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import type { Clock } from "../ports/clock.ts"
import type { Keys } from "../vault/keys.ts"
import { countingFailures, limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type KeyRoutesDeps = { readonly keys: Keys; readonly requireUser: RequireUser; readonly clock: Clock }

/** The organisation's keys. */
export async function keyRoutes(plain: FastifyInstance, { keys, requireUser, clock }: KeyRoutesDeps): Promise<void> {
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
    async (request) => keys.act((await requireUser(request)).user, request.body.action),
  )
  app.post(
    "/v1/keys/shredding",
    { config: { needs: "change-keys" }, schema: { body: shredSchema, response: { 200: keysViewSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return countingFailures([{ limit: guesses, key: user.userId }], () => keys.shred(user, request.body))
    },
  )
}
