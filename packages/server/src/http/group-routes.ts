import { parseGroupId } from "@kalends/domain/ids"
import { accountPolicySchema, groupInputSchema, groupSchema, groupsSchema } from "@kalends/protocol/groups"
import { groupOfUserSchema, syncPolicySchema } from "@kalends/protocol/meetings"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Policy } from "../policy/policy.ts"
import type { SyncPolicyFeature } from "../policy/sync-policy.ts"
import type { RequireUser } from "./session-guard.ts"

export type GroupRoutesDeps = {
  readonly syncPolicy: SyncPolicyFeature
  /** Whoever leaves a group, or joins one, may be disconnected by what holds for them then: that is a change of policy. */
  readonly policy: Pick<Policy, "save">
  readonly requireUser: RequireUser
}

/** Nothing of a change of policy. */
const nothing = { edits: [], move: null, dissolves: null } as const

/** Whether meetings and calendars are kept in step, for the organisation and by group; for administrators. */
export function groupRoutes(plain: FastifyInstance, deps: GroupRoutesDeps): void {
  policyRoutes(plain, deps)
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { syncPolicy, policy, requireUser } = deps
  const one = { params: z.object({ groupId: z.uuid() }) }
  app.get(
    "/v1/groups",
    { config: { needs: "read-policy" }, schema: { response: { 200: groupsSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return syncPolicy.groups(user)
    },
  )
  app.put(
    "/v1/groups/:groupId",
    { config: { needs: "change-policy" }, schema: { ...one, body: groupInputSchema, response: { 200: groupSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return syncPolicy.putGroup(user, parseGroupId(request.params.groupId), request.body)
    },
  )
  app.delete("/v1/groups/:groupId", { config: { needs: "change-policy" }, schema: one }, async (request, reply) => {
    const { user } = await requireUser(request)
    await policy.save(user, { ...nothing, dissolves: request.params.groupId })
    return reply.code(204).send()
  })
}

function policyRoutes(plain: FastifyInstance, { syncPolicy, policy, requireUser }: GroupRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get(
    "/v1/sync-policy",
    { config: { needs: "read-policy" }, schema: { response: { 200: syncPolicySchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return syncPolicy.get(user)
    },
  )
  app.put(
    "/v1/sync-policy",
    { config: { needs: "change-policy" }, schema: { body: syncPolicySchema, response: { 200: syncPolicySchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      const kept = new Set(request.body.groups.map(({ groupId }) => groupId))
      for (const { groupId } of (await syncPolicy.get(user)).groups)
        if (!kept.has(groupId)) await policy.save(user, { ...nothing, dissolves: groupId })
      return syncPolicy.set(user, request.body)
    },
  )
  app.patch(
    "/v1/sync-policy",
    { config: { needs: "change-policy" }, schema: { body: accountPolicySchema, response: { 200: syncPolicySchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return syncPolicy.setForAccount(user, request.body.isOn)
    },
  )
  app.put(
    "/v1/users/:userId/group",
    { config: { needs: "change-policy" }, schema: { params: z.object({ userId: z.uuid() }), body: groupOfUserSchema } },
    async (request, reply) => {
      const { user } = await requireUser(request)
      const { groupId } = request.body
      await policy.save(user, { ...nothing, move: { groupId, userIds: [request.params.userId] } })
      return reply.code(204).send()
    },
  )
}
