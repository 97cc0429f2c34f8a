import { parseGroupId, parseUserId } from "@kalends/domain/ids"
import { accountPolicySchema, groupInputSchema, groupSchema, groupsSchema } from "@kalends/protocol/groups"
import { groupOfUserSchema, syncPolicySchema } from "@kalends/protocol/meetings"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { SyncPolicyFeature } from "../policy/sync-policy.ts"
import type { RequireUser } from "./session-guard.ts"

export type GroupRoutesDeps = { readonly syncPolicy: SyncPolicyFeature; readonly requireUser: RequireUser }

/** Whether meetings and calendars are kept in step, for the organisation and by group; for administrators. */
export function groupRoutes(plain: FastifyInstance, deps: GroupRoutesDeps): void {
  policyRoutes(plain, deps)
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { syncPolicy, requireUser } = deps
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
    await syncPolicy.dissolveGroup(user, parseGroupId(request.params.groupId))
    return reply.code(204).send()
  })
}

function policyRoutes(plain: FastifyInstance, { syncPolicy, requireUser }: GroupRoutesDeps): void {
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
      await syncPolicy.setGroupOfUser(
        user,
        parseUserId(request.params.userId),
        groupId === null ? null : parseGroupId(groupId),
      )
      return reply.code(204).send()
    },
  )
}
