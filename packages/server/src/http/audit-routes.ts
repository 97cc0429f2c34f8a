import { Readable } from "node:stream"
import {
  auditKeySchema,
  auditPageSchema,
  auditQuerySchema,
  auditTableQuerySchema,
  auditVerdictSchema,
} from "@kalends/protocol/audit"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import type { AuditFeature } from "../audit/audit.ts"
import type { Clock } from "../ports/clock.ts"
import { limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type AuditRoutesDeps = {
  readonly audit: AuditFeature
  readonly requireUser: RequireUser
  readonly clock: Clock
}

/** The organisation's log; for administrators. */
export async function auditRoutes(plain: FastifyInstance, deps: AuditRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { audit, requireUser } = deps
  const wholeReads = createRateLimit(deps.clock, limits.wholeAuditsPerUser)

  app.get(
    "/v1/audit",
    { config: { needs: "read-audit" }, schema: { querystring: auditQuerySchema, response: { 200: auditPageSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      return audit.page(user, request.query)
    },
  )
  app.get(
    "/v1/audit/key",
    { config: { needs: "read-audit" }, schema: { response: { 200: auditKeySchema } } },
    async (request) => {
      await requireUser(request)
      return { publicKey: audit.publicKey }
    },
  )
  app.post(
    "/v1/audit/verification",
    { config: { needs: "read-audit" }, schema: { response: { 200: auditVerdictSchema } } },
    async (request) => {
      const { user } = await requireUser(request)
      wholeReads.take(user.userId)
      return audit.verify(user)
    },
  )
  app.get("/v1/audit/export", { config: { needs: "read-audit" } }, async (request, reply) => {
    const { user } = await requireUser(request)
    wholeReads.take(user.userId)
    return reply
      .type("application/x-ndjson")
      .header("content-disposition", 'attachment; filename="audit.ndjson"')
      .send(Readable.from(audit.export(user)))
  })
  app.get(
    "/v1/audit/table",
    { config: { needs: "read-audit" }, schema: { querystring: auditTableQuerySchema } },
    async (request, reply) => {
      const { user } = await requireUser(request)
      wholeReads.take(user.userId)
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", 'attachment; filename="audit.csv"')
        .send(Readable.from(audit.table(user, request.query)))
    },
  )
}
