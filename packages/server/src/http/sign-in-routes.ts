import {
  codeSchema,
  enrolledSchema,
  ownSignInSchema,
  passwordChangeSchema,
  raisedSchema,
  recoveryCodesSchema,
  signInPolicySchema,
  signInPreviewSchema,
  totpSeedSchema,
} from "@kalends/protocol/sign-in"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import type { z } from "zod"
import type { Passkeys } from "../people/passkeys.ts"
import type { People } from "../people/people.ts"
import { identityIdOf, type ProviderSignIn } from "../people/provider-sign-in.ts"
import type { SecondFactorFeature } from "../people/second-factor.ts"
import type { SignedIn } from "../people/sessions.ts"
import type { Clock } from "../ports/clock.ts"
import { countingFailures, createCodeLimits } from "./limits.ts"
import { passkeyRoutes } from "./passkey-routes.ts"
import { createRaisedAnswer } from "./session-answer.ts"
import { needsSecondFactor, type RequireUser } from "./session-guard.ts"

export type SignInRoutesDeps = {
  readonly factors: SecondFactorFeature
  readonly providerSignIn: Pick<ProviderSignIn, "labelOf">
  readonly passkeys: Passkeys
  readonly people: Pick<People, "signOutElsewhere" | "signOutShownBy">
  readonly requireUser: RequireUser
  /** As createFreshGuard makes it. */
  readonly requireFresh: RequireUser
  readonly clock: Clock
  readonly publicUrl: string
}

/** What somebody signs in with besides a password, and the second step of signing in. */
export async function signInRoutes(plain: FastifyInstance, deps: SignInRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { factors, requireUser } = deps
  const config = { needs: "session" } as const
  const raised = createRaisedAnswer(deps)
  const failures = createCodeLimits(deps.clock)
  passkeyRoutes(plain, { ...deps, failures })

  app.get("/v1/me/sign-in", { config, schema: { response: { 200: ownSignInSchema } } }, async (request) =>
    ownSignIn(await requireUser(request), deps),
  )
  app.post("/v1/me/totp", { config, schema: { response: { 200: totpSeedSchema } } }, async (request) =>
    factors.beginTotp(await requireUser(request)),
  )
  app.put(
    "/v1/me/totp",
    { config, schema: { body: codeSchema, response: { 200: enrolledSchema } } },
    async (request, reply) => {
      const by = await requireUser(request)
      const { code } = request.body
      const enrolled = await countingFailures(failures(by), () => factors.confirmTotp(by, code))
      const recoveryCodes = enrolled.recoveryCodes === null ? null : [...enrolled.recoveryCodes]
      return { ...raised(request, reply, enrolled), recoveryCodes }
    },
  )
  app.delete("/v1/me/totp", { config }, async (request, reply) => {
    const by = await requireUser(request)
    await factors.removeTotp(by)
    await deps.people.signOutShownBy(by, "totp")
    return reply.code(204).send()
  })
  app.post(
    "/v1/me/recovery-codes",
    { config, schema: { response: { 200: recoveryCodesSchema } } },
    async (request) => ({
      recoveryCodes: [...(await factors.renewRecoveryCodes(await requireUser(request)))],
    }),
  )
  app.post(
    "/v1/sessions/second-factor",
    { config: { ...config, isOpenToTools: true }, schema: { body: codeSchema, response: { 200: raisedSchema } } },
    async (request, reply) => {
      const by = await requireUser(request)
      const { code } = request.body
      const opened = await countingFailures(failures(by), () => factors.giveCode(by, code))
      return raised(request, reply, opened)
    },
  )
  app.put(
    "/v1/me/password",
    { config: { needs: "own" }, schema: { body: passwordChangeSchema } },
    async (request, reply) => {
      const by = await requireUser(request)
      await countingFailures(failures(by), () => factors.changePassword(by, request.body))
      await deps.people.signOutElsewhere(by)
      return reply.code(204).send()
    },
  )
  policyRoute(plain, deps)
}

/** What the organisation asks of everybody. */
function policyRoute(plain: FastifyInstance, { factors, requireUser, requireFresh }: SignInRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get(
    "/v1/sign-in-policy/preview",
    { config: { needs: "change-sign-in" }, schema: { response: { 200: signInPreviewSchema } } },
    async (request) => {
      const { count, some } = await factors.peopleWithoutFactor(await requireUser(request))
      return { withoutFactor: count, some: [...some] }
    },
  )
  app.put(
    "/v1/sign-in-policy",
    { config: { needs: "change-sign-in" }, schema: { body: signInPolicySchema } },
    async (request, reply) => {
      await factors.askEverybody(await requireFresh(request), request.body.asksEverybody)
      return reply.code(204).send()
    },
  )
}

async function ownSignIn(
  by: SignedIn,
  { factors, providerSignIn }: Pick<SignInRoutesDeps, "factors" | "providerSignIn">,
): Promise<z.infer<typeof ownSignInSchema>> {
  const { totpSince, passkeys, recoveryCodesLeft, identities, asksEverybody } = await factors.factors(by)
  const { secondFactorAt, awaitsSecondFactor } = by.session
  const hasFactor = totpSince !== null || passkeys.length > 0
  const without =
    hasFactor && awaitsSecondFactor ? "awaited" : asksEverybody || needsSecondFactor(by) ? "wanted" : "optional"
  return {
    secondFactor: secondFactorAt === null ? without : "shown",
    totpSince: totpSince?.toString() ?? null,
    passkeys: passkeys.map(({ passkeyId, name, createdAt, usedAt, isBackedUp }) => ({
      ...{ passkeyId, name, isBackedUp, createdAt: createdAt.toString(), usedAt: usedAt?.toString() ?? null },
    })),
    ...{ recoveryCodesLeft, asksEverybody },
    hasPassword: by.user.passwordHash.startsWith("scrypt$"),
    identities: identities.map((row) => ({
      ...{ identityId: identityIdOf(row), label: providerSignIn.labelOf(row.issuer) },
      isConfirmed: row.linkedBy !== "e-mail",
      ...{ createdAt: row.createdAt.toString(), usedAt: row.usedAt.toString() },
    })),
  }
}
