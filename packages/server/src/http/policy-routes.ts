import { parsePolicyChangeId } from "@kalends/domain/ids"
import {
  ownPolicySchema,
  policyChangeInputSchema,
  policyChangeSchema,
  policyChangesSchema,
  policyChoiceSchema,
  policyLevelsSchema,
  policyPreviewInputSchema,
  policyPreviewSchema,
} from "@kalends/protocol/policy"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { OwnPolicy } from "../policy/own-policy.ts"
import type { Policy } from "../policy/policy.ts"
import type { RequireUser } from "./session-guard.ts"

export type PolicyRoutesDeps = {
  readonly policy: Policy
  readonly ownPolicy: OwnPolicy
  readonly requireUser: RequireUser
}

/** What is set by policy: one's own, and for administrators what everybody has, with a look before each change. */
export async function policyRoutes(plain: FastifyInstance, deps: PolicyRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { ownPolicy, requireUser } = deps
  app.get("/v1/policy", { config: { needs: "own" }, schema: { response: { 200: ownPolicySchema } } }, async (request) =>
    ownPolicy.get((await requireUser(request)).user),
  )
  app.put(
    "/v1/policy/choice",
    { config: { needs: "own" }, schema: { body: policyChoiceSchema, response: { 200: ownPolicySchema } } },
    async (request) => ownPolicy.choose((await requireUser(request)).user, request.body),
  )
  changeRoutes(plain, deps)
}

function changeRoutes(plain: FastifyInstance, { policy, requireUser }: PolicyRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const one = { params: z.object({ changeId: z.uuid() }), response: { 200: policyChangeSchema } }
  app.get(
    "/v1/policy/levels",
    { config: { needs: "read-policy" }, schema: { response: { 200: policyLevelsSchema } } },
    async (request) => policy.levels((await requireUser(request)).user),
  )
  app.post(
    "/v1/policy/preview",
    {
      config: { needs: "change-policy" },
      schema: { body: policyPreviewInputSchema, response: { 200: policyPreviewSchema } },
    },
    async (request) => policy.preview((await requireUser(request)).user, request.body),
  )
  app.post(
    "/v1/policy/changes",
    {
      config: { needs: "change-policy" },
      schema: { body: policyChangeInputSchema, response: { 200: policyChangeSchema } },
    },
    async (request) => policy.save((await requireUser(request)).user, request.body),
  )
  app.get(
    "/v1/policy/changes",
    { config: { needs: "read-policy" }, schema: { response: { 200: policyChangesSchema } } },
    async (request) => ({ changes: await policy.changes((await requireUser(request)).user) }),
  )
  app.get("/v1/policy/changes/:changeId", { config: { needs: "read-policy" }, schema: one }, async (request) =>
    policy.change((await requireUser(request)).user, parsePolicyChangeId(request.params.changeId)),
  )
  app.post("/v1/policy/changes/:changeId/undo", { config: { needs: "change-policy" }, schema: one }, async (request) =>
    policy.undo((await requireUser(request)).user, parsePolicyChangeId(request.params.changeId)),
  )
}
