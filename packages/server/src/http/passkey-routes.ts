import { parsePasskeyId } from "@kalends/domain/ids"
import { sessionSchema } from "@kalends/protocol/api"
import {
  enrolledSchema,
  newPasskeySchema,
  passkeyAnswerSchema,
  passkeyNameSchema,
  passkeyOptionsSchema,
  passkeySignInSchema,
  raisedSchema,
} from "@kalends/protocol/sign-in"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Passkeys } from "../people/passkeys.ts"
import type { People } from "../people/people.ts"
import type { Clock } from "../ports/clock.ts"
import { type CodeLimits, countingFailures, limits, networkOf } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import { createRaisedAnswer, createSessionAnswer } from "./session-answer.ts"
import { type RequireUser, refuseForged } from "./session-guard.ts"

export type PasskeyRoutesDeps = {
  readonly passkeys: Passkeys
  readonly people: Pick<People, "signOutShownBy">
  readonly requireUser: RequireUser
  readonly clock: Clock
  readonly publicUrl: string
  readonly failures: CodeLimits
}

/** Passkeys: one's own, and signing in with them. */
export function passkeyRoutes(plain: FastifyInstance, deps: PasskeyRoutesDeps): void {
  ownPasskeyRoutes(plain, deps)
  passkeySignInRoutes(plain, deps)
}

function ownPasskeyRoutes(plain: FastifyInstance, deps: PasskeyRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { passkeys, requireUser, failures } = deps
  const config = { needs: "session" } as const
  const params = z.object({ passkeyId: z.uuid() })
  const raised = createRaisedAnswer(deps)

  app.post(
    "/v1/me/passkeys/options",
    { config, schema: { response: { 200: passkeyOptionsSchema } } },
    async (request) => {
      const { options, attempt } = await passkeys.beginRegistration(await requireUser(request))
      return { options: { ...options }, attempt }
    },
  )
  app.post(
    "/v1/me/passkeys",
    { config, schema: { body: newPasskeySchema, response: { 200: enrolledSchema } } },
    async (request, reply) => {
      const by = await requireUser(request)
      const enrolled = await countingFailures(failures(by), () => passkeys.register(by, request.body))
      const recoveryCodes = enrolled.recoveryCodes === null ? null : [...enrolled.recoveryCodes]
      return { ...raised(request, reply, enrolled), recoveryCodes }
    },
  )
  app.patch(
    "/v1/me/passkeys/:passkeyId",
    { config: { needs: "own" }, schema: { params, body: passkeyNameSchema } },
    async (request, reply) => {
      const by = await requireUser(request)
      await passkeys.rename(by, parsePasskeyId(request.params.passkeyId), request.body.name)
      return reply.code(204).send()
    },
  )
  app.delete("/v1/me/passkeys/:passkeyId", { config, schema: { params } }, async (request, reply) => {
    const by = await requireUser(request)
    await passkeys.remove(by, parsePasskeyId(request.params.passkeyId))
    await deps.people.signOutShownBy(by, "passkey")
    return reply.code(204).send()
  })
}

function passkeySignInRoutes(plain: FastifyInstance, deps: PasskeyRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { passkeys, requireUser, clock, publicUrl, failures } = deps
  const perNetwork = createRateLimit(clock, limits.failuresPerNetwork)
  const answer = createSessionAnswer(deps)
  const raised = createRaisedAnswer(deps)

  app.post(
    "/v1/sessions/passkey/options",
    { config: { needs: "nobody" }, schema: { response: { 200: passkeyOptionsSchema } } },
    async () => {
      const { options, attempt } = await passkeys.beginSignIn()
      return { options: { ...options }, attempt }
    },
  )
  app.post(
    "/v1/sessions/passkey",
    { config: { needs: "nobody" }, schema: { body: passkeySignInSchema, response: { 200: sessionSchema } } },
    async (request, reply) => {
      if (request.body.keep === "cookie") refuseForged(request, [new URL(publicUrl).origin])
      const counted = [{ limit: perNetwork, key: networkOf(request.ip) }]
      const opened = await countingFailures(counted, () => passkeys.signIn(request.body))
      return answer(reply, opened, request.body.keep)
    },
  )
  app.post(
    "/v1/sessions/second-factor/passkey",
    { config: { needs: "session" }, schema: { body: passkeyAnswerSchema, response: { 200: raisedSchema } } },
    async (request, reply) => {
      const by = await requireUser(request)
      const opened = await countingFailures(failures(by), () => passkeys.show(by, request.body))
      return raised(request, reply, opened)
    },
  )
}
