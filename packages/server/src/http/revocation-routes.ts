import { Readable } from "node:stream"
import { parseRevocationId } from "@kalends/domain/ids"
import {
  newRevocationSchema,
  previewInputSchema,
  revocationPreviewSchema,
  revocationSchema,
  revocationStepsQuerySchema,
  revocationStepsSchema,
  revocationsSchema,
} from "@kalends/protocol/revocations"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Revocations } from "../connections/revocations.ts"
import type { RequireUser } from "./session-guard.ts"

export type RevocationRoutesDeps = {
  readonly revocations: Revocations
  readonly requireUser: RequireUser
  /** As createFreshGuard makes it. */
  readonly requireFresh: RequireUser
}

const reads = { config: { needs: "read-connections" } } as const
const revokes = { config: { needs: "revoke-connections" } } as const

/** Connections revoked together: whom it concerns, doing it, and what was done. */
export async function revocationRoutes(plain: FastifyInstance, deps: RevocationRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { revocations, requireUser, requireFresh } = deps
  const one = z.object({ revocationId: z.uuid() }).transform(({ revocationId }) => parseRevocationId(revocationId))

  app.post(
    "/v1/admin/revocations/preview",
    { ...revokes, schema: { body: previewInputSchema, response: { 200: revocationPreviewSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return revocations.preview(user, request.body.scope, request.body.after)
    },
  )
  app.post(
    "/v1/admin/revocations",
    { ...revokes, schema: { body: newRevocationSchema, response: { 201: revocationSchema } } },
    async (request, reply) => {
      const { user } = await requireUser(request)
      if (await revocations.isLarge(user, request.body.scope)) await requireFresh(request)
      return reply.code(201).send(await revocations.create(user, request.body))
    },
  )
  app.get("/v1/admin/revocations", { ...reads, schema: { response: { 200: revocationsSchema } } }, async (request) => ({
    revocations: await revocations.list((await requireUser(request)).user),
  }))
  app.get(
    "/v1/admin/revocations/:revocationId",
    { ...reads, schema: { params: one, response: { 200: revocationSchema } } },
    async (request) => revocations.find((await requireUser(request)).user, request.params),
  )
  app.get(
    "/v1/admin/revocations/:revocationId/steps",
    {
      ...reads,
      schema: { params: one, querystring: revocationStepsQuerySchema, response: { 200: revocationStepsSchema } },
    },
    async (request) =>
      revocations.steps((await requireUser(request)).user, request.params, request.query.after ?? null),
  )
  app.get("/v1/admin/revocations/:revocationId/report", { ...reads, schema: { params: one } }, async (request, reply) =>
    reply
      .type("text/csv; charset=utf-8")
      .header("content-disposition", 'attachment; filename="revocation.csv"')
      .send(Readable.from(await revocations.report((await requireUser(request)).user, request.params))),
  )
}
