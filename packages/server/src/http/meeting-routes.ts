import { parseMeetingId } from "@kalends/domain/ids"
import {
  heldAnswerSchema,
  heldDecisionSchema,
  meetingChangeSchema,
  meetingDetailSchema,
  meetingSchema,
  meetingsQuerySchema,
  meetingsSchema,
  newMeetingSchema,
} from "@kalends/protocol/meetings"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Meetings } from "../meetings/meetings.ts"
import type { RequireUser } from "./session-guard.ts"

export type MeetingRoutesDeps = { readonly meetings: Meetings; readonly requireUser: RequireUser }

const byId = z.object({ meetingId: z.uuid() })

/** Meetings of the user's own. */
export async function meetingRoutes(plain: FastifyInstance, deps: MeetingRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { meetings, requireUser } = deps
  const one = { params: byId }

  app.get(
    "/v1/meetings",
    { config: { needs: "own" }, schema: { querystring: meetingsQuerySchema, response: { 200: meetingsSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      const { before } = request.query
      return meetings.list(user, before === undefined ? null : Temporal.Instant.from(before))
    },
  )
  app.post(
    "/v1/meetings",
    { config: { needs: "own" }, schema: { body: newMeetingSchema, response: { 200: meetingSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return meetings.create(user, request.body)
    },
  )
  app.post(
    "/v1/meetings/held",
    { config: { needs: "own" }, schema: { body: heldDecisionSchema, response: { 200: heldAnswerSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return { count: await meetings.decideHeld(user, request.body.decision) }
    },
  )
  app.get(
    "/v1/meetings/:meetingId",
    { config: { needs: "own" }, schema: { ...one, response: { 200: meetingDetailSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return meetings.detail(user, parseMeetingId(request.params.meetingId))
    },
  )
  app.patch(
    "/v1/meetings/:meetingId",
    { config: { needs: "own" }, schema: { ...one, body: meetingChangeSchema, response: { 200: meetingDetailSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return meetings.change(user, parseMeetingId(request.params.meetingId), request.body)
    },
  )
  app.delete("/v1/meetings/:meetingId", { config: { needs: "own" }, schema: one }, async (request, reply) => {
    const { user } = await requireUser(request)
    await meetings.cancel(user, parseMeetingId(request.params.meetingId))
    return reply.code(204).send()
  })
  app.post("/v1/meetings/:meetingId/started", { config: { needs: "own" }, schema: one }, async (request, reply) => {
    const { user } = await requireUser(request)
    await meetings.started(user, parseMeetingId(request.params.meetingId))
    return reply.code(204).send()
  })
}
