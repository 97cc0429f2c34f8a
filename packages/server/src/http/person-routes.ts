import { hasAbility } from "@kalends/domain/ability"
import { parseUserId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import {
  invitationSchema,
  invitationsAnswerSchema,
  invitationsSchema,
  invitedSchema,
  linkPasswordSchema,
  linkPersonSchema,
  linkTokenSchema,
  type PersonView,
  passwordLinkSchema,
  personChangesSchema,
  personSchema,
} from "@kalends/protocol/persons"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Overview } from "../connections/overview.ts"
import type { Administration } from "../people/administration.ts"
import type { NewLink, PasswordLinks } from "../people/password-links.ts"
import { findPerson, type Person } from "../people/person.ts"
import { identityIdOf } from "../people/provider-sign-in.ts"
import type { OwnPolicy } from "../policy/own-policy.ts"
import type { Clock } from "../ports/clock.ts"
import type { Store, UserRow } from "../ports/store.ts"
import { countingFailures, limits, networkOf } from "./limits.ts"
import { refuseUnable } from "./needs.ts"
import { createRateLimit } from "./rate-limit.ts"
import { userView } from "./session-answer.ts"
import type { RequireUser } from "./session-guard.ts"

export type PersonRoutesDeps = {
  readonly persons: {
    readonly administration: Administration
    readonly links: PasswordLinks
    readonly overview: Pick<Overview, "ofUser">
    readonly ownPolicy: Pick<OwnPolicy, "get">
  }
  readonly store: Store
  readonly requireUser: RequireUser
  readonly clock: Clock
  readonly publicUrl: string
}

const one = { params: z.object({ userId: z.uuid() }).transform(({ userId }) => parseUserId(userId)) }
const config = { needs: "change-people" } as const

/** One person, and what administrators do with them. */
export async function personRoutes(plain: FastifyInstance, deps: PersonRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { persons, requireUser } = deps
  const { administration } = persons
  app.get(
    "/v1/users/:userId",
    { config: { needs: "read-people" }, schema: { ...one, response: { 200: personSchema } } },
    async (request) => {
      const { user: by } = await requireUser(request)
      const person = await findPerson(deps, by, request.params)
      const { user } = person
      const connection = hasAbility(by.role, "read-connections") && (await persons.overview.ofUser(by, user.userId))
      const policy = hasAbility(by.role, "read-policy") && (await persons.ownPolicy.get(user))
      return personView(by, person, { connection: connection || null, policy: policy || null })
    },
  )
  app.patch(
    "/v1/users/:userId",
    { config, schema: { ...one, body: personChangesSchema, response: { 204: z.void() } } },
    async (request, reply) => {
      const by = await requireUser(request)
      if (request.body.role !== undefined) refuseUnable(by.user.role, "change-roles")
      await administration.edit(by, request.params, request.body)
      return reply.code(204).send()
    },
  )
  app.delete("/v1/users/:userId", { config, schema: one }, async (request, reply) => {
    await administration.remove(await requireUser(request), request.params)
    return reply.code(204).send()
  })
  app.post("/v1/users/:userId/suspension", { config, schema: one }, async (request, reply) => {
    await administration.suspend(await requireUser(request), request.params)
    return reply.code(204).send()
  })
  app.delete("/v1/users/:userId/suspension", { config, schema: one }, async (request, reply) => {
    await administration.restore(await requireUser(request), request.params)
    return reply.code(204).send()
  })
  app.delete("/v1/users/:userId/sessions", { config, schema: one }, async (request, reply) => {
    await administration.signOut(await requireUser(request), request.params)
    return reply.code(204).send()
  })
  app.delete("/v1/users/:userId/factors", { config, schema: one }, async (request, reply) => {
    await administration.removeFactors(await requireUser(request), request.params)
    return reply.code(204).send()
  })
  linkRoutes(plain, deps)
  linkPageRoutes(plain, deps)
}

