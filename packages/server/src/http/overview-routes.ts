import { parseConnectionId } from "@kalends/domain/ids"
import {
  connectionDetailSchema,
  connectionForecastSchema,
  connectionListQuerySchema,
  connectionPageSchema,
  connectionSummarySchema,
  reopenAnswerSchema,
  tenantNameSchema,
} from "@kalends/protocol/overview"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Forecast } from "../connections/forecast.ts"
import type { Overview } from "../connections/overview.ts"
import type { Clock } from "../ports/clock.ts"
import { limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type OverviewRoutesDeps = {
  readonly overview: Overview
  readonly forecast: Forecast
  readonly requireUser: RequireUser
  readonly clock: Clock
}

/** Every connection of the organisation, for those who answer for them. */
export async function overviewRoutes(plain: FastifyInstance, deps: OverviewRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { overview, forecast, requireUser } = deps
  const reopenings = createRateLimit(deps.clock, limits.connectsPerUser)
  const userOf = async (request: Parameters<RequireUser>[0]) => (await requireUser(request)).user
  const one = z.object({ connectionId: z.uuid() }).transform(({ connectionId }) => parseConnectionId(connectionId))

  app.get(
    "/v1/admin/connections",
    {
      config: { needs: "read-connections" },
      schema: { querystring: connectionListQuerySchema, response: { 200: connectionPageSchema } },
    },
    async (request) => overview.page(await userOf(request), request.query),
  )
  app.get(
    "/v1/admin/connections/summary",
    { config: { needs: "read-connections" }, schema: { response: { 200: connectionSummarySchema } } },
    async (request) => forecast.summary(await userOf(request)),
  )
  app.get(
    "/v1/admin/connections/forecast",
    { config: { needs: "read-connections" }, schema: { response: { 200: connectionForecastSchema } } },
    async (request) => forecast.forecast(await userOf(request)),
  )
  app.get(
    "/v1/admin/connections/:connectionId",
    { config: { needs: "read-connections" }, schema: { params: one, response: { 200: connectionDetailSchema } } },
    async (request) => overview.detail(await userOf(request), request.params),
  )
  app.post(
    "/v1/admin/connections/reopened",
    {
      config: { needs: "revoke-connections" },
      schema: { body: tenantNameSchema, response: { 200: reopenAnswerSchema } },
    },
    async (request) => {
      const user = await userOf(request)
      reopenings.take(user.userId)
      return overview.reopen(user, request.body)
    },
  )
}
