import { parseRolloutId, parseTenantConnectionId } from "@kalends/domain/ids"
import { checkupInputSchema, checkupSchema } from "@kalends/protocol/checkup"
import {
  directoryQuerySchema,
  directorySchema,
  importedPeopleSchema,
  importPeopleSchema,
  newRolloutSchema,
  newTenantSchema,
  rolloutActionSchema,
  rolloutSchema,
  rolloutsSchema,
  stepsQuerySchema,
  stepsSchema,
  tenantMethodsSchema,
  tenantRemovalSchema,
  tenantSchema,
  tenantSecretSchema,
  tenantSignInAnswerSchema,
  tenantSignInSchema,
  tenantsSchema,
} from "@kalends/protocol/tenants"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Revocations } from "../connections/revocations.ts"
import type { Policy } from "../policy/policy.ts"
import type { Clock } from "../ports/clock.ts"
import type { createCheckup } from "../tenants/checkup.ts"
import type { Rollouts } from "../tenants/rollouts.ts"
import type { ServiceSignIn } from "../tenants/service-sign-in.ts"
import type { Tenants } from "../tenants/tenants.ts"
import { limits } from "./limits.ts"
import { createRateLimit, type RateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type TenantRoutesDeps = {
  readonly tenants: Tenants
  readonly serviceSignIn: Pick<ServiceSignIn, "begin">
  readonly doctor: Pick<ReturnType<typeof createCheckup>, "checkup">
  readonly rollouts: Rollouts
  /** Removing one revokes what it opens. */
  readonly revocations: Pick<Revocations, "createOfTenantConnection">
  /** Being put into a group is a change of policy. */
  readonly policy: Pick<Policy, "save">
  readonly requireUser: RequireUser
  /** As createFreshGuard makes it. */
  readonly requireFresh: RequireUser
  readonly clock: Clock
}

const byTenant = z.object({ tenantConnectionId: z.uuid() })
const byRollout = z.object({ rolloutId: z.uuid() })

/** Administrators' connections to whole organisations, and work over many people. */
export async function tenantRoutes(plain: FastifyInstance, deps: TenantRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { tenants, revocations, requireUser, requireFresh } = deps
  const connects = createRateLimit(deps.clock, limits.connectsPerUser)
  const who = async (request: Parameters<RequireUser>[0]) => (await requireUser(request)).user
  const one = byTenant.transform(({ tenantConnectionId }) => parseTenantConnectionId(tenantConnectionId))

  app.get(
    "/v1/tenants/methods",
    { config: { needs: "read-organisation" }, schema: { response: { 200: tenantMethodsSchema } } },
    async (request) => {
      await who(request)
      return tenants.methods()
    },
  )
  app.get(
    "/v1/tenants",
    { config: { needs: "read-organisation" }, schema: { response: { 200: tenantsSchema } } },
    async (request) => ({
      tenants: await tenants.list(await who(request)),
    }),
  )
  app.post(
    "/v1/tenants",
    { config: { needs: "change-organisation" }, schema: { body: newTenantSchema, response: { 201: tenantSchema } } },
    async (request, reply) => {
      const user = await who(request)
      connects.take(user.userId)
      return reply.code(201).send(await tenants.connect(user, request.body))
    },
  )
  app.put(
    "/v1/tenants/:tenantConnectionId/secret",
    {
      config: { needs: "change-organisation" },
      schema: { params: one, body: tenantSecretSchema, response: { 200: tenantSchema } },
    },
    async (request) => {
      const { user } = await requireFresh(request)
      connects.take(user.userId)
      return tenants.replaceSecret(user, request.params, request.body)
    },
  )
  app.delete(
    "/v1/tenants/:tenantConnectionId",
    { config: { needs: "change-organisation" }, schema: { params: one, response: { 200: tenantRemovalSchema } } },
    async (request) => {
      const { user } = await requireFresh(request)
      const { revocationId, total } = await revocations.createOfTenantConnection(user, request.params)
      return { secretsDeleted: true as const, connectionsRemoved: total, revocationId }
    },
  )
  signInRoute(plain, deps, connects)
  peopleOfTenantRoutes(plain, deps)
  checkupRoute(plain, deps, connects)
  rolloutRoutes(plain, deps)
}

/** A service account signs in, or signs in anew, which replaces a secret. */
function signInRoute(plain: FastifyInstance, deps: TenantRoutesDeps, connects: RateLimit): void {
  const { requireUser, requireFresh } = deps
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.post(
    "/v1/tenants/sign-in",
    {
      config: { needs: "change-organisation" },
      schema: { body: tenantSignInSchema, response: { 200: tenantSignInAnswerSchema } },
    },
    async (request) => {
      const signedIn = await (request.body.tenantConnectionId === null ? requireUser : requireFresh)(request)
      connects.take(signedIn.user.userId)
      return deps.serviceSignIn.begin(signedIn, request.body)
    },
  )
}

/** The people that an organisation's own directory names. */
function peopleOfTenantRoutes(plain: FastifyInstance, { tenants, policy, requireUser }: TenantRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const one = byTenant.transform(({ tenantConnectionId }) => parseTenantConnectionId(tenantConnectionId))
  app.get(
    "/v1/tenants/:tenantConnectionId/directory",
    {
      config: { needs: "read-organisation" },
      schema: { params: one, querystring: directoryQuerySchema, response: { 200: directorySchema } },
    },
    async (request) => {
      const { next = null, search } = request.query
      return tenants.directory((await requireUser(request)).user, request.params, { next, search: search || null })
    },
  )
  app.post(
    "/v1/tenants/:tenantConnectionId/people",
    {
      config: { needs: "change-organisation" },
      schema: { params: one, body: importPeopleSchema, response: { 200: importedPeopleSchema } },
    },
    async (request) => {
      const { user } = await requireUser(request)
      const { groupId } = request.body
      const { userIds, ...imported } = await tenants.importPeople(user, request.body)
      if (groupId !== null && userIds.length > 0)
        await policy.save(user, { edits: [], move: { groupId, userIds: [...userIds] }, dissolves: null })
      return imported
    },
  )
}

/** Counted with connecting: it signs in as well. */
function checkupRoute(plain: FastifyInstance, { doctor, requireUser }: TenantRoutesDeps, connects: RateLimit): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const one = byTenant.transform(({ tenantConnectionId }) => parseTenantConnectionId(tenantConnectionId))
  app.post(
    "/v1/tenants/:tenantConnectionId/checkup",
    {
      config: { needs: "change-organisation" },
      schema: { params: one, body: checkupInputSchema, response: { 200: checkupSchema } },
    },
    async (request) => {
      const { user } = await requireUser(request)
      connects.take(user.userId)
      return doctor.checkup(user, request.params, request.body.mailboxes)
    },
  )
}