/** Links with which people set their password, as administrators make them. */
function linkRoutes(plain: FastifyInstance, { persons, requireUser, clock, publicUrl }: PersonRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const made = createRateLimit(clock, limits.linksPerUser)
  // After the #, so that the token is in no request, no log and no referrer.
  const view = ({ token, expiresAt }: NewLink) => ({
    url: `${publicUrl}/#password/${token}`,
    expiresAt: expiresAt.toString(),
  })
  app.post(
    "/v1/users/:userId/password-link",
    { config, schema: { ...one, response: { 201: passwordLinkSchema } } },
    async (request, reply) => {
      const by = await requireUser(request)
      made.take(by.user.userId)
      return reply.code(201).send(view(await persons.administration.makeLink(by, request.params)))
    },
  )
  app.post(
    "/v1/invitations",
    { config, schema: { body: invitationSchema, response: { 201: invitedSchema } } },
    async (request, reply) => {
      const by = await requireUser(request)
      made.take(by.user.userId)
      if (request.body.role !== "user") refuseUnable(by.user.role, "change-roles")
      const { user, link } = await persons.administration.invite(by, request.body)
      return reply.code(201).send({ user: userView(user), link: view(link) })
    },
  )
  app.post(
    "/v1/invitations/batch",
    { config, schema: { body: invitationsSchema, response: { 200: invitationsAnswerSchema } } },
    async (request) => {
      const by = await requireUser(request)
      const { people, role } = request.body
      if (role !== "user") {
        refuseUnable(by.user.role, "change-roles")
        await persons.administration.requireFresh(by)
      }
      return {
        outcomes: await inTurn(people, async (person) => {
          const { email } = person
          try {
            made.take(by.user.userId)
            const { user, link } = await persons.administration.invite(by, { ...person, role })
            return { outcome: "invited", email, user: userView(user), link: view(link) } as const
          } catch (error) {
            if (!isProblem(error)) throw error
            return { outcome: "refused", email, code: error.code ?? error.kind } as const
          }
        }),
      }
    },
  )
}

async function inTurn<One, Result>(all: readonly One[], work: (one: One) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (const one of all) results.push(await work(one))
  return results
}

/** What the page asks that such a link opens. */
function linkPageRoutes(plain: FastifyInstance, { persons, clock }: PersonRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const followed = createRateLimit(clock, limits.linksPerNetwork)
  const from = (address: string) => [{ limit: followed, key: networkOf(address) }]
  app.post(
    "/v1/password-links/look",
    { config: { needs: "nobody" }, schema: { body: linkTokenSchema, response: { 200: linkPersonSchema } } },
    async (request) => countingFailures(from(request.ip), () => persons.links.look(request.body.token)),
  )
  app.post(
    "/v1/password-links/spend",
    { config: { needs: "nobody" }, schema: { body: linkPasswordSchema } },
    async (request, reply) => {
      const { token, password } = request.body
      await countingFailures(from(request.ip), () => persons.links.spend(token, password))
      return reply.code(204).send()
    },
  )
}

function personView(
  by: UserRow,
  person: Person,
  seen: Pick<PersonView, "connection" | "policy">,
): z.input<typeof personSchema> {
  const { user, mayChange, isLastOwner, group, hasConnection } = person
  return {
    ...{ user: userView(user), mayChange, isLastOwner, hasConnection, ...seen },
    group: group && { groupId: group.groupId, name: group.name },
    createdAt: user.createdAt.toString(),
    suspendedAt: user.suspendedAt?.toString() ?? null,
    isYou: user.userId === by.userId,
    sessions: person.sessions.map(({ sessionId, deviceName, createdAt, expiresAt, ...proof }) => ({
      ...{ sessionId, deviceName, signedInBy: proof.signedInBy, secondFactor: proof.secondFactor },
      ...{ issuerLabel: proof.issuer, createdAt: createdAt.toString(), expiresAt: expiresAt.toString() },
    })),
    signIn: {
      totpSince: person.totpSince?.toString() ?? null,
      passkeys: person.passkeys.map(({ passkeyId, name, createdAt, usedAt, isBackedUp }) => ({
        ...{ passkeyId, name, isBackedUp, createdAt: createdAt.toString(), usedAt: usedAt?.toString() ?? null },
      })),
      recoveryCodesLeft: person.recoveryCodesLeft,
      hasPassword: user.passwordHash.startsWith("scrypt$"),
      identities: person.identities.map((row) => ({
        ...{ identityId: identityIdOf(row), label: row.issuer, isConfirmed: row.linkedBy !== "e-mail" },
        ...{ createdAt: row.createdAt.toString(), usedAt: row.usedAt.toString() },
      })),
    },
    linkExpiresAt: person.linkExpiresAt?.toString() ?? null,
  }
}
