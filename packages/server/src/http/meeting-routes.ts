import { parseGroupId, parseMeetingId, parseUserId } from "@kalends/domain/ids"
import {
  groupOfUserSchema,
  heldAnswerSchema,
  heldDecisionSchema,
  meetingChangeSchema,
  meetingDetailSchema,
  meetingSchema,
  meetingsQuerySchema,
  meetingsSchema,
  newMeetingSchema,
  syncPolicySchema,
} from "@kalends/protocol/meetings"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Meetings } from "../meetings/meetings.ts"
import type { SyncPolicyFeature } from "../policy/sync-policy.ts"
import { type RequireUser, requireAdministrator } from "./session-guard.ts"

export type MeetingRoutesDeps = {
  readonly meetings: Meetings
  readonly syncPolicy: SyncPolicyFeature
  readonly requireUser: RequireUser
}

const byId = z.object({ meetingId: z.uuid() })

/** Meetings of the user's own, and whether calendars are kept in step with them. */
export async function meetingRoutes(plain: FastifyInstance, deps: MeetingRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { meetings, requireUser } = deps
  const one = { params: byId }

  app.get(
    "/v1/meetings",
    { schema: { querystring: meetingsQuerySchema, response: { 200: meetingsSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      const { before } = request.query
      return meetings.list(user, before === undefined ? null : Temporal.Instant.from(before))
    },
  )
  app.post(
    "/v1/meetings",
    { schema: { body: newMeetingSchema, response: { 200: meetingSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return meetings.create(user, request.body)
    },
  )
  app.post(
    "/v1/meetings/held",
    { schema: { body: heldDecisionSchema, response: { 200: heldAnswerSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return { count: await meetings.decideHeld(user, request.body.decision) }
    },
  )
  app.get(
    "/v1/meetings/:meetingId",
    { schema: { ...one, response: { 200: meetingDetailSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return meetings.detail(user, parseMeetingId(request.params.meetingId))
    },
  )
  app.patch(
    "/v1/meetings/:meetingId",
    { schema: { ...one, body: meetingChangeSchema, response: { 200: meetingDetailSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return meetings.change(user, parseMeetingId(request.params.meetingId), request.body)
    },
  )
  app.delete("/v1/meetings/:meetingId", { schema: one }, async (request, reply) => {
    const { user } = await requireUser(request)
    await meetings.cancel(user, parseMeetingId(request.params.meetingId))
    return reply.code(204).send()
  })
  app.post("/v1/meetings/:meetingId/started", { schema: one }, async (request, reply) => {
    const { user } = await requireUser(request)
    await meetings.started(user, parseMeetingId(request.params.meetingId))
    return reply.code(204).send()
  })
  policyRoutes(plain, deps)
}

function policyRoutes(plain: FastifyInstance, { syncPolicy, requireUser }: MeetingRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get("/v1/sync-policy", { schema: { response: { 200: syncPolicySchema } } }, async (request) => {
    const { user } = requireAdministrator(await requireUser(request))
    return syncPolicy.get(user)
  })
  app.put(
    "/v1/sync-policy",
    { schema: { body: syncPolicySchema, response: { 200: syncPolicySchema } } },
    async (request) => {
      const { user } = requireAdministrator(await requireUser(request))
      return syncPolicy.set(user, request.body)
    },
  )
  app.put(
    "/v1/users/:userId/group",
    { schema: { params: z.object({ userId: z.uuid() }), body: groupOfUserSchema } },
    async (request, reply) => {
      const { user } = requireAdministrator(await requireUser(request))
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