function rolloutRoutes(plain: FastifyInstance, { rollouts, requireUser }: TenantRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const who = async (request: Parameters<RequireUser>[0]) => (await requireUser(request)).user
  const one = byRollout.transform(({ rolloutId }) => parseRolloutId(rolloutId))

  app.get(
    "/v1/rollouts",
    { config: { needs: "read-organisation" }, schema: { response: { 200: rolloutsSchema } } },
    async (request) => ({
      rollouts: await rollouts.list(await who(request)),
    }),
  )
  app.post(
    "/v1/rollouts",
    { config: { needs: "change-organisation" }, schema: { body: newRolloutSchema, response: { 201: rolloutSchema } } },
    async (request, reply) => reply.code(201).send(await rollouts.create(await who(request), request.body)),
  )
  app.get(
    "/v1/rollouts/:rolloutId",
    { config: { needs: "read-organisation" }, schema: { params: one, response: { 200: rolloutSchema } } },
    async (request) => rollouts.find(await who(request), request.params),
  )
  app.get(
    "/v1/rollouts/:rolloutId/steps",
    {
      config: { needs: "read-organisation" },
      schema: { params: one, querystring: stepsQuerySchema, response: { 200: stepsSchema } },
    },
    async (request) => {
      const { state = null, after = null } = request.query
      return rollouts.steps(await who(request), request.params, { state, after })
    },
  )
  app.post(
    "/v1/rollouts/:rolloutId/actions",
    {
      config: { needs: "change-organisation" },
      schema: { params: one, body: rolloutActionSchema, response: { 200: rolloutSchema } },
    },
    async (request) => rollouts.act(await who(request), request.params, request.body.action),
  )
}
